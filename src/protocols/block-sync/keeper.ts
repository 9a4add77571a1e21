// What the node keeps on its disk, and what it may do when that is durable.

import type { DiskError } from "../../sim/env.ts";
import type { Body, Header } from "./block.ts";
import { type ChainBlock, checkpointOf, tipOf } from "./chain.ts";
import type { ChainContext } from "./chain-context.ts";
import type { QueryAnswer } from "./queries.ts";
import type { ServingContext } from "./serving.ts";
import type { AccountRange } from "./sync/sync-context.ts";
import type { TrieEntry } from "./trie/trie.ts";
import type { Vote } from "./vote.ts";

/** What the keeper needs of its node. */
export interface KeeperOwner {
  /** The block that this validator has proposed is durable. */
  onOwnBlock(): void;
  /** The disk has not kept it. */
  onOwnBlockLost(): void;
  /** So many of the votes that were stored, in order, are durable. */
  onVotes(count: number): void;
  /** Votes of earlier lives. */
  onRecovered(votes: readonly Vote[]): void;
  onVotesForgotten(): void;
}

/** For the time being it keeps nothing. */
export class Keeper {
  readonly #context: ChainContext;
  readonly #owner: KeeperOwner;

  constructor(context: ChainContext, owner: KeeperOwner) {
    this.#context = context;
    this.#owner = owner;
  }

  /** What peers may be served with. */
  get serving(): ServingContext {
    const { state, config } = this.#context;
    return {
      ...{ options: config.options, chain: state.chain, isBusy: false },
      bodyOf: (block) => this.bodyOf(block),
    };
  }

  recover(): void {
    this.#context.env.emit("recovered", { ...checkpointOf(tipOf(this.#context.state.chain)) });
  }

  append(_block: ChainBlock, _changes: readonly TrieEntry[]): void {}

  propose(_block: ChainBlock, _changes: readonly TrieEntry[]): boolean {
    this.#context.state.store.isProposed = true;
    this.#context.env.disk.sync("own");
    return true;
  }

  appendVote(_vote: Vote): boolean {
    this.#context.state.store.votes++;
    this.#context.env.disk.sync("vote");
    return true;
  }

  keepCertificate(): void {}

  adopt(_header: Header, _accounts: AccountRange["accounts"]): void {}

  onSynced(token: string, _error?: DiskError): void {
    if (token === "own") this.#owner.onOwnBlock();
    else this.#owner.onVotes(1);
  }

  bodyOf(block: ChainBlock): Body | undefined {
    return block.body;
  }

  verify(): QueryAnswer {
    return { kind: "verified", height: tipOf(this.#context.state.chain).header.height };
  }
}
