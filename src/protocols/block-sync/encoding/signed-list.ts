// RLP lists whose last item is a signature of the list without it, behind a name of what it is: so
// a signature of one kind of thing is none of another kind.

import { type KeyPair, SIGNATURE_BYTES, type SignatureCheck, signatureOf } from "./keys.ts";
import { encodeList, type RlpItem } from "./rlp.ts";

/** What may be signed. */
export type SignedKind = "block" | "transaction" | "vote" | "validator";

/** A list with its signature: as bytes, and the signature itself. */
export interface SignedList {
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array;
}

/** The RLP of the fields and, behind them, their signature by that key. */
export function signList(kind: SignedKind, fields: readonly RlpItem[], keys: KeyPair): SignedList {
  const bytes = encodeList([...fields, new Uint8Array(SIGNATURE_BYTES)]);
  const signature = signatureOf(keys, signedMessage(kind, bytes));
  bytes.set(signature, bytes.length - SIGNATURE_BYTES);
  return { bytes, signature };
}

/**
 * Whether the signature at the end of a list is by the owner of that key. For bytes that were
 * decoded: the last item has the length of a signature.
 */
export function isSignedList(
  check: SignatureCheck,
  kind: SignedKind,
  publicKey: Uint8Array,
  bytes: Uint8Array,
): boolean {
  const signature = bytes.subarray(bytes.length - SIGNATURE_BYTES);
  return check.isSignedBy(publicKey, signedMessage(kind, bytes), signature);
}

/** A signature as an item: a prefix of two bytes, as it is longer than 55. */
const SIGNATURE_ITEM_BYTES = 2 + SIGNATURE_BYTES;

const NAMES: Readonly<Record<SignedKind, Uint8Array>> = {
  block: asciiOf("stormglass block"),
  transaction: asciiOf("stormglass transaction"),
  vote: asciiOf("stormglass vote"),
  validator: asciiOf("stormglass validator"),
};

/** What is signed: the name of the kind, and the list as RLP without its last item. */
function signedMessage(kind: SignedKind, bytes: Uint8Array): Uint8Array {
  const name = NAMES[kind];
  const start = listPrefixBytes(bytes[0]!);
  const end = bytes.length - SIGNATURE_ITEM_BYTES;
  const prefix = listPrefix(end - start);
  const message = new Uint8Array(name.length + prefix.length + end - start);
  message.set(name);
  message.set(prefix, name.length);
  message.set(bytes.subarray(start, end), name.length + prefix.length);
  return message;
}

/** How many bytes come before the items of a list. Yellow paper, appendix B. */
function listPrefixBytes(first: number): number {
  return first <= 0xf7 ? 1 : first - 0xf7 + 1;
}

function listPrefix(contentBytes: number): number[] {
  if (contentBytes <= 55) return [0xc0 + contentBytes];
  const length: number[] = [];
  for (let rest = contentBytes; rest > 0; rest = Math.floor(rest / 256)) length.unshift(rest % 256);
  return [0xf7 + length.length, ...length];
}

function asciiOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
