// Reads of replicated registers: no answer is older than what was acknowledged before the question,
// and no server forgets one that it was asked for.

import type { Plain } from "../sim/env.ts";
import type { History, HistoryEntry } from "../sim/history.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import { eventually } from "../sim/temporal/liveness.ts";
import type { Micros } from "../sim/time.ts";
import type { Deadline } from "./liveness.ts";

/** What an operation of the history does to a key. Values are told apart by their texts. */
export type RegisterOperation =
  | { readonly kind: "read"; readonly key: string }
  /** Undefined removes the key. */
  | { readonly kind: "write"; readonly key: string; readonly value: string | undefined };

/** How to understand the operations and results of a history. */
export interface Registers {
  /** Undefined for what is neither, and for reads that may be out of date. */
  readonly operation: (operation: Plain) => RegisterOperation | undefined;
  /** What an acknowledged read has found; undefined: nothing. */
  readonly found: (result: Plain) => string | undefined;
  /** Whether an acknowledged write has written: a compare-and-swap may not have. */
  readonly hasWritten: (result: Plain) => boolean;
}

/** One write, or all removals of a key taken together. */
interface Write {
  /** When it was acknowledged; never while that is open, as it may take effect yet. */
  endedAt: Micros;
  /** It certainly did not happen. */
  isVoid: boolean;
  /** Another writes the same value: then nothing can be said of it. */
  isTwice: boolean;
}

interface Register {
  readonly writes: Map<string, Write>;
  /** How many removals may take effect yet, and when the last of the others was acknowledged. */
  openRemovals: number;
  removedAt: Micros;
  /** Acknowledged writes by time of return: when the latest of them so far was invoked. */
  readonly acknowledged: { readonly returnedAt: Micros; readonly newest: Micros }[];
}

interface State {
  /** How much of the history has been taken in. */
  invoked: number;
  returned: number;
  readonly registers: Map<string, Register>;
}

const NEVER = Number.MAX_SAFE_INTEGER;

/**
 * No acknowledged read finds a value whose write was acknowledged before another write began that
 * was acknowledged before the read began; nor one that nobody has written. In true time; this is
 * what every linearizable register obeys, and the cheap part of it: O(log n) a read. Values of a
 * key differ; those that do not are passed over.
 */
export function readsAreFresh(name: string, registers: Registers): Invariant {
  return freshUpTo(name, registers, ({ invokedAt }, judge) => judge(invokedAt));
}

/**
 * Reads may be out of date, but no more than by `lateness`: what {@link readsAreFresh} asks of a
 * read, asked of one that had begun so much earlier. Counts those that are out of date, by `name`.
 */
export function readsAreLate(name: string, registers: Registers, lateness: Micros): Invariant {
  return freshUpTo(name, registers, ({ invokedAt }, judge, { metrics }) => {
    if (judge(invokedAt) === undefined) return undefined;
    metrics.count(name);
    return judge(invokedAt - lateness);
  });
}

/** What is wrong with a read, were it to know what was acknowledged before a time. */
type Judge = (before: Micros) => string | undefined;
type Verdict = (read: HistoryEntry, judge: Judge, world: World) => string | undefined;

function freshUpTo(name: string, registers: Registers, verdict: Verdict): Invariant {
  const made = {
    name,
    state: { invoked: 0, returned: 0, registers: new Map() } as State,
    onStep: (world: World) => {
      const { state } = made;
      const { history } = world;
      if (state.returned === history.returned.length && state.invoked === history.invoked.length) {
        return undefined;
      }
      return takeIn(state, history, registers, (read, judge) => verdict(read, judge, world));
    },
  };
  return made;
}

