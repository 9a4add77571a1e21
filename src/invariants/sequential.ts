import type { Call } from "./call.ts";
import type { LinearizabilityVerdict, SearchBounds } from "./linearizability.ts";
import type { Model } from "./model.ts";
import { groupsOf } from "./sequential/groups.ts";
import { type Found, OrderSearch } from "./sequential/order-search.ts";
import { Purse } from "./sequential/purse.ts";

/** The judgement of a history. */
export interface SequentialReport {
  readonly verdict: LinearizabilityVerdict;
  /** How many calls were judged: those the model left out do not count. */
  readonly operations: number;
  /** How many groups of parts were judged apart: no client has calls in two of them. */
  readonly groups: number;
  /** Every group that no order explains, in the order in which they appear in the history. */
  readonly illegal: readonly NonSequentialGroup[];
  /** Every group that could not be decided, and which bound was in the way. */
  readonly unknown: readonly {
    readonly parts: readonly string[];
    readonly bound: "memory" | "steps" | "time";
  }[];
}

/** Why there is no order. Calls are named by their places in `calls`, 0-based. */
export interface NonSequentialGroup {
  /** What `partition` says. One part, if that is not sequentially consistent by itself. */
  readonly parts: readonly string[];
  /** All calls of these parts that were judged, in order of invocation. */
  readonly calls: readonly Call[];
  /** The longest order found that explains answers. */
  readonly prefix: readonly number[];
  /** What comes next of every client that is not done then; none of these can. */
  readonly next: readonly number[];
  /** The states after the prefix, in words, by part. */
  readonly states: readonly string[];
}

/**
 * Judges whether a history is sequentially consistent (Lamport 1979): whether there is one order of
 * all calls, of all keys together, that keeps to the order of each client's own calls and explains
 * every answer. Real time does not count. A call with `info` comes after what its client had ended
 * before, and anywhere after that or nowhere at all; it precedes none.
 *
 * Unlike linearizability it is not local (Herlihy and Wing 1990, §3.3): parts that are sequentially
 * consistent one by one may not be so together, as clients that saw two keys change in opposite
 * orders show. Therefore parts are judged together, except that: a part which is illegal by itself
 * makes the whole illegal, as an order of the whole holds one of each part; and parts of which no
 * client has calls in two, not even by way of others, are judged apart, as orders of them can be
 * put one behind the other.
 *
 * Exponential time at worst (Gibbons and Korach 1997: NP-complete), which `bounds` limits. Calls
 * may come in any order. Throws a UsageError when the model does not know a call.
 */
export function checkSequential<State, Operation>(
  calls: readonly Call[],
  model: Model<State, Operation>,
  bounds: Partial<SearchBounds> = {},
): SequentialReport {
  const purse = new Purse(bounds);
  const groups = groupsOf(calls, model);
  const illegal: NonSequentialGroup[] = [];
  const unknown: { parts: readonly string[]; bound: "memory" | "steps" | "time" }[] = [];
  for (const group of groups) {
    const found = judgeGroup(group, model, purse);
    if (found === undefined) continue;
    const { parts } = found;
    if (found.bound !== undefined) unknown.push({ parts, bound: found.bound });
    else illegal.push(inWords(found, model));
  }
  const isIllegal = illegal.length > 0;
  return {
    verdict: isIllegal ? "illegal" : unknown.length > 0 ? "unknown" : "ok",
    operations: groups.reduce((sum, { steps }) => sum + steps.length, 0),
    groups: groups.length,
    illegal,
    unknown,
  };
}

type Group<Operation> = ReturnType<typeof groupsOf<unknown, Operation>>[number];

/** Undefined if there is an order. Each part is tried alone first: that is less to explain. */
function judgeGroup<State, Operation>(
  group: Group<Operation>,
  model: Model<State, Operation>,
  purse: Purse,
): Found<Operation> | undefined {
  if (group.parts.length > 1) {
    for (const part of group.parts) {
      const steps = group.steps.filter((step) => step.part === part);
      const found = new OrderSearch([part], steps, model, purse).run();
      if (found !== undefined && found.bound === undefined) return found;
    }
  }
  return new OrderSearch(group.parts, group.steps, model, purse).run();
}

function inWords<State, Operation>(
  { parts, steps, prefix, next, states }: Found<Operation>,
  { describe }: Model<State, Operation>,
): NonSequentialGroup {
  return {
    parts,
    calls: steps.map(({ call }) => call),
    prefix,
    next,
    // The states are those of this model's own search.
    states: states.map((state) => describe?.state?.(state as State) ?? JSON.stringify(state)),
  };
}
