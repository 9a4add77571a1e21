// A validator's word that it is a certain host. Whoever repeats it for another host is found out.

import type { NodeId } from "../../sim/env.ts";
import { bytesOf, hexOf } from "../hex.ts";
import { type KeyPair, SIGNATURE_BYTES } from "./encoding/keys.ts";
import { encodeList, type RlpItem } from "./encoding/rlp.ts";
import { isSignedList, signList } from "./encoding/signed-list.ts";
import type { ValidatorClaim } from "./messages.ts";
import type { ChainRules } from "./validation.ts";

/** What of a chain a claim belongs to. */
export type ClaimRules = Pick<ChainRules, "genesis" | "genesisHash" | "signatures">;

/** The claim of the owner of these keys to be that host: always the same on one chain. */
export function claimOf(
  keys: KeyPair,
  host: NodeId,
  { genesisHash }: Pick<ClaimRules, "genesisHash">,
): ValidatorClaim {
  const { signature } = signList("validator", fieldsOf(host, genesisHash), keys);
  return { key: hexOf(keys.publicKey), signature };
}

/** Whether the key is a validator's, and its owner has signed that it is that host. */
export function isProvenClaim(
  { key, signature }: ValidatorClaim,
  host: NodeId,
  rules: ClaimRules,
): boolean {
  const { genesis, genesisHash, signatures } = rules;
  if (!genesis.validators.includes(key) || signature.length !== SIGNATURE_BYTES) return false;
  const bytes = encodeList([...fieldsOf(host, genesisHash), signature]);
  return isSignedList(signatures, "validator", bytesOf(key), bytes);
}

function fieldsOf(host: NodeId, genesisHash: string): readonly RlpItem[] {
  return [bytesOf(genesisHash), new TextEncoder().encode(host)];
}
