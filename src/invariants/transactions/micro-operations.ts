// Calls as transactions: their micro-operations in flat arrays, checked.

import { UsageError } from "../../sim/assert.ts";
import type { Plain } from "../../sim/env.ts";
import type { Call } from "../call.ts";

/** What the objects are: lists that are appended to, or registers that are written. */
export type TransactionKind = "list-append" | "rw-register";

/** A key, an element of a list, a register's value. Text and number differ: "1" is not 1. */
export type Scalar = string | number | boolean;

/** What is known of a transaction's end. */
export const ABORTED = 0;
export const COMMITTED = 1;
/** Nobody knows, and nobody has read a write of it. */
export const UNSEEN = 2;
/** Nobody told its client, and a committed transaction has read a write of it. */
export const SEEN = 3;

/**
 * The transactions of a history. Transactions, micro-operations and keys have numbers from 0 on, in
 * order of invocation; -1 is none.
 */
export interface Transactions {
  readonly kind: TransactionKind;
  readonly calls: readonly Call[];
  /** By transaction, one of the constants above. */
  readonly status: Uint8Array;
  /** By transaction, its first micro-operation, and the end of the last. */
  readonly start: Int32Array;
  /** By micro-operation: its transaction, its key, whether it writes. */
  readonly owner: Int32Array;
  readonly key: Int32Array;
  readonly isWrite: Uint8Array;
  /** By micro-operation, the transaction's next write of the same key. */
  readonly nextWrite: Int32Array;
  /** By micro-operation, the transaction's previous micro-operation on the same key. */
  readonly previous: Int32Array;
  /** By micro-operation: what is written; what was read, undefined where nothing is known. */
  readonly value: readonly (Scalar | undefined)[];
  /** By micro-operation, what was read of a list. */
  readonly list: readonly (readonly Scalar[])[];
  readonly keyNames: readonly Scalar[];
  /** By key, which micro-operation writes a value. */
  readonly writes: readonly ReadonlyMap<Scalar, number>[];
}

const NO_LIST: readonly Scalar[] = [];

/**
 * Understands calls with f `txn` as transactions. `value` is what was asked, a list of
 * `["append", key, element]` or `["w", key, value]` and of `["r", key, null]`; `result` of an `ok`
 * is the same list with what was read: a list, a register's value, null for what is initial.
 * Throws a UsageError for what is malformed, and for a value that is written to a key twice, as
 * nothing can be said then of who read what. O(micro-operations and elements).
 */
export function readTransactions(calls: readonly Call[], kind: TransactionKind): Transactions {
  const reader = new Reader(calls, kind);
  calls.forEach((_, index) => {
    reader.add(index);
  });
  return reader.finish();
}

class Reader {
  readonly #calls: readonly Call[];
  readonly #kind: TransactionKind;
  readonly #write: "append" | "w";
  readonly #status: Uint8Array;
  readonly #start: Int32Array;
  readonly #owner: number[] = [];
  readonly #key: number[] = [];
  readonly #isWrite: number[] = [];
  readonly #previous: number[] = [];
  readonly #value: (Scalar | undefined)[] = [];
  readonly #list: (readonly Scalar[])[] = [];
  readonly #keyNames: Scalar[] = [];
  readonly #keyOf = new Map<Scalar, number>();
  readonly #writes: Map<Scalar, number>[] = [];
  /** By key, the last micro-operation on it in any transaction so far. */
  readonly #last: number[] = [];

  constructor(calls: readonly Call[], kind: TransactionKind) {
    this.#calls = calls;
    this.#kind = kind;
    this.#write = kind === "list-append" ? "append" : "w";
    this.#status = new Uint8Array(calls.length);
    this.#start = new Int32Array(calls.length + 1);
  }

  add(index: number): void {
    const { f, value, result, outcome } = this.#calls[index]!;
    if (f !== "txn") this.#refuse(index, "f", "txn", f);
    if (!Array.isArray(value)) this.#refuse(index, "value", "a list of micro-operations", value);
    // A Plain that is an array is a list of Plain.
    const asked = value as readonly Plain[];
    const isOk = outcome === "ok";
    this.#status[index] = isOk ? COMMITTED : outcome === "fail" ? ABORTED : UNSEEN;
    if (isOk && !(Array.isArray(result) && result.length === asked.length)) {
      const expected = `a list of ${asked.length} micro-operations, as in value`;
      this.#refuse(index, "result", expected, result);
    }
    asked.forEach((operation, at) => {
      this.#addOperation(index, at, operation);
      // The same.
      if (isOk) this.#addAnswer(index, at, (result as readonly Plain[])[at]);
    });
    this.#start[index + 1] = this.#owner.length;
  }

