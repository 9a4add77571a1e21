import type { Micros } from "../../../sim/time.ts";
import { bytesOf } from "../../hex.ts";
import { decodeHeader, type Header } from "../block.ts";
import type { ChainState } from "../chain.ts";
import { HASH_BYTES } from "../encoding/hash.ts";
import { isMalformed } from "../encoding/rlp.ts";
import { finalAhead } from "../finality/final-ahead.ts";
import type { FinalityState } from "../finality/finality.ts";
import { branchRefusal } from "../finality/fork-choice.ts";
import { checkRange } from "../trie/range.ts";
import { type ChainRules, ruleBrokenByBody, ruleBrokenByHeader } from "../validation.ts";
import type { AccountRange, RangeCheck, SyncRules } from "./sync-context.ts";

/** The rules of a chain as the synchronizer applies them, at a node with that chain and clock. */
export function syncRulesOf(
  rules: ChainRules,
  node: {
    readonly chain: ChainState;
    readonly finality: FinalityState;
    readonly wallClock: Micros;
  },
): SyncRules {
  return {
    decodeHeader: (bytes) => {
      const header = decodeHeader(bytes);
      return isMalformed(header) ? undefined : header;
    },
    checkHeader: (header, parent) => ruleBrokenByHeader(header, parent, node.wallClock, rules),
    branchRefusal: (parent) => branchRefusal(node.chain, parent, rules.limits.reorgMax),
    checkBody: (body, header) => ruleBrokenByBody(body, header, rules),
    finalAhead: () => finalAhead(node.finality, node.chain),
    checkAccounts,
  };
}

/** Whether a range is proven against the header's state root. O(bytes). */
export function checkAccounts(
  { stateRoot }: Header,
  { start, accounts, proof }: AccountRange,
): RangeCheck {
  // Ways through the trie are as long as keys.
  if (accounts.some(([key]) => key.length !== HASH_BYTES)) return "wrong";
  const entries = accounts.map(([key, value]) => ({ key, value }));
  const result = checkRange(bytesOf(stateRoot), start, { entries, proof });
  if (result.kind !== "complete") return "wrong";
  return result.hasMore ? "more" : "complete";
}
