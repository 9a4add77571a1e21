// What the synchronizer may ask of its node, and what a host signs to be known as a validator.

import type { NodeId } from "../../sim/env.ts";
import { bytesOf } from "../hex.ts";
import { decodeAccount } from "./account.ts";
import { decodeHeader, type Header } from "./block.ts";
import type { ChainContext } from "./chain-context.ts";
import { branchRefusal } from "./fork-choice.ts";
import { signatureOf } from "./keys.ts";
import type { ValidatorClaim } from "./messages.ts";
import { isMalformed } from "./rlp.ts";
import type { SyncRules } from "./sync/sync-context.ts";
import { checkRange } from "./trie/range.ts";
import { ruleBrokenByHeader } from "./validation.ts";

/** The rules of blocks as the synchronizer applies them. */
export function syncRulesOf(context: ChainContext): SyncRules {
  const { rules, env, config } = context;
  return {
    decodeHeader(bytes) {
      const header = decodeHeader(bytes);
      return isMalformed(header) ? undefined : header;
    },
    checkHeader: (header, parent) => ruleBrokenByHeader(header, parent, env.wallClock(), rules),
    branchRefusal: (parent) =>
      branchRefusal(context.state.chain, parent, config.options.limits.reorgMax),
    isBodyOf: (body, header) => rules.reader.transactionsRoot(body) === header.transactionsRoot,
    checkAccounts(header, { start, accounts, proof }) {
      if (!accounts.every(isAccount)) return "wrong";
      const entries = accounts.map(([key, value]) => ({ key, value }));
      const checked = checkRange(bytesOf(header.stateRoot), start, { entries, proof });
      if (checked.kind === "invalid") return "wrong";
      return checked.hasMore ? "more" : "complete";
    },
  };
}

const KEY_BYTES = 32;

function isAccount([key, account]: readonly [Uint8Array, Uint8Array]): boolean {
  return key.length === KEY_BYTES && !isMalformed(decodeAccount(account));
}

/** What a validator's host says of itself: a claim that no other host can make its own. */
export function claimOf({ keys, publicKey, rules, env }: ChainContext): ValidatorClaim | undefined {
  if (keys === undefined || publicKey === undefined) return undefined;
  return { key: publicKey, signature: signatureOf(keys, claimBytes(rules.genesisHash, env.id)) };
}

/** Whether the validator has signed that it is that host. */
export function isProvenClaim(
  { rules }: ChainContext,
  { key, signature }: ValidatorClaim,
  peer: NodeId,
): boolean {
  const message = claimBytes(rules.genesisHash, peer);
  return rules.signatures.isSignedBy(bytesOf(key), message, signature);
}

function claimBytes(genesis: Header["hash"], host: NodeId): Uint8Array {
  return new TextEncoder().encode(`stormglass validator ${genesis} ${host}`);
}
