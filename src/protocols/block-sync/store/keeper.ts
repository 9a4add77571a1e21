// What the node keeps on its disk, and what it may do once that is durable.

import type { DiskError } from "../../../sim/env.ts";
import type { Body, Header } from "../block.ts";
import { type ChainBlock, checkpointOf, forgetBodies, newChain, tipOf } from "../chain.ts";
import type { ChainContext } from "../chain-context.ts";
import type { Hash } from "../encoding/hash.ts";
import { newFinality } from "../finality/finality.ts";
import type { Checkpoint, Vote } from "../finality/vote.ts";
import { newMempool } from "../mempool.ts";
import type { ServingContext } from "../peers/serving.ts";
import type { QueryAnswer } from "../queries.ts";
import type { AccountRange } from "../sync/sync-context.ts";
import type { TrieEntry } from "../trie/trie.ts";
import { trieUpdate } from "../trie/trie.ts";
import { ChainStore } from "./chain-store.ts";

/** What the keeper needs of its node. */
export interface KeeperOwner {
  /** The block that this validator has proposed is durable. */
  onOwnBlock(hash: Hash): void;
  /** A vote of this validator is durable. */
  onOwnVote(target: Checkpoint): void;
  /** A trusted block is the beginning of the chain now. */
  onAdopted(): void;
}

/** What an earlier life has left. */
export interface Recollection {
  /** Its own votes, by rising target. */
  readonly votes: readonly Vote[];
  /** Nobody can tell any more what it has voted. */
  readonly areVotesLost: boolean;
}

export const STORE_TIMER = "store";
export const ADOPT_TIMER = "adopt";

/** The node's disk: its chain, its votes, and what proves that blocks are final. */
export class Keeper {
  readonly #context: ChainContext;
  readonly #owner: KeeperOwner;
  readonly #store: ChainStore;

  constructor(context: ChainContext, owner: KeeperOwner) {
    const { env, config, genesis } = context;
    this.#context = context;
    this.#owner = owner;
    this.#store = new ChainStore(env.disk, {
      genesis: { ...genesis.block, transactions: [], accounts: { trie: genesis.trie } },
      options: config.options,
      validators: config.genesis.validators,
      state: () => context.state.store,
      chain: () => context.state.chain,
    });
  }

  /** What peers may be served with. */
  get serving(): ServingContext {
    const { state, config } = this.#context;
    return {
      ...{ options: config.options, chain: state.chain, isBusy: false },
      bodyOf: (block) => this.bodyOf(block),
    };
  }

  /** Reads the disk: the chain is as an earlier life has left it. */
  recover(): Recollection {
    const { state, env } = this.#context;
    const { chain, finality, votes, damage, areVotesLost } = this.#store.recover();
    Object.assign(state, { chain, finality });
    if (damage !== undefined) env.emit("chain damaged", { ...damage });
    env.emit("recovered", { ...checkpointOf(tipOf(chain)) });
    this.#maybeRetry();
    return { votes, areVotesLost };
  }

  /** Stores a valid block that has become part of the chain. */
  append(block: ChainBlock, changes: readonly TrieEntry[]): void {
    this.#store.append(block, changes);
    this.#maybeRetry();
  }

  /** Stores a block of this validator's, which is not part of the chain yet. */
  propose(block: ChainBlock, changes: readonly TrieEntry[]): boolean {
    const isTaken = this.#store.propose(block, changes);
    this.#maybeRetry();
    return isTaken;
  }

  /** Stores a vote of this validator's; whether the disk has taken it. */
  appendVote(vote: Vote): boolean {
    const isTaken = this.#store.appendVote(vote);
    this.#maybeRetry();
    return isTaken;
  }

  /** More is justified or final: what proves it is kept, and what is too old is given up. */
  keepProof(what: "final" | "justified"): void {
    const { certificate, justification } = this.#context.state.finality;
    const proof = what === "final" ? certificate : justification;
    // A trusted block is final without a proof.
    if (proof !== undefined) this.#store.appendCertificate(what, proof);
    if (what === "final") {
      this.#store.prune();
      this.#forgetBodies();
    }
    this.#maybeRetry();
  }

  /** Takes a trusted block, and all accounts after it, as the beginning of the chain. */
  adopt(header: Header, accounts: AccountRange["accounts"]): void {
    const { state, config, env } = this.#context;
    const changes = accounts.map(([key, value]) => ({ key, value }));
    const trie = trieUpdate(undefined, changes);
    const base: ChainBlock = { header, body: undefined, transactions: [], accounts: { trie } };
    Object.assign(state, {
      chain: newChain(base),
      finality: newFinality(config.genesis.validators),
      mempool: newMempool(),
    });
    this.#store.begin(base);
    env.emit("recovered", { ...checkpointOf(base) });
    // The synchronizer is told later, as it has asked for it.
    env.setTimer(ADOPT_TIMER, config.options.costs.importBlock);
    this.#maybeRetry();
  }

  onTimer(name: string): void {
    if (name === ADOPT_TIMER) this.#owner.onAdopted();
    else {
      this.#store.retry();
      this.#maybeRetry();
    }
  }

  onSynced(token: string, error?: DiskError): void {
    const { state, env } = this.#context;
    for (const durable of this.#store.onSynced(token, error)) {
      if (durable.kind === "vote") this.#owner.onOwnVote(durable.target);
      else {
        const known = state.chain.blocks.get(durable.hash);
        if (known !== undefined) env.emit("block durable", { ...checkpointOf(known) });
        else this.#owner.onOwnBlock(durable.hash);
      }
    }
    this.#maybeRetry();
  }

  /** From memory, or from the disk; undefined when it was pruned or is damaged. */
  bodyOf(block: ChainBlock): Body | undefined {
    return block.body ?? this.#store.bodyOf(block.header.hash);
  }

  /** Reads the whole chain from the disk. */
  verify(): QueryAnswer {
    const found = this.#store.verify();
    if (typeof found === "number") return { kind: "verified", height: found };
    return { kind: "damaged", damage: found };
  }

  /** Bodies that can be read from the disk, and that nobody asks for as a rule. */
  #forgetBodies(): void {
    const { chain } = this.#context.state;
    const { keptStates } = this.#context.config.options.store;
    const below = Math.min(chain.finalized.height, tipOf(chain).header.height - keptStates);
    // What the disk refuses is in memory only.
    if (below > 0 && this.#store.failure === undefined) forgetBodies(chain, below);
  }

  #maybeRetry(): void {
    if (this.#store.failure === undefined) return;
    const { env, config } = this.#context;
    env.setTimer(STORE_TIMER, config.options.sync.retryDelay);
  }
}
