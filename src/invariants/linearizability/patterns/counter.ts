import type { Call } from "../../call.ts";
import { type CounterOperation, counterModel } from "../../models/counter.ts";
import { countBelow, intervalsOf } from "./intervals.ts";
import { type Pattern, pattern } from "./pattern.ts";
import { deedText } from "./words.ts";

/**
 * The known anomalies of a counter: an answer below what had been added for certain, one above what
 * can have been added, and, where nothing is taken away, one below an earlier one. O(n log n).
 */
export function counterPattern(calls: readonly Call[]): Pattern | undefined {
  const operations = calls.map((call) => counterModel.read(call));
  const { begins, ends, byEnd } = intervalsOf(calls);
  const up = new Sums(operations.map((operation) => Math.max(amountOf(operation), 0)));
  const down = new Sums(operations.map((operation) => Math.min(amountOf(operation), 0)));
  let next = 0;
  let highest: number | undefined;
  for (let call = 0; call < calls.length; call++) {
    for (; next < byEnd.length && ends[byEnd[next]!]! < begins[call]!; next++) {
      const ended = byEnd[next]!;
      up.end(ended);
      down.end(ended);
      const shown = afterOf(operations[ended]);
      if (shown === undefined) continue;
      if (highest === undefined || shown > afterOf(operations[highest])!) highest = ended;
    }
    const shown = afterOf(operations[call]);
    if (shown === undefined) continue;
    const invoked = countBelow(begins, ends[call]!);
    const own = amountOf(operations[call]);
    const least = up.ended + down.before(invoked) + Math.max(own, 0);
    const most = up.before(invoked) + down.ended + Math.min(own, 0);
    const deed = countText(calls[call]!, shown);
    if (shown < least)
      return pattern("lost update", `${deed}, when it was ${least} or more`, [call]);
    if (shown > most)
      return pattern("counted twice", `${deed}, when it was ${most} or less`, [call]);
    if (highest === undefined || down.before(calls.length) < 0) continue;
    const before = afterOf(operations[highest])!;
    if (shown >= before + own) continue;
    const first = countText(calls[highest]!, before);
    return pattern("count that goes backwards", `${first}, yet later ${deed}`, [highest, call]);
  }
  return undefined;
}

/** Sums of amounts: of all calls invoked before one, and of those that have ended so far. */
class Sums {
  ended = 0;
  readonly #amounts: readonly number[];
  readonly #before: Float64Array;

  constructor(amounts: readonly number[]) {
    this.#amounts = amounts;
    this.#before = new Float64Array(amounts.length + 1);
    for (const [i, amount] of amounts.entries()) this.#before[i + 1] = this.#before[i]! + amount;
  }

  before(call: number): number {
    return this.#before[call]!;
  }

  end(call: number): void {
    this.ended += this.#amounts[call]!;
  }
}

function amountOf(operation: CounterOperation | undefined): number {
  return operation?.kind === "add" ? operation.by : 0;
}

/** What the counter certainly was right after the call. */
function afterOf(operation: CounterOperation | undefined): number | undefined {
  return operation?.kind === "add" ? operation.after : operation?.value;
}

function countText(call: Call, shown: number): string {
  return call.f === "read" ? deedText(call) : `${deedText(call)} and was answered ${shown}`;
}
