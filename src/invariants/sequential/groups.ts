import type { Call } from "../call.ts";
import type { Model } from "../model.ts";

/** A call to be placed in an order. */
export interface Step<Operation> {
  readonly call: Call;
  readonly operation: Operation;
  /** What `partition` says of it. */
  readonly part: string;
}

/** Parts that clients tie together, and the calls of them in order of invocation. */
export interface Group<Operation> {
  readonly parts: readonly string[];
  readonly steps: readonly Step<Operation>[];
}

/**
 * The smallest groups of parts of which no client has calls in two, in order of appearance. Calls
 * that the model leaves out tie nothing together.
 */
export function groupsOf<State, Operation>(
  calls: readonly Call[],
  model: Model<State, Operation>,
): readonly Group<Operation>[] {
  const steps = calls
    .toSorted((a, b) => a.invoked - b.invoked)
    .flatMap((call) => {
      const operation = model.read(call);
      if (operation === undefined) return [];
      return [{ call, operation, part: model.partition?.(call) ?? "" }];
    });
  const leaders = new Map<string, string>();
  const leaderOf = (part: string): string => {
    let leader = part;
    for (let up = leaders.get(leader); up !== undefined; up = leaders.get(leader)) leader = up;
    return leader;
  };
  const partOfClient = new Map<string, string>();
  for (const { call, part } of steps) {
    const known = partOfClient.get(call.client);
    partOfClient.set(call.client, part);
    if (known === undefined || known === part) continue;
    const [mine, other] = [leaderOf(part), leaderOf(known)];
    if (mine !== other) leaders.set(mine, other);
  }
  const groups = new Map<string, { parts: Set<string>; steps: Step<Operation>[] }>();
  for (const step of steps) {
    const leader = leaderOf(step.part);
    const group = groups.get(leader) ?? { parts: new Set(), steps: [] };
    groups.set(leader, group);
    group.parts.add(step.part);
    group.steps.push(step);
  }
  return [...groups.values()].map((group) => ({ parts: [...group.parts], steps: group.steps }));
}
