import { assert } from "./assert.ts";
import { checkList, checkOneOf, checkProbability, checkRecord } from "./check.ts";
import {
  checkDistribution,
  type Distribution,
  type Sampler,
  sample,
  sampler,
  uniform,
} from "./distribution.ts";
import type { NodeId } from "./env.ts";
import { Noise, subjectKey } from "./random.ts";
import type { Scheduler } from "./scheduler.ts";
import { type Micros, ms } from "./time.ts";

/** What happens to messages on a link, and on all links that have no entry of their own. */
export interface LinkOptions {
  /** Time under way. Messages overtake each other when it varies. */
  readonly latency: Distribution;
  /** Probability that a message is lost. */
  readonly loss: number;
  /** Probability that a message arrives twice, each copy after a latency of its own. */
  readonly duplication: number;
}

export interface NetworkOptions extends LinkOptions {
  /** Links that differ, each a direction. */
  readonly links: readonly DirectedLink[];
}

export interface DirectedLink extends LinkOptions {
  readonly from: NodeId;
  readonly to: NodeId;
}

/** Network options as a person writes them: what is left out is the default. */
export type GivenNetwork = Partial<LinkOptions> & {
  /** What a link leaves out is as on all others. */
  readonly links?: readonly (Partial<LinkOptions> & Pick<DirectedLink, "from" | "to">)[];
};

export const defaultNetworkOptions: NetworkOptions = {
  latency: uniform(ms(1), ms(5)),
  loss: 0,
  duplication: 0,
  links: [],
};

/** All options of a network, with what is given in the place of the defaults. */
export function networkOptions({ links = [], ...given }: GivenNetwork): NetworkOptions {
  const all = { ...defaultNetworkOptions, ...given };
  const { links: _, ...everyLink } = all;
  return { ...all, links: links.map((link) => ({ ...everyLink, ...link })) };
}

/** Why a message did not arrive. */
export type DropReason = "loss" | "cut" | "cut in flight";

/** What the network tells the one who watches; not called in plain runs. */
export interface NetworkObserver {
  onDrop(from: number, to: number, message: unknown, reason: DropReason): void;
}

/** The network as plain data, but for the options, which the plan holds. Indexed by link. */
export interface NetworkState {
  readonly sent: Int32Array;
  /** How many cuts lie on the link. */
  readonly cuts: Uint16Array;
  /** Messages created before this sequence number were lost when a cut began. */
  readonly severedAt: Float64Array;
  /** Messages that cuts have stopped. */
  readonly stopped: Int32Array;
  /** Cuts on all links together, and whether any has ever lost what was under way. */
  cutCount: number;
  hasSevered: boolean;
  lost: number;
  duplicated: number;
}

/**
 * Decides the fate of each message, and hands the copies that arrive to the scheduler. A link is a
 * direction between two hosts: number `from * hosts + to`. The n-th message of a link always has
 * the same noise, whether or not anything happens to other messages.
 */
export class Network {
  readonly state: NetworkState;
  observer: NetworkObserver | undefined;
  readonly #hostCount: number;
  readonly #scheduler: Scheduler;
  readonly #deliverKind: number;
  readonly #latency: Noise;
  readonly #loss: Noise;
  readonly #duplication: Noise;
  readonly #secondLatency: Noise;
  /** By link: what its draws are keyed by, and which of the profiles it has; undefined: 0. */
  readonly #subjects: Int32Array;
  readonly #profileOf: Uint16Array | undefined;
  readonly #profiles: readonly Profile[];

  /** Deliveries are scheduled as events of `deliverKind`, with the message as payload. */
  constructor(
    scheduler: Scheduler,
    deliverKind: number,
    hosts: readonly NodeId[],
    { seed, options }: { readonly seed: string; readonly options: NetworkOptions },
  ) {
    const linkCount = hosts.length * hosts.length;
    this.#scheduler = scheduler;
    this.#deliverKind = deliverKind;
    this.#hostCount = hosts.length;
    this.#latency = new Noise(seed, "latency");
    this.#loss = new Noise(seed, "loss");
    this.#duplication = new Noise(seed, "duplication");
    this.#secondLatency = new Noise(seed, "latency of the duplicate");
    this.#subjects = linkSubjects(hosts);
    this.#profiles = [options, ...options.links].map(profile);
    this.#profileOf = profileOf(hosts, options);
    this.state = {
      sent: new Int32Array(linkCount),
      cuts: new Uint16Array(linkCount),
      severedAt: new Float64Array(linkCount),
      stopped: new Int32Array(linkCount),
      cutCount: 0,
      hasSevered: false,
      lost: 0,
      duplicated: 0,
    };
  }

