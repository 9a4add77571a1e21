import { assert, unreachable } from "../../../sim/assert.ts";
import type { NodeId } from "../../../sim/env.ts";
import type { Hash } from "../encoding/hash.ts";
import type { SyncReply } from "../messages.ts";
import { isActive } from "../peers/peers.ts";
import { isBrokenForNow } from "../validation.ts";
import {
  askBodies,
  countWasted,
  failBatch,
  failLate,
  handOver,
  onBodies,
  RETRY_TIMER,
  type RequestFailure,
} from "./bodies.ts";
import { askForCheckpoint, failCheckpoint, onAccounts, onCheckpointHeader } from "./checkpoint.ts";
import { leaderOf, noteClaims } from "./choice.ts";
import { failHeaders, maybeAskHeaders, onHeaders } from "./headers.ts";
import {
  failAskedAnew,
  maybeAskAnew,
  maybeDouble,
  maybeLeadAgain,
  maybeReplaceLeader,
} from "./overdue.ts";
import {
  close,
  experienceOf,
  isLate,
  learnAnswer,
  learnReplyTime,
  OVERDUE_TIMER,
  REQUEST_TIMER,
  requestsTo,
} from "./requests.ts";
import { endSession, maybeBegin } from "./session.ts";
import type { ImportResult, SyncContext } from "./sync-context.ts";
import {
  type BlockSession,
  type OpenRequest,
  REFUSED_MAX,
  type Session,
  type SessionEnd,
} from "./sync-state.ts";

/** What a node is doing to have what others have. */
export type SyncPhase = "idle" | "headers" | "bodies" | "checkpoint";

/**
 * Fetches the chain of those who claim a better one. Headers come first, from one peer, and are
 * checked; their bodies come in batches from many, and are handed over by rising height. Whatever
 * goes wrong, a session ends, and the next status of any peer may begin another.
 */
export class Synchronizer {
  readonly #context: SyncContext;

  constructor(context: SyncContext) {
    this.#context = context;
  }

  /** `headers`: none has been accepted yet. */
  get phase(): SyncPhase {
    const { session } = this.#context.memory.sync;
    if (session === undefined) return "idle";
    if (session.kind === "checkpoint") return "checkpoint";
    return session.last === undefined ? "headers" : "bodies";
  }