function takeIn(
  state: State,
  history: History,
  registers: Registers,
  verdict: (read: HistoryEntry, judge: Judge) => string | undefined,
): string | undefined {
  while (state.invoked < history.invoked.length) {
    const operation = registers.operation(history.invoked[state.invoked++]!.operation);
    if (operation?.kind === "write") beginWrite(registerOf(state, operation.key), operation.value);
  }
  while (state.returned < history.returned.length) {
    const entry = history.returned[state.returned++]!;
    const operation = registers.operation(entry.operation);
    if (operation === undefined) continue;
    const register = registerOf(state, operation.key);
    if (operation.kind === "write") endWrite(register, operation.value, entry, registers);
    else if (entry.outcome === "ok") {
      const found = registers.found(entry.result);
      const wrong = verdict(entry, (before) => judge(register, before, found));
      if (wrong !== undefined)
        return `${entry.id} of ${entry.client} reads ${operation.key}: ${wrong}`;
    }
  }
  return undefined;
}

function registerOf({ registers }: State, key: string): Register {
  let register = registers.get(key);
  if (register === undefined) {
    register = { writes: new Map(), openRemovals: 0, removedAt: -1, acknowledged: [] };
    registers.set(key, register);
  }
  return register;
}

function beginWrite(register: Register, value: string | undefined): void {
  if (value === undefined) {
    register.openRemovals++;
    return;
  }
  const known = register.writes.get(value);
  if (known !== undefined) known.isTwice = true;
  else register.writes.set(value, { endedAt: NEVER, isVoid: false, isTwice: false });
}

function endWrite(
  register: Register,
  value: string | undefined,
  { outcome, invokedAt, returnedAt = 0, result }: HistoryEntry,
  { hasWritten }: Registers,
): void {
  // One that the client gave up may take effect at any time.
  if (outcome !== "ok" && outcome !== "fail") return;
  const isVoid = outcome === "fail" || !hasWritten(result);
  if (value === undefined) {
    register.openRemovals--;
    if (!isVoid) register.removedAt = Math.max(register.removedAt, returnedAt);
  } else {
    const write = register.writes.get(value)!;
    write.isVoid = isVoid;
    write.endedAt = returnedAt;
  }
  if (isVoid) return;
  const newest = Math.max(register.acknowledged.at(-1)?.newest ?? -1, invokedAt);
  register.acknowledged.push({ returnedAt, newest });
}

function judge(register: Register, askedAt: Micros, value: string | undefined): string | undefined {
  const newest = newestBefore(register, askedAt);
  if (value === undefined) {
    const isStale = register.openRemovals === 0 && register.removedAt < newest;
    return isStale ? "nothing, and a newer value was acknowledged before" : undefined;
  }
  const write = register.writes.get(value);
  if (write === undefined) return `${value}, which nobody has written`;
  if (write.isTwice) return undefined;
  if (write.isVoid) return `${value}, whose write was refused`;
  return write.endedAt < newest ? `${value}, and a newer one was acknowledged before` : undefined;
}

/** When the latest write began that was acknowledged before a time; -1: none was. */
function newestBefore({ acknowledged }: Register, time: Micros): Micros {
  let low = 0;
  let high = acknowledged.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (acknowledged[middle]!.returnedAt < time) low = middle + 1;
    else high = middle;
  }
  return acknowledged[low - 1]?.newest ?? -1;
}

/** What a server must show. */
export interface ReadsView {
  /** How many reads it was asked for, and has neither answered nor given up. */
  readonly waitingReads: number;
}

/**
 * At some time from `from` on no server that is up has a read waiting: none is forgotten, though
 * the client that has asked may long be content with another's answer.
 */
export function readsEnd(name: string, deadline: Deadline): Invariant<ReadsView> {
  const waiting = ({ servers }: World<ReadsView>) =>
    servers.filter(({ node }) => node !== undefined && node.waitingReads > 0);
  return eventually(name, (world) => waiting(world).length === 0, {
    ...deadline,
    explain: (world) =>
      waiting(world)
        .map(({ id, node }) => `${id} has ${node?.waitingReads} reads waiting`)
        .join("; "),
  });
}
