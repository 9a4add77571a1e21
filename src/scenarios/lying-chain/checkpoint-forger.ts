// A header with another state root in place of a checkpoint's, and accounts with more money than
// they have.

import { encodeAccount } from "../../protocols/block-sync/account.ts";
import { signHeader } from "../../protocols/block-sync/block.ts";
import type { Lie } from "./lies.ts";

const CHECKPOINTS = "serves wrong checkpoints";
const MUCH = 2 ** 40;

export const wrongCheckpoints: Lie = {
  onMessage: (context, from, message) => {
    if (message.type !== "get header") return false;
    const block = context.state.honest.chain.blocks.get(message.hash);
    if (block === undefined || !context.tells(CHECKPOINTS)) return false;
    const { height, parent, transactionsRoot, timestamp } = block.header;
    const fields = { height, parent, stateRoot: "0".repeat(64), transactionsRoot, timestamp };
    const headers = [signHeader(fields, context.keys).bytes];
    context.env.send(from, { type: "headers", request: message.request, headers });
    return true;
  },
  onSend: (context, message) => {
    if (message.type !== "accounts" || message.accounts.length === 0) return message;
    if (!context.tells(CHECKPOINTS)) return message;
    const [[key], ...rest] = message.accounts as [
      (typeof message.accounts)[number],
      ...typeof message.accounts,
    ];
    const rich = encodeAccount({ balance: MUCH, nonce: 0 });
    return { ...message, accounts: [[key, rich], ...rest] };
  },
};
