import { assert, fail } from "../../sim/assert.ts";
import type { DiskError, Env, NodeId } from "../../sim/env.ts";
import type { ByteReader, ByteWriter, Codec } from "../codec.ts";
import { type Configuration, initialConfiguration, isVoter, membersOf } from "./configuration.ts";
import { Durability } from "./durability.ts";
import { hostOf, interned, isDrawn, type MemberId } from "./identity.ts";
import { type Entry, entryAt, termAt } from "./log.ts";
import type { RaftMessage } from "./messages.ts";
import type { RaftOptions } from "./options.ts";
import { Persistence } from "./persistence.ts";
import type { SizeGauge } from "./progress.ts";
import { RAFT_SITES } from "./sites.ts";
import { readMachine, type Snapshot } from "./snapshot.ts";
import type { LeaderRole, RaftState } from "./state.ts";

/** Who takes part, and with what. */
export interface RaftConfig<Command> {
  readonly options: RaftOptions;
  readonly codec: Codec<Command>;
  /** The hosts on which a member can be; undefined: on any that a change names. */
  readonly servers: readonly NodeId[] | undefined;
  /** Takes each committed entry once a life, in order of index. */
  readonly apply: (entry: Entry<Command>) => void;
  /** Writes the state machine, as it is now; equal ones are written as equal bytes. */
  readonly save: (writer: ByteWriter) => void;
  /** Takes in, in place of all that was applied, what `save` wrote at an index. */
  readonly restore: (reader: ByteReader, index: number) => void;
  /**
   * Tells that a read has ended. Confirmed: what is applied now holds all that was acknowledged
   * when the read began. Else: this member leads no more, and cannot know.
   */
  readonly readEnds: (read: number, isConfirmed: boolean) => void;
}

/**
 * What a member does in every role: it keeps term, vote and log, on disk and in memory, commits
 * and applies, and falls back to follower.
 */
export class Member<Command> {
  state: RaftState<Command>;
  readonly env: Env<RaftMessage<Command>>;
  readonly config: RaftConfig<Command>;
  readonly durability: Durability<Command>;
  readonly persistence: Persistence<Command>;
  /** Of a configuration, the members but this one; made anew when the configuration is another. */
  #others: { readonly of: Configuration; readonly peers: NodeId[]; readonly voters: NodeId[] };

  /** `receive` takes what the member has promised to itself. */
  constructor(
    env: Env<RaftMessage<Command>>,
    config: RaftConfig<Command>,
    state: RaftState<Command>,
    receive: (from: NodeId, message: RaftMessage<Command>) => void,
  ) {
    this.state = state;
    this.env = env;
    this.config = config;
    this.#others = this.#othersOf(state.configuration);
    this.durability = new Durability(
      env,
      () => this.state.durability,
      (to, message) => {
        if (to === this.id) receive(to, message);
        else this.send(to, message);
      },
    );
    this.persistence = new Persistence(env, config.codec, () => this.state, this.durability);
  }

  /** Who this member is. */
  get id(): MemberId {
    return this.state.member ?? fail("nobody yet on", this.env.id);
  }

  /** Sends a message to another member; to others on its host it means nothing. */
  send(to: MemberId, message: RaftMessage<Command>): void {
    const from = this.id;
    if (!isDrawn(to) && !isDrawn(from)) this.env.send(to, message);
    else this.env.send(hostOf(to), { ...message, between: { from, to } });
  }

  /**
   * Whose a message is that has come from a host. Undefined: it is not for this member, but for
   * another on this host, before its disk was lost; if it is a leader's, that is told so.
   */
  senderOf(from: NodeId, { between, type }: RaftMessage<Command>): MemberId | undefined {
    const { member } = this.state;
    const sender = between === undefined ? from : between.from;
    const meant = between === undefined ? this.env.id : between.to;
    if (meant === member) return sender;
    const isLeaders = type === "append" || type === "snapshot";
    if (isLeaders && member !== undefined) this.durability.promise(sender, { type: "stranger" });
    return undefined;
  }

