import type { ChainState } from "../chain.ts";
import { isFinalizing, quorumOf } from "./certificate.ts";
import type { FinalityState } from "./finality.ts";
import type { Checkpoint } from "./vote.ts";

/** The highest block that votes prove to be final and that is not known yet. O(links). */
export function finalAhead(finality: FinalityState, chain: ChainState): Checkpoint | undefined {
  const quorum = quorumOf(finality.validators.length);
  const proven = [...finality.links.values()]
    .flat()
    .filter((link) => link.votes.length >= quorum && isFinalizing(link));
  const kept = finality.finalAhead === undefined ? [] : [finality.finalAhead];
  return [...proven, ...kept]
    .map(({ source }) => source)
    .filter(({ hash, height }) => height > chain.finalized.height && !chain.blocks.has(hash))
    .reduce<Checkpoint | undefined>(
      (best, one) => (best === undefined || one.height > best.height ? one : best),
      undefined,
    );
}