  send(from: number, to: number, message: unknown): void {
    const { state } = this;
    const link = from * this.#hostCount + to;
    const number = state.sent[link]!++;
    // To ask a number first spares most messages a look at a table of all links.
    if (state.cutCount !== 0 && state.cuts[link] !== 0) {
      this.#stop(link, message, "cut");
      return;
    }
    const profile = this.#profiles[this.#profileOf === undefined ? 0 : this.#profileOf[link]!]!;
    const subject = this.#subjects[link]!;
    if (profile.loss !== 0 && this.#loss.draw(subject, number) < profile.loss) {
      state.lost++;
      this.observer?.onDrop(from, to, message, "loss");
      return;
    }
    this.#deliver(from, to, message, sample(profile.latency, this.#latency.draw(subject, number)));
    if (
      profile.duplication !== 0 &&
      this.#duplication.draw(subject, number) < profile.duplication
    ) {
      state.duplicated++;
      const second = this.#secondLatency.draw(subject, number);
      this.#deliver(from, to, message, sample(profile.latency, second));
    }
  }

  /** Whether a message that now arrives was under way when a cut began that loses such messages. */
  isSevered(from: number, to: number, sequence: number, message: unknown): boolean {
    if (!this.state.hasSevered) return false;
    const link = from * this.#hostCount + to;
    if (sequence >= this.state.severedAt[link]!) return false;
    this.#stop(link, message, "cut in flight");
    return true;
  }

  /** Begins a cut of the directed link; cuts add up. */
  cut(from: number, to: number, losesMessagesInFlight: boolean): void {
    const link = from * this.#hostCount + to;
    this.state.cuts[link]!++;
    this.state.cutCount++;
    if (!losesMessagesInFlight) return;
    this.state.severedAt[link] = this.#scheduler.nextSequence;
    this.state.hasSevered = true;
  }

  /** Ends a cut that {@link cut} began. */
  heal(from: number, to: number): void {
    const link = from * this.#hostCount + to;
    assert(this.state.cuts[link]! > 0, "the link is not cut:", from, to);
    this.state.cuts[link]!--;
    this.state.cutCount--;
  }

  isCut(from: number, to: number): boolean {
    return this.state.cuts[from * this.#hostCount + to] !== 0;
  }

  /** How many messages cuts have stopped on this link since the run began. */
  stoppedOn(from: number, to: number): number {
    return this.state.stopped[from * this.#hostCount + to]!;
  }

  /** Goes on from the state of another run over the same hosts. */
  restore(state: NetworkState): void {
    const { sent, cuts, severedAt, stopped, ...rest } = state;
    this.state.sent.set(sent);
    this.state.cuts.set(cuts);
    this.state.severedAt.set(severedAt);
    this.state.stopped.set(stopped);
    Object.assign(this.state, rest);
  }

  #deliver(from: number, to: number, message: unknown, latency: Micros): void {
    const at = this.#scheduler.now + latency;
    this.#scheduler.schedule(at, this.#deliverKind, to, from, message);
  }

  #stop(link: number, message: unknown, reason: DropReason): void {
    this.state.stopped[link]!++;
    const from = Math.floor(link / this.#hostCount);
    this.observer?.onDrop(from, link % this.#hostCount, message, reason);
  }
}

/** By name and not by number, so that a host that is left out changes no other link. */
function linkSubjects(hosts: readonly NodeId[]): Int32Array {
  const subjects = new Int32Array(hosts.length * hosts.length);
  hosts.forEach((from, i) => {
    hosts.forEach((to, j) => {
      subjects[i * hosts.length + j] = subjectKey(`${from}->${to}`);
    });
  });
  return subjects;
}

/** By link, 0 for the options of all links or 1 + its own; undefined when no link has its own. */
function profileOf(hosts: readonly NodeId[], { links }: NetworkOptions): Uint16Array | undefined {
  if (links.length === 0) return undefined;
  const profiles = new Uint16Array(hosts.length * hosts.length);
  links.forEach(({ from, to }, i) => {
    profiles[hosts.indexOf(from) * hosts.length + hosts.indexOf(to)] = i + 1;
  });
  return profiles;
}

/** Link options with probabilities as thresholds for 32-bit draws. */
interface Profile {
  readonly latency: Sampler;
  readonly loss: number;
  readonly duplication: number;
}

function profile({ latency, loss, duplication }: LinkOptions): Profile {
  return {
    latency: sampler(latency),
    loss: Math.round(loss * 2 ** 32),
    duplication: Math.round(duplication * 2 ** 32),
  };
}

/** Checks network options from outside; throws a UsageError that names the path. */
export function checkNetworkOptions(
  value: unknown,
  path: string,
  hosts: readonly NodeId[],
): NetworkOptions {
  const { links, ...rest } = checkRecord(value, path, [...LINK_FIELDS, "links"]);
  const list = checkList(links, `${path}.links`).map((item, i) => {
    const link = `${path}.links[${i}]`;
    const { from, to, ...options } = checkRecord(item, link, [...LINK_FIELDS, "from", "to"]);
    return {
      from: checkOneOf(from, `${link}.from`, hosts),
      to: checkOneOf(to, `${link}.to`, hosts),
      ...checkLinkOptions(options, link),
    };
  });
  return { ...checkLinkOptions(rest, path), links: list };
}

const LINK_FIELDS = ["latency", "loss", "duplication"];

function checkLinkOptions(value: Readonly<Record<string, unknown>>, path: string): LinkOptions {
  return {
    latency: checkDistribution(value.latency, `${path}.latency`),
    loss: checkProbability(value.loss, `${path}.loss`),
    duplication: checkProbability(value.duplication, `${path}.duplication`),
  };
}
