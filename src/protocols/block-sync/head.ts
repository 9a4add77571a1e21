// The node's one way to change its chain: blocks, votes and evidence, and all that follows.

import { fail } from "../../sim/assert.ts";
import type { ChainBlock, TipChange } from "./chain.ts";
import { checkpointOf, forgetStates, knownBlock, tipOf } from "./chain.ts";
import type { ChainContext } from "./chain-context.ts";
import type { Hash } from "./encoding/hash.ts";
import { isMalformed } from "./encoding/rlp.ts";
import { proposalEvidence } from "./finality/evidence.ts";
import { addBlock, addEvidence, addVotes, type FinalityChange } from "./finality/finality.ts";
import type { Evidence, Vote } from "./finality/vote.ts";
import { slotOf } from "./genesis.ts";
import { followTip } from "./mempool.ts";
import { note } from "./monitoring/metrics.ts";
import type { Transaction } from "./transaction.ts";

/** What follows a change of the chain, elsewhere in the node. */
export interface HeadOwner {
  /** The tip is another one now; transactions of these blocks are in the chain. */
  onTip(adopted: readonly Hash[]): void;
  /** More is justified or final: what proves it is to be kept. */
  onProof(what: "final" | "justified"): void;
  /** Somebody breaks the rules: everybody is to know. */
  onEvidence(evidence: readonly Evidence[]): void;
}

/** Changes the chain, and sees to what follows from it. */
export class Head {
  readonly #context: ChainContext;
  readonly #owner: HeadOwner;

  constructor(context: ChainContext, owner: HeadOwner) {
    this.#context = context;
    this.#owner = owner;
  }

  /** Adds a valid block whose parent is known. */
  addBlock(block: ChainBlock): void {
    const { state, env } = this.#context;
    const { height, hash } = checkpointOf(block);
    state.counters.blocks_imported++;
    this.#lookForTwins(block);
    const change = addBlock(state.finality, state.chain, block);
    if (change.tip === undefined) {
      state.counters.forks_detected++;
      env.emit("fork seen", { height, hash });
    }
    this.#onChange(change);
  }

  /** Adds votes whose signatures are right. */
  addVotes(votes: readonly Vote[]): ReturnType<typeof addVotes>["outcomes"] {
    const { state } = this.#context;
    const { outcomes, change, evidence } = addVotes(state.finality, state.chain, votes);
    this.#onEvidence(evidence);
    this.#onChange(change);
    return outcomes;
  }

  /** Adds what a peer has proved. */
  addEvidence(evidence: Evidence): void {
    if (addEvidence(this.#context.state.finality, evidence)) this.#onEvidence([evidence]);
  }

  /** A producer makes one block in a slot. */
  #lookForTwins({ header }: ChainBlock): void {
    const { state, config } = this.#context;
    const { chain, finality } = state;
    for (const levelHeight of [header.height - 1, header.height, header.height + 1]) {
      for (const hash of chain.branches.get(levelHeight) ?? []) {
        const other = knownBlock(chain, hash).header;
        const evidence = proposalEvidence(header, other, (of) =>
          slotOf(config.genesis, of.timestamp),
        );
        if (evidence !== undefined && addEvidence(finality, evidence)) {
          this.#onEvidence([evidence]);
        }
      }
    }
  }

  #onEvidence(evidence: readonly Evidence[]): void {
    const { env, state } = this.#context;
    for (const { kind, offender } of evidence) {
      state.counters.evidence_found++;
      env.emit("evidence", { kind, offender });
    }
    if (evidence.length > 0) this.#owner.onEvidence(evidence);
  }

  #onChange({ tip, justified, finalized }: FinalityChange): void {
    // Before its next vote, which may be for what is justified now.
    if (finalized !== undefined) this.#owner.onProof("final");
    else if (justified !== undefined) this.#owner.onProof("justified");
    if (finalized !== undefined) this.#context.env.emit("finalized", { ...finalized });
    if (tip !== undefined) this.#onTip(tip);
  }

  #onTip({ orphaned, adopted }: TipChange): void {
    const { state, config, env } = this.#context;
    const { chain, counters, histograms, mempool } = state;
    const { height, hash } = checkpointOf(tipOf(chain));
    counters.blocks_orphaned += orphaned.length;
    if (orphaned.length > 0) note(histograms, "reorg_depth_blocks", orphaned.length);
    for (const one of adopted) {
      const { header, transactions } = knownBlock(chain, one);
      const parent = knownBlock(chain, header.parent).header;
      counters.transactions_included += transactions.length;
      note(histograms, "block_interval_seconds", header.timestamp - parent.timestamp);
    }
    env.emit("tip changed", { height, hash, orphaned: orphaned.length, adopted: adopted.length });
    const changed = {
      orphaned: orphaned.flatMap((one) => this.#transactionsOf(one)),
      adopted: adopted.flatMap((one) => this.#transactionsOf(knownBlock(chain, one))),
    };
    followTip(mempool, changed, env.now());
    const { store, limits } = config.options;
    forgetStates(chain, { keptStates: store.keptStates, reorgMax: limits.reorgMax });
    this.#owner.onTip(adopted);
  }

  /** Of a block that was checked. */
  #transactionsOf({ header, body, transactions }: ChainBlock): Transaction[] {
    const { rules } = this.#context;
    return transactions.map((_, index) => {
      const bytes = body?.[index] ?? fail("a block of the tip without its body:", header.hash);
      const decoded = rules.reader.transaction(bytes, bytes.length);
      return isMalformed(decoded) ? fail(decoded.reason) : decoded;
    });
  }
}
