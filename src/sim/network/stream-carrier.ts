import type { NodeId } from "../env.ts";
import { sample } from "../random/distribution.ts";
import { Noise } from "../random/random.ts";
import type { Micros } from "../time.ts";
import type { Link } from "./cut.ts";
import { linkSubjects, type Profile, profileOf, profiles } from "./link-profile.ts";
import type { DropReason, Network } from "./network.ts";
import type { NetworkOptions } from "./network-options.ts";
import { Passage } from "./passage.ts";
import { contentOf, LOST, type Segment } from "./stream-segment.ts";

/**
 * Decides the fate of each segment, by the options and the cuts that also decide the fate of
 * datagrams. The first copy of a message has the latency that it would have as a datagram; all
 * other segments have noise of their own, addressed by connection and attempt.
 */
export class StreamCarrier {
  readonly #network: Network;
  readonly #hostCount: number;
  readonly #latency: Noise;
  readonly #loss: Noise;
  readonly #duplication: Noise;
  readonly #secondLatency: Noise;
  /** By link. */
  readonly #subjects: Int32Array;
  readonly #profiles: readonly Profile[];
  readonly #areStreams: readonly boolean[];

  constructor(
    network: Network,
    hosts: readonly NodeId[],
    { seed, options }: { readonly seed: string; readonly options: NetworkOptions },
  ) {
    this.#network = network;
    this.#hostCount = hosts.length;
    // The names of the network's own draws: the n-th message is as late as the n-th datagram.
    this.#latency = new Noise(seed, "latency");
    this.#loss = new Noise(seed, "loss");
    this.#duplication = new Noise(seed, "duplication");
    this.#secondLatency = new Noise(seed, "latency of the duplicate");
    this.#subjects = linkSubjects(hosts);
    const [own, all] = [profileOf(hosts, options), profiles(options)];
    const entries = Array.from(this.#subjects, (_, link) => own?.[link] ?? 0);
    this.#profiles = entries.map((entry) => all[entry]!);
    const transports = [options, ...options.links].map(({ transport }) => transport);
    this.#areStreams = entries.map((entry) => transports[entry] === "stream");
  }

  /** Whether messages of the link, by its number, go through a stream. */
  isStream(link: number): boolean {
    return this.#areStreams[link]!;
  }

  /** Counts a message that a program sends: what its draws are addressed by. */
  countSent(link: number): number {
    return this.#network.state.sent[link]!++;
  }

  /**
   * How long a segment that leaves now is under way, or LOST. It is never received twice: of two
   * copies the one that arrives first is all that matters.
   */
  passage(link: number, segment: Segment): Micros | typeof LOST {
    const { state, cuts, conditions, base } = this.#network;
    if (cuts.state.linkCount !== 0) {
      const [from, to] = this.#ends(link);
      if (cuts.stopsSegment(from, to, contentOf(segment))) return LOST;
    }
    const { latency, loss } = this.#profiles[link]!;
    const subject = this.#subjects[link]! ^ saltOf(segment);
    const number = segment.type === "data" ? segment.outgoing.number : state.sent[link]!;
    if (loss !== 0 && this.#loss.draw(subject, number) < loss) {
      state.lost++;
      this.drop(link, segment, "loss");
      return LOST;
    }
    const added = conditions.areAny ? this.#pass(link, segment, subject, number) : 0;
    if (added === LOST) return LOST;
    const time = sample(latency, this.#latency.draw(subject, number));
    return added + (base?.[link] ?? 0) + this.#sooner(link, subject, number, time);
  }

  /** Whether a segment that now arrives was under way when a cut began that loses such segments. */
  isSevered(link: number, segment: Segment, sequence: number): boolean {
    const [from, to] = this.#ends(link);
    return this.#network.cuts.isSevered(from, to, sequence, contentOf(segment));
  }

  /** Tells who watches that a segment does not arrive. */
  drop(link: number, segment: Segment, reason: DropReason): void {
    const [from, to] = this.#ends(link);
    this.#network.observer?.onDrop(from, to, contentOf(segment), reason);
  }

  /** What the conditions of the link add to the time of a segment, or LOST. */
  #pass(link: number, segment: Segment, subject: number, number: number): Micros | typeof LOST {
    const { conditions } = this.#network;
    const [from, to] = this.#ends(link);
    const passage = new Passage({ from, to, link, subject, number }, contentOf(segment), true);
    conditions.pass(passage);
    if (passage.drop === undefined) return passage.wait + conditions.addedLatency(passage);
    this.drop(link, segment, passage.drop);
    return LOST;
  }

  #ends(link: number): Link {
    return [Math.floor(link / this.#hostCount), link % this.#hostCount];
  }

  /** The latency of the first of two copies, if there are two. */
  #sooner(link: number, subject: number, number: number, first: Micros): Micros {
    const { duplication, latency } = this.#profiles[link]!;
    if (duplication === 0 || this.#duplication.draw(subject, number) >= duplication) return first;
    const second = sample(latency, this.#secondLatency.draw(subject, number));
    if (second >= first) return first;
    this.#network.state.duplicated++;
    return second;
  }
}

/** What tells the draws of a segment from those of others; nothing for a message's first copy. */
function saltOf(segment: Segment): number {
  switch (segment.type) {
    case "data":
      return mixed(0, segment.outgoing.attempts - 1);
    case "acknowledge":
      return mixed(segment.outgoing.number + 1, segment.outgoing.attempts);
    case "connect":
      return mixed(CONNECT ^ segment.id, segment.attempt);
    case "accept":
      return mixed(ACCEPT ^ segment.peerId, segment.attempt);
    case "reset":
      return mixed(RESET ^ segment.peerId, segment.attempt);
  }
}

const CONNECT = 0x53594e00;
const ACCEPT = 0x41434b00;
const RESET = 0x52535400;

function mixed(key: number, attempt: number): number {
  return Math.imul(key, 0x85ebca6b) ^ Math.imul(attempt, 0x9e3779b1);
}
