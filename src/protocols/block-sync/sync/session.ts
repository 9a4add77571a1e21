// How a session begins, and what is left of it when it ends.

import { bytesOf, RETRY_TIMER } from "./bodies.ts";
import { missingCheckpoint, newCheckpointSession } from "./checkpoint.ts";
import { candidates, leaderOf } from "./choice.ts";
import { close, experienceOf, isLate, learnReplyTime, retreat } from "./requests.ts";
import type { SyncContext } from "./sync-context.ts";
import type { BlockSession, Session, SessionEnd } from "./sync-state.ts";

/** Begins a session if there is anything to fetch, and anybody to ask; whether there is one now. */
export function maybeBegin(context: SyncContext): boolean {
  const { memory, env } = context;
  if (env.now() < memory.sync.idleUntil) return false;
  const checkpoint = missingCheckpoint(context);
  if (checkpoint !== undefined) {
    const { height } = checkpoint;
    const isOffered = candidates(context).some(({ status }) => status.tip.height >= height);
    if (!isOffered) return false;
    memory.sync.session = newCheckpointSession(checkpoint);
    env.emit("sync began", { kind: "checkpoint", target: height });
    return true;
  }
  const leader = leaderOf(context);
  if (leader === undefined) return false;
  const { tip: target } = leader.status;
  memory.sync.session = {
    kind: "blocks",
    beganAt: env.now(),
    leader: leader.name,
    formerLeaders: [],
    target,
    tookOverAt: undefined,
    headers: { state: "due" },
    last: undefined,
    lastRequest: memory.sync.lastRequest,
    batches: [],
    strangers: [],
    imported: 0,
    flaw: undefined,
  };
  env.emit("sync began", { kind: "blocks", leader: leader.name, target: target.height });
  return true;
}

/** Ends a session: nothing is waited for any more. */
export function endSession(context: SyncContext, session: Session, reason: SessionEnd): void {
  const { memory, env, options } = context;
  memory.sync.session = undefined;
  for (const [request, open] of [...memory.sync.requests]) {
    // It is not forgotten that it was overdue.
    if (isLate(open)) learnReplyTime(context, open, "overdue");
    close(context, request);
  }
  env.cancelTimer(RETRY_TIMER);
  if (session.kind === "checkpoint") {
    if (reason !== "adopted") memory.sync.idleUntil = env.now() + options.sync.retryDelay;
  } else {
    memory.sync.counts.blocksTime += env.now() - session.beganAt;
    settle(context, session, reason);
  }
  const imported = session.kind === "blocks" ? session.imported : 0;
  env.emit("sync ended", { kind: session.kind, reason, imported });
}

function settle(context: SyncContext, session: BlockSession, reason: SessionEnd): void {
  const { memory, imports } = context;
  for (const batch of session.batches) {
    if (batch.state === "arrived") memory.sync.counts.wastedBytes += bytesOf(batch.bodies);
  }
  // What it has may have come by gossip before its headers did.
  const isHere = imports.isKnown(session.target.hash);
  const isGood = reason === "caught up" && (isHere || session.imported > 0);
  if (isGood) experienceOf(context, session.leader).failures = 0;
  else retreat(context, session.leader);
}
