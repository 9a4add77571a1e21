// Blocks on their way into the chain: checked when they come, executed one at a time.

import type { NodeId } from "../../sim/env.ts";
import { type Block, type Body, decodeHeader, type Header } from "./block.ts";
import type { ChainBlock } from "./chain.ts";
import type { ChainContext } from "./chain-context.ts";
import type { Hash } from "./encoding/hash.ts";
import { isMalformed } from "./encoding/rlp.ts";
import { type BranchRefusal, branchRefusal } from "./finality/fork-choice.ts";
import type { ImportsState, Origin, QueuedBlock } from "./node-state.ts";
import type { TrieEntry } from "./trie/trie.ts";
import {
  type Broken,
  type CheckedBody,
  checkBody,
  checkExecution,
  type InvalidBlock,
  isSenderAtFault,
  ruleBrokenByHeader,
} from "./validation.ts";

/** How an import ended. */
export type ImportOutcome = "imported" | "known" | "orphan" | BranchRefusal | InvalidBlock;

/** What imports need of their node. */
export interface ImportsOwner {
  /** A block is valid, and its parent is known: it is to become part of the chain. */
  onValid(block: ChainBlock, changes: readonly TrieEntry[]): void;
  /** A block has left the queue. */
  onOutcome(header: Header, outcome: ImportOutcome, origin: Origin): void;
}

export const IMPORT_TIMER = "import";
/** So many broken blocks are remembered. */
const INVALID_MAX = 1_000;

/** The queue of blocks that were checked, and the work on them. */
export class Imports {
  readonly #context: ChainContext;
  readonly #owner: ImportsOwner;

  constructor(context: ChainContext, owner: ImportsOwner) {
    this.#context = context;
    this.#owner = owner;
  }

  /**
   * Whether a block is known, in the queue, or was found to be broken: nobody needs to fetch it.
   * One that waits for its parent may wait for ever, unless what is before it is fetched.
   */
  isKnown(hash: Hash): boolean {
    const { queued, invalid } = this.#state;
    return this.#context.state.chain.blocks.has(hash) || queued.has(hash) || invalid.has(hash);
  }

  /**
   * Takes a block that a peer has sent unasked, unless it is known or breaks a rule that can be
   * told before it is executed. One of an unknown parent is kept until that is known.
   */
  offer(peer: NodeId, headerBytes: Uint8Array, body: Body): InvalidBlock | "known" | undefined {
    const header = decodeHeader(headerBytes);
    if (isMalformed(header)) return "malformed header";
    if (this.isKnown(header.hash)) return "known";
    if (this.#state.orphans.has(header.hash)) return "unknown parent";
    const { rules, state, env } = this.#context;
    const parent = state.chain.blocks.get(header.parent) ?? this.#state.queued.get(header.parent);
    const parentHeader = parent !== undefined && "header" in parent ? parent.header : parent;
    const at = env.wallClock();
    const broken = ruleBrokenByHeader(header, parentHeader, at, rules);
    if (broken !== undefined && broken !== "unknown parent") return broken;
    const checked = this.#check({ header, body });
    if (checked.kind === "broken") return checked.rule;
    const block: QueuedBlock = { header, body, checked, origin: { kind: "gossip", peer, at } };
    if (broken === undefined) this.#add(block);
    else this.#keepOrphan(block);
    return broken;
  }

  /** Takes a block whose header was checked and whose parent is known, or was given before. */
  take({ header, body }: Block): void {
    this.#add({ header, body, checked: this.#check({ header, body }), origin: { kind: "sync" } });
  }

  /** The work on the first block in the queue is done. */
  onTimer(): void {
    const { queue, queued } = this.#state;
    const block = queue.shift();
    if (block === undefined) return;
    queued.delete(block.header.hash);
    const outcome = this.#import(block);
    this.#owner.onOutcome(block.header, outcome, block.origin);
    this.#setTimer();
  }

  /** Blocks that waited for this one wait for their turn now. */
  adoptChildren(parent: Hash): void {
    for (const [hash, orphan] of this.#state.orphans) {
      if (orphan.header.parent !== parent) continue;
      this.#state.orphans.delete(hash);
      const known = this.#context.state.chain.blocks.get(parent)?.header;
      const { rules, env } = this.#context;
      const broken = ruleBrokenByHeader(orphan.header, known, env.wallClock(), rules);
      if (broken === undefined) this.#add(orphan);
      else this.#owner.onOutcome(orphan.header, broken, orphan.origin);
    }
  }

  #add(block: QueuedBlock): void {
    const { queue, queued } = this.#state;
    const { hash } = block.header;
    if (queued.has(hash) && block.origin.kind === "gossip") return;
    queue.push(block);
    queued.set(hash, block.header);
    if (queue.length === 1) this.#setTimer();
  }

  #import({ header, body, checked }: QueuedBlock): ImportOutcome {
    const { state, config, rules } = this.#context;
    const { chain } = state;
    if (chain.blocks.has(header.hash)) return "known";
    const at = { height: header.height - 1, hash: header.parent };
    const refusal = branchRefusal(chain, at, config.options.limits.reorgMax);
    if (refusal !== undefined) return refusal;
    if (checked.kind === "broken") return this.#refuse(header, checked);
    const parent = chain.blocks.get(header.parent)!.accounts!;
    const executed = checkExecution(header, checked.transactions, parent.trie, rules);
    if (executed.kind === "broken") return this.#refuse(header, executed);
    const transactions = checked.transactions.map(({ hash }) => hash);
    const block = { header, body, transactions, accounts: { trie: executed.trie } };
    this.#owner.onValid(block, executed.changes);
    return "imported";
  }

  #check(block: Block): CheckedBody | Broken {
    return checkBody(block, this.#context.rules);
  }

  #refuse({ hash }: Header, { rule }: Broken): InvalidBlock {
    const { invalid } = this.#state;
    // Somebody else may have the right body.
    if (isSenderAtFault(rule)) return rule;
    invalid.add(hash);
    if (invalid.size > INVALID_MAX) invalid.delete(invalid.values().next().value!);
    return rule;
  }

  #keepOrphan(block: QueuedBlock): void {
    const { orphans } = this.#state;
    orphans.set(block.header.hash, block);
    const { orphans: countMax } = this.#context.config.options.limits;
    if (orphans.size > countMax) orphans.delete(orphans.keys().next().value!);
  }

  /** Works on the first block for as long as it takes. */
  #setTimer(): void {
    const { costs } = this.#context.config.options;
    const first = this.#state.queue[0];
    if (first === undefined) return;
    const cost = costs.importBlock + costs.transaction * first.body.length;
    this.#context.env.setTimer(IMPORT_TIMER, cost);
  }

  get #state(): ImportsState {
    return this.#context.state.imports;
  }
}
