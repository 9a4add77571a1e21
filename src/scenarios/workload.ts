import type { NodeId, Plain } from "../sim/env.ts";
import type { Random } from "../sim/random/random.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { type Micros, ms } from "../sim/time.ts";

/** Operations at a steady pace, given to the clients in turn. */
export interface Pace {
  readonly clients: readonly NodeId[];
  readonly from: Micros;
  readonly until: Micros;
  readonly every: Micros;
}

/** Writes of values that never occur twice, over a few keys, so that they meet. */
export function writes(
  pace: Pace,
  { keys = 3, server, sizeBytes = 0 }: WriteOptions = {},
): PlannedOperation[] {
  return steadily(pace, (n, prefix) => ({
    op: "put",
    key: `k${(n % keys) + 1}`,
    value: `${prefix}${n}`.padEnd(sizeBytes, "."),
    ...(server === undefined ? {} : { server }),
  }));
}

/** Writes of values of one size, in bytes, each under a key of its own. */
export function sizedWrites(pace: Pace, sizeBytes: number): PlannedOperation[] {
  return steadily(pace, (n, prefix) => ({ op: "put", key: `${prefix}${n}`, value: { sizeBytes } }));
}

export interface WriteOptions {
  readonly keys?: number;
  /** The only server to ask. */
  readonly server?: NodeId;
  /** Of a value, at least. */
  readonly sizeBytes?: number;
}

/** One client for each server, which asks only that one; and two that ask whoever leads. */
export function writesToAll(
  servers: readonly NodeId[],
  from: Micros,
  until: Micros,
): { readonly clients: readonly NodeId[]; readonly operations: readonly PlannedOperation[] } {
  const pinned = servers.map((_, i) => `c${i + 1}`);
  const free = ["f1", "f2"];
  const operations = [
    ...servers.flatMap((server, i) =>
      writes({ clients: [pinned[i]!], from, until, every: ms(200) }, { server }),
    ),
    ...writes({ clients: free, from, until, every: ms(50) }),
  ];
  return { clients: [...pinned, ...free], operations };
}

/** Puts, gets, deletes and compare-and-swaps over a few keys. */
export function mixed(pace: Pace, random: Random, keys = 3): PlannedOperation[] {
  return steadily(pace, (n, prefix) => {
    const key = `k${random.int(1, keys)}`;
    const value = `${prefix}${n}`;
    const kind = random.int(1, 10);
    if (kind <= 5) return { op: "put", key, value };
    if (kind <= 7) return { op: "get", key };
    if (kind === 8) return { op: "delete", key };
    return { op: "cas", key, expected: `${prefix}${random.int(0, n)}`, value };
  });
}

/** An operation without its id. */
export type Asked = Readonly<Record<string, Plain>>;

/** What the n-th operation of a pace is; `prefix` keeps its values apart from another pace's. */
type Draw = (n: number, prefix: string) => Asked;

/** Operations given to clients in turn, at a steady pace. */
export function steadily({ clients, from, until, every }: Pace, draw: Draw): PlannedOperation[] {
  const operations: PlannedOperation[] = [];
  const prefix = `${clients[0]}.`;
  for (let at = from, n = 0; at < until; at += every, n++) {
    const client = clients[n % clients.length]!;
    operations.push({ at, client, operation: { id: `${prefix}${n}`, ...draw(n, prefix) } });
  }
  return operations;
}
