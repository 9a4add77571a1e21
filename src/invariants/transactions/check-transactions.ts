// Transactions judged by the cycles of their dependencies, as Elle does (Kingsbury and Alvaro, VLDB
// 2020), for the isolation levels of Adya (1999).

import { UsageError } from "../../sim/assert.ts";
import type { Call } from "../call.ts";
import { cycleReasons } from "./cycle-words.ts";
import { type Cycle, cyclesOf } from "./cycles.ts";
import { type Anomaly, Findings } from "./findings.ts";
import { type Graph, GraphBuilder, PROCESS, REALTIME, RW, WR, WW } from "./graph.ts";
import {
  ANOMALIES,
  type AnomalyType,
  forbiddenAt,
  ISOLATION_LEVELS,
  type IsolationLevel,
  ordersOf,
  weakerThan,
} from "./levels.ts";
import { linkLists } from "./list-append.ts";
import {
  COMMITTED,
  readTransactions,
  type TransactionKind,
  type Transactions,
} from "./micro-operations.ts";
import { linkRealTime, linkSessions } from "./orders.ts";
import { isOrdered, linkRegisters, type Register } from "./rw-register.ts";
import { hasSerialOrder } from "./serial-order.ts";

/** What to judge transactions by. */
export interface TransactionsOptions {
  readonly kind: TransactionKind;
  /** What the system promises. */
  readonly level: IsolationLevel;
  /** Also looks for anomalies that need the order in time. Default: if the level speaks of it. */
  readonly realTime?: boolean;
  /** The same for the order within each client's session. */
  readonly session?: boolean;
  /** How many anomalies of each type are told in full; the others are counted. Default: 10. */
  readonly witnessesMax?: number;
}

/** The judgement of a history of transactions, plain data. */
export interface TransactionsReport {
  /**
   * `illegal`: an anomaly was found that the level forbids. `ok`: the history is possible at this
   * level. `unknown`: neither is certain, which happens with registers only.
   */
  readonly verdict: "ok" | "illegal" | "unknown";
  readonly kind: TransactionKind;
  readonly level: IsolationLevel;
  /** How many were judged, aborted and unknown ones included. */
  readonly transactions: number;
  /** What was found, the worst first, whether the level forbids it or not. */
  readonly anomalies: readonly Anomaly[];
  /** How many of each type were found; of cycles, the shortest of each component. */
  readonly counts: readonly { readonly type: AnomalyType; readonly count: number }[];
  /**
   * The strongest levels that nothing found violates, among those of whose orders anomalies were
   * looked for; several where none is stronger than the other.
   */
  readonly strongest: readonly IsolationLevel[];
  /** With `unknown`, why. */
  readonly reason: string | undefined;
}

/**
 * Judges transactions; calls and their micro-operations are as {@link readTransactions} has them.
 * Of lists the verdict is exact. Of registers, whose values do not tell their order, `illegal` is
 * certain; `ok` is, too, as it rests on a serial order that was found, on the whole order of
 * values, or on a level that does not ask for it; otherwise it is `unknown`. Throws a UsageError
 * for malformed input and for a level that is not known. O(n log n), n counting micro-operations,
 * elements read and calls.
 */
export function checkTransactions(
  calls: readonly Call[],
  options: TransactionsOptions,
): TransactionsReport {
  const { kind, level, witnessesMax = 10 } = checkOptions(options);
  const needed = ordersOf(level);
  const realTime = needed.realTime || options.realTime === true;
  const session = needed.session || realTime || options.session === true;
  const t = readTransactions(byInvocation(calls), kind);
  const findings = new Findings(t, witnessesMax);
  const builder = new GraphBuilder(calls.length, t.owner);
  let registers: readonly Register[] = [];
  if (kind === "list-append") linkLists(t, builder, findings);
  else registers = linkRegisters(t, builder, findings, { session, realTime });
  if (session) linkSessions(t, builder);
  if (realTime) linkRealTime(t, builder);
  const graph = builder.finish();
  const cycles = cyclesOf(graph);
  for (const cycle of cycles) {
    const concerned = cycle.steps.map(({ from }) => from);
    findings.add(cycle.type, concerned, () => cycleReasons(t, cycle));
  }
  const found = new Set(findings.counts.keys());
  const isKnown = (each: IsolationLevel): boolean => {
    const orders = ordersOf(each);
    return (session || !orders.session) && (realTime || !orders.realTime);
  };
  const isBroken = (each: IsolationLevel): boolean => {
    return violates(each, found, () => cycles.some((cycle) => isCertainG0(t, cycle)));
  };
  const isIllegal = isBroken(level);
  const reason = isIllegal ? undefined : doubtOf(level, found, { t, graph, registers });
  return {
    verdict: isIllegal ? "illegal" : reason === undefined ? "ok" : "unknown",
    ...{ kind, level, transactions: calls.length, reason },
    anomalies: bySeverity(findings.anomalies),
    counts: bySeverity([...findings.counts].map(([type, count]) => ({ type, count }))),
    strongest: strongestOf(ISOLATION_LEVELS.filter((each) => isKnown(each) && !isBroken(each))),
  };
}