  /** Looks for work; due when a status has come, or a block of which the parent has not. */
  look(): void {
    noteClaims(this.#context);
    this.#maybeChangeLeader();
    this.#proceed();
  }

  /** Takes an answer; one to nothing that is being waited for is wasted. */
  onReply(from: NodeId, reply: SyncReply): void {
    const { memory, env } = this.#context;
    const open = memory.sync.requests.get(reply.request);
    if (open === undefined || open.peer !== from) {
      countWasted(this.#context, reply);
      env.emit("answer unwanted", { peer: from, request: reply.request, type: reply.type });
      return;
    }
    close(this.#context, reply.request);
    learnAnswer(this.#context, reply.request, open);
    if (isLate(open) && !this.#takesUpAgain(open, reply)) {
      countWasted(this.#context, reply);
      env.emit("answer late", { peer: from, request: reply.request, type: reply.type });
    } else if (reply.type === "not available") {
      if (reply.reason === "busy") this.#rest(from);
      this.#fail(reply.request, open, reply.reason);
    } else this.#take(open, reply);
    this.#proceed();
  }

  /** Whether this timer is one of the synchronizer's; if so, does what is due. */
  onTimer(name: string): boolean {
    const { memory } = this.#context;
    if (name === RETRY_TIMER) {
      this.look();
      return true;
    }
    if (name.startsWith(OVERDUE_TIMER)) {
      const watched = memory.sync.requests.get(Number(name.slice(OVERDUE_TIMER.length)));
      if (watched !== undefined) watched.isWatched = false;
      this.#proceed();
      return true;
    }
    if (!name.startsWith(REQUEST_TIMER)) return false;
    const request = Number(name.slice(REQUEST_TIMER.length));
    const open = memory.sync.requests.get(request);
    if (open === undefined) return true;
    close(this.#context, request);
    learnReplyTime(this.#context, open, "overdue");
    this.#fail(request, open, "timeout");
    this.#proceed();
    return true;
  }

  /** Whether a peer was asked for something, and has time yet to answer. */
  isOwedBy(peer: NodeId): boolean {
    return requestsTo(this.#context, peer) > 0;
  }

  /** A peer will not answer: its connection is gone, it is silent, or it was restarted. */
  onGone(peer: NodeId): void {
    for (const [request, open] of [...this.#context.memory.sync.requests]) {
      if (open.peer === peer) this.#drop(request, open);
    }
    this.#proceed();
  }

  /** What has become of a block that was handed over. */
  onImported(hash: Hash, result: ImportResult): void {
    const { sync } = this.#context.memory;
    const leader = sync.importing.get(hash);
    sync.importing.delete(hash);
    const isImported = result === "imported";
    if (isImported && sync.session?.kind === "blocks") sync.session.imported++;
    if (!isImported && leader !== undefined) this.#onRefusedBlock(hash, leader, result);
    this.#proceed();
  }

  /** The node has taken the checkpoint and its accounts. */
  onAdopted(): void {
    const { sync } = this.#context.memory;
    const { session } = sync;
    assert(session?.kind === "checkpoint", "adopted, and nothing was fetched");
    assert(session.step.state === "adopting", "adopted too early:", session.step.state);
    sync.accounts = undefined;
    endSession(this.#context, session, "adopted");
    this.#proceed();
  }

  /** A body belongs to its header: for an invalid block the giver of the headers answers. */
  #onRefusedBlock(hash: Hash, leader: NodeId, rule: Exclude<ImportResult, "imported">): void {
    const { memory, env, peers } = this.#context;
    const { session, refused } = memory.sync;
    env.emit("block refused", { peer: leader, hash, rule });
    // What follows an invalid block has no parent any more: that is one fault, not many.
    const isFault =
      rule !== "behind finality" && rule !== "fork too deep" && rule !== "unknown parent";
    if (isFault && !isBrokenForNow(rule)) {
      refused.add(hash);
      if (refused.size > REFUSED_MAX) refused.delete(refused.values().next().value!);
    }
    const isOfSession =
      session?.kind === "blocks" && [session.leader, ...session.formerLeaders].includes(leader);
    if (isOfSession) {
      endSession(this.#context, session, isFault ? "invalid block" : "refused branch");
    }
    if (isFault) peers.penalise(leader, "invalid block");
  }

  #take(open: OpenRequest, reply: Exclude<SyncReply, { readonly type: "not available" }>): void {
    const { session } = this.#context.memory.sync;
    assert(session !== undefined, "an answer is waited for by nobody:", reply.request);
    const isAboutHeaders = open.about === "headers" || open.about === "late headers";
    if (isAboutHeaders && reply.type === "headers" && session.kind === "blocks") {
      onHeaders(this.#context, session, reply.headers);
    } else if (open.about === "bodies" && reply.type === "bodies" && session.kind === "blocks") {
      onBodies(this.#context, session, reply);
    } else if (session.kind === "checkpoint" && reply.type === "headers") {
      if (open.about === "checkpoint") {
        onCheckpointHeader(this.#context, session, reply.headers);
      } else this.#fail(reply.request, open, "malformed");
    } else if (session.kind === "checkpoint" && reply.type === "accounts") {
      if (open.about === "accounts") onAccounts(this.#context, session, reply);
      else this.#fail(reply.request, open, "malformed");
    } else this.#fail(reply.request, open, "malformed");
  }

  /** The headers of an earlier leader have come before those of who took its place: it leads on. */
  #takesUpAgain({ peer, about }: OpenRequest, { type, request }: SyncReply): boolean {
    const { session } = this.#context.memory.sync;
    if (about !== "late headers" || type !== "headers" || session?.kind !== "blocks") return false;
    return maybeLeadAgain(this.#context, session, { peer, request });
  }

  /** A request came to nothing. */
  #fail(request: number, open: OpenRequest, reason: RequestFailure): void {
    const { memory, peers } = this.#context;
    const { session } = memory.sync;
    assert(session !== undefined, "a request without a session:", request);
    if (isLate(open)) {
      failLate(this.#context, open, { request, reason });
      if (session.kind === "blocks" && reason === "timeout") {
        failAskedAnew(this.#context, session, open);
      }
      return;
    }
    memory.sync.counts.failures++;
    if (session.kind === "checkpoint") failCheckpoint(this.#context, session, reason);
    else if (open.about === "bodies") failBatch(this.#context, session, { request, reason });
    else {
      failHeaders(this.#context, session, reason);
      if (reason === "timeout" || reason === "malformed") peers.penalise(open.peer, reason);
    }
  }

  /** A request will not be answered, and that breaks no promise. */
  #drop(request: number, open: OpenRequest): void {
    close(this.#context, request);
    this.#fail(request, open, "gone");
  }

  #rest(peer: NodeId): void {
    const { env, options } = this.#context;
    experienceOf(this.#context, peer).restsUntil = env.now() + options.sync.retryDelay;
  }

  /** Does all that can be done now: the one place where anything is asked, begun or ended. */
  #proceed(): void {
    const { memory } = this.#context;
    for (const [request, open] of [...memory.sync.requests]) {
      const peer = memory.peers.get(open.peer);
      // One that was banned for something else.
      if (peer === undefined || !isActive(peer)) this.#drop(request, open);
    }
    // What begins asks somebody; what ends at once does so for want of anybody, or of anything.
    const roundsMax = 2 + memory.peers.size;
    for (let round = 0; memory.sync.session !== undefined || maybeBegin(this.#context); round++) {
      assert(round < roundsMax, "sessions begin and end without end:", round);
      const session = memory.sync.session!;
      const end = this.#work(session);
      if (end === undefined) return;
      endSession(this.#context, session, end);
    }
  }

  #work(session: Session): SessionEnd | undefined {
    switch (session.kind) {
      case "blocks":
        return this.#workOnBlocks(session);
      case "checkpoint":
        return askForCheckpoint(this.#context, session);
      default:
        return unreachable(session);
    }
  }

  #workOnBlocks(session: BlockSession): SessionEnd | undefined {
    const { memory } = this.#context;
    if (!handOver(this.#context, session)) return "refused branch";
    maybeReplaceLeader(this.#context, session);
    // First, as their answer is small, and all further bodies wait for it.
    maybeAskHeaders(this.#context, session);
    maybeDouble(this.#context, session);
    maybeAskAnew(this.#context, session);
    if (!askBodies(this.#context, session)) return "bodies not available";
    const isDone = session.headers.state === "complete" && session.batches.length === 0;
    // With nothing accepted there is nothing to wait for.
    const isWaiting = session.last !== undefined && memory.sync.importing.size > 0;
    return isDone && !isWaiting ? (session.flaw ?? "caught up") : undefined;
  }

  /** Who has led nowhere before, and is slow to answer, is not waited for if another offers. */
  #maybeChangeLeader(): void {
    const { session } = this.#context.memory.sync;
    if (session?.kind !== "blocks" || session.last !== undefined) return;
    const { failures } = experienceOf(this.#context, session.leader);
    const other = leaderOf(this.#context);
    if (other === undefined || experienceOf(this.#context, other.name).failures >= failures) return;
    endSession(this.#context, session, "better leader");
  }
}
