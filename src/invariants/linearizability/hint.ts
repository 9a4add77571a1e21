import type { Call } from "../call.ts";
import type { Layout } from "./layout.ts";
import { OpenCalls } from "./open-calls.ts";
import type { StateTable } from "./state-table.ts";

/**
 * Whether changes of state in the order that the calls themselves name explain every answer, with
 * each observer as soon as it is legal. Linear in the calls, so it is tried first; false says
 * nothing of the history, which may be linearizable in another order.
 */
export function isExplainedByHint(
  calls: readonly Call[],
  layout: Layout<unknown>,
  table: Pick<StateTable<unknown, unknown>, "step">,
): boolean {
  const changes = changesByHint(calls, layout);
  if (changes === undefined) return false;
  const open = new OpenCalls(layout);
  let missing = layout.required;
  let state = 0;
  for (const operation of [-1, ...changes]) {
    if (operation >= 0) {
      state = table.step(state, layout.classOf[operation]!);
      if (state < 0 || !isOpen(open, layout.count, operation)) return false;
      open.lift(operation);
      if (layout.isOptional[operation] === 0) missing--;
    }
    missing -= liftObservers(open, layout, (of) => table.step(state, of) >= 0);
  }
  return missing === 0;
}

/** Undefined when one that must be placed says nothing of its order. */
function changesByHint(calls: readonly Call[], layout: Layout<unknown>): number[] | undefined {
  const changes: number[] = [];
  for (const [i, { order }] of calls.entries()) {
    if (layout.isObserver[i] === 1) continue;
    if (order !== undefined) changes.push(i);
    else if (layout.isOptional[i] === 0) return undefined;
  }
  if (changes.length === 0) return undefined;
  return changes.sort((a, b) => calls[a]!.order! - calls[b]!.order! || a - b);
}

/** Whether it may be next: nothing that is still to be placed returned before it was invoked. */
function isOpen({ next }: OpenCalls, count: number, operation: number): boolean {
  for (let entry = next[0]!; entry !== 0 && entry <= count; entry = next[entry]!) {
    if (entry === operation + 1) return true;
  }
  return false;
}

function liftObservers(
  open: OpenCalls,
  { count, isObserver, isOptional, classOf }: Layout<unknown>,
  isLegal: (operationClass: number) => boolean,
): number {
  let lifted = 0;
  let entry = open.next[0]!;
  while (entry !== 0 && entry <= count) {
    const i = entry - 1;
    if (isObserver[i] === 1 && isOptional[i] === 0 && isLegal(classOf[i]!)) {
      entry = open.lift(i);
      lifted++;
    }
    entry = open.next[entry]!;
  }
  return lifted;
}
