// A register in which no value is written twice, decided in n log n: Gibbons and Korach 1997, §4.
// A write and the reads of its value form a cluster. Its zone lies between the first return and the
// last invocation in it. If the return comes first, the value is the register's all that time (a
// forward zone); otherwise the whole cluster can be one moment anywhere in the zone.

import type { RegisterView } from "../model.ts";
import { contentOf } from "./content.ts";
import type { Layout } from "./layout.ts";

/** Places in `events`; `invoked` and `returned` are those of the write. */
interface Cluster {
  readonly invoked: number;
  firstReturn: number;
  lastInvoked: number;
  isRead: boolean;
  readonly isOptional: boolean;
}

/**
 * Whether the operations are linearizable; undefined when this cannot tell, as some operation is no
 * read or write, or a value is written twice or is the first one.
 */
export function judgeByZones<Operation>(
  operations: readonly Operation[],
  layout: Layout<Operation>,
  init: unknown,
  asRegister: (operation: Operation) => RegisterView | undefined,
): boolean | undefined {
  const { invoked, returned } = layout.times;
  const views: RegisterView[] = [];
  const clusters = new Map<unknown, Cluster>();
  const times = { firstReturn: -1, lastInvoked: -2, isRead: true, isOptional: false };
  clusters.set(nameOf(init), { invoked: -2, ...times });
  for (const [i, operation] of operations.entries()) {
    const view = asRegister(operation);
    if (view === undefined) return undefined;
    views.push(view);
    if (view.kind === "read") continue;
    const name = nameOf(view.value);
    if (clusters.has(name)) return undefined;
    clusters.set(name, {
      invoked: invoked[i]!,
      firstReturn: returned[i]!,
      lastInvoked: invoked[i]!,
      isRead: false,
      isOptional: layout.isOptional[i] === 1,
    });
  }
  for (const [i, { kind, value }] of views.entries()) {
    if (kind === "write" || layout.isOptional[i] === 1) continue;
    const cluster = clusters.get(nameOf(value));
    if (cluster === undefined || returned[i]! < cluster.invoked) return false;
    cluster.isRead = true;
    cluster.firstReturn = Math.min(cluster.firstReturn, returned[i]!);
    cluster.lastInvoked = Math.max(cluster.lastInvoked, invoked[i]!);
  }
  // A write that may be left out and was never read is left out.
  return areApart([...clusters.values()].filter(({ isRead, isOptional }) => isRead || !isOptional));
}

/** Forward zones must not overlap, and none may hold a backward zone. */
function areApart(clusters: readonly Cluster[]): boolean {
  const forward = clusters
    .filter(({ firstReturn, lastInvoked }) => firstReturn < lastInvoked)
    .sort((a, b) => a.firstReturn - b.firstReturn);
  for (let k = 1; k < forward.length; k++) {
    if (forward[k]!.firstReturn < forward[k - 1]!.lastInvoked) return false;
  }
  const backward = clusters
    .filter(({ firstReturn, lastInvoked }) => firstReturn > lastInvoked)
    .sort((a, b) => a.lastInvoked - b.lastInvoked);
  let k = -1;
  for (const { firstReturn, lastInvoked } of backward) {
    while (k + 1 < forward.length && forward[k + 1]!.firstReturn < lastInvoked) k++;
    if (k >= 0 && forward[k]!.lastInvoked > firstReturn) return false;
  }
  return true;
}

function nameOf(value: unknown): unknown {
  // Texts of objects begin with a character that no text of a person begins with.
  return typeof value === "object" && value !== null ? `\u0000${contentOf(value)}` : value;
}
