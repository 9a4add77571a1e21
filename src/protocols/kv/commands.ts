import type { ByteReader, ByteWriter, Codec } from "../codec.ts";
import { flag, optional, unionOf } from "../codecs.ts";
import type { Command } from "../replicated/command.ts";

export type KvValue = string | Uint8Array;

/** What a client can ask for. */
export type KvOperation =
  | { readonly op: "put"; readonly key: string; readonly value: KvValue }
  | { readonly op: "get"; readonly key: string }
  | { readonly op: "delete"; readonly key: string }
  /** Puts `value` if the key holds `expected`; undefined stands for no such key. */
  | {
      readonly op: "cas";
      readonly key: string;
      readonly expected: KvValue | undefined;
      readonly value: KvValue;
    }
  /** Adds to the whole number that the key holds as a text, 0 without one: see {@link sumOf}. */
  | { readonly op: "add"; readonly key: string; readonly by: number };

export type KvResult =
  | { readonly type: "done" }
  | { readonly type: "value"; readonly value: KvValue | undefined }
  | { readonly type: "cas"; readonly isSwapped: boolean };

/** An operation as the log holds it. */
export type KvCommand = Command<KvOperation>;

const OPS = ["put", "get", "delete", "cas", "add"] as const;

/** Operations as bytes. */
export const kvOperations: Codec<KvOperation> = {
  encode: encodeOperation,
  decode: decodeOperation,
};

/** Values as bytes. */
export const kvValues: Codec<KvValue> = { encode: encodeValue, decode: decodeKnownValue };

/** Results as bytes. */
export const kvResults: Codec<KvResult> = unionOf<"type", KvResult>("type", {
  done: {},
  value: { value: optional(kvValues) },
  cas: { isSwapped: flag },
});

function encodeOperation(operation: KvOperation, writer: ByteWriter): void {
  writer.byte(OPS.indexOf(operation.op));
  writer.text(operation.key);
  if (operation.op === "cas") encodeValue(operation.expected, writer);
  if (operation.op === "put" || operation.op === "cas") encodeValue(operation.value, writer);
  if (operation.op === "add") writer.count(operation.by);
}

function decodeOperation(reader: ByteReader): KvOperation {
  const op = OPS[reader.byte()];
  const key = reader.text();
  switch (op) {
    case "put":
      return { op, key, value: decodeKnownValue(reader) };
    case "cas": {
      const expected = decodeValue(reader);
      return { op, key, expected, value: decodeKnownValue(reader) };
    }
    case "add":
      return { op, key, by: reader.count() };
    case "get":
    case "delete":
      return { op, key };
    default:
      throw new RangeError("an operation of unknown kind");
  }
}

const NO_VALUE = 0;
const TEXT_VALUE = 1;
const BYTES_VALUE = 2;

function encodeValue(value: KvValue | undefined, writer: ByteWriter): void {
  if (value === undefined) {
    writer.byte(NO_VALUE);
  } else if (typeof value === "string") {
    writer.byte(TEXT_VALUE);
    writer.text(value);
  } else {
    writer.byte(BYTES_VALUE);
    writer.bytesOf(value);
  }
}

function decodeValue(reader: ByteReader): KvValue | undefined {
  const kind = reader.byte();
  if (kind === NO_VALUE) return undefined;
  return kind === TEXT_VALUE ? reader.text() : reader.bytesOf();
}

function decodeKnownValue(reader: ByteReader): KvValue {
  const value = decodeValue(reader);
  if (value === undefined) throw new RangeError("a value is missing");
  return value;
}

/** Whether two values are equal, byte for byte; a text is never equal to bytes. */
export function equalValues(a: KvValue | undefined, b: KvValue | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a.length !== b.length) return false;
  // Not by `every`: there may be millions.
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * What a key holds when a number is added to what it has held: a text of digits, without leading
 * zeros. Undefined when that was no such text, or the sum is beyond 2^53: then nothing is added.
 */
export function sumOf(value: KvValue | undefined, by: number): string | undefined {
  if (value !== undefined && (typeof value !== "string" || !NUMBER.test(value))) return undefined;
  const sum = Number(value ?? 0) + by;
  return Number.isSafeInteger(sum) ? String(sum) : undefined;
}

const NUMBER = /^(0|[1-9][0-9]{0,15})$/;
