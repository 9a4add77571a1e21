import type { Env } from "../../../sim/env.ts";
import type { Block, Body, Header } from "../block.ts";
import type { ChainState } from "../chain.ts";
import type { Hash } from "../encoding/hash.ts";
import type { BranchRefusal } from "../finality/fork-choice.ts";
import type { Checkpoint } from "../finality/vote.ts";
import type { BlockSyncMessage } from "../messages.ts";
import type { BlockSyncOptions } from "../options.ts";
import type { PeersState } from "../peers/peer-state.ts";
import type { Peers } from "../peers/peers.ts";
import type { InvalidBlock } from "../validation.ts";
import type { SyncState } from "./sync-state.ts";

/** What of its node the synchronizer uses. */
export interface SyncContext {
  readonly env: Env<BlockSyncMessage>;
  readonly options: BlockSyncOptions;
  /** A block that is trusted; undefined if the chain is to be fetched from genesis. */
  readonly checkpoint: Checkpoint | undefined;
  /** The memory as it is now: in a recorded run it is another object at each handler. */
  readonly memory: {
    readonly sync: SyncState;
    readonly chain: ChainState;
    readonly peers: PeersState;
  };
  readonly peers: Peers;
  readonly rules: SyncRules;
  readonly imports: SyncImports;
}

/** What can be told of a block before it is executed. */
export interface SyncRules {
  /** Undefined when the bytes are not those of a header. */
  decodeHeader(bytes: Uint8Array): Header | undefined;
  /** The first rule that a header breaks behind its parent: link, time, slot, signature. */
  checkHeader(header: Header, parent: Header): InvalidBlock | undefined;
  /** Why nothing can be put behind a known block. */
  branchRefusal(parent: Checkpoint): BranchRefusal | undefined;
  /** The first rule that a body breaks as that of its header; it is not executed. */
  checkBody(body: Body, header: Header): InvalidBlock | undefined;
  /** The highest block that is proven to be final, and not here; undefined when there is none. */
  finalAhead(): Checkpoint | undefined;
  /** Whether these are all accounts with keys from `range.start` on, up to the last of them. */
  checkAccounts(header: Header, range: AccountRange): RangeCheck;
}

export interface AccountRange {
  readonly start: Uint8Array;
  readonly accounts: readonly (readonly [key: Uint8Array, account: Uint8Array])[];
  readonly proof: readonly Uint8Array[];
}

/** `complete`: there is no account behind the last one either. */
export type RangeCheck = "wrong" | "more" | "complete";

/** Who takes what was fetched. */
export interface SyncImports {
  /** Whether a block is here, or on its way into the chain, or was found to be invalid. */
  isKnown(hash: Hash): boolean;
  /**
   * Takes a block whose parent is known, or was given before. What becomes of it is told by
   * {@link Synchronizer.onImported}, later and not within this call.
   */
  importBlock(block: Block): void;
  /**
   * Takes the trusted block and all accounts after it as the beginning of the chain. That it is
   * done is told by {@link Synchronizer.onAdopted}, later.
   */
  adopt(header: Header, accounts: AccountRange["accounts"]): void;
}

/** What became of a block that was to be imported. */
export type ImportResult = "imported" | InvalidBlock | BranchRefusal;
