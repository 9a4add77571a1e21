import type { NodeId } from "../env.ts";
import type { FaultCount } from "../faults/fault-count.ts";
import type { Metrics } from "../metrics.ts";
import type { Scheduler } from "../queue/scheduler.ts";
import { sample } from "../random/distribution.ts";
import { Noise } from "../random/random.ts";
import type { Micros } from "../time.ts";
import { accountOf, baseConditions, baseLatencies } from "./base-conditions.ts";
import { Conditions, type ConditionsState } from "./conditions.ts";
import { type CutObserver, CutTable } from "./cut-table.ts";
import { type HeldMessage, HeldMessages, type HeldState } from "./held-messages.ts";
import { linkSubjects, type Profile, profileOf, profiles } from "./link-profile.ts";
import type { NetworkOptions } from "./network-options.ts";
import { type Application, type ConditionDrop, Passage } from "./passage.ts";
import type { Wire } from "./wire.ts";

/** Why a message did not arrive. */
export type DropReason = ConditionDrop | "cut" | "cut in flight" | "stream fault";

/** What the network tells the one who watches; not called in plain runs. */
export interface NetworkObserver extends CutObserver {
  onDrop(from: number, to: number, message: unknown, reason: DropReason): void;
  /** A segment of a stream has come to its host. */
  onSegment?(from: number, to: number, content: unknown): void;
}

/** The network as plain data, but for the options, which the plan holds. Indexed by link. */
export interface NetworkState {
  readonly sent: Int32Array;
  /** By the options' own `loss` and `duplication`. */
  lost: number;
  duplicated: number;
  readonly conditions: ConditionsState;
  readonly held: HeldState;
}

/** What the network needs of the simulation around it. */
export interface NetworkSurroundings {
  readonly seed: string;
  readonly options: NetworkOptions;
  readonly wire: Wire;
  readonly metrics: Metrics;
  /** The kinds of event that it schedules: a message arrives, a message is held no longer. */
  readonly deliverKind: number;
  readonly releaseKind: number;
}

/**
 * Decides the fate of each message, and hands the copies that arrive to the scheduler. A link is a
 * direction between two hosts: number `from * hosts + to`. The n-th message of a link always has
 * the same noise, whether or not anything happens to other messages.
 */
export class Network {
  readonly state: NetworkState;
  readonly cuts: CutTable;
  observer: NetworkObserver | undefined;
  readonly #hostCount: number;
  readonly #scheduler: Scheduler;
  readonly #options: NetworkOptions;
  readonly #deliverKind: number;
  readonly #latency: Noise;
  readonly #loss: Noise;
  readonly #duplication: Noise;
  readonly #secondLatency: Noise;
  /** By link: what its draws are keyed by, and which of the profiles it has; undefined: 0. */
  readonly #subjects: Int32Array;
  readonly #profileOf: Uint16Array | undefined;
  readonly #profiles: readonly Profile[];
  readonly conditions: Conditions;
  readonly #held: HeldMessages;
  /** By link, what its hosts are apart; undefined when none are. */
  readonly base: Float64Array | undefined;
  /** Whether there is nothing but latency, loss and duplication of the options. */
  #isPlain: boolean;

  /** Events carry the message as payload, or the held message. */
  constructor(scheduler: Scheduler, hosts: readonly NodeId[], surroundings: NetworkSurroundings) {
    const { seed, options } = surroundings;
    const linkCount = hosts.length * hosts.length;
    this.#scheduler = scheduler;
    this.#options = options;
    this.#deliverKind = surroundings.deliverKind;
    this.#hostCount = hosts.length;
    this.#latency = new Noise(seed, "latency");
    this.#loss = new Noise(seed, "loss");
    this.#duplication = new Noise(seed, "duplication");
    this.#secondLatency = new Noise(seed, "latency of the duplicate");
    this.#subjects = linkSubjects(hosts);
    this.#profiles = profiles(options);
    this.#profileOf = profileOf(hosts, options);
    this.conditions = new Conditions({ ...surroundings, scheduler });
    for (const one of baseConditions(hosts, options)) this.conditions.begin(one, () => 0);
    this.cuts = new CutTable(scheduler, surroundings, hosts.length);
    this.#held = new HeldMessages(scheduler, surroundings.releaseKind);
    this.base = baseLatencies(hosts, seed, options);
    this.#isPlain = this.base === undefined && !this.conditions.areAny;
    this.state = {
      sent: new Int32Array(linkCount),
      lost: 0,
      duplicated: 0,
      conditions: this.conditions.state,
      held: this.#held.state,
    };
  }

