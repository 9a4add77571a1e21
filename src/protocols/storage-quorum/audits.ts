// How holders are made to prove what they hold.
//
// A challenge names a leaf of a replica, drawn anew, and a nonce. The answer is the leaf, its path
// to the Merkle root that the backend has kept, and a hash over nonce and leaf. Replicas are sealed
// for their holders, so that nobody else's bytes answer it.

import type { NodeId } from "../../sim/env.ts";
import { bytesOf } from "../hex.ts";
import type { BackendContext } from "./backend-context.ts";
import type { Audit, ChallengeQuestion } from "./backend-state.ts";
import { areEqual } from "./bytes.ts";
import type { Calls } from "./calls.ts";
import { bindingOf, drawBytes } from "./cipher.ts";
import type { Holders } from "./holders.ts";
import { isProven, leafCountOf } from "./merkle.ts";
import type { Address, ChallengeProof } from "./messages.ts";
import { REPUTATION, type StorageNodes } from "./nodes.ts";

const NONCE_BYTES = 16;

/** Challenges every holder at regular times, for one of its replicas each, in random order. */
export class Audits {
  readonly #context: BackendContext;
  readonly #calls: Calls;
  readonly #nodes: StorageNodes;
  readonly #holders: Holders;

  constructor(
    context: BackendContext,
    { calls, nodes, holders }: { calls: Calls; nodes: StorageNodes; holders: Holders },
  ) {
    this.#context = context;
    this.#calls = calls;
    this.#nodes = nodes;
    this.#holders = holders;
  }

  /** Challenges everybody who holds anything. */
  onTick(): void {
    const { state, env, options } = this.#context;
    env.setTimer("audit", options.challengeInterval);
    for (const node of [...state.holdings.keys()].sort()) {
      const address = this.#next(node);
      if (address !== undefined) this.#challenge(node, address);
    }
  }

  /** It has started anew, and what it holds is to be proven. */
  onRestart(node: NodeId): void {
    this.#holders.distrust(node);
    this.#challengeUnproven(node);
  }

  onProof(question: ChallengeQuestion, proof: ChallengeProof | undefined): void {
    const { file, chunk, replica } = question;
    const { node } = replica;
    const audit = this.#auditOf(node);
    const wasSilent = audit.missed > 0;
    audit.missed = 0;
    const holder = this.#context.state.blocks.get(file)?.chunks[chunk]?.holders.get(node);
    if (holder === undefined) return;
    if (proof !== undefined && this.#isGood(question, proof)) {
      holder.isProven = true;
      this.#nodes.rate(node, REPUTATION.proven);
      this.#context.env.emit("challenge passed", { file, chunk, node });
      if (wasSilent) this.#challengeUnproven(node);
      return;
    }
    this.#nodes.rate(node, proof === undefined ? REPUTATION.unproven : REPUTATION.corrupt);
    this.#context.env.emit("challenge failed", { file, chunk, node });
    this.#holders.lose(file, chunk, node, "unproven");
  }

  /** It let a challenge go by. Its replicas count no more once that was too often. */
  onOverdue({ file, chunk, replica: { node, address } }: ChallengeQuestion): void {
    const audit = this.#auditOf(node);
    audit.missed++;
    this.#nodes.rate(node, REPUTATION.silent);
    this.#context.env.emit("challenge missed", { file, chunk, node });
    if (audit.missed === this.#context.options.missedChallengesMax) this.#holders.distrust(node);
    const holder = this.#context.state.blocks.get(file)?.chunks[chunk]?.holders.get(node);
    if (holder?.isProven !== true) return;
    // It is asked for before others: who is silent of one replica only is to be doubted, too.
    audit.queue = [address, ...audit.queue.filter((other) => other !== address)];
  }

  /** The next replica of a round, in which each comes once. */
  #next(node: NodeId): Address | undefined {
    const { state, env } = this.#context;
    const held = state.holdings.get(node)!;
    const audit = this.#auditOf(node);
    audit.queue = audit.queue.filter((address) => held.has(address));
    if (audit.queue.length === 0) audit.queue = env.random.shuffle([...held.keys()].sort());
    return audit.queue.shift();
  }

  #challengeUnproven(node: NodeId): void {
    const { state } = this.#context;
    for (const [address, { file, chunk }] of state.holdings.get(node) ?? []) {
      const holder = state.blocks.get(file)!.chunks[chunk]!.holders.get(node)!;
      if (!holder.isProven) this.#challenge(node, address);
    }
  }

  #challenge(node: NodeId, address: Address): void {
    const { state, env, options } = this.#context;
    const { file, chunk } = state.holdings.get(node)!.get(address)!;
    const { sizeBytes, holders } = state.blocks.get(file)!.chunks[chunk]!;
    const nonce = drawBytes(env.random, NONCE_BYTES);
    const leaf = env.random.int(0, leafCountOf(sizeBytes, options.leafBytes) - 1);
    const { replica } = holders.get(node)!;
    const question = { kind: "challenge", file, chunk, replica, nonce, leaf } as const;
    this.#calls.ask(node, { type: "challenge", address, nonce, leaf }, question);
  }

  #isGood(
    { file, chunk, replica, nonce, leaf }: ChallengeQuestion,
    proof: ChallengeProof,
  ): boolean {
    const { sizeBytes } = this.#context.state.blocks.get(file)!.chunks[chunk]!;
    const leafCount = leafCountOf(sizeBytes, this.#context.options.leafBytes);
    return (
      proof.index === leaf &&
      areEqual(proof.binding, bindingOf(nonce, proof.leaf)) &&
      isProven(proof, proof.leaf, leafCount, bytesOf(replica.root))
    );
  }

  #auditOf(node: NodeId): Audit {
    const { audits } = this.#context.state;
    const known = audits.get(node) ?? { queue: [], missed: 0 };
    audits.set(node, known);
    return known;
  }
}
