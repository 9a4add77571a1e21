// The holder's side of a lease: it asks for it, renews it, gives it back, and knows by its own
// clock alone whether it may act.
//
// Whoever gives the lease counts its time from when a request is taken in. The holder counts from
// when it asked, which was before, and takes it for over by the margin sooner. So as long as clocks
// differ by no more than the margin, nobody else has the lease while the holder acts on it.

import { assert } from "../../sim/assert.ts";
import type { Env } from "../../sim/env.ts";
import type { Micros } from "../../sim/time.ts";
import type { LeaseOptions } from "./options.ts";
import type { LeaseError, LeaseRequest, LeaseResult } from "./types.ts";

/** What a keeper remembers, as plain data in its owner's memory. */
export interface KeeperState {
  /** One life of its owner. */
  life: string;
  /** What it holds, by its own clock; it may be over. Undefined: nothing. */
  held: { readonly epoch: number; readonly until: Micros } | undefined;
  /** What it has asked last, when it did so first, until that is answered. */
  asked: { readonly request: LeaseRequest; readonly at: Micros } | undefined;
  /** It asks for no lease sooner. */
  claimsFrom: Micros;
  /** Whether it has been told to have no lease. */
  isStopped: boolean;
}

/** Before its owner has started. */
export function newKeeperState(): KeeperState {
  return { life: "", held: undefined, asked: undefined, claimsFrom: 0, isStopped: false };
}

/** Which lease a keeper is to have, under which name, and how it asks for it. */
export interface KeeperConfig {
  /** The name of the lease. */
  readonly lease: string;
  /** The name of who is to hold it: no two processes have the same. */
  readonly holder: string;
  /** Whether it leaves the first claim to others: it waits for one ttl. */
  readonly isStandby: boolean;
  readonly options: LeaseOptions;
  /** Takes a request to those who give the lease, again and again until it is answered. */
  readonly ask: (request: LeaseRequest) => void;
}

/** What a keeper uses of its owner's world: it sends nothing itself. */
type KeeperEnv = Pick<Env<never>, "now" | "random" | "setTimer" | "cancelTimer" | "emit">;

const POLL = "lease poll";
const ENDS = "lease ends";

/**
 * Keeps one lease for one node. Its owner hands it its timers and the answers to what it asks, and
 * acts only while {@link epoch} is there, with that epoch on whatever it does.
 */
export class LeaseKeeper {
  readonly #env: KeeperEnv;
  readonly #config: KeeperConfig;
  readonly #state: () => KeeperState;

  /** `state` gives its owner's memory of it: in a recorded run that is another at each handler. */
  constructor(env: KeeperEnv, config: KeeperConfig, state: () => KeeperState) {
    this.#env = env;
    this.#config = config;
    this.#state = state;
  }

  /** A life of its owner begins. Polls of different keepers have nothing to do with each other. */
  start(life: string): void {
    const { isStandby, options } = this.#config;
    const state = this.#state();
    state.life = life;
    state.claimsFrom = isStandby ? this.#env.now() + options.ttl : 0;
    this.#env.setTimer(POLL, this.#env.random.int(1, options.poll));
  }

  /** The epoch in which its owner may act now; undefined when it may not. */
  get epoch(): number | undefined {
    const { held, isStopped } = this.#state();
    return held !== undefined && !isStopped && this.#env.now() < held.until
      ? held.epoch
      : undefined;
  }

  /** How much longer its owner may act. */
  get remaining(): Micros {
    return this.epoch === undefined ? 0 : this.#state().held!.until - this.#env.now();
  }

  /** Which of the keeper's timers it was, by now dealt with; undefined for another's. */
  onTimer(name: string): "poll" | "ends" | undefined {
    if (name === POLL) {
      this.#poll();
      return "poll";
    }
    if (name !== ENDS) return undefined;
    this.#lose("over");
    return "ends";
  }

  /** The answer to what it has asked. */
  onAnswer(result: LeaseResult): void {
    const state = this.#state();
    const { asked } = state;
    assert(asked !== undefined, "an answer to nothing:", result.type);
    state.asked = undefined;
    const { op } = asked.request;
    if (result.type === "error") this.#onRefused(op, result.error, result.reason);
    else if (op !== "release") this.#onGranted(result.epoch, asked.at);
    if (state.isStopped) this.#release();
  }

  /** Gives the lease back, and asks for it no more. */
  stop(): void {
    const state = this.#state();
    state.isStopped = true;
    // What is asked may be granted yet: then it is given back.
    if (state.asked === undefined) this.#release();
  }

  /** Asks for it again, as if it had started now. */
  resume(): void {
    const state = this.#state();
    state.isStopped = false;
    this.start(state.life);
  }

  #poll(): void {
    const { lease, holder, options } = this.#config;
    const { asked, claimsFrom, isStopped, life } = this.#state();
    this.#env.setTimer(POLL, options.poll);
    if (asked !== undefined || isStopped) return;
    const { epoch } = this;
    if (epoch !== undefined) this.#ask({ op: "renew", lease, life, epoch });
    else if (this.#env.now() >= claimsFrom) {
      this.#ask({ op: "acquire", lease, holder, life, ttl: options.ttl });
    }
  }

  #ask(request: LeaseRequest): void {
    this.#state().asked = { request, at: this.#env.now() };
    this.#config.ask(request);
  }

  /** Its time runs from when it was asked for first: it may have been given any time since. */
  #onGranted(epoch: number, askedAt: Micros): void {
    const { options } = this.#config;
    const state = this.#state();
    const until = askedAt + options.ttl - options.margin;
    const left = until - this.#env.now();
    if (left <= 0) return;
    const isNew = this.epoch !== epoch;
    state.held = { epoch, until };
    this.#env.setTimer(ENDS, left);
    this.#env.emit(isNew ? "lease acquired" : "lease renewed", { epoch, until });
  }

  #onRefused(op: LeaseRequest["op"], error: LeaseError, reason: string): void {
    this.#env.emit("lease refused", { op, error, reason });
    if (op !== "acquire") this.#lose(error);
  }

  #lose(reason: string): void {
    const state = this.#state();
    if (state.held === undefined) return;
    this.#env.cancelTimer(ENDS);
    this.#env.emit("lease lost", { epoch: state.held.epoch, reason });
    state.held = undefined;
  }

  /** What is over by its own clock may not be over for those who give it: it is given back, too. */
  #release(): void {
    const { lease } = this.#config;
    const { held, life } = this.#state();
    if (held === undefined) return;
    this.#lose("released");
    this.#ask({ op: "release", lease, life, epoch: held.epoch });
  }
}
