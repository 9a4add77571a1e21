import type { Body } from "../../protocols/block-sync/block.ts";
import type { Wallet } from "../../protocols/block-sync/client/wallet.ts";
import type { KeyPair } from "../../protocols/block-sync/encoding/keys.ts";
import type { BlockSyncMessage } from "../../protocols/block-sync/messages.ts";
import type { ChainNodeState } from "../../protocols/block-sync/node-state.ts";
import type { ChainRules } from "../../protocols/block-sync/validation.ts";
import type { Env, NodeId } from "../../sim/env.ts";

/** What a lying node of the chain can do, by the names that `byzantine` faults use. */
export const LYING_BEHAVIOURS = [
  "gossips invalid blocks",
  "serves invalid blocks",
  "claims a height of 10^9",
  "names a host that there is not",
  "withholds bodies",
  "serves wrong checkpoints",
  "sends junk",
  "floods",
  "answers every other request",
  "answers no range at the first time",
  "answers no number twice",
  "answers nothing",
  "proposes twice",
  "votes twice",
] as const;

export type LyingBehaviour = (typeof LYING_BEHAVIOURS)[number];

/** The memory of a lying node. */
export interface LyingChainState {
  /** Of the honest node within. */
  honest: ChainNodeState;
  /** How many invalid blocks it has made; their kinds come in turn. */
  forgedCount: number;
  /** Of invalid blocks that it has served the headers of, by hash. */
  readonly bodies: Map<string, Body>;
  /** What it is about to serve: its header, and as which block it is claimed. */
  served: ServedForgery | undefined;
  /** What it was asked before: ranges by the first hash, and numbers of requests. */
  readonly ranges: Set<string>;
  readonly numbers: Set<number>;
  askedCount: number;
}

export interface ServedForgery {
  readonly header: Uint8Array;
  readonly hash: string;
  readonly height: number;
}

/** Beside the honest node's: nothing was done. */
export function initialLies(): Omit<LyingChainState, "honest"> {
  return {
    ...{ forgedCount: 0, bodies: new Map(), served: undefined },
    ...{ ranges: new Set(), numbers: new Set(), askedCount: 0 },
  };
}

/** What a lie has to work with. */
export interface LieContext {
  readonly env: Env<BlockSyncMessage>;
  readonly rules: ChainRules;
  /** The liar's own; of a validator, if it is one. */
  readonly keys: KeyPair;
  readonly wallet: Wallet;
  /** Names of accounts that have money. */
  readonly payers: readonly string[];
  /** The memory as it is now: in a recorded run it is another object at each handler. */
  readonly state: LyingChainState;
  /** Whether it is to tell that lie now; it is told, then. */
  tells(behaviour: LyingBehaviour): boolean;
}

/** A way to lie: what of an honest node's doings it changes. */
export interface Lie {
  /** What is sent in place of a message of the honest node's; undefined for nothing. */
  readonly onSend?: (
    context: LieContext,
    message: BlockSyncMessage,
    to: NodeId,
  ) => BlockSyncMessage | undefined;
  /** Whether a message is dealt with, and not for the honest node any more. */
  readonly onMessage?: (context: LieContext, from: NodeId, message: BlockSyncMessage) => boolean;
  /** At regular times. */
  readonly onTick?: (context: LieContext) => void;
}

/** Tells everybody whom the honest node knows. */
export function tellAll({ env, state }: LieContext, message: BlockSyncMessage): void {
  for (const peer of state.honest.peers.keys()) env.send(peer, message);
}
