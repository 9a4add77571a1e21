// Which faults, operations and sites are needed at all.

import type { Plan } from "../../sim/plan.ts";
import { type Reducible, reduceList, reducePairs } from "./delta.ts";
import type { Search } from "./search.ts";

/** Leaves out faults. */
export function reduceFaults(search: Search): void {
  if (!search.supposes("faults")) reduceField(search, "faults");
}

/** Leaves out operations. */
export function reduceOperations(search: Search): void {
  if (!search.supposes("operations")) reduceField(search, "operations");
}

/** Disarms sites of buggify. */
export function reduceSites(search: Search): void {
  if (!search.supposes("faults")) reduceField(search, "buggify");
}

function reduceField(search: Search, field: "faults" | "operations" | "buggify"): void {
  const list = listOf(
    search,
    (plan): readonly unknown[] => plan[field],
    (plan, items) => ({ ...plan, [field]: items }),
  );
  // Single items of a long list are tried when hosts and noise have gone, and runs are short.
  reduceList(list, search.isCoarse ? { partsMax: COARSE_PARTS } : {});
  if (search.effort > 0 && list.items().length <= PAIRS_MAX) reducePairs(list);
}

const COARSE_PARTS = 24;

/** In longer lists there are too many pairs. */
const PAIRS_MAX = 12;

/** A list of the best plan, for delta debugging. */
export function listOf<Item>(
  search: Search,
  read: (plan: Plan) => readonly Item[],
  write: (plan: Plan, items: readonly Item[]) => Plan,
): Reducible<Item> {
  return {
    items: () => read(search.plan),
    keep: (items) => {
      const { length } = read(search.plan);
      return search.try(write(search.plan, items), seedsFor(length, items.length));
    },
    isOver: () => search.isOver,
  };
}

/** Other seeds are worth their time in short lists, and when much would be left out. */
function seedsFor(length: number, left: number): number {
  if (length <= SHORT || left <= length * (3 / 4)) return Number.MAX_SAFE_INTEGER;
  return left <= length * (15 / 16) ? 2 : 0;
}

const SHORT = 48;
