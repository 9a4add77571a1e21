import { PREMISES, type Premise } from "../../sim/invariant.ts";
import type { Plan } from "../../sim/plan.ts";
import { isEqual } from "./equal.ts";

/** What of a plan is not as in the original, and what was altered there already. */
export function alteredParts(original: Plan, plan: Plan): readonly Premise[] {
  return PREMISES.filter(
    (part) => original.altered?.includes(part) || differs[part](original, plan),
  );
}

const differs: { readonly [Part in Premise]: (a: Plan, b: Plan) => boolean } = {
  servers: (a, b) => !isEqual(a.servers, b.servers),
  // Thousands of large ones are not to be compared value by value; a check keeps what they ask for.
  operations: (a, b) =>
    a.operations.length !== b.operations.length ||
    a.operations.some((planned, i) => {
      const { at, client, operation } = b.operations[i]!;
      return at !== planned.at || client !== planned.client || operation !== planned.operation;
    }),
  faults: (a, b) => a.faults.length !== b.faults.length || !isEqual(a.faults, b.faults),
  conditions: (a, b) =>
    !isEqual(a.network, b.network) ||
    !isEqual(a.disk, b.disk) ||
    !isEqual(a.clocks, b.clocks) ||
    !isEqual(a.cpu, b.cpu),
};
