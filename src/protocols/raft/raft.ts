// Raft, as in Ongaro and Ousterhout, In Search of an Understandable Consensus Algorithm, 2014
// ("Raft §…"), with pre-vote and check-quorum from Ongaro's thesis, 2014 ("thesis §…"). Each part
// stands in a file of its own: elections.ts, leader.ts, follower.ts, reads.ts, snapshots.ts, and
// member.ts, which has what they share.

import { assert, unreachable } from "../../sim/assert.ts";
import type { DiskError, Env, NodeId } from "../../sim/env.ts";
import type { ChangeRefusal, MemberChange } from "./configuration.ts";
import { Elections } from "./elections.ts";
import { Follower } from "./follower.ts";
import { FollowerReads } from "./follower-reads.ts";
import { hostOf, type MemberId } from "./identity.ts";
import { Leader } from "./leader.ts";
import { Member, type RaftConfig } from "./member.ts";
import type { Forward, RaftMessage } from "./messages.ts";
import { Preference } from "./preference.ts";
import type { Refusal } from "./proposals.ts";
import type { ReadKind } from "./read-state.ts";
import { Reads } from "./reads.ts";
import { SnapshotReceiver } from "./snapshot-receiver.ts";
import { Snapshots } from "./snapshots.ts";
import type { RaftState } from "./state.ts";
import { type TransferRefusal, Transfers } from "./transfer.ts";

export type { ChangeRefusal, Configuration, MemberChange } from "./configuration.ts";
export { hostOf } from "./identity.ts";
export type { Refusal } from "./proposals.ts";
export type { ReadKind } from "./read-state.ts";
export type { TransferRefusal } from "./transfer.ts";

/** Where in the log something stands. */
export interface Place {
  readonly index: number;
  readonly term: number;
}

/**
 * One member of a Raft group. The node that contains it passes on its events, and lends it its part
 * of the state: `state` is set anew before each handler of a recorded run.
 */
export class Raft<Command> {
  readonly #member: Member<Command>;
  readonly #elections: Elections<Command>;
  readonly #leader: Leader<Command>;
  readonly #follower: Follower<Command>;
  readonly #reads: Reads<Command>;
  readonly #snapshots: Snapshots<Command>;
  readonly #receiver: SnapshotReceiver<Command>;
  readonly #followerReads: FollowerReads<Command>;
  readonly #transfers: Transfers<Command>;
  readonly #preference: Preference<Command>;

