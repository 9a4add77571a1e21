import { bytesOf, hexOf } from "../../hex.ts";
import { HASH_BYTES, type Hash } from "../encoding/hash.ts";
import {
  type KeyPair,
  PUBLIC_KEY_BYTES,
  SIGNATURE_BYTES,
  type SignatureCheck,
} from "../encoding/keys.ts";
import { decodeList, isMalformed, type Malformed, type RlpList } from "../encoding/rlp.ts";
import { isSignedList, signList } from "../encoding/signed-list.ts";
import type { PublicKey } from "../transaction.ts";

/** A block by its height and hash. */
export interface Checkpoint {
  readonly height: number;
  readonly hash: Hash;
}

/**
 * A validator's vote that one block follows another: `source` is justified as far as it knows, and
 * `target` descends from it. Who never votes twice for one target's height, and never with a link
 * around, or within, another of its links, keeps the rules.
 * Source: Buterin and Griffith, Casper the Friendly Finality Gadget, 2017; every block is a
 * checkpoint here.
 */
export interface Vote {
  readonly validator: PublicKey;
  readonly source: Checkpoint;
  readonly target: Checkpoint;
  readonly signature: Uint8Array;
  /** As RLP, signature and all. */
  readonly bytes: Uint8Array;
}

/** Two votes of one validator that break the rules, or two blocks of one producer in one slot. */
export interface Evidence {
  readonly kind: "double vote" | "surround vote" | "double proposal";
  readonly offender: PublicKey;
  /** Two votes, or two headers, as RLP, the lesser bytes first. */
  readonly proofs: readonly [Uint8Array, Uint8Array];
}

/** Signs a vote by a validator's keys, and encodes it. */
export function signVote(source: Checkpoint, target: Checkpoint, keys: KeyPair): Vote {
  const link = [source.height, bytesOf(source.hash), target.height, bytesOf(target.hash)];
  const { bytes, signature } = signList("vote", [keys.publicKey, ...link], keys);
  return { validator: hexOf(keys.publicKey), source, target, signature, bytes };
}

/**
 * Reads a vote, strictly: there is one encoding of each, and its target is above its source. The
 * signature is not checked.
 */
export function decodeVote(bytes: Uint8Array): Vote | Malformed {
  const vote = decodeList(bytes, "vote", readVote);
  if (isMalformed(vote)) return vote;
  const { source, target } = vote;
  if (target.height > source.height) return { ...vote, bytes };
  const expected = `expected more than the source's ${source.height}`;
  return { kind: "malformed", reason: `vote.target: ${expected}, got ${target.height}` };
}

/** Whether the validator has signed it. */
export function isSignedVote({ validator, bytes }: Vote, signatures: SignatureCheck): boolean {
  return isSignedList(signatures, "vote", bytesOf(validator), bytes);
}

function readVote(list: RlpList): Omit<Vote, "bytes"> {
  return {
    validator: hexOf(list.bytes("validator", PUBLIC_KEY_BYTES)),
    source: readCheckpoint(list, "source"),
    target: readCheckpoint(list, "target"),
    signature: list.bytes("signature", SIGNATURE_BYTES),
  };
}

function readCheckpoint(list: RlpList, name: string): Checkpoint {
  const height = list.number(`${name}.height`);
  return { height, hash: hexOf(list.bytes(`${name}.hash`, HASH_BYTES)) };
}
