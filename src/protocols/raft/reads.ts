// Reads that do not go through the log: Ongaro's thesis §6.4, and §6.4.1 for leases.

import type { NodeId } from "../../sim/env.ts";
import type { Member } from "./member.ts";
import type { Confirm, ConfirmReply } from "./messages.ts";
import { isQuorum } from "./quorum.ts";
import {
  type Asker,
  leaseDuration,
  type ReadKind,
  type ReadState,
  type WaitingRead,
} from "./read-state.ts";

/** A member's part in reads, as leader and as follower. */
export class Reads<Command> {
  readonly #member: Member<Command>;

  readonly #tellCommit: (to: NodeId) => void;

  /** `tellCommit` tells a follower that waits for it what is committed. */
  constructor(member: Member<Command>, tellCommit: (to: NodeId) => void) {
    this.#member = member;
    this.#tellCommit = tellCommit;
  }

  /**
   * A leader begins a read, for itself or for who has asked; the asker's `readEnds` tells its end,
   * the leader's own perhaps before this returns.
   */
  begin(read: number, kind: ReadKind, asker?: Asker): void {
    const { state, env, config } = this.#member;
    const reads = this.#reads();
    if (reads === undefined) return;
    // Thesis §6.4: commit is only known to be the cluster's once an entry of the own term is in it.
    const index = Math.max(state.commit, reads.firstIndex);
    const isLease = kind === "lease" && config.options.leaseReads && !reads.isLeaseGivenUp;
    if (isLease) reads.isLeaseUsed = true;
    const isUnderWay = reads.round > reads.confirmed;
    if (isLease && env.now() < reads.leaseUntil) {
      reads.waiting.push({ read, index, round: 0, asker });
      this.release();
      return;
    }
    // A round that has begun before proves nothing of now.
    reads.waiting.push({ read, index, round: reads.round + 1, asker });
    if (!isUnderWay) this.#beginRound(reads);
  }

  #beginRound(reads: ReadState): void {
    const { env } = this.#member;
    reads.round++;
    reads.beganAt = env.now();
    reads.confirmers = new Set();
    this.#ask(reads);
    this.#confirm(this.#member.id, reads);
  }

  #ask({ round, confirmers }: ReadState): void {
    const { state, otherVoters } = this.#member;
    for (const peer of otherVoters) {
      if (!confirmers.has(peer))
        this.#member.send(peer, { type: "confirm", term: state.term, round });
    }
  }

  /** With each heartbeat: asks again who has not answered, and renews a lease that is in use. */
  onHeartbeat(): void {
    const reads = this.#reads();
    if (reads === undefined) return;
    if (reads.round > reads.confirmed) this.#ask(reads);
    else if (reads.isLeaseUsed) this.#beginRound(reads);
    reads.isLeaseUsed = false;
  }

  /** Others decide now: those who have confirmed, and are not asked again, may be enough. */
  onReconfigured(): void {
    const reads = this.#reads();
    if (reads !== undefined && reads.round > reads.confirmed) this.#confirm(this.#member.id, reads);
  }

  onConfirm(from: NodeId, { term, round }: Confirm): void {
    const member = this.#member;
    const { state, env, config } = member;
    if (term < state.term) return;
    if (!member.follow(from, term)) return;
    const { leaseReads, electionTimeoutMin } = config.options;
    if (leaseReads) state.loyalUntil = env.now() + electionTimeoutMin;
    this.#member.send(from, { type: "confirmReply", term, round });
  }

  onConfirmReply(from: NodeId, { term, round }: ConfirmReply): void {
    const { state } = this.#member;
    if (term !== state.term || state.role.kind !== "leader") return;
    const { progress, reads } = state.role;
    const asked = progress.get(from);
    // Removed since.
    if (asked === undefined) return;
    asked.isActive = true;
    if (round === reads.round && round > reads.confirmed) this.#confirm(from, reads);
  }

  #confirm(from: NodeId, reads: ReadState): void {
    const { state, config } = this.#member;
    reads.confirmers.add(from);
    if (!isQuorum(state.configuration, (id) => reads.confirmers.has(id))) return;
    reads.confirmed = reads.round;
    reads.leaseUntil = reads.beganAt + leaseDuration(config.options);
    this.release();
    const last = reads.waiting.at(-1);
    if (last !== undefined && last.round > reads.round) this.#beginRound(reads);
  }

  /** Ends the reads whose round is confirmed and whose index is applied. */
  release(): void {
    const { state, config } = this.#member;
    const reads = this.#reads();
    if (reads === undefined || reads.waiting.length === 0) return;
    const isReady = ({ index, round }: WaitingRead): boolean =>
      round <= reads.confirmed && index <= state.applied;
    const ready = reads.waiting.filter(isReady);
    if (ready.length === 0) return;
    reads.waiting = reads.waiting.filter((waiting) => !isReady(waiting));
    for (const { read, asker, index } of ready) {
      if (asker === undefined) config.readEnds(read, true);
      else this.#answer(asker, read, index);
    }
    const askers = new Set(ready.flatMap(({ asker }) => asker?.id ?? []));
    // Else they would learn that it is committed with the next heartbeat.
    for (const id of askers) this.#tellCommit(id);
  }

  #answer({ id, life }: Asker, read: number, index: number): void {
    const { state } = this.#member;
    this.#member.send(id, { type: "readIndexReply", term: state.term, life, read, index });
  }

  #reads(): ReadState | undefined {
    const { role } = this.#member.state;
    return role.kind === "leader" ? role.reads : undefined;
  }
}
