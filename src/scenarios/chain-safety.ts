// What holds of validators, their votes and their branches in every scenario of the chain.

import { tipsFollowForkChoice } from "../invariants/chain-consensus.ts";
import {
  orphanedTransactionsReturn,
  transactionsAreOnce,
} from "../invariants/chain-transactions.ts";
import {
  finalityHasItsQuorum,
  theHonestAreNotBlamed,
  votesAreDurable,
  votesBreakNoRule,
} from "../invariants/chain-votes.ts";
import { ChainNode } from "../protocols/block-sync/chain-node.ts";
import { keyPairOf } from "../protocols/block-sync/encoding/keys.ts";
import { voteFile } from "../protocols/block-sync/store/vote-log.ts";
import { hexOf } from "../protocols/hex.ts";
import type { NodeId } from "../sim/env.ts";
import type { Invariant } from "../sim/invariant.ts";
import { validatorSecret } from "./chain-settings.ts";
import type { LyingChainNode } from "./lying-chain/lying-chain-node.ts";

type ChainServer = ChainNode | LyingChainNode;

/** Who proves nothing by what it says, and whose disk may forget. */
export interface Doubtful {
  readonly mayLie: (host: NodeId) => boolean;
  readonly damaged: ReadonlySet<NodeId>;
}

/** Of a chain with these validators. */
export function consensusSafety(
  validators: readonly NodeId[],
  { mayLie, damaged }: Doubtful,
): readonly Invariant<ChainServer>[] {
  const mayForget = (host: NodeId): boolean => mayLie(host) || damaged.has(host);
  const offenders = validators.filter(mayForget).map(keyOfValidator);
  return [
    tipsFollowForkChoice("FORK-CHOICE", mayLie),
    orphanedTransactionsReturn<ChainServer>("TX-RETURN", mayLie),
    transactionsAreOnce<ChainServer>("TX-ONCE", mayLie),
    finalityHasItsQuorum("QUORUM", { validators, mayLie }),
    votesBreakNoRule("VOTES", mayForget),
    votesAreDurable<ChainServer>("VOTE-DURABLE", { filesOf, mayLie: mayForget }),
    theHonestAreNotBlamed("BLAMELESS", { offenders, mayLie }),
  ];
}

/** The public key of the validator on a host, by which nodes name it. */
export function keyOfValidator(host: NodeId): string {
  return hexOf(keyPairOf(validatorSecret(host)).publicKey);
}

/** The last two: a vote may be the last of one before the next is begun. */
function filesOf(node: ChainServer): readonly string[] {
  if (!(node instanceof ChainNode)) return [];
  const { file } = node.state.store.votes;
  return [voteFile(file), voteFile(file - 1)];
}