  send(from: number, to: number, message: unknown): void {
    const { state, cuts } = this;
    const link = from * this.#hostCount + to;
    const number = state.sent[link]!++;
    // To ask a number first spares most messages a look at a table of all links.
    if (cuts.state.linkCount !== 0 && cuts.stops(from, to, message)) return;
    if (!this.#isPlain) {
      this.#sendThrough(from, to, number, message);
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

  /** The event has come that lets a held message go at the latest. */
  release(held: HeldMessage): void {
    this.#held.due(held);
    this.#letGo(held);
  }

  /** Puts a condition on links from one host to another; returns its id. */
  beginCondition(
    application: Omit<Application, "links">,
    pairs: readonly (readonly [from: number, to: number])[],
  ): number {
    const links = pairs.map(([from, to]) => from * this.#hostCount + to);
    const all = { ...application, links: [...new Set(links)] };
    const id = this.conditions.begin(all, (link) => this.state.sent[link]!);
    this.#isPlain = this.base === undefined && !this.conditions.areAny;
    return id;
  }

  /** Takes a condition away; what it held back goes now. */
  endCondition(id: number): void {
    for (const held of this.#held.heldBy(id)) this.#letGo(held);
    this.conditions.end(id);
    this.#isPlain = this.base === undefined && !this.conditions.areAny;
  }

  /** How many deliveries a condition has changed so far. */
  changedBy(condition: number): number {
    return this.conditions.get(condition).changed;
  }

  /** By kind, what became of the weather that the options make: see FaultCount. */
  account(): ReadonlyMap<string, FaultCount> {
    return accountOf(this.#options, this.state, (link) => this.#profileOf?.[link] ?? 0);
  }

  /** Goes on from the state of another run over the same hosts. */
  restore(state: NetworkState): void {
    const { sent, conditions, held, ...rest } = state;
    this.state.sent.set(sent);
    Object.assign(this.state, rest);
    this.conditions.restore(conditions);
    this.#held.restore(held);
    this.#isPlain = this.base === undefined && !this.conditions.areAny;
  }

  /** As `send` from where cuts are past, with all that may lie on a link. */
  #sendThrough(from: number, to: number, number: number, message: unknown): void {
    const link = from * this.#hostCount + to;
    const profile = this.#profiles[this.#profileOf?.[link] ?? 0]!;
    const subject = this.#subjects[link]!;
    const passage = new Passage({ from, to, link, subject, number }, message);
    if (profile.loss !== 0 && this.#loss.draw(subject, number) < profile.loss) {
      this.state.lost++;
      passage.drop = "loss";
    } else this.conditions.pass(passage);
    if (passage.drop === undefined) this.#leave(passage, profile);
    else this.observer?.onDrop(from, to, message, passage.drop);
    if (this.#held.areAny) {
      for (const held of this.#held.sent(link, number)) this.#letGo(held);
    }
  }

  #leave(passage: Passage, { latency, duplication }: Profile): void {
    const { place, message, hold } = passage;
    const { from, to, link, subject, number } = place;
    const apart = passage.wait + (this.base?.[link] ?? 0);
    const timeOf = (draw: number, copy?: number): Micros =>
      apart + sample(latency, draw) + this.conditions.addedLatency(passage, copy);
    const time = timeOf(this.#latency.draw(subject, number));
    if (hold !== undefined) {
      const { by, window, max } = hold;
      const sequence = this.#scheduler.nextSequence;
      const held = { link, number, message, latency: time, sequence, by: by.id };
      this.#held.hold({ ...held, until: number + window }, from, to, max);
    } else {
      if (this.#held.areAny) {
        for (const { by } of this.#held.overtaken(link)) this.conditions.get(by).changed++;
      }
      this.#deliver(from, to, message, time);
    }
    if (duplication !== 0 && this.#duplication.draw(subject, number) < duplication) {
      this.state.duplicated++;
      const second = this.#secondLatency.draw(subject, number);
      this.#deliver(from, to, message, timeOf(second, SECOND));
    }
    for (const copy of passage.copies) {
      const draw = this.#secondLatency.draw(subject ^ copy, number);
      this.#deliver(from, to, message, timeOf(draw, copy));
    }
  }

  #letGo({ link, message, latency, sequence }: HeldMessage): void {
    const [from, to] = [Math.floor(link / this.#hostCount), link % this.#hostCount];
    if (!this.cuts.isSevered(from, to, sequence, message))
      this.#deliver(from, to, message, latency);
  }

  #deliver(from: number, to: number, message: unknown, latency: Micros): void {
    const { cuts } = this;
    if (cuts.state.linkCount !== 0 && cuts.holds(from, to, message, latency)) return;
    const at = this.#scheduler.now + latency;
    this.#scheduler.schedule(at, this.#deliverKind, to, from, message);
  }
}

/** The copy that the options' own `duplication` makes, as a key for its draws. */
const SECOND = 0x3c6ef372;
