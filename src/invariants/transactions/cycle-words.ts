import { unreachable } from "../../sim/assert.ts";
import type { Cycle, Dependency } from "./cycles.ts";
import { PROCESS, REALTIME, RW, WR, WW } from "./graph.ts";
import type { Transactions } from "./micro-operations.ts";
import { keyText, readText, scalarText, wroteText } from "./words.ts";

/** Why each transaction of a cycle came before the next: a sentence for each edge. */
export function cycleReasons(t: Transactions, { steps }: Cycle): string[] {
  return steps.map((step, i) => {
    const [a, b] = [`T${i + 1}`, `T${((i + 1) % steps.length) + 1}`];
    return `${reasonOf(t, step, [a, b])}, so ${a} came before ${b}`;
  });
}

function reasonOf(t: Transactions, step: Dependency, [a, b]: readonly [string, string]): string {
  const { from, to, kind, fromOperation, toOperation } = step;
  const first = (): string => `${a} ${wroteText(t, fromOperation)}`;
  if ((kind & RW) !== 0) return missedText(t, step, [a, b]);
  if (kind === (WW | REALTIME)) {
    const value = scalarText(t.value[toOperation]!);
    return `${first()}; ${b} wrote ${value}, which was read when ${a} had returned`;
  }
  if (kind === WW) return `${first()}; ${b} ${wroteText(t, toOperation)} after it`;
  if (kind === WR) return `${first()}; ${b} ${readText(t, toOperation)}, which has it`;
  const [earlier, later] = [t.calls[from]!, t.calls[to]!];
  if (kind === PROCESS) return `${a} and then ${b} were of client ${later.client}`;
  if (kind === REALTIME) {
    return `${a} returned at ${earlier.returned}; ${b} was invoked at ${later.invoked}`;
  }
  // Every kind of edge that is not into or out of a hub.
  return unreachable(kind as never);
}

/** An anti-dependency: a read, and a write that it does not show. */
function missedText(
  t: Transactions,
  { kind, fromOperation, toOperation }: Dependency,
  [a, b]: readonly [string, string],
): string {
  const read = `${a} ${readText(t, fromOperation)}`;
  const value = scalarText(t.value[toOperation]!);
  if (t.kind === "list-append") return `${read}, without ${value}, which ${b} appended`;
  if (t.value[fromOperation] === undefined) {
    return `${read}, its initial value; ${b} ${wroteText(t, toOperation)}`;
  }
  if ((kind & PROCESS) !== 0) {
    return `${read}; the client that wrote it wrote ${value} later, as ${b}`;
  }
  if ((kind & REALTIME) !== 0) {
    return `${read}; ${b}, invoked when the writer of that had returned, wrote ${value}`;
  }
  return `${read}; ${b} read the same ${keyText(t, fromOperation)} and wrote ${value} over it`;
}
