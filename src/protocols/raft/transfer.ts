// Leadership transfer: Ongaro's thesis §3.10. As in etcd/raft, proposals are refused while it is
// under way, and it is given up after an election timeout.

import type { NodeId } from "../../sim/env.ts";
import { isVoter, membersOf } from "./configuration.ts";
import { memberNamed } from "./identity.ts";
import type { Member } from "./member.ts";
import type { TimeoutNow } from "./messages.ts";
import type { LeaderRole } from "./state.ts";

/** Why a transfer was refused: nothing has changed. */
export type TransferRefusal =
  /** Another transfer is under way. */
  | "transferring"
  /** Nobody of that name takes part. */
  | "unknown member"
  /** It takes part and has no vote, so it cannot lead. */
  | "no vote"
  /** It leads already. */
  | "no change";

/** What a member does to hand over the leadership, and to take it over. */
export class Transfers<Command> {
  readonly #member: Member<Command>;
  readonly #stand: () => void;
  readonly #resume: () => void;

  /** `stand` begins an election at once; `resume` makes up for what a leader has put off. */
  constructor(member: Member<Command>, stand: () => void, resume: () => void) {
    this.#member = member;
    this.#stand = stand;
    this.#resume = resume;
  }

  /** Whether this member leads and is about to hand over. */
  get isUnderWay(): boolean {
    return this.#role()?.transfer !== undefined;
  }

  /** Whether this member leads and takes in nothing more, as it is about to lead no more. */
  get isClosing(): boolean {
    return this.isUnderWay || this.#role()?.changes.isLeaving === true;
  }

  /** A leader begins to hand over to a member, or the one on a host; undefined: it has begun. */
  begin(name: string): TransferRefusal | undefined {
    const role = this.#role();
    const { env, state, config } = this.#member;
    if (role === undefined) return undefined;
    const to = memberNamed(membersOf(state.configuration), name) ?? name;
    if (to === this.#member.id) return "no change";
    if (role.transfer !== undefined) return "transferring";
    if (!role.progress.has(to)) return "unknown member";
    if (!isVoter(state.configuration, to)) return "no vote";
    role.transfer = { to };
    env.emit("transfer started", { to, term: state.term });
    env.setTimer("transfer", config.options.electionTimeoutMin);
    this.onMatch(to);
    return undefined;
  }

  /**
   * The leader knows what a member holds. Once that is all that is in its own log, the member is
   * told to take over; and with each answer again, as the message may be lost.
   */
  onMatch(from: NodeId): void {
    const role = this.#role();
    if (role?.transfer?.to !== from) return;
    const progress = role.progress.get(from);
    if (progress === undefined || progress.match < this.#member.state.log.lastIndex) return;
    // From now on another may be elected although a majority is loyal to this leader: see
    // `mayVote` of elections.ts, where the argument stands.
    role.reads.isLeaseGivenUp = true;
    this.#tell(from);
  }

  /**
   * A leader that has led to the end of its own removal hands over to the voter that holds most, as
   * all of its log is committed, so that the others need not wait until they miss it. Called once
   * it leads no more.
   */
  handOverFrom({ progress }: LeaderRole): void {
    const { state } = this.#member;
    let best: NodeId | undefined;
    for (const id of state.configuration.voters) {
      const match = progress.get(id)?.match ?? 0;
      // One that lacks the removal could not count with the right voters.
      if (match < state.commit) continue;
      if (best === undefined || match > progress.get(best)!.match) best = id;
    }
    if (best !== undefined) this.#tell(best);
  }

  #tell(to: NodeId): void {
    const { state } = this.#member;
    const { term, commit } = state;
    this.#member.send(to, { type: "timeoutNow", term, commit });
  }

  /** A transfer takes too long: whoever it was for may be down. The leader leads on. */
  onTimeout(): void {
    const role = this.#role();
    if (role?.transfer === undefined) return;
    this.#member.env.emit("transfer given up", { to: role.transfer.to });
    role.transfer = undefined;
    this.#resume();
  }

  /**
   * The leader of the term hands over to this member, which stands at once. It knows of every
   * change of the members that the leader knows of: what its log held up to the leader's commit
   * when it answered is durable, and no other leader of the term can have replaced it. Standing
   * without that, it would count with majorities that the others have left behind.
   */
  onTimeoutNow(from: NodeId, { term, commit }: TimeoutNow): void {
    const { state } = this.#member;
    // One of an older term is late; and in a later one this member cannot have answered.
    if (term !== state.term || commit > state.log.lastIndex) return;
    if (this.#member.isLeader || !this.#member.follow(from, term)) return;
    this.#member.commitUpTo(commit);
    this.#stand();
  }

  #role(): LeaderRole | undefined {
    const { role } = this.#member.state;
    return role.kind === "leader" ? role : undefined;
  }
}
