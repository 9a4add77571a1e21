// Dependencies of transactions on registers: values are unique, their order is known in parts.

import type { Findings } from "./findings.ts";
import { type GraphBuilder, linkReaders, PROCESS, REALTIME, RW, WR, WW } from "./graph.ts";
import { tellLostUpdates } from "./lost-updates.ts";
import { ABORTED, COMMITTED, SEEN, type Transactions, UNSEEN } from "./micro-operations.ts";
import { precedes, returnOf } from "./orders.ts";
import { readText, scalarText, wroteText } from "./words.ts";

/** What is known of one register. */
export interface Register {
  /** The last writes to it of committed transactions, in order of invocation. */
  readonly writes: readonly number[];
  /** By write, the reads of it by committed transactions; -1 for reads of the initial value. */
  readonly reads: ReadonlyMap<number, readonly number[]>;
  /** By write or -1, the writes by transactions that had read it before. */
  readonly successors: ReadonlyMap<number, readonly number[]>;
}

/** Orders that registers are supposed to follow, as far as they are judged. */
export interface RegisterOrders {
  readonly session: boolean;
  readonly realTime: boolean;
}

/**
 * Takes down what single reads show, and links transactions by what is certain of registers:
 * - who reads a value comes after its writer;
 * - the initial value comes before all others, so who reads it precedes every writer;
 * - a value that a transaction writes comes after the one that it read before;
 * - with an order within sessions or in time, a value comes after those that were written before
 *   it in that order; who read one of them precedes the later writer.
 *
 * An order of two values that rests on nothing else is not guessed. What is returned tells what
 * is known, register by register. O(n log n).
 */
export function linkRegisters(
  t: Transactions,
  builder: GraphBuilder,
  findings: Findings,
  orders: RegisterOrders,
): Register[] {
  for (let at = 0; at < t.owner.length; at++) {
    if (isKnownRead(t, at)) judgeRead(t, at, findings);
  }
  const registers = registersOf(t);
  for (const register of registers) {
    const { writes, reads, successors } = register;
    for (const [write, readers] of reads) {
      const later = write === -1 ? writes : (successors.get(write) ?? []);
      linkReaders(builder, t.owner, { readers, writers: later }, RW);
      if (write === -1) continue;
      for (const read of readers) builder.depend(write, read, WR);
    }
    if (orders.session) linkBySession(t, register, builder);
    if (orders.realTime) linkByTime(t, register, builder);
  }
  tellLostUpdates(t, findings);
  return registers;
}

/**
 * Whether the whole order of a register's values is known: each but the first was written by a
 * transaction that had read the one before.
 */
export function isOrdered({ writes, successors }: Register): boolean {
  const initial = successors.get(-1)?.length ?? 0;
  let known = 0;
  for (const [write, next] of successors) if (write !== -1) known += Math.min(1, next.length);
  const begins = Math.min(1, initial);
  return writes.length - known - begins <= 1 - begins;
}

function isKnownRead(t: Transactions, at: number): boolean {
  return t.isWrite[at] === 0 && t.status[t.owner[at]!] === COMMITTED;
}

function judgeRead(t: Transactions, read: number, findings: Findings): void {
  const { owner, value, previous, key, writes, status, nextWrite } = t;
  const reader = owner[read]!;
  const found = value[read];
  const before = previous[read]!;
  if (before >= 0 && value[before] !== found) {
    findings.add("internal", [reader], () => {
      const own = t.isWrite[before] === 1 ? wroteText(t, before) : readText(t, before);
      return [`T1 ${own} and then ${readText(t, read)}`];
    });
  }
  if (found === undefined) return;
  const write = writes[key[read]!]!.get(found);
  if (write === undefined) {
    findings.add("garbage-read", [reader], () => [
      `T1 ${readText(t, read)}: no transaction wrote ${scalarText(found)}`,
    ]);
    return;
  }
  const writer = owner[write]!;
  if (writer === reader) {
    if (write < read) return;
    findings.add("future-read", [reader], () => [
      `T1 ${readText(t, read)}, and wrote it only then`,
    ]);
  } else if (status[writer] === ABORTED) {
    findings.add("G1a", [writer, reader], () => [
      `T1 ${wroteText(t, write)} and was aborted; T2 ${readText(t, read)}`,
    ]);
  } else {
    if (status[writer] === UNSEEN) status[writer] = SEEN;
    const last = nextWrite[write]!;
    if (last < 0) return;
    findings.add("G1b", [writer, reader], () => [
      `T1 ${wroteText(t, write)} and then ${wroteText(t, last)}; T2 ${readText(t, read)}`,
    ]);
  }
}