  /** All members but this one. */
  get peers(): readonly NodeId[] {
    return this.#known().peers;
  }

  /** All that have a vote, but this one. */
  get otherVoters(): readonly NodeId[] {
    return this.#known().voters;
  }

  /** Whether this member has a vote, and may lead. */
  get isVoter(): boolean {
    return isVoter(this.state.configuration, this.id);
  }

  get isLeader(): boolean {
    return this.state.role.kind === "leader";
  }

  /** The leader of the current term, as far as this member knows. */
  get leader(): NodeId | undefined {
    const { role } = this.state;
    if (role.kind === "leader") return this.id;
    return role.kind === "follower" ? role.leader : undefined;
  }

  /** After boot and restart: reads its disk and takes part, or first has a torn tail cut. */
  start(): void {
    // Without room for who it is, a member on an empty disk is silent, and tries again.
    if (!this.#recover() && this.state.durability.isHalted) return;
    if (!this.durability.isSilent) this.resetElectionTimer();
  }

  /** A sync is done, well or not. If no crash brings a torn tail back any more, it is cut. */
  synced(error: DiskError | undefined): void {
    this.durability.synced(error);
    const { isMending, isHalted } = this.state.durability;
    if (!isMending || isHalted || !this.persistence.cutTorn()) return;
    if (this.state.member === undefined) this.start();
    else this.resetElectionTimer();
  }

  /**
   * Reads who it is, term, vote and log back from the disk; false when they are rotten, or when it
   * is nobody yet. One that is in no configuration waits until a change makes it a member.
   */
  #recover(): boolean {
    const kept = this.persistence.recover();
    if (kept === undefined) return false;
    const { state } = this;
    state.configuration = initialConfiguration(kept.founders.map(interned));
    if (state.snapshots.current !== undefined) this.restore(state.snapshots.current);
    this.#applyUpTo(kept.commit);
    // In an earlier life it may have confirmed a leader, who counts on that.
    const { leaseReads, electionTimeoutMin } = this.config.options;
    if (leaseReads && state.term > 0) state.loyalUntil = this.env.now() + electionTimeoutMin;
    return true;
  }

  /** A snapshot stands for all that was applied, and more. */
  restore(snapshot: Snapshot): void {
    const { state, config } = this;
    const { index, configuration } = snapshot;
    assert(index >= state.commit, "commits go back:", state.commit, index);
    state.commit = index;
    state.applied = index;
    this.#reconfigure(configuration);
    config.restore(readMachine(snapshot), index);
  }

  /** Any role -> follower, in the same term. */
  becomeFollower(leader: NodeId | undefined): void {
    const { state } = this;
    const { role } = state;
    if (role.kind === "leader") this.#stopLeading(role);
    state.role = { kind: "follower", leader };
    if (role.kind !== "leader") return;
    for (const { read, asker } of role.reads.waiting) {
      // A follower that has asked finds out by itself.
      if (asker === undefined) this.config.readEnds(read, false);
    }
  }

