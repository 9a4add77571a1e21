// What transactions can do wrong, and which isolation level forbids it.

/** A cycle of dependencies, by the kinds of its edges; see {@link AnomalyType}. */
export type CycleType = "G0" | "G1c" | "G-single" | "G-nonadjacent" | "G2";

/** An order that a cycle may need: that within a session, that in time. */
export type CycleOrder = "process" | "realtime";

/**
 * Cycles, from Adya 1999 (§3 and §4) and Elle: `G0` of writes only; `G1c` with reads of what
 * another wrote; `G-single` with one anti-dependency; `G-nonadjacent` with several, no two of them
 * in succession; `G2` with two in succession. Every anti-dependency is of an item, none of a
 * predicate: G-single-item, G-nonadjacent-item and G2-item in Elle. With `-process` the cycle needs
 * the order within a session, with `-realtime` the order in time.
 *
 * The others: `G1a` a read of an aborted write; `G1b` of one that its transaction wrote over;
 * `dirty-update` a committed append to an aborted one; `garbage-read` of what nobody wrote;
 * `future-read` of the transaction's own later write; `internal` a read that disagrees with what
 * the transaction itself read or wrote before; `lost-update` two transactions that read the same
 * version and both write the next; `incompatible-order` two reads of a list of which neither is the
 * beginning of the other; `duplicate-elements` an element twice in a list.
 */
export type AnomalyType =
  | CycleType
  | `${CycleType}-${CycleOrder}`
  | "G1a"
  | "G1b"
  | "dirty-update"
  | "garbage-read"
  | "future-read"
  | "internal"
  | "lost-update"
  | "incompatible-order"
  | "duplicate-elements";

const ABOUT = {
  "duplicate-elements": "an element is in a list twice",
  "garbage-read": "a value was read that nobody wrote",
  "incompatible-order": "two reads of a list are of different histories",
  G0: "a cycle of writes",
  G1a: "a write of an aborted transaction was read",
  "dirty-update": "a committed append rests on an aborted one",
  G1b: "a write was read that its transaction wrote over",
  "future-read": "a transaction read what it was yet to write",
  G1c: "a cycle of writes and reads",
  internal: "a transaction disagrees with itself",
  "lost-update": "a write did not see another of the same version",
  "G-single": "a cycle with one anti-dependency (read skew)",
  "G-nonadjacent": "a cycle with anti-dependencies, no two in succession",
  G2: "a cycle with anti-dependencies in succession (write skew)",
} as const;

const CYCLES: readonly CycleType[] = ["G0", "G1c", "G-single", "G-nonadjacent", "G2"];

/** What each anomaly is, in a few words; the worst first. */
export const ANOMALIES: ReadonlyMap<AnomalyType, string> = new Map<AnomalyType, string>([
  // The entries of an object have its keys.
  ...(Object.entries(ABOUT) as [AnomalyType, string][]),
  ...needing("process").map((type, i) => [type, about(i, "the order of a session")] as const),
  ...needing("realtime").map((type, i) => [type, about(i, "the order in time")] as const),
]);

function about(cycle: number, order: string): string {
  return `${ABOUT[CYCLES[cycle]!]}, with ${order}`;
}

/** Cycles that need an order: of all types, or of the first so many. */
function needing(order: CycleOrder, count = CYCLES.length): `${CycleType}-${CycleOrder}`[] {
  return CYCLES.slice(0, count).map((type) => `${type}-${order}` as const);
}

/**
 * Isolation levels. `read-uncommitted` is Adya's PL-1, `read-committed` PL-2, `repeatable-read`
 * PL-2.99, `serializable` PL-3, `strict-serializable` PL-SS; the `strong` ones are Daudjee and
 * Salem's.
 */
export type IsolationLevel = (typeof ISOLATION_LEVELS)[number];

/** The weakest first; not every one is stronger than every one before it: {@link weakerThan}. */
export const ISOLATION_LEVELS = [
  "read-uncommitted",
  "read-committed",
  "snapshot-isolation",
  "strong-session-snapshot-isolation",
  "strong-snapshot-isolation",
  "repeatable-read",
  "serializable",
  "strong-session-serializable",
  "strict-serializable",
] as const;

interface Level {
  /** The levels directly below: what they forbid, it forbids. */
  readonly above: readonly IsolationLevel[];
  readonly forbids: readonly AnomalyType[];
}

const SNAPSHOT = ["G-single", "G-nonadjacent"] as const;

/**
 * Sources: Adya 1999, §3.2 for G0 (PL-1), G1 (PL-2), G2-item (PL-2.99) and G2 (PL-3), §4.3 for
 * snapshot isolation; Cerone and Gotsman 2016, theorem 10, for G-nonadjacent; Elle's table of
 * consistency models for what Adya does not name: duplicates at PL-1; dirty updates, orders that
 * are incompatible and future reads as kinds of G1; `internal` from snapshot isolation on. Garbage
 * is taken as an aborted read: no committed transaction wrote it. Of repeatable reads `internal` is
 * the plain contrary, Berenson et al. 1995, A2.
 */
const LEVELS: Readonly<Record<IsolationLevel, Level>> = {
  "read-uncommitted": { above: [], forbids: ["G0", "duplicate-elements"] },
  "read-committed": {
    above: ["read-uncommitted"],
    forbids: [
      ...(["G1a", "G1b", "G1c", "dirty-update", "garbage-read"] as const),
      ...(["incompatible-order", "future-read"] as const),
    ],
  },
  "snapshot-isolation": {
    above: ["read-committed"],
    forbids: [...SNAPSHOT, "internal", "lost-update"],
  },
  "strong-session-snapshot-isolation": {
    above: ["snapshot-isolation"],
    forbids: needing("process", 4),
  },
  "strong-snapshot-isolation": {
    above: ["strong-session-snapshot-isolation"],
    forbids: needing("realtime", 4),
  },
  "repeatable-read": {
    above: ["read-committed"],
    forbids: [...SNAPSHOT, "G2", "internal", "lost-update"],
  },
  serializable: { above: ["snapshot-isolation", "repeatable-read"], forbids: [] },
  "strong-session-serializable": {
    above: ["serializable", "strong-session-snapshot-isolation"],
    forbids: needing("process"),
  },
  "strict-serializable": {
    above: ["strong-session-serializable", "strong-snapshot-isolation"],
    forbids: needing("realtime"),
  },
};

/** All levels that a level implies, itself first. */
export function weakerThan(level: IsolationLevel): readonly IsolationLevel[] {
  const found = new Set<IsolationLevel>([level]);
  for (const each of found) for (const below of LEVELS[each].above) found.add(below);
  return [...found];
}

/** Every anomaly that a history at this level does not show. */
export function forbiddenAt(level: IsolationLevel): ReadonlySet<AnomalyType> {
  return new Set(weakerThan(level).flatMap((each) => LEVELS[each].forbids));
}

/** Whether the level speaks of the order within sessions, and of the order in time. */
export function ordersOf(level: IsolationLevel): { session: boolean; realTime: boolean } {
  const forbidden = forbiddenAt(level);
  const speaksOf = (order: CycleOrder): boolean => needing(order).some((a) => forbidden.has(a));
  return { session: speaksOf("process"), realTime: speaksOf("realtime") };
}
