// One request at a time to a replicated service: whom to ask, and when to ask again.

import { assert } from "../../sim/assert.ts";
import type { Env, NodeId } from "../../sim/env.ts";
import { type Micros, ms, seconds } from "../../sim/time.ts";
import type { Refused, ServiceMessage } from "./messages.ts";
import type { ServiceSites } from "./sites.ts";
import type { ServiceTypes } from "./state-machine.ts";

/** How patient a caller is. */
export interface CallOptions {
  /** How long to wait for an answer before asking again, elsewhere. */
  readonly requestTimeout: Micros;
  /** Pause before asking again, after a refusal or when no leader is known: in [min, max]. */
  readonly retryDelay: { readonly min: Micros; readonly max: Micros };
  /** By which factor, at least 1, each pause of one request is longer than the one before. */
  readonly retryGrowth: number;
  /** No pause is longer than that, however many there were. */
  readonly retryDelayMax: Micros;
}

export const defaultCallOptions: CallOptions = {
  requestTimeout: seconds(1),
  retryDelay: { min: ms(50), max: ms(150) },
  retryGrowth: 1,
  retryDelayMax: seconds(2),
};

/** What a caller remembers, as plain data in its owner's memory. */
export interface CallState {
  /** One life of this caller: whoever else has the same name has another. */
  session: string;
  /** Of the current request, or of the last one; 0 before the first. */
  serial: number;
  /** Whom the current request was sent to last. */
  asked: NodeId | undefined;
  /** How often the current request was sent. */
  asks: number;
  /** How much longer the next pause of the current request is than its first. */
  slowness: number;
  /** Who leads, as far as the caller knows. */
  leader: NodeId | undefined;
}

/** Before the first request. */
export function newCallState(): CallState {
  return { session: "", serial: 0, asked: undefined, asks: 0, slowness: 1, leader: undefined };
}

/** Whom a caller asks, how, and as whom. */
export interface CallerConfig {
  readonly servers: readonly NodeId[];
  readonly options: CallOptions;
  readonly sites: ServiceSites;
  /** The name of its timer; callers of one node have different ones. */
  readonly timer: string;
}

/** Makes the message of a request: of a repetition again, with the same session and serial. */
export type MessageOf<Of extends ServiceTypes> = (
  session: string,
  serial: number,
) => ServiceMessage<Of>;

/**
 * Asks one thing at a time of whoever leads: it follows redirects, pauses after refusals, and asks
 * elsewhere when no answer comes. A request that it sends again takes effect once. What it is to
 * send it is told anew each time, so that all its memory is plain data.
 */
export class Caller<Of extends ServiceTypes> {
  readonly #env: Env<ServiceMessage<Of>>;
  readonly #config: CallerConfig;
  readonly #state: () => CallState;

  /** `state` gives its owner's memory of it: in a recorded run that is another at each handler. */
  constructor(env: Env<ServiceMessage<Of>>, config: CallerConfig, state: () => CallState) {
    this.#env = env;
    this.#config = config;
    this.#state = state;
  }

  /** A life begins: a session of its own, however alike two lives are. */
  start(): void {
    const { id, random } = this.#env;
    // A clock of its own may tell the same time in two lives; then the draw tells them apart.
    const draw = random.int(0, 0xffff_ffff).toString(16);
    this.#state().session = `${id}@${this.#env.now()}.${draw}`;
  }

  /** The next request begins; {@link ask} sends it. */
  begin(): void {
    const state = this.#state();
    state.serial++;
    state.asks = 0;
    state.slowness = 1;
  }

  /** Sends the current request: to `server`, to who leads, or to another than was asked last. */
  ask(messageOf: MessageOf<Of>, server?: NodeId): void {
    const state = this.#state();
    const { servers, options, sites, timer } = this.#config;
    assert(state.serial > 0, "nothing to ask:", state.session);
    const leader = this.#env.buggify(sites.asksElsewhere) ? undefined : state.leader;
    const to = server ?? leader ?? this.#another(servers, state.leader ?? state.asked);
    state.asked = to;
    state.asks++;
    state.leader = undefined;
    const patience = this.#env.buggify(sites.asksSoon) ? 1 / 10 : 1;
    this.#env.setTimer(timer, Math.ceil(options.requestTimeout * patience));
    const request = messageOf(state.session, state.serial);
    this.#env.send(to, request);
    if (this.#env.buggify(sites.asksTwice)) this.#env.send(to, request);
  }

  /** Whether it is an answer to the current request, and to none of an earlier life. */
  isMine({ session, serial }: { readonly session: string; readonly serial: number }): boolean {
    const state = this.#state();
    return session === state.session && serial === state.serial;
  }

  /** Whoever has answered leads. */
  onAnswer(from: NodeId): void {
    this.#state().leader = from;
  }

  /** Whoever was asked does not lead, and has said who does. */
  onRedirect(leader: NodeId | undefined, messageOf: MessageOf<Of>): void {
    const state = this.#state();
    state.leader = leader;
    if (leader !== undefined && leader !== state.asked) this.ask(messageOf);
    else this.askLater(undefined);
  }

  /** Whoever was asked has not taken it in; another leads soon, where it cannot or will not. */
  onRefused(from: NodeId, reason: Refused["reason"]): void {
    this.askLater(LEADS_NO_LONGER.includes(reason) ? undefined : from);
  }

  /** Pauses; at the end of it, the owner asks the one who leads, or somebody else. */
  askLater(leader: NodeId | undefined): void {
    const state = this.#state();
    const { options, timer } = this.#config;
    const { retryDelay, retryGrowth, retryDelayMax } = options;
    state.leader = leader;
    const drawn = this.#env.random.int(retryDelay.min, retryDelay.max);
    this.#env.setTimer(timer, Math.min(Math.ceil(drawn * state.slowness), retryDelayMax));
    state.slowness = Math.min(state.slowness * retryGrowth, retryDelayMax);
  }

  /** The current request is over, or is given up: nothing more is sent. */
  end(): void {
    this.#env.cancelTimer(this.#config.timer);
  }

  #another(servers: readonly NodeId[], than: NodeId | undefined): NodeId {
    const others = servers.filter((id) => id !== than);
    return this.#env.random.pick(others.length > 0 ? others : servers);
  }
}

/** Why a leader is about to be none. */
const LEADS_NO_LONGER: readonly Refused["reason"][] = ["disk full", "transferring"];
