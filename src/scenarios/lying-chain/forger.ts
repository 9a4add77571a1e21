// Invalid blocks of all kinds in turn: told to everybody, or given to who asks for headers.

import {
  type ChainState,
  knownBlock,
  tipOf,
  transactionAt,
} from "../../protocols/block-sync/chain.ts";
import { FORGERY_KINDS, forge } from "./forgeries.ts";
import { type Lie, type LieContext, type ServedForgery, tellAll } from "./lies.ts";

const SERVES = "serves invalid blocks";

export const invalidGossip: Lie = {
  onTick: (context) => {
    const forgery = forgeNext(context);
    if (forgery === undefined || !context.tells("gossips invalid blocks")) return;
    const { kind, rule, header, hash, body } = forgery;
    context.state.forgedCount++;
    context.env.emit("forged", { kind, rule, hash });
    tellAll(context, { type: "block", header, body });
  },
};

export const invalidSync: Lie = {
  onSend: (context, message) => {
    if (message.type === "status") {
      if (!context.state.honest.isReady || !context.tells(SERVES)) return message;
      const served = prepare(context);
      if (served === undefined) return message;
      const { height, hash } = served;
      return { ...message, status: { ...message.status, tip: { height, hash } } };
    }
    const isEnd = message.type === "headers" && message.headers.length === 0;
    const { served } = context.state;
    if (!isEnd || served === undefined || !context.tells(SERVES)) return message;
    // The next one is of the next kind.
    context.state.served = undefined;
    return { ...message, headers: [served.header] };
  },
  onMessage: (context, from, message) => {
    if (message.type !== "get bodies") return false;
    const body = context.state.bodies.get(message.hashes[0]!);
    if (body === undefined || !context.tells(SERVES)) return false;
    context.env.send(from, { type: "bodies", request: message.request, bodies: [body] });
    return true;
  },
};

/** What is served next, behind the tip as it is now. */
function prepare(context: LieContext): ServedForgery | undefined {
  const { state, env } = context;
  // A claim is a height that somebody wants.
  const height = tipOf(state.honest.chain).header.height + 1;
  if (state.served?.height === height) return state.served;
  const forgery = forgeNext(context);
  if (forgery === undefined) return undefined;
  const { kind, rule, header, hash, body } = forgery;
  state.forgedCount++;
  state.bodies.set(hash, body);
  state.served = { header, hash, height };
  env.emit("forged", { kind, rule, hash });
  return state.served;
}

function forgeNext({ state, rules, keys, wallet, payers, env }: LieContext) {
  const { isReady, chain } = state.honest;
  const parent = tipOf(chain);
  if (!isReady || parent.accounts === undefined) return undefined;
  const kind = FORGERY_KINDS[state.forgedCount % FORGERY_KINDS.length]!;
  const { random } = env;
  const ground = { rules, keys, wallet, payers, random, parent, included: includedIn(chain) };
  return forge(kind, { ...ground, now: env.wallClock() });
}

/** The first transaction of the chain whose body is in memory. */
function includedIn(chain: ChainState): Uint8Array | undefined {
  for (const hash of chain.transactions.keys()) {
    const { block, index } = transactionAt(chain, hash)!;
    const bytes = knownBlock(chain, block).body?.[index];
    if (bytes !== undefined) return bytes;
  }
  return undefined;
}