/** An anomaly in words: its type, its transactions with their places, and why it is one. */
export function formatAnomaly({ type, transactions, reasons }: Anomaly, place = "line"): string {
  const who = transactions.map(({ name, client, invoked, operations }) => {
    return `  ${name} (${client}, ${place} ${invoked}): ${operations}`;
  });
  return [`${type}: ${ANOMALIES.get(type)}`, ...who, ...reasons.map((why) => `  - ${why}`)].join(
    "\n",
  );
}

function checkOptions(options: TransactionsOptions): TransactionsOptions {
  const { kind, level } = options;
  if (!ISOLATION_LEVELS.includes(level)) {
    throw new UsageError(`level: expected one of ${ISOLATION_LEVELS.join(", ")}, got ${level}`);
  }
  if (kind !== "list-append" && kind !== "rw-register") {
    throw new UsageError(`kind: expected list-append or rw-register, got ${String(kind)}`);
  }
  return options;
}

function byInvocation(calls: readonly Call[]): readonly Call[] {
  const isInOrder = calls.every((call, i) => i === 0 || calls[i - 1]!.invoked < call.invoked);
  return isInOrder ? calls : [...calls].sort((a, b) => a.invoked - b.invoked);
}

/**
 * Whether something found is forbidden. Adya's PL-1 speaks of committed transactions only: there, a
 * transaction whose writes were read and whose outcome is unknown may have been aborted.
 */
function violates(
  level: IsolationLevel,
  found: ReadonlySet<AnomalyType>,
  hasCertainG0: () => boolean,
): boolean {
  const forbidden = forbiddenAt(level);
  const broken = [...found].filter((type) => forbidden.has(type));
  const isOnlyG0 = broken.length === 1 && broken[0] === "G0";
  return level === "read-uncommitted" && isOnlyG0 ? hasCertainG0() : broken.length > 0;
}

function isCertainG0({ status }: Transactions, { type, steps }: Cycle): boolean {
  return type === "G0" && steps.every(({ from }) => status[from] === COMMITTED);
}

/** Why a history in which nothing forbidden was found may be impossible all the same. */
function doubtOf(
  level: IsolationLevel,
  found: ReadonlySet<AnomalyType>,
  { t, graph, registers }: { t: Transactions; graph: Graph; registers: readonly Register[] },
): string | undefined {
  if (level === "read-uncommitted" && found.has("G0")) {
    return "every cycle of writes has a transaction of unknown outcome";
  }
  // All orders of values that go with the edges known leave these two as they are.
  const isLow = level === "read-uncommitted" || level === "read-committed";
  if (t.kind === "list-append" || isLow || registers.every(isOrdered)) return undefined;
  const { session, realTime } = ordersOf(level);
  const known = WW | WR | RW;
  // What happened in the order of time is found soonest so, whatever the level speaks of.
  const timed = realTime ? graph : inTime(t);
  const inOrder = { mask: known | PROCESS | REALTIME, isTimed: true };
  if (hasSerialOrder(t, timed, inOrder)) return undefined;
  const anyhow = { mask: known | (session ? PROCESS : 0), isTimed: false };
  if (!realTime && hasSerialOrder(t, graph, anyhow)) return undefined;
  return openText(t, registers);
}

/** What is known of registers, and what follows from the order in time. */
function inTime(t: Transactions): Graph {
  const builder = new GraphBuilder(t.calls.length, t.owner);
  // What is wrong has been told.
  linkRegisters(t, builder, new Findings(t, 0), { session: false, realTime: true });
  return builder.finish();
}

function openText({ keyNames }: Transactions, registers: readonly Register[]): string {
  const open = registers.flatMap((register, key) => {
    return isOrdered(register) ? [] : [String(keyNames[key]!)];
  });
  const more = open.length > 3 ? ` and ${open.length - 3} more` : "";
  return `in which order ${open.slice(0, 3).join(", ")}${more} got their values is not known`;
}

function bySeverity<Item extends { readonly type: AnomalyType }>(items: readonly Item[]): Item[] {
  const types = [...ANOMALIES.keys()];
  return [...items].sort((a, b) => types.indexOf(a.type) - types.indexOf(b.type));
}

/** Of some levels those that no other of them implies. */
function strongestOf(levels: readonly IsolationLevel[]): IsolationLevel[] {
  return levels.filter((level) => {
    return !levels.some((other) => other !== level && weakerThan(other).includes(level));
  });
}
