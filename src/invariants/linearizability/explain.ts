import { assert } from "../../sim/assert.ts";
import { type Model, REFUSED } from "../model.ts";
import { Budget } from "./budget.ts";
import type { Layout } from "./layout.ts";
import type { Part } from "./parts.ts";
import type { IllegalPart } from "./report.ts";
import { Search } from "./search.ts";
import { StateTable } from "./state-table.ts";

/** At most so many orders are named, of so many operations all together. */
const PREFIXES_MAX = 64;
const PREFIXES_LENGTH_MAX = 1_000_000;
/** A search that looks ahead stops early; so many steps, and a few for each call, go on from it. */
const STEPS_BEYOND = 20_000;

/** What a search that found no order says of a part. */
export function explainIllegal<State, Operation>(
  part: Part<Operation>,
  layout: Layout<Operation>,
  model: Model<State, Operation>,
  search: Search,
): IllegalPart {
  const orders: (readonly number[])[] = [];
  const beyond = goBeyond(layout, model, search);
  let room = PREFIXES_LENGTH_MAX;
  const leaves = search.tree.longestOrders(layout.count, PREFIXES_MAX);
  for (const order of [beyond, ...leaves.map((leaf) => search.tree.order(leaf))]) {
    if (order === undefined || (orders.length > 0 && order.length > room)) continue;
    room -= order.length;
    orders.push(order);
  }
  if (orders.length === 0) orders.push([]);
  const prefixes = orders.sort((a, b) => b.length - a.length);
  const stuck = stuckAfter(prefixes[0]!, layout);
  const ends = prefixes.filter((order) => stuckAfter(order, layout) === stuck);
  return {
    part: part.name,
    calls: part.calls,
    prefixes,
    stuck,
    states: [...new Set(ends.map((order) => stateAfter(order, part, model)))],
    smallest: part.calls.map((_, i) => i),
    isMinimal: false,
    sentence: undefined,
  };
}

/**
 * A search that looks ahead does not take what a later answer will contradict. Goes on from where
 * it got farthest with the model's own steps, so that the contradiction itself is what is shown.
 */
function goBeyond<State, Operation>(
  layout: Layout<Operation>,
  model: Model<State, Operation>,
  search: Search,
): number[] | undefined {
  if (model.prepare === undefined) return undefined;
  const budget = new Budget({ stepsMax: STEPS_BEYOND + 4 * layout.count });
  const table = new StateTable(model, model, layout.classes, budget);
  const further = new Search({ layout, table, budget });
  further.begin(search.tree.order(search.longest.node));
  const verdict = further.run();
  assert(verdict !== "ok", "prepare of the model refuses what is legal:", model.name);
  if (further.longest.length <= search.longest.length) return undefined;
  return further.tree.order(further.longest.node);
}

/** The first required operation to return of those that are not in the order. */
function stuckAfter(order: readonly number[], { count, events }: Layout<unknown>): number {
  const isDone = new Uint8Array(count);
  for (const operation of order) isDone[operation] = 1;
  return ~events.find((event) => event < 0 && isDone[~event] === 0)!;
}

function stateAfter<State, Operation>(
  order: readonly number[],
  { operations }: Part<Operation>,
  model: Model<State, Operation>,
): string {
  let state = model.init;
  for (const operation of order) {
    const next = model.step(state, operations[operation]!);
    assert(next !== REFUSED, "an order that was found is refused", model.name);
    state = next;
  }
  return model.describe?.state?.(state) ?? JSON.stringify(state) ?? "undefined";
}