interface RegisterMaps {
  readonly writes: number[];
  readonly reads: Map<number, number[]>;
  readonly successors: Map<number, number[]>;
}

function registersOf(t: Transactions): Register[] {
  const registers = t.keyNames.map((): RegisterMaps => {
    return { writes: [], reads: new Map(), successors: new Map() };
  });
  for (let at = 0; at < t.owner.length; at++) {
    const register = registers[t.key[at]!]!;
    const status = t.status[t.owner[at]!]!;
    if (t.isWrite[at] === 1) {
      const isLast = t.nextWrite[at]! < 0;
      if (isLast && (status === COMMITTED || status === SEEN)) register.writes.push(at);
    } else if (status === COMMITTED) addRead(t, at, register);
  }
  return registers;
}

function addRead(t: Transactions, read: number, { reads, successors }: RegisterMaps): void {
  const { value, writes, key, owner, status, nextWrite, previous } = t;
  const found = value[read];
  const write = found === undefined ? -1 : writes[key[read]!]!.get(found);
  if (write === undefined || (write >= 0 && owner[write] === owner[read])) return;
  if (write >= 0 && status[owner[write]!] === ABORTED) return;
  append(reads, write, read);
  let last = nextWrite[read]!;
  if (last < 0 || previous[read]! >= 0) return;
  while (nextWrite[last]! >= 0) last = nextWrite[last]!;
  append(successors, write, last);
}

function append(lists: Map<number, number[]>, at: number, item: number): void {
  const list = lists.get(at);
  if (list === undefined) lists.set(at, [item]);
  else list.push(item);
}

/** A client's next write of the register comes after its last one; O(reads). */
function linkBySession(t: Transactions, { writes, reads }: Register, builder: GraphBuilder): void {
  const last = new Map<string, number>();
  for (const write of writes) {
    const number = t.owner[write]!;
    const { client } = t.calls[number]!;
    const before = last.get(client);
    if (before !== undefined && precedes(t.calls[t.owner[before]!]!, t.calls[number]!)) {
      const readers = reads.get(before) ?? [];
      linkReaders(builder, t.owner, { readers, writers: [write] }, RW | PROCESS);
    }
    if (t.status[number] === COMMITTED) last.set(client, write);
  }
}

/** How many writes near one in time are looked at: those of as many clients at least. */
const NEAR = 64;

/**
 * In time. Who read a value precedes every write invoked after the value's writer had returned; and
 * the writer of a value follows every write that had returned before some reader was invoked.
 * Linked are those that time alone does not order, which are concurrent with the reader or the
 * writer, and of those that contradict the read the first found.
 */
function linkByTime(t: Transactions, register: Register, builder: GraphBuilder): void {
  const { reads } = register;
  const returned = (operation: number): number => returnOf(t.calls[t.owner[operation]!]!);
  const invoked = (operation: number): number => t.calls[t.owner[operation]!]!.invoked;
  const byInvocation = register.writes;
  const byReturn = byInvocation
    .filter((write) => t.status[t.owner[write]!] === COMMITTED)
    .sort((a, b) => returned(a) - returned(b));
  for (const [write, readers] of reads) {
    if (write === -1) continue;
    const [begin, end] = [invoked(write), returned(write)];
    const after = firstAfter(byInvocation, invoked, end);
    for (const read of readers) {
      for (let at = after; at < Math.min(byInvocation.length, after + NEAR); at++) {
        const next = byInvocation[at]!;
        if (invoked(next) > returned(read)) break;
        builder.depend(read, next, RW | REALTIME);
        if (returned(next) < invoked(read)) break;
      }
    }
    const last = readers.reduce((a, b) => (invoked(b) > invoked(a) ? b : a));
    const before = firstAfter(byReturn, returned, begin);
    for (let at = before; at < Math.min(byReturn.length, before + NEAR); at++) {
      const earlier = byReturn[at]!;
      if (returned(earlier) > invoked(last) || invoked(earlier) > end) break;
      builder.depend(earlier, write, WW | REALTIME);
    }
  }
}

/** The first of some writes, in an order, whose place in it is not before a given one. */
function firstAfter(
  writes: readonly number[],
  placeOf: (write: number) => number,
  place: number,
): number {
  let low = 0;
  let high = writes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (placeOf(writes[middle]!) < place) low = middle + 1;
    else high = middle;
  }
  return low;
}