  #stopLeading({ transfer, uncommitted, progress }: LeaderRole): void {
    this.env.emit("leader stepped down", { term: this.state.term });
    for (const timer of ["heartbeat", "quorum"]) this.env.cancelTimer(timer);
    if (transfer !== undefined) this.env.cancelTimer("transfer");
    this.resetElectionTimer();
    // What only a leader keeps is gone.
    this.report(uncommitted, 0);
    for (const { inflight } of progress.values()) this.report(inflight, 0);
  }

  /**
   * Any role -> follower in a later term. False when the disk has no room for the term: then it is
   * as if it had not been heard of, but that who led or stood in the old one does so no longer.
   */
  enterTerm(term: number, leader: NodeId | undefined): boolean {
    const { state } = this;
    assert(term > state.term, "the term falls:", state.term, term);
    if (!this.persistence.writeVote(term, undefined)) {
      if (state.role.kind !== "follower") this.becomeFollower(undefined);
      return false;
    }
    this.becomeFollower(leader);
    state.term = term;
    state.votedFor = undefined;
    state.leaderHeardAt = undefined;
    this.durability.dropPromises();
    return true;
  }

  /**
   * Reports a size by the reserved event `gauge`, if it has moved by a step since it was reported
   * last, or has come to nothing.
   */
  report(gauge: SizeGauge, bytes: number): void {
    const moved = Math.abs(bytes - gauge.reportedBytes);
    if (moved === 0 || (moved < gauge.stepBytes && bytes > 0)) return;
    gauge.reportedBytes = bytes;
    this.env.emit("gauge", { name: gauge.name, bytes });
  }

  /** Commits and applies up to an index; one that is no news is left in peace. */
  commitUpTo(index: number): void {
    const { configuration } = this.state;
    this.#applyUpTo(index);
    // Those who were removed may be switched off now: who restarts must not wait for their votes.
    if (this.state.configuration !== configuration) this.persistence.saveCommit();
  }

  #applyUpTo(index: number): void {
    const { state } = this;
    if (index <= state.commit) return;
    assert(index <= state.log.lastIndex, "commits what it lacks:", index, state.log.lastIndex);
    state.commit = index;
    while (state.applied < index) {
      const entry = entryAt(state.log, ++state.applied);
      if (entry.configuration !== undefined) this.#reconfigure(entry.configuration);
      this.config.apply(entry);
    }
  }

  #reconfigure(configuration: Configuration): void {
    const { voters, outgoing, learners } = configuration;
    this.state.configuration = configuration;
    this.env.emit("configuration applied", { voters, outgoing, learners });
  }

  #known(): { readonly peers: NodeId[]; readonly voters: NodeId[] } {
    const { configuration } = this.state;
    if (configuration !== this.#others.of) this.#others = this.#othersOf(configuration);
    return this.#others;
  }

  #othersOf(configuration: Configuration) {
    const peers = membersOf(configuration).filter((id) => id !== this.state.member);
    return { of: configuration, peers, voters: peers.filter((id) => isVoter(configuration, id)) };
  }

  /** Index and term of the log's last entry. */
  lastEntry(): { readonly lastIndex: number; readonly lastTerm: number } {
    const { log } = this.state;
    return { lastIndex: log.lastIndex, lastTerm: termAt(log, log.lastIndex) };
  }

  /** A leader is heard, of no older term than the own. False: no room for the term. */
  follow(leader: NodeId, term: number): boolean {
    const { state } = this;
    assert(!(term === state.term && this.isLeader), "two leaders in term", term);
    if (term > state.term && !this.enterTerm(term, leader)) return false;
    if (this.leader !== leader) this.becomeFollower(leader);
    state.leaderHeardAt = this.env.now();
    state.gaveWay = 0;
    this.resetElectionTimer();
    return true;
  }

  /**
   * Whether this member leads, or has heard from the leader within the shortest timeout, or some
   * leader may count on it.
   */
  hearsLeader(): boolean {
    const { leaderHeardAt, loyalUntil } = this.state;
    if (this.isLeader || this.env.now() < loyalUntil) return true;
    if (leaderHeardAt === undefined) return false;
    return this.env.now() - leaderHeardAt < this.config.options.electionTimeoutMin;
  }

  /** Raft §5.2: timeouts are random, so that split votes are rare and soon resolved. */
  resetElectionTimer(): void {
    const { electionTimeoutMin, electionTimeoutMax } = this.config.options;
    const timeout = this.env.random.int(electionTimeoutMin, electionTimeoutMax);
    const isEarly = this.env.buggify(RAFT_SITES.standsEarly);
    this.env.setTimer("election", isEarly ? electionTimeoutMin : timeout);
  }
}
