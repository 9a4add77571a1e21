// Raft, as in Ongaro and Ousterhout, In Search of an Understandable Consensus Algorithm, 2014
// ("Raft §…"), with pre-vote and check-quorum from Ongaro's thesis, 2014 ("thesis §…").

import { assert, unreachable } from "../../sim/assert.ts";
import type { DiskError, Env, NodeId } from "../../sim/env.ts";
import type { Codec } from "../codec.ts";
import { Durability } from "./durability.ts";
import {
  appendEntry,
  type Entry,
  entriesFrom,
  entryAt,
  lastIndexUpToTerm,
  termAt,
  truncateFrom,
} from "./log.ts";
import type { Append, AppendReply, PreVote, RaftMessage, Vote, VoteReply } from "./messages.ts";
import type { RaftOptions } from "./options.ts";
import { majority, majorityIndex, matchesOf, newProgress, type Progress } from "./progress.ts";
import type { RaftState } from "./state.ts";
import { RaftStorage } from "./storage.ts";

/** Who takes part, and with what. */
export interface RaftConfig<Command> {
  /** All members, this node included; in the same order on every node. */
  readonly members: readonly NodeId[];
  readonly options: RaftOptions;
  readonly codec: Codec<Command>;
  /** Takes each committed entry once a life, in order of index. */
  readonly apply: (entry: Entry<Command>) => void;
}

/**
 * One member of a Raft group. The node that contains it passes on its events, and lends it its part
 * of the state: `state` is set anew before each handler of a recorded run.
 */
export class Raft<Command> {
  state: RaftState<Command>;
  readonly #env: Env<RaftMessage<Command>>;
  readonly #config: RaftConfig<Command>;
  readonly #peers: readonly NodeId[];
  readonly #storage: RaftStorage<Command>;
  readonly #durability: Durability<Command>;