  constructor(
    env: Env<RaftMessage<Command>>,
    config: RaftConfig<Command>,
    state: RaftState<Command>,
  ) {
    const receive = (from: MemberId, message: RaftMessage<Command>) => this.#receive(from, message);
    this.#member = new Member(env, config, state, receive);
    this.#reads = new Reads(this.#member, (id) => this.#leader.tellCommitTo(id));
    this.#followerReads = new FollowerReads(this.#member, this.#reads);
    this.#leader = new Leader(this.#member, this.#reads, (role) =>
      this.#transfers.handOverFrom(role),
    );
    this.#follower = new Follower(this.#member);
    this.#snapshots = new Snapshots(this.#member);
    this.#receiver = new SnapshotReceiver(this.#member);
    this.#elections = new Elections(this.#member, () => this.#leader.begin());
    this.#transfers = new Transfers(
      this.#member,
      () => this.#elections.standAtOnce(),
      () => this.#leader.resume(),
    );
    this.#preference = new Preference(this.#member, this.#transfers);
  }

  get state(): RaftState<Command> {
    return this.#member.state;
  }

  set state(state: RaftState<Command>) {
    this.#member.state = state;
  }

  get isLeader(): boolean {
    return this.#member.isLeader;
  }

  /** The host of the leader of the current term, as far as this node knows. */
  get leader(): NodeId | undefined {
    const { leader } = this.#member;
    return leader && hostOf(leader);
  }

  /** Whether it leads, and has begun to hand over. */
  get isHandingOver(): boolean {
    return this.#transfers.isUnderWay;
  }

  /** After boot and restart. */
  onStart(): void {
    this.#member.start();
    this.#endHandler();
  }

  /**
   * Proposes a command; returns its future place in the log, or why it has none. It is decided when
   * `apply` gets an entry of that index: another term means that it was lost. With
   * `forwardProposals` a follower passes it on to its leader, and nobody knows what becomes of it
   * before it is applied.
   */
  propose(command: Command): Place | "forwarded" | Refusal {
    if (this.state.durability.isHalted) return "not leading";
    if (!this.isLeader) return this.#forward(command);
    if (this.#transfers.isClosing) return "transferring";
    const entry = this.#leader.propose(command);
    this.#endHandler();
    return entry;
  }

  #forward(command: Command): "forwarded" | "not leading" {
    const { config, leader, state } = this.#member;
    if (!config.options.forwardProposals || leader === undefined) return "not leading";
    this.#member.send(leader, { type: "forward", term: state.term, command });
    return "forwarded";
  }

  #onForward({ term, command }: Forward<Command>): void {
    const isMeant = this.isLeader && term === this.state.term && !this.#transfers.isClosing;
    if (isMeant) this.#leader.propose(command);
  }

  /**
   * Proposes commands, in order, which set out in common messages and become durable in common; for
   * each its future place, or why it has none. One may be refused and a later one not.
   */
  proposeAll(commands: readonly Command[]): readonly (Place | Refusal)[] {
    if (!this.isLeader || this.state.durability.isHalted) return commands.map(() => "not leading");
    if (this.#transfers.isClosing) return commands.map(() => "transferring");
    const entries = this.#leader.proposeAll(commands);
    this.#endHandler();
    return entries;
  }

  /**
   * Proposes a change of who takes part; returns its place in the log, or why it has none. With
   * more than one voter coming or going, two majorities decide until a second entry ends that.
   */
  change(changes: readonly MemberChange[]): Place | ChangeRefusal | Refusal {
    if (!this.isLeader || this.state.durability.isHalted) return "not leading";
    if (this.#transfers.isUnderWay) return "transferring";
    const entry = this.#leader.change(changes);
    this.#endHandler();
    return entry;
  }

  /**
   * Hands the leadership over to another voter, by its host's name: undefined if that has begun,
   * else why not. It ends when the other leads, or is given up after electionTimeoutMin; until then
   * nothing is taken in.
   */
  transfer(to: NodeId): TransferRefusal | "not leading" | undefined {
    if (!this.isLeader || this.state.durability.isHalted) return "not leading";
    return this.#transfers.begin(to);
  }

  /**
   * Asks for a moment in which to read, by a number that the caller gives; `readEnds` of the config
   * tells of it, once, unless this returns why not. With `followerReads` a follower asks its leader
   * for an index read; a lease is the leader's alone.
   */
  read(read: number, kind: ReadKind): "not leading" | undefined {
    if (this.#member.durability.isSilent) return "not leading";
    if (!this.isLeader) return kind === "index" ? this.#followerReads.begin(read) : "not leading";
    this.#reads.begin(read, kind);
    return undefined;
  }

  onMessage(from: NodeId, message: RaftMessage<Command>): void {
    if (this.#member.durability.isSilent) return;
    const sender = this.#member.senderOf(from, message);
    if (sender !== undefined) this.#receive(sender, message);
    this.#endHandler();
  }

  onTimer(name: string): void {
    if (this.#member.durability.isSilent) return;
    if (this.state.member === undefined) {
      this.onStart();
      return;
    }
    if (name === "election") this.#elections.onTimeout();
    else if (name === "heartbeat") this.#onHeartbeat();
    else if (name === "quorum") this.#leader.onQuorumCheck();
    else if (name === "ask again") this.#followerReads.onTimeout();
    else if (name === "transfer") this.#transfers.onTimeout();
    else assert(false, "no such timer:", name);
    this.#endHandler();
  }

  /** The journal's sync has finished: promises that waited for it leave. */
  onSynced(error?: DiskError): void {
    this.#member.synced(error);
    this.#snapshots.onSynced();
    this.#endHandler();
  }

  /** The stream to or from a host is gone. */
  onDisconnect(peer: NodeId): void {
    if (this.#member.durability.isSilent) return;
    this.#leader.onDisconnect(peer);
    this.#endHandler();
  }

  #endHandler(): void {
    this.#followerReads.release();
    this.#snapshots.takeIfDue();
    this.#member.durability.flush();
  }

  #onHeartbeat(): void {
    this.#leader.onHeartbeat();
    this.#preference.onHeartbeat();
  }

  #receive(from: MemberId, message: RaftMessage<Command>): void {
    switch (message.type) {
      case "preVote":
        this.#elections.onPreVote(from, message);
        break;
      case "preVoteReply":
        this.#elections.onPreVoteReply(from, message);
        break;
      case "vote":
        this.#elections.onVote(from, message);
        break;
      case "voteReply":
        this.#elections.onVoteReply(from, message);
        break;
      case "append":
        this.#follower.onAppend(from, message);
        break;
      case "appendReply":
        this.#leader.onAppendReply(from, message);
        this.#transfers.onMatch(from);
        break;
      case "appendFull":
        this.#leader.onAppendFull(from, message);
        break;
      default:
        this.#receiveOther(from, message);
    }
  }

  /** What is not about elections or entries. */
  #receiveOther(from: MemberId, message: OtherMessage<Command>): void {
    switch (message.type) {
      case "snapshot":
        this.#receiver.onChunk(from, message);
        break;
      case "snapshotReply":
        this.#leader.onSnapshotReply(from, message);
        break;
      case "confirm":
        this.#reads.onConfirm(from, message);
        break;
      case "confirmReply":
        this.#reads.onConfirmReply(from, message);
        break;
      case "forward":
        this.#onForward(message);
        break;
      case "readIndex":
        this.#followerReads.onReadIndex(from, message);
        break;
      case "readIndexReply":
        this.#followerReads.onReadIndexReply(message);
        break;
      case "timeoutNow":
        this.#transfers.onTimeoutNow(from, message);
        break;
      case "stranger":
        this.#leader.onStranger(from);
        break;
      default:
        unreachable(message);
    }
  }
}

/** What is about elections or entries. */
type MainType = `${"preVote" | "vote" | "append"}${"" | "Reply"}` | "appendFull";
type OtherMessage<Command> = Exclude<RaftMessage<Command>, { readonly type: MainType }>;
