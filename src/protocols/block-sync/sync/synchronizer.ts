import { assert, unreachable } from "../../../sim/assert.ts";
import type { NodeId } from "../../../sim/env.ts";
import type { Hash } from "../encoding/hash.ts";
import type { SyncReply } from "../messages.ts";
import { isActive } from "../peers/peers.ts";
import { isBrokenForNow } from "../validation.ts";
import {
  askBodies,
  type BatchFailure,
  bytesOf,
  failBatch,
  handOver,
  onBodies,
  RETRY_TIMER,
} from "./bodies.ts";
import {
  askForCheckpoint,
  failCheckpoint,
  missingCheckpoint,
  newCheckpointSession,
  onAccounts,
  onCheckpointHeader,
} from "./checkpoint.ts";
import { candidates, leaderOf, noteClaims } from "./choice.ts";
import { maybeAskHeaders, onHeaders, stopHeaders } from "./headers.ts";
import { close, experienceOf, learnReplyTime, REQUEST_TIMER, retreat } from "./requests.ts";
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
      const bytes = reply.type === "bodies" ? bytesOf(reply.bodies) : 0;
      memory.sync.counts.bodyBytes += bytes;
      memory.sync.counts.wastedBytes += bytes;
      env.emit("answer unwanted", { peer: from, request: reply.request, type: reply.type });
      return;
    }
    close(this.#context, reply.request);
    learnReplyTime(this.#context, open, "answered");
    if (reply.type === "not available") {
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
    this.#end(session, "adopted");
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
    if (session?.kind === "blocks" && session.leader === leader) {
      this.#end(session, isFault ? "invalid block" : "refused branch");
    }
    if (isFault) peers.penalise(leader, "invalid block");
  }

  #take(open: OpenRequest, reply: Exclude<SyncReply, { readonly type: "not available" }>): void {
    const { session } = this.#context.memory.sync;
    assert(session !== undefined, "an answer is waited for by nobody:", reply.request);
    if (open.about === "headers" && reply.type === "headers" && session.kind === "blocks") {
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

  /** A request came to nothing. */
  #fail(request: number, open: OpenRequest, reason: Failure): void {
    const { memory, peers } = this.#context;
    const { session } = memory.sync;
    memory.sync.counts.failures++;
    assert(session !== undefined, "a request without a session:", request);
    if (session.kind === "checkpoint") failCheckpoint(this.#context, session, reason);
    else if (open.about === "bodies") failBatch(this.#context, session, { request, reason });
    else {
      const isLacking = reason === "unknown" || reason === "pruned";
      stopHeaders(session, isLacking ? "not available" : reason);
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
    for (let round = 0; memory.sync.session !== undefined || this.#maybeBegin(); round++) {
      assert(round < roundsMax, "sessions begin and end without end:", round);
      const session = memory.sync.session!;
      const end = this.#work(session);
      if (end === undefined) return;
      this.#end(session, end);
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
    // First, as their answer is small, and all further bodies wait for it.
    maybeAskHeaders(this.#context, session);
    if (!askBodies(this.#context, session)) return "bodies not available";
    const isDone = session.headers.state === "complete" && session.batches.length === 0;
    // With nothing accepted there is nothing to wait for.
    const isWaiting = session.last !== undefined && memory.sync.importing.size > 0;
    return isDone && !isWaiting ? (session.flaw ?? "caught up") : undefined;
  }

  /** Whether there is a session now. */
  #maybeBegin(): boolean {
    const { memory, env } = this.#context;
    if (env.now() < memory.sync.idleUntil) return false;
    const checkpoint = missingCheckpoint(this.#context);
    if (checkpoint !== undefined) {
      const { height } = checkpoint;
      const isOffered = candidates(this.#context).some(({ status }) => status.tip.height >= height);
      if (!isOffered) return false;
      memory.sync.session = newCheckpointSession(checkpoint);
      env.emit("sync began", { kind: "checkpoint", target: height });
      return true;
    }
    const leader = leaderOf(this.#context);
    if (leader === undefined) return false;
    const { tip: target } = leader.status;
    memory.sync.session = {
      ...{ kind: "blocks", leader: leader.name, target, headers: { state: "due" } },
      ...{ last: undefined, batches: [], strangers: [], imported: 0, flaw: undefined },
    };
    env.emit("sync began", { kind: "blocks", leader: leader.name, target: target.height });
    return true;
  }

  /** Who has led nowhere before, and is slow to answer, is not waited for if another offers. */
  #maybeChangeLeader(): void {
    const { session } = this.#context.memory.sync;
    if (session?.kind !== "blocks" || session.last !== undefined) return;
    const { failures } = experienceOf(this.#context, session.leader);
    const other = leaderOf(this.#context);
    if (other === undefined || experienceOf(this.#context, other.name).failures >= failures) return;
    this.#end(session, "better leader");
  }

  #end(session: Session, reason: SessionEnd): void {
    const { memory, env, options } = this.#context;
    memory.sync.session = undefined;
    for (const request of [...memory.sync.requests.keys()]) close(this.#context, request);
    env.cancelTimer(RETRY_TIMER);
    if (session.kind === "checkpoint") {
      if (reason !== "adopted") memory.sync.idleUntil = env.now() + options.sync.retryDelay;
    } else this.#settle(session, reason);
    const imported = session.kind === "blocks" ? session.imported : 0;
    env.emit("sync ended", { kind: session.kind, reason, imported });
  }

  #settle(session: BlockSession, reason: SessionEnd): void {
    for (const batch of session.batches) {
      if (batch.state === "arrived") {
        this.#context.memory.sync.counts.wastedBytes += bytesOf(batch.bodies);
      }
    }
    const isKept = reason === "caught up" || reason === "slow leader";
    // What it has may have come by gossip before its headers did.
    const isHere = this.#context.imports.isKnown(session.target.hash);
    const isGood = isKept && (isHere || session.imported > 0);
    if (isGood) experienceOf(this.#context, session.leader).failures = 0;
    else retreat(this.#context, session.leader);
  }
}

type Failure = Exclude<BatchFailure, "withheld" | "wrong body">;
