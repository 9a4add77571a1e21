// What clients of the key-value store emit, in the words of models, and as registers.

import type { Registers } from "../invariants/reads.ts";
import type { CallWords } from "../invariants/recorded-calls.ts";
import { hexOf } from "../protocols/hex.ts";
import type { KvOperation, KvValue } from "../protocols/kv/commands.ts";
import type { KvRead } from "../protocols/kv/task.ts";
import type { Plain } from "../sim/env.ts";
import { hashPlain } from "../sim/fingerprint.ts";
import type { HistoryEntry } from "../sim/history.ts";

/**
 * All operations on keys but local reads, which may be out of date, and additions, which that model
 * does not know: what they add to is a counter, of which see {@link counterWords}.
 */
export function storeWords(entry: HistoryEntry): CallWords | undefined {
  // The operations that a KvClient emits.
  const { isLocal, key, op } = entry.operation as Partial<Emitted>;
  const isLeftOut = isLocal === true || key === undefined || op === "add";
  return isLeftOut ? undefined : wordsWithLocalReads(entry);
}

/** The same without lease reads. */
export function wordsWithoutLeases(entry: HistoryEntry): CallWords | undefined {
  return readWay(entry.operation) === "lease" ? undefined : storeWords(entry);
}

/** Additions, in the words of the counter model. */
export function counterWords(entry: HistoryEntry): CallWords | undefined {
  // The operations that a KvClient emits.
  return (entry.operation as Partial<Emitted>).op === "add"
    ? wordsWithLocalReads(entry)
    : undefined;
}

type Emitted = KvOperation & { readonly isLocal: boolean };

/** Local reads as well, as if they had to be up to date. */
export function wordsWithLocalReads(entry: HistoryEntry): CallWords {
  // The operations and answers of a KvClient.
  const asked = entry.operation as unknown as KvOperation;
  const answer = (entry.outcome === "ok" ? entry.result : undefined) as Answer | undefined;
  const { op: f, key } = asked;
  switch (asked.op) {
    case "get":
      return { f, key, value: undefined, result: showValue(answer?.value) };
    case "put":
      return { f, key, value: showValue(asked.value), result: undefined };
    case "delete":
      return { f, key, value: undefined, result: undefined };
    case "cas": {
      const value = [showValue(asked.expected), showValue(asked.value)];
      return { f, key, value, result: answer?.isSwapped };
    }
    case "add": {
      const sum = typeof answer?.value === "string" ? Number(answer.value) : undefined;
      return { f, key, value: asked.by, result: sum };
    }
  }
}

interface Answer {
  readonly value?: KvValue;
  readonly isSwapped?: boolean;
}

/**
 * A value as text, undefined for none; no two texts share one. Those that could be taken for bytes,
 * or for no value as the empty one, are quoted. Bytes are known by their number, the first eight of
 * them, and 32 bits of their hash: two values that share all that are taken for equal.
 */
export function showValue(value: KvValue | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "string") {
    const isPlain = value !== "" && !value.startsWith('"') && !value.includes(" bytes ");
    return isPlain ? value : JSON.stringify(value);
  }
  const first = hexOf(value.subarray(0, 8));
  return `${value.length} bytes ${first}-${hashPlain(0, value).toString(16)}`;
}

/** What clients of the store emit, as reads and writes of registers. */
export const kvRegisters: Registers = {
  operation: (plain) => {
    // The operations that a KvClient emits.
    const operation = plain as unknown as KvOperation & { readonly isLocal: boolean };
    const { op, key, isLocal } = operation;
    if (key === undefined) return undefined;
    if (op === "get") return isLocal ? undefined : { kind: "read", key };
    // A counter is no register.
    if (op === "add") return undefined;
    return { kind: "write", key, value: op === "delete" ? undefined : showValue(operation.value) };
  },
  found: (result) => showValue((result as { readonly value?: KvValue }).value),
  hasWritten: (result) =>
    (result as { readonly isSwapped?: boolean } | undefined)?.isSwapped !== false,
};

/** The same with the reads of some ways only. */
export function registersWith(isKept: (way: KvRead) => boolean): Registers {
  return {
    ...kvRegisters,
    operation: (plain) => {
      const way = readWay(plain);
      return way === undefined || isKept(way) ? kvRegisters.operation(plain) : undefined;
    },
  };
}

/** How a read is answered; undefined for what is none. */
export function readWay(operation: Plain): KvRead | undefined {
  // The operations that a KvClient emits.
  const { op, read, isLocal } = operation as Partial<Emitted> & { readonly read?: KvRead };
  if (op !== "get") return undefined;
  return isLocal === true ? "local" : (read ?? "log");
}