  #addOperation(index: number, at: number, operation: Plain): void {
    const write = this.#write;
    const isTriple = Array.isArray(operation) && operation.length === 3;
    // The same; what is no triple is refused below.
    const [f, key, value] = (isTriple ? operation : []) as readonly Plain[];
    const isRead = f === "r";
    const isFit = isRead ? (value ?? undefined) === undefined || isOpen(value) : isScalar(value);
    if (!isScalar(key) || !(isRead || f === write) || !isFit) {
      const expected = `["${write}", key, value] or ["r", key, null], of texts or numbers`;
      this.#refuse(index, `value[${at}]`, expected, operation);
    }
    const place = this.#owner.length;
    const known = this.#keyOf.get(key) ?? this.#addKey(key);
    this.#owner.push(index);
    this.#key.push(known);
    this.#isWrite.push(isRead ? 0 : 1);
    this.#value.push(undefined);
    this.#list.push(NO_LIST);
    const last = this.#last[known]!;
    this.#previous.push(last >= this.#start[index]! ? last : -1);
    this.#last[known] = place;
    if (isRead || !isScalar(value)) return;
    this.#value[place] = value;
    const first = this.#writes[known]!.get(value);
    if (first !== undefined) this.#refuseTwice(index, at, operation, first);
    this.#writes[known]!.set(value, place);
  }

  #addKey(key: Scalar): number {
    const number = this.#keyNames.length;
    this.#keyNames.push(key);
    this.#keyOf.set(key, number);
    this.#writes.push(new Map());
    this.#last.push(-1);
    return number;
  }

  /** Takes in what a transaction was told of the micro-operation added last. */
  #addAnswer(index: number, at: number, answer: Plain): void {
    const place = this.#owner.length - 1;
    const isRead = this.#isWrite[place] === 0;
    const key = this.#keyNames[this.#key[place]!];
    const isTriple = Array.isArray(answer) && answer.length === 3;
    // The same; what is no triple is refused here.
    const [f, answeredKey, value] = (isTriple ? answer : []) as readonly Plain[];
    const isSame = f === (isRead ? "r" : this.#write) && answeredKey === key;
    if (!isSame || (!isRead && value !== this.#value[place])) {
      const asked = JSON.stringify(isRead ? ["r", key, "..."] : [f, key, this.#value[place]]);
      this.#refuse(index, `result[${at}]`, `${asked}, as in value`, answer);
    }
    if (!isRead || value === null || value === undefined) return;
    const isList = this.#kind === "list-append";
    if (isList ? !isListOfScalars(value) : !isScalar(value)) {
      const expected = isList ? "a list of texts, numbers or booleans" : "a value, or null";
      this.#refuse(index, `result[${at}][2]`, expected, value);
    }
    // Just checked.
    if (isList) this.#list[place] = value as readonly Scalar[];
    else this.#value[place] = value as Scalar;
  }

  #refuse(index: number, path: string, expected: string, got: Plain): never {
    const place = placeOf(this.#calls[index]!);
    const text = JSON.stringify(got) ?? "nothing";
    throw new UsageError(`${place}, ${path}: expected ${expected}, got ${text}`);
  }

  #refuseTwice(index: number, at: number, operation: Plain, first: number): never {
    const owner = this.#owner[first]!;
    const before = first - this.#start[owner]!;
    const where = `${placeOf(this.#calls[owner]!)}, value[${before}]`;
    const expected = `a value that is written to its key once only; ${where} writes it, too`;
    this.#refuse(index, `value[${at}]`, expected, operation);
  }

  finish(): Transactions {
    const key = Int32Array.from(this.#key);
    const owner = Int32Array.from(this.#owner);
    const nextWrite = new Int32Array(key.length).fill(-1);
    const next = new Int32Array(this.#keyNames.length).fill(-1);
    for (let place = key.length - 1; place >= 0; place--) {
      const later = next[key[place]!]!;
      if (later >= 0 && owner[later] === owner[place]) nextWrite[place] = later;
      if (this.#isWrite[place] === 1) next[key[place]!] = place;
    }
    return {
      kind: this.#kind,
      calls: this.#calls,
      status: this.#status,
      start: this.#start,
      owner,
      key,
      isWrite: Uint8Array.from(this.#isWrite),
      nextWrite,
      previous: Int32Array.from(this.#previous),
      value: this.#value,
      list: this.#list,
      keyNames: this.#keyNames,
      writes: this.#writes,
    };
  }
}

/** Where a call is found: the client and the place of its invocation. */
export function placeOf({ client, invoked }: Call): string {
  return `the transaction of ${client} at ${invoked}`;
}

function isScalar(value: unknown): value is Scalar {
  if (typeof value === "number") return !Number.isNaN(value);
  return typeof value === "string" || typeof value === "boolean";
}

/** A read in `value` may be filled in already, as when both come from one event of a history. */
function isOpen(value: Plain): boolean {
  return isScalar(value) || isListOfScalars(value);
}

function isListOfScalars(value: Plain): boolean {
  return Array.isArray(value) && value.every(isScalar);
}
