import { checkCount, checkList, checkOneOf, checkProbability, checkRecord } from "../check.ts";
import type { NodeId } from "../env.ts";
import { checkDistribution, constant, type Distribution, uniform } from "../random/distribution.ts";
import { ms } from "../time.ts";
import {
  type BandwidthCondition,
  type BurstLossCondition,
  CONDITION_CHECKS,
  type ConditionReader,
  type CorruptionCondition,
  type ReorderCondition,
} from "./condition.ts";
import {
  checkStreamTimeouts,
  checkTransport,
  checkTransports,
  defaultStreamTimeouts,
  STREAM_TIMEOUTS,
  type StreamTimeouts,
  type Transport,
} from "./stream-options.ts";

/** What happens to messages on a link, and on all links that have no entry of their own. */
export interface LinkOptions {
  /** Time under way. Messages overtake each other when it varies. */
  readonly latency: Distribution;
  /**
   * What a pair of hosts is apart, on top of `latency`: drawn once for the pair, the same in both
   * directions and for the whole run. A host is not apart from itself. Default: nothing.
   */
  readonly base: Distribution;
  /** Probability that a message is lost. */
  readonly loss: number;
  /** Losses in bursts; off when `enter` is 0, the default. */
  readonly burstLoss: Omit<BurstLossCondition, "kind">;
  /** Probability that a message arrives twice, each copy after a latency of its own. */
  readonly duplication: number;
  /** Messages held back until later ones have gone; off when `probability` is 0, the default. */
  readonly reorder: Omit<ReorderCondition, "kind">;
  /** Messages damaged under way; off when `probability` is 0, the default. */
  readonly corruption: Omit<CorruptionCondition, "kind">;
  /** Lines that messages pass. Links with equal entries share those of a host. Default: none. */
  readonly bandwidth: readonly Omit<BandwidthCondition, "kind">[];
  /** Larger messages are dropped; 0, the default: none is too large. */
  readonly bytesMax: number;
  /** What carries messages, the same in both directions. Default: datagrams. */
  readonly transport: Transport;
}

export interface NetworkOptions extends LinkOptions, StreamTimeouts {
  /** Links that differ, each a direction. */
  readonly links: readonly DirectedLink[];
}

export interface DirectedLink extends LinkOptions {
  readonly from: NodeId;
  readonly to: NodeId;
}

/** Network options as a person writes them: what is left out is the default. */
export type GivenNetwork = Partial<LinkOptions & StreamTimeouts> & {
  /** What a link leaves out is as on all others. */
  readonly links?: readonly (Partial<LinkOptions> & Pick<DirectedLink, "from" | "to">)[];
};

export const defaultNetworkOptions: NetworkOptions = {
  latency: uniform(ms(1), ms(5)),
  base: constant(0),
  loss: 0,
  burstLoss: { enter: 0, leave: 1, loss: 1 },
  duplication: 0,
  reorder: { probability: 0, window: 1, holdMax: ms(100) },
  corruption: { probability: 0, of: "bytes" },
  bandwidth: [],
  bytesMax: 0,
  transport: "datagram",
  ...defaultStreamTimeouts,
  links: [],
};

/** All options of a network, with what is given in the place of the defaults. */
export function networkOptions({ links = [], ...given }: GivenNetwork): NetworkOptions {
  const all = { ...defaultNetworkOptions, ...given };
  const { links: _, connectTimeout, streamTimeout, ...everyLink } = all;
  return { ...all, links: links.map((link) => ({ ...everyLink, ...link })) };
}

/** Checks network options from outside; throws a UsageError that names the path. */
export function checkNetworkOptions(
  value: unknown,
  path: string,
  hosts: readonly NodeId[],
): NetworkOptions {
  const { links, ...rest } = checkRecord(value, path, [
    ...LINK_FIELDS,
    ...STREAM_TIMEOUTS,
    "links",
  ]);
  const list = checkList(links, `${path}.links`).map((item, i) => {
    const link = `${path}.links[${i}]`;
    const { from, to, ...options } = checkRecord(item, link, [...LINK_FIELDS, "from", "to"]);
    return {
      from: checkOneOf(from, `${link}.from`, hosts),
      to: checkOneOf(to, `${link}.to`, hosts),
      ...checkLinkOptions(options, link),
    };
  });
  checkTransports(list, rest.transport, path);
  return { ...checkLinkOptions(rest, path), ...checkStreamTimeouts(rest, path), links: list };
}

const LINK_FIELDS = [
  ...["latency", "base", "loss", "burstLoss", "duplication", "reorder", "corruption"],
  ...["bandwidth", "bytesMax", "transport"],
];

function checkLinkOptions(value: Readonly<Record<string, unknown>>, path: string): LinkOptions {
  const { burstLoss, reorder, corruption, bandwidth } = CONDITION_CHECKS;
  const read = (field: string, known: readonly string[]): ConditionReader =>
    reader(value[field], `${path}.${field}`, known);
  const lines = checkList(value.bandwidth, `${path}.bandwidth`);
  return {
    latency: checkDistribution(value.latency, `${path}.latency`),
    base: checkDistribution(value.base, `${path}.base`),
    loss: checkProbability(value.loss, `${path}.loss`),
    burstLoss: burstLoss(read("burstLoss", ["enter", "leave", "loss"])),
    duplication: checkProbability(value.duplication, `${path}.duplication`),
    reorder: reorder(read("reorder", ["probability", "window", "holdMax"])),
    corruption: corruption(read("corruption", ["probability", "of"])),
    bandwidth: lines.map((line, i) => {
      const known = ["bytesPerSecond", "queueBytes", "per"];
      return bandwidth(reader(line, `${path}.bandwidth[${i}]`, known));
    }),
    bytesMax: checkCount(value.bytesMax, `${path}.bytesMax`, 0),
    transport: checkTransport(value.transport, `${path}.transport`),
  };
}

function reader(value: unknown, path: string, known: readonly string[]): ConditionReader {
  const fields = checkRecord(value, path, known);
  return {
    oneOf: (field, choices) => checkOneOf(fields[field], `${path}.${field}`, choices),
    count: (field, low, high) => checkCount(fields[field], `${path}.${field}`, low, high),
    probability: (field) => checkProbability(fields[field], `${path}.${field}`),
    distribution: (field) => checkDistribution(fields[field], `${path}.${field}`),
  };
}
