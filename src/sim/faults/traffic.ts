// What a link does to the messages on it, short of cutting it.

import {
  type BandwidthCondition,
  type BurstLossCondition,
  CONDITION_CHECKS,
  type CorruptionCondition,
  type DuplicationCondition,
  describeCondition,
  type LatencyCondition,
  type LossCondition,
  type ReorderCondition,
  type SizeLimitCondition,
} from "../network/condition.ts";
import type { Micros } from "../time.ts";
import type { FaultDefinition, FaultReader, FaultWorld, Struck, Target } from "./definition.ts";

/**
 * A condition on some links for some messages. Conditions of one kind on one link add up: each acts
 * by itself, with draws of its own. A message meets those that hold when it is sent.
 */
export type TrafficFault =
  | (Scope & LatencyCondition)
  | (Scope & LossCondition)
  | (Scope & BurstLossCondition)
  | (Scope & DuplicationCondition)
  | (Scope & ReorderCondition)
  | (Scope & CorruptionCondition)
  | (Scope & BandwidthCondition)
  | (Scope & SizeLimitCondition);

/** Which messages are struck: those from one of `from` to another host of `to`. */
interface Scope {
  readonly from: readonly Target[];
  readonly to: readonly Target[];
  /** Also those from one of `to` to one of `from`. */
  readonly bothWays: boolean;
  /** Only messages with one of these texts in their field `type`; none: all messages. */
  readonly types: readonly string[];
}

/** The condition, by id. */
interface ConditionMark {
  readonly condition: number;
}

type Kind = TrafficFault["kind"];
type OfKind<K extends Kind> = Extract<TrafficFault, { kind: K }>;

export const trafficFaults: {
  readonly [K in Kind]: FaultDefinition<OfKind<K>, ConditionMark>;
} = {
  latency: traffic((read) => CONDITION_CHECKS.latency(read)),
  loss: traffic((read) => CONDITION_CHECKS.loss(read)),
  burstLoss: traffic((read) => CONDITION_CHECKS.burstLoss(read)),
  duplication: traffic((read) => CONDITION_CHECKS.duplication(read)),
  reorder: traffic((read) => CONDITION_CHECKS.reorder(read)),
  corruption: traffic((read) => CONDITION_CHECKS.corruption(read)),
  bandwidth: traffic((read) => CONDITION_CHECKS.bandwidth(read)),
  sizeLimit: traffic((read) => CONDITION_CHECKS.sizeLimit(read)),
};

function traffic<Fault extends TrafficFault>(
  check: (read: FaultReader) => Omit<Fault, "kind" | keyof Scope>,
): FaultDefinition<Fault, ConditionMark> {
  return {
    check: (read) =>
      // The fields of the scope and those of the condition are all that the fault has.
      ({ ...readScope(read), ...check(read) }) as Omit<Fault, "kind">,
    targets: ({ from, to }) => [...new Set([...from, ...to])],
    describe: (fault) => `${describeCondition(fault)}, ${describeScope(fault)}`,
    begin: (fault, struck, world) => begin(fault, fault.at, struck, world),
    end: ({ condition }, { network }) => network.endCondition(condition),
    isEffective: ({ condition }, { network }) => network.changedBy(condition) > 0,
  };
}

function readScope(read: FaultReader): Scope {
  return {
    from: read.targets("from"),
    to: read.targets("to"),
    bothWays: read.flag("bothWays"),
    types: read.texts("types"),
  };
}

/** `n1 n2 -> n3`, `n1 <-> n2, only vote append`. */
function describeScope({ from, to, bothWays, types }: Scope): string {
  const links = `${from.join(" ")} ${bothWays ? "<->" : "->"} ${to.join(" ")}`;
  return types.length === 0 ? links : `${links}, only ${types.join(" ")}`;
}

function begin(
  fault: TrafficFault,
  at: Micros,
  struck: Struck,
  { network }: FaultWorld,
): ConditionMark {
  const { from, to, bothWays, types, ...condition } = fault;
  const there = pairs(struck(from), struck(to));
  const back = bothWays ? pairs(struck(to), struck(from)) : [];
  // By kind and time and not by its number in the schedule, so that draws stay as they are when
  // other faults are left out.
  const name = `${fault.kind} at ${at}`;
  return { condition: network.beginCondition({ condition, name, types }, [...there, ...back]) };
}

/** Links from each of `from` to each of `to`, but for those of a host to itself. */
function pairs(from: readonly number[], to: readonly number[]): [from: number, to: number][] {
  return from.flatMap((a) => to.filter((b) => b !== a).map((b): [number, number] => [a, b]));
}
