// Single faults: whom they strike, how often, how much.

import type { Fault } from "../../sim/fault.ts";
import type { Distribution } from "../../sim/random/distribution.ts";
import { constantsFor, rounded } from "./quiet.ts";
import type { Search } from "./search.ts";
import { withFewerTargets } from "./targets.ts";

/** Makes each fault simpler where that will do; for plans of a few faults. */
export function simplifyFaults(search: Search): void {
  if (search.supposes("faults") || search.plan.faults.length > FAULTS_MAX) return;
  for (let i = 0; i < search.plan.faults.length; i++) {
    while (strikeFewer(search, i));
    const fault = search.plan.faults[i];
    if (fault === undefined) return;
    for (const field of Object.keys(fault)) {
      for (const value of simplerValues(search, i, field)) {
        const { plan } = search;
        const simpler = { ...plan.faults[i]!, [field]: value } as Fault;
        if (search.try({ ...plan, faults: plan.faults.with(i, simpler) }, SEEDS)) break;
      }
    }
  }
}

/** In a plan with more faults than this, it would take too long. */
const FAULTS_MAX = 20;

/** What a fault is made of is of less worth than events: fewer seeds are tried for it. */
const SEEDS = 2;

/** Whether a host could be taken out of one of the fault's lists. */
function strikeFewer(search: Search, i: number): boolean {
  const { plan } = search;
  const fault = plan.faults[i];
  if (fault === undefined) return false;
  return withFewerTargets(fault).some((fewer) =>
    search.try({ ...plan, faults: plan.faults.with(i, fewer) }, SEEDS),
  );
}

/** Values for a field of a fault that are simpler than its own, the simplest first. */
function simplerValues(search: Search, i: number, field: string): readonly unknown[] {
  const { plan } = search;
  const fault = plan.faults[i];
  if (fault === undefined || field === "at" || field === "lasting" || field === "kind") return [];
  const value: unknown = Reflect.get(fault, field);
  switch (field) {
    case "probability":
    case "loss":
      return value === 1 || !mayGrow(search, fault) ? [] : [1];
    case "inFlight":
      return value === "lose" || !mayGrow(search, fault) ? [] : ["lose"];
    case "types":
      return mayGrow(search, fault) && Array.isArray(value) && value.length > 0 ? [[]] : [];
    case "bothWays":
      return value === true ? [false] : [];
  }
  if (isDistribution(value)) return constantsFor(value);
  if (typeof value !== "number" || !Number.isInteger(value)) return [];
  const sign = Math.sign(value);
  const size = Math.abs(value);
  const less = mayGrow(search, fault) ? [rounded(size / 10), rounded(size / 2)] : [];
  const simpler = [...(SMALL.get(field) ?? []), ...less, rounded(size), roundedToTwo(size)];
  return [...new Set(simpler)].filter((other) => other !== size).map((other) => sign * other);
}

/** Fields that count something, of which the least is the simplest. */
const SMALL: ReadonlyMap<string, readonly number[]> = new Map([
  ["after", [0]],
  ["bits", [1]],
  ["window", [1]],
  ["sparedBytes", [0]],
  ["freeBytes", [0]],
]);

/** Whether a fault may do more than before: not when something good is to come of its end. */
function mayGrow(search: Search, { at, lasting }: Fault): boolean {
  return search.isSafety && at + lasting <= search.first.plan.horizon;
}

/** Two digits that count: 2,556 is 2,600. */
function roundedToTwo(value: number): number {
  const unit = 10 ** Math.max(0, String(Math.floor(value)).length - 2);
  return Math.round(value / unit) * unit;
}

function isDistribution(value: unknown): value is Distribution {
  return typeof value === "object" && value !== null && "kind" in value && !Array.isArray(value);
}
