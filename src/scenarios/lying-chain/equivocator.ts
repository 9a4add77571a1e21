// Two blocks for one slot, and two votes for one height: one to some, the other one to others.

import { decodeHeader, signHeader } from "../../protocols/block-sync/block.ts";
import { isMalformed } from "../../protocols/block-sync/encoding/rlp.ts";
import { decodeVote, signVote } from "../../protocols/block-sync/finality/vote.ts";
import { hexOf } from "../../protocols/hex.ts";
import type { NodeId } from "../../sim/env.ts";
import type { Lie, LieContext } from "./lies.ts";

/** Every other peer gets another block of the same slot, as valid as the first one. */
export const doubleProposal: Lie = {
  onSend: (context, message, to) => {
    if (message.type !== "block" || !isDeceived(context, to)) return message;
    const header = decodeHeader(message.header);
    if (isMalformed(header) || header.producer !== hexOf(context.keys.publicKey)) return message;
    if (!context.tells("proposes twice")) return message;
    const { height, parent, stateRoot, transactionsRoot } = header;
    const fields = { height, parent, stateRoot, transactionsRoot, timestamp: header.timestamp + 1 };
    return { ...message, header: signHeader(fields, context.keys).bytes };
  },
};

/** Every other peer gets a second vote, for a block of the same height that nobody knows. */
export const doubleVote: Lie = {
  onSend: (context, message, to) => {
    if (message.type !== "votes" || !isDeceived(context, to)) return message;
    const vote = decodeVote(message.votes[0] ?? new Uint8Array(0));
    if (message.votes.length !== 1 || isMalformed(vote)) return message;
    if (vote.validator !== hexOf(context.keys.publicKey)) return message;
    if (!context.tells("votes twice")) return message;
    const { height, hash } = vote.target;
    const other = { height, hash: [...hash].reverse().join("") };
    return {
      ...message,
      votes: [...message.votes, signVote(vote.source, other, context.keys).bytes],
    };
  },
};

function isDeceived({ state }: LieContext, to: NodeId): boolean {
  return [...state.honest.peers.keys()].sort().indexOf(to) % 2 === 1;
}
