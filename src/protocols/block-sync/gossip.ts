// What peers say unasked.

import { unreachable } from "../../sim/assert.ts";
import type { NodeId } from "../../sim/env.ts";
import { decodeHeader, isSignedHeader } from "./block.ts";
import type { ChainContext } from "./chain-context.ts";
import { isMalformed } from "./encoding/rlp.ts";
import { proposalEvidence, voteEvidence } from "./finality/evidence.ts";
import { votesToShow } from "./finality/finality.ts";
import { decodeVote, type Evidence, isSignedVote, type Vote } from "./finality/vote.ts";
import { slotOf } from "./genesis.ts";
import type { Head } from "./head.ts";
import type { Imports } from "./imports.ts";
import type { EvidenceBytes, Gossip as GossipMessage, Status } from "./messages.ts";
import { countRefused } from "./monitoring/metrics.ts";
import type { Peers } from "./peers/peers.ts";
import type { Pool } from "./pool.ts";
import type { Synchronizer } from "./sync/synchronizer.ts";
import { isBrokenForNow } from "./validation.ts";

/** The parts of the node that gossip goes to. */
export interface GossipParts {
  readonly head: Head;
  readonly imports: Imports;
  readonly peers: Peers;
  readonly pool: Pool;
  readonly sync: Synchronizer;
}

/** Takes what peers say unasked to the parts that it is for. */
export class Gossip {
  readonly #context: ChainContext;
  readonly #parts: GossipParts;

  constructor(context: ChainContext, parts: GossipParts) {
    this.#context = context;
    this.#parts = parts;
  }

  onMessage(from: NodeId, message: GossipMessage): void {
    const { peers, pool } = this.#parts;
    switch (message.type) {
      case "status":
        this.#onStatus(from, message.status);
        break;
      case "block":
        this.#onBlock(from, message);
        break;
      case "transactions":
        if (pool.onGossip(message.transactions)) peers.penalise(from, "malformed");
        break;
      case "votes":
        this.#onVotes(from, message.votes);
        break;
      case "evidence":
        for (const proofs of message.evidence) this.#onEvidence(from, proofs);
        break;
      default:
        unreachable(message);
    }
  }

  #onStatus(from: NodeId, status: Status): void {
    const { peers, sync } = this.#parts;
    if (!peers.onStatus(from, status)) return;
    const { state, env } = this.#context;
    state.contactAt ??= env.now();
    const { chain, finality } = state;
    const isBehind =
      status.finalized.height < chain.finalized.height ||
      status.justified.height < chain.justified.height;
    // Votes get lost: who is behind is shown again what proves that it is.
    if (isBehind) {
      const votes = votesToShow(finality, chain).map(({ bytes }) => bytes);
      this.#context.env.send(from, { type: "votes", votes });
    }
    sync.look();
  }

  #onBlock(from: NodeId, { header, body }: Extract<GossipMessage, { type: "block" }>): void {
    const { imports, peers, sync } = this.#parts;
    const rule = imports.offer(from, header, body);
    if (rule === undefined) return;
    const decoded = decodeHeader(header);
    const hash = isMalformed(decoded) ? undefined : decoded.hash;
    if (rule === "known") {
      this.#context.env.emit("block come twice", { from, hash });
      return;
    }
    if (rule === "unknown parent") {
      if (!isMalformed(decoded)) {
        peers.claim(from, { height: decoded.height, hash: decoded.hash });
      }
      sync.look();
      return;
    }
    countRefused(this.#context.state.refused, rule);
    this.#context.env.emit("block refused", { peer: from, hash, rule });
    if (!isBrokenForNow(rule) || rule === "timestamp in the future") {
      peers.penalise(from, "invalid block");
    }
  }

  #onVotes(from: NodeId, list: readonly Uint8Array[]): void {
    const { head, peers } = this.#parts;
    const { signatures } = this.#context.rules;
    const votes: Vote[] = [];
    for (const bytes of list) {
      const vote = decodeVote(bytes);
      if (isMalformed(vote) || !isSignedVote(vote, signatures)) {
        this.#context.env.emit("vote refused", { peer: from });
        peers.penalise(from, "invalid vote");
        return;
      }
      votes.push(vote);
    }
    const outcomes = head.addVotes(votes);
    if (outcomes.includes("not a validator")) peers.penalise(from, "invalid vote");
  }

  #onEvidence(from: NodeId, proofs: EvidenceBytes): void {
    const evidence = this.#votesIn(proofs) ?? this.#proposalsIn(proofs);
    if (evidence === undefined) this.#parts.peers.penalise(from, "malformed");
    else this.#parts.head.addEvidence(evidence);
  }

  #votesIn([one, other]: EvidenceBytes): Evidence | undefined {
    const { signatures, genesis } = this.#context.rules;
    const [a, b] = [decodeVote(one), decodeVote(other)];
    if (isMalformed(a) || isMalformed(b)) return undefined;
    if (!genesis.validators.includes(a.validator)) return undefined;
    const areSigned = isSignedVote(a, signatures) && isSignedVote(b, signatures);
    return areSigned ? voteEvidence(a, b) : undefined;
  }

  #proposalsIn([one, other]: EvidenceBytes): Evidence | undefined {
    const { signatures, genesis } = this.#context.rules;
    const [a, b] = [decodeHeader(one), decodeHeader(other)];
    if (isMalformed(a) || isMalformed(b)) return undefined;
    if (!genesis.validators.includes(a.producer)) return undefined;
    if (!(isSignedHeader(a, signatures) && isSignedHeader(b, signatures))) return undefined;
    if (Math.min(a.timestamp, b.timestamp) < genesis.timestamp) return undefined;
    return proposalEvidence(a, b, ({ timestamp }) => slotOf(genesis, timestamp));
  }
}