  constructor(
    env: Env<RaftMessage<Command>>,
    config: RaftConfig<Command>,
    state: RaftState<Command>,
  ) {
    assert(config.members.includes(env.id), "not a member:", env.id);
    this.state = state;
    this.#env = env;
    this.#config = config;
    this.#peers = config.members.filter((id) => id !== env.id);
    this.#storage = new RaftStorage(env.disk, config.codec);
    this.#durability = new Durability(
      env,
      () => this.state.durability,
      (to, message) => {
        if (to === env.id) this.#receive(to, message);
        else env.send(to, message);
      },
    );
  }

  get isLeader(): boolean {
    return this.state.role.kind === "leader";
  }

  /** The leader of the current term, as far as this node knows. */
  get leader(): NodeId | undefined {
    const { role } = this.state;
    if (role.kind === "leader") return this.#env.id;
    return role.kind === "follower" ? role.leader : undefined;
  }

  /** After boot and restart. */
  onStart(): void {
    const { state } = this;
    const { tornBytes, error, term, votedFor, log } = this.#storage.load();
    if (tornBytes > 0) this.#env.emit("torn tail cut", { tornBytes });
    Object.assign(state, { term, votedFor, log });
    // What was read may sit in the operating system's cache only: nothing is promised before it
    // is synced, so the recovery counts as a write.
    this.#durability.wrote(error);
    this.#resetElectionTimer();
    this.#durability.flush();
  }

  /**
   * Proposes a command: on the leader its future place in the log, elsewhere undefined. It is
   * decided when `apply` gets an entry of that index: another term means that it was lost.
   */
  propose(command: Command): { readonly index: number; readonly term: number } | undefined {
    if (!this.isLeader || this.state.durability.isHalted) return undefined;
    const entry = this.#appendOwn(command);
    this.#replicate();
    this.#durability.flush();
    return entry;
  }

  onMessage(from: NodeId, message: RaftMessage<Command>): void {
    if (this.state.durability.isHalted) return;
    this.#receive(from, message);
    this.#durability.flush();
  }

  onTimer(name: string): void {
    if (this.state.durability.isHalted) return;
    if (name === "election") this.#onElectionTimeout();
    else if (name === "heartbeat") this.#onHeartbeat();
    else if (name === "quorum") this.#onQuorumCheck();
    else assert(false, "no such timer:", name);
    this.#durability.flush();
  }

  /** The journal's sync has finished: promises that waited for it leave. */
  onSynced(error?: DiskError): void {
    this.#durability.synced(error);
    this.#durability.flush();
  }

  #receive(from: NodeId, message: RaftMessage<Command>): void {
    switch (message.type) {
      case "preVote":
        this.#onPreVote(from, message);
        break;
      case "preVoteReply":
        this.#onPreVoteReply(from, message.term, message.granted);
        break;
      case "vote":
        this.#onVote(from, message);
        break;
      case "voteReply":
        this.#onVoteReply(from, message);
        break;
      case "append":
        this.#onAppend(from, message);
        break;
      case "appendReply":
        this.#onAppendReply(from, message);
        break;
      default:
        unreachable(message);
    }
  }

  // --- Elections (Raft §5.2, §5.4.1; thesis §9.6) ---

  #onElectionTimeout(): void {
    if (this.isLeader) return;
    this.#resetElectionTimer();
    if (this.#config.options.preVote) this.#startPreVote();
    else this.#startElection();
  }

  #startPreVote(): void {
    const { state } = this;
    state.role = { kind: "preCandidate", votes: new Map() };
    this.#env.emit("pre-vote started", { term: state.term + 1 });
    const question = { type: "preVote", term: state.term + 1, ...this.#lastEntry() } as const;
    for (const peer of this.#peers) this.#env.send(peer, question);
    this.#onPreVoteReply(this.#env.id, state.term + 1, true);
  }

  #onPreVote(from: NodeId, { term, lastIndex, lastTerm }: PreVote): void {
    const { state } = this;
    // Thesis §9.6: not while a leader is heard, as the sender may only be cut off from it.
    const granted =
      term > state.term && !this.#hearsLeader() && this.#isUpToDate(lastIndex, lastTerm);
    // A refusal tells the own term, so that a node which is behind can catch up and ask again.
    const answer = { type: "preVoteReply", term: granted ? term : state.term, granted } as const;
    this.#env.send(from, answer);
  }

  #onPreVoteReply(from: NodeId, term: number, granted: boolean): void {
    const { state } = this;
    if (!granted && term > state.term) {
      this.#becomeFollower(term, undefined);
      return;
    }
    const { role } = state;
    if (role.kind !== "preCandidate" || (granted && term !== state.term + 1)) return;
    role.votes.set(from, granted);
    if (this.#isMajority(role.votes, true)) this.#startElection();
  }

  #startElection(): void {
    const { state } = this;
    state.term++;
    state.role = { kind: "candidate", votes: new Map() };
    this.#vote(this.#env.id);
    this.#durability.dropPromises();
    this.#env.emit("election started", { term: state.term });
    const request = { type: "vote", term: state.term, ...this.#lastEntry() } as const;
    for (const peer of this.#peers) this.#durability.promise(peer, request);
    // The own vote counts like any other: once it is durable.
    this.#durability.promise(this.#env.id, { type: "voteReply", term: state.term, granted: true });
  }

  #onVote(from: NodeId, { term, lastIndex, lastTerm }: Vote): void {
    const { state } = this;
    // Thesis §4.2.3: who hears from a leader neither votes nor adopts the candidate's term.
    if (this.#config.options.checkQuorum && this.#hearsLeader()) return;
    if (term > state.term) this.#becomeFollower(term, undefined);
    // Raft §5.2: one vote in a term, first come, first served; §5.4.1: for no shorter log.
    const isFree = state.votedFor === undefined || state.votedFor === from;
    const granted = term === state.term && isFree && this.#isUpToDate(lastIndex, lastTerm);
    if (granted) {
      if (state.votedFor === undefined) this.#vote(from);
      this.#resetElectionTimer();
    }
    this.#durability.promise(from, { type: "voteReply", term: state.term, granted });
  }

  #onVoteReply(from: NodeId, { term, granted }: VoteReply): void {
    const { state } = this;
    if (term > state.term) this.#becomeFollower(term, undefined);
    const { role } = state;
    if (term !== state.term || role.kind !== "candidate") return;
    role.votes.set(from, granted);
    if (this.#isMajority(role.votes, true)) {
      this.#becomeLeader();
    } else if (this.#isMajority(role.votes, false)) {
      this.#env.emit("election lost", { term });
      this.#becomeFollower(term, undefined);
    }
  }

  /** Candidate -> leader. */
  #becomeLeader(): void {
    const { state } = this;
    const { members, options } = this.#config;
    const { lastIndex } = state.log;
    const progress = new Map(members.map((id) => [id, newProgress(lastIndex)] as const));
    state.role = { kind: "leader", progress, ahead: 0 };
    this.#env.emit("leader elected", { term: state.term });
    this.#env.cancelTimer("election");
    this.#env.setTimer("heartbeat", options.heartbeatInterval);
    if (options.checkQuorum) this.#env.setTimer("quorum", options.electionTimeoutMin);
    // Raft §8: a blank entry commits what earlier terms have left behind.
    this.#appendOwn(undefined);
    this.#replicate();
  }

  /** Any role -> follower, in the same term or a later one. */
  #becomeFollower(term: number, leader: NodeId | undefined): void {
    const { state } = this;
    assert(term >= state.term, "the term falls:", state.term, term);
    if (this.isLeader) {
      this.#env.emit("leader stepped down", { term: state.term });
      this.#env.cancelTimer("heartbeat");
      this.#env.cancelTimer("quorum");
      this.#resetElectionTimer();
    }
    state.role = { kind: "follower", leader };
    if (term === state.term) return;
    state.term = term;
    state.leaderHeardAt = undefined;
    this.#vote(undefined);
    this.#durability.dropPromises();
  }

  // --- Log replication (Raft §5.3, §5.4.2) ---

  /** Adds an entry of the own term to the own log. */
  #appendOwn(command: Command | undefined): Entry<Command> {
    const { state } = this;
    const entry = { index: state.log.lastIndex + 1, term: state.term, command };
    this.#append(entry);
    // The leader counts itself when the entry is durable here, as if it had answered itself.
    this.#durability.promise(this.#env.id, {
      type: "appendReply",
      term: state.term,
      accepted: true,
      match: entry.index,
    });
    return entry;
  }

  /** Sends to every follower what it lacks, if it may be sent anything now. */
  #replicate(): void {
    for (const peer of this.#peers) {
      const progress = this.#progressOf(peer);
      const { lastIndex } = this.state.log;
      if (!progress.isPaused && progress.next <= lastIndex) this.#sendAppend(peer, progress);
    }
  }

  /** The leader does not wait for its own disk: thesis §10.2.1. */
  #sendAppend(to: NodeId, progress: Progress): void {
    const { log, term, commit } = this.state;
    const prevIndex = progress.next - 1;
    const entries = entriesFrom(log, progress.next, this.#config.options.appendEntriesMax);
    const prevTerm = termAt(log, prevIndex);
    this.#env.send(to, { type: "append", term, prevIndex, prevTerm, entries, commit });
    if (progress.mode === "probe") progress.isPaused = true;
    else progress.next += entries.length;
  }

  #onHeartbeat(): void {
    this.#env.setTimer("heartbeat", this.#config.options.heartbeatInterval);
    for (const peer of this.#peers) {
      const progress = this.#progressOf(peer);
      // Also the remedy for a lost append: the follower refuses what does not follow on.
      this.#sendAppend(peer, progress);
    }
  }

  #onQuorumCheck(): void {
    const { role, term } = this.state;
    assert(role.kind === "leader", "checks its quorum and does not lead:", this.#env.id);
    this.#env.setTimer("quorum", this.#config.options.electionTimeoutMin);
    let active = 1;
    for (const [id, progress] of role.progress) {
      if (progress.isActive && id !== this.#env.id) active++;
      progress.isActive = false;
    }
    if (active < majority(this.#config.members.length)) this.#becomeFollower(term, undefined);
  }

  #onAppend(from: NodeId, message: Append<Command>): void {
    const { state } = this;
    const { term, prevIndex, prevTerm, entries } = message;
    if (term < state.term) {
      // The sender learns of the newer term from the answer.
      this.#reject(from, prevIndex, prevTerm);
      return;
    }
    assert(!(term === state.term && this.isLeader), "two leaders in term", term);
    if (term > state.term || this.leader !== from) this.#becomeFollower(term, from);
    state.leaderHeardAt = this.#env.now();
    this.#resetElectionTimer();
    const { log } = state;
    if (prevIndex > log.lastIndex || termAt(log, prevIndex) !== prevTerm) {
      this.#reject(from, prevIndex, prevTerm);
      return;
    }
    for (const entry of entries) this.#accept(entry);
    // Raft figure 2: only what this message vouches for, not whatever else the log holds.
    const match = prevIndex + entries.length;
    this.#commitUpTo(Math.min(message.commit, match));
    this.#durability.promise(from, { type: "appendReply", term, accepted: true, match });
  }

  /** Takes in an entry whose predecessor fits. */
  #accept(entry: Entry<Command>): void {
    const { log, commit } = this.state;
    if (entry.index <= log.lastIndex) {
      // Raft §5.3: what is there already stays, also if the message is an old one that stops
      // short of the log's end; only a conflict removes entries.
      if (termAt(log, entry.index) === entry.term) return;
      assert(entry.index > commit, "a committed entry is overwritten:", entry.index, commit);
      this.#env.emit("log truncated", { from: entry.index, lastIndex: log.lastIndex });
      truncateFrom(log, entry.index);
    }
    this.#append(entry);
  }

  /** Tells a leader that its entries do not follow on, and where they may. */
  #reject(to: NodeId, prevIndex: number, prevTerm: number): void {
    const { log, term } = this.state;
    const hintIndex = lastIndexUpToTerm(log, Math.min(prevIndex, log.lastIndex), prevTerm);
    this.#durability.promise(to, {
      type: "appendReply",
      term,
      accepted: false,
      rejected: prevIndex,
      hintIndex,
      hintTerm: termAt(log, hintIndex),
    });
  }

  #onAppendReply(from: NodeId, message: AppendReply): void {
    const { state } = this;
    if (message.term > state.term) this.#becomeFollower(message.term, undefined);
    if (message.term !== state.term || state.role.kind !== "leader") return;
    const progress = this.#progressOf(from);
    progress.isActive = true;
    if (message.accepted) this.#onAccepted(progress, message.match);
    else this.#onRejected(progress, message);
    const { lastIndex } = state.log;
    if (!progress.isPaused && progress.next <= lastIndex && from !== this.#env.id) {
      this.#sendAppend(from, progress);
    }
  }

  #onAccepted(progress: Progress, match: number): void {
    const { role, log, commit, term } = this.state;
    if (role.kind === "leader" && progress.match <= commit && match > commit) role.ahead++;
    progress.match = Math.max(progress.match, match);
    progress.next = Math.max(progress.next, progress.match + 1);
    progress.mode = "replicate";
    progress.isPaused = false;
    // Most answers add nobody to those ahead, or too few.
    if (role.kind !== "leader" || role.ahead < majority(this.#config.members.length)) return;
    const matches = matchesOf(role.progress);
    const agreed = majorityIndex(matches);
    // Raft §5.4.2: only entries of the current term are committed by counting.
    if (agreed > commit && termAt(log, agreed) === term) this.#commitUpTo(agreed);
    role.ahead = matches.filter((index) => index > this.state.commit).length;
  }

  #onRejected(progress: Progress, reply: AppendReply & { readonly accepted: false }): void {
    const { rejected, hintIndex, hintTerm } = reply;
    // An answer to an older append, overtaken by what is known since.
    const isStale =
      rejected <= progress.match || (progress.mode === "probe" && rejected !== progress.next - 1);
    if (isStale) return;
    const { log } = this.state;
    const agreement = lastIndexUpToTerm(log, Math.min(hintIndex, log.lastIndex), hintTerm);
    progress.next = Math.max(progress.match + 1, Math.min(rejected, agreement + 1));
    progress.mode = "probe";
    progress.isPaused = false;
  }

  /** Commits and applies up to an index; one that is no news is left in peace. */
  #commitUpTo(index: number): void {
    const { state } = this;
    if (index <= state.commit) return;
    assert(index <= state.log.lastIndex, "commits what it lacks:", index, state.log.lastIndex);
    state.commit = index;
    while (state.applied < index) {
      state.applied++;
      this.#config.apply(entryAt(state.log, state.applied));
    }
  }

  #append(entry: Entry<Command>): void {
    appendEntry(this.state.log, entry);
    this.#durability.wrote(this.#storage.saveEntry(entry));
  }

  #vote(votedFor: NodeId | undefined): void {
    this.state.votedFor = votedFor;
    this.#durability.wrote(this.#storage.saveVote(this.state.term, votedFor));
  }

  // --- Small questions ---

  #progressOf(id: NodeId): Progress {
    const { role } = this.state;
    const progress = role.kind === "leader" ? role.progress.get(id) : undefined;
    assert(progress !== undefined, "no progress of", id);
    return progress;
  }

  #lastEntry(): { readonly lastIndex: number; readonly lastTerm: number } {
    const { log } = this.state;
    return { lastIndex: log.lastIndex, lastTerm: termAt(log, log.lastIndex) };
  }

  /** Raft §5.4.1: the later last term wins, and with equal terms the longer log. */
  #isUpToDate(lastIndex: number, lastTerm: number): boolean {
    const own = this.#lastEntry();
    return lastTerm > own.lastTerm || (lastTerm === own.lastTerm && lastIndex >= own.lastIndex);
  }

  /** Whether this node leads, or has heard from the leader within the shortest timeout. */
  #hearsLeader(): boolean {
    const { leaderHeardAt } = this.state;
    if (this.isLeader) return true;
    if (leaderHeardAt === undefined) return false;
    return this.#env.now() - leaderHeardAt < this.#config.options.electionTimeoutMin;
  }

  #isMajority(votes: ReadonlyMap<NodeId, boolean>, answer: boolean): boolean {
    let count = 0;
    for (const vote of votes.values()) if (vote === answer) count++;
    return count >= majority(this.#config.members.length);
  }

  /** Raft §5.2: timeouts are random, so that split votes are rare and soon resolved. */
  #resetElectionTimer(): void {
    const { electionTimeoutMin, electionTimeoutMax } = this.#config.options;
    this.#env.setTimer("election", this.#env.random.int(electionTimeoutMin, electionTimeoutMax));
  }
}
