// Who leads: Raft §5.2 and §5.4.1, thesis §9.6 (pre-vote) and §4.2.3 (loyalty to a leader).

import type { NodeId } from "../../sim/env.ts";
import type { Member } from "./member.ts";
import type { PreVote, PreVoteReply, Vote, VoteReply } from "./messages.ts";
import { patienceOf } from "./priorities.ts";
import { type VoteResult, voteResult } from "./quorum.ts";
import { RAFT_SITES } from "./sites.ts";

/** A member's part in elections, as voter and as candidate. */
export class Elections<Command> {
  readonly #member: Member<Command>;
  readonly #becomeLeader: () => void;

  /** `becomeLeader` takes over once the election is won. */
  constructor(member: Member<Command>, becomeLeader: () => void) {
    this.#member = member;
    this.#becomeLeader = becomeLeader;
  }

  onTimeout(): void {
    if (this.#member.isLeader) return;
    this.#member.resetElectionTimer();
    if (!this.#member.isVoter) return;
    if (this.#givesWay()) return;
    // Who cannot write can neither vote for itself nor lead.
    if (!this.#member.persistence.hasRoom()) this.#member.becomeFollower(undefined);
    else if (this.#member.config.options.preVote) this.#startPreVote();
    else this.#startElection();
  }

  /** Whether this timeout is for others, that are preferred; each member's own comes in time. */
  #givesWay(): boolean {
    const { state, config } = this.#member;
    const patience = patienceOf(config.options.priorities, state.configuration, this.#member.id);
    if (state.gaveWay >= patience) return false;
    state.gaveWay++;
    this.#member.becomeFollower(undefined);
    return true;
  }

  #startPreVote(): void {
    const { state, env, otherVoters } = this.#member;
    const term = state.term + 1;
    state.role = { kind: "preCandidate", votes: new Map() };
    env.emit("pre-vote started", { term });
    const question = { type: "preVote", term, ...this.#member.lastEntry() } as const;
    for (const peer of otherVoters) this.#member.send(peer, question);
    this.onPreVoteReply(this.#member.id, { type: "preVoteReply", term, granted: true });
  }

  onPreVote(from: NodeId, { term, lastIndex, lastTerm }: PreVote): void {
    const { state } = this.#member;
    // Thesis §9.6: not while a leader is heard, as the sender may only be cut off from it.
    const granted =
      term > state.term && !this.#member.hearsLeader() && this.#isUpToDate(lastIndex, lastTerm);
    // A refusal tells the own term, so that a node which is behind can catch up and ask again.
    const answer = { type: "preVoteReply", term: granted ? term : state.term, granted } as const;
    this.#member.send(from, answer);
  }

  onPreVoteReply(from: NodeId, { term, granted }: PreVoteReply): void {
    const { state } = this.#member;
    if (!granted && term > state.term) {
      this.#member.enterTerm(term, undefined);
      return;
    }
    const { role } = state;
    if (role.kind !== "preCandidate" || (granted && term !== state.term + 1)) return;
    role.votes.set(from, granted);
    if (this.#result(role.votes) === "won") this.#startElection();
  }

  /** The leader hands over to this member: it stands, and asks nobody before. Thesis §3.10. */
  standAtOnce(): void {
    if (!this.#member.isVoter || !this.#member.persistence.hasRoom()) return;
    this.#member.resetElectionTimer();
    this.#startElection({ transfer: true });
  }

  #startElection(mark: Pick<Vote, "transfer"> = {}): void {
    const { state, env, otherVoters, durability } = this.#member;
    if (!this.#member.persistence.saveVote(state.term + 1, this.#member.id)) {
      this.#member.becomeFollower(undefined);
      return;
    }
    state.role = { kind: "candidate", votes: new Map() };
    durability.dropPromises();
    env.emit("election started", { term: state.term });
    const own = { type: "vote", term: state.term, ...this.#member.lastEntry() } as const;
    const request = { ...own, ...mark };
    for (const peer of otherVoters) durability.promise(peer, request);
    // The own vote counts like any other: once it is durable.
    durability.promise(this.#member.id, { type: "voteReply", term: state.term, granted: true });
  }

  onVote(from: NodeId, { term, lastIndex, lastTerm, transfer }: Vote): void {
    const member = this.#member;
    const { state } = member;
    if (!this.#mayVote(transfer === true)) return;
    if (term > state.term && !member.enterTerm(term, undefined)) return;
    // Raft §5.2: one vote in a term, first come, first served; §5.4.1: for no shorter log.
    const isFree = state.votedFor === undefined || state.votedFor === from;
    const isFirst = term === state.term && isFree;
    const isDeserved =
      isFirst &&
      this.#isUpToDate(lastIndex, lastTerm) &&
      !member.env.buggify(RAFT_SITES.refusesVote);
    const granted =
      isDeserved && (state.votedFor === from || member.persistence.saveVote(term, from));
    if (granted) member.resetElectionTimer();
    member.durability.promise(from, { type: "voteReply", term: state.term, granted });
  }

  /**
   * Thesis §4.2.3: who hears from a leader neither votes nor adopts the candidate's term; unless
   * the leader itself has told the candidate to stand (§3.10).
   *
   * That breaks no lease, though a member which has confirmed a leader does not keep its word then.
   * Say that the leader of term T has a lease, and that T' is the first later term to be won, at a
   * time at which the lease is not over. One voter has done both: confirmed T, first, as in T' it
   * would not have; and voted in T', before it was free to, hence for a marked candidate. Who is
   * marked was told to stand by the leader of the term right before, T' - 1. As no term between T
   * and T' was won, that leader is the one of T; and it has given up leases for the rest of its
   * term before it told anybody, however late or often the message arrives.
   */
  #mayVote(isHandedOver: boolean): boolean {
    const isLoyal = this.#member.config.options.checkQuorum && this.#member.hearsLeader();
    return isHandedOver || !isLoyal;
  }

  onVoteReply(from: NodeId, { term, granted }: VoteReply): void {
    const { state, env } = this.#member;
    if (term > state.term) this.#member.enterTerm(term, undefined);
    const { role } = state;
    if (term !== state.term || role.kind !== "candidate") return;
    role.votes.set(from, granted);
    const result = this.#result(role.votes);
    if (result === "won") {
      this.#becomeLeader();
    } else if (result === "lost") {
      env.emit("election lost", { term });
      this.#member.becomeFollower(undefined);
    }
  }

  /** Raft §5.4.1: the later last term wins, and with equal terms the longer log. */
  #isUpToDate(lastIndex: number, lastTerm: number): boolean {
    const own = this.#member.lastEntry();
    return lastTerm > own.lastTerm || (lastTerm === own.lastTerm && lastIndex >= own.lastIndex);
  }

  #result(votes: ReadonlyMap<NodeId, boolean>): VoteResult {
    return voteResult(this.#member.state.configuration, votes);
  }
}
