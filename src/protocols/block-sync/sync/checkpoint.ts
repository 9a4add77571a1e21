// Beginning at a block that is trusted: its header is known by its hash, and all accounts after it
// come in ranges that are proven against its root, so that nobody needs to be believed.
// Source: the range proofs of Ethereum's snap protocol.

import { assert } from "../../../sim/assert.ts";
import type { NodeId } from "../../../sim/env.ts";
import { bytesOf, hexOf } from "../../hex.ts";
import { tipOf } from "../chain.ts";
import type { Hash } from "../encoding/hash.ts";
import type { Checkpoint } from "../finality/vote.ts";
import type { SyncReply } from "../messages.ts";
import type { PeerFault } from "../peers/peer-state.ts";
import { RETRY_TIMER } from "./bodies.ts";
import { type Candidate, candidates, quickest } from "./choice.ts";
import { ask, type Question } from "./requests.ts";
import type { SyncContext } from "./sync-context.ts";
import type { AccountsSoFar, CheckpointSession, SessionEnd } from "./sync-state.ts";

/** The block that the chain is to begin with; undefined when there is none, or it is here. */
export function missingCheckpoint(context: SyncContext): Checkpoint | undefined {
  const { memory } = context;
  const checkpoint = memory.sync.checkpoint ?? context.checkpoint;
  if (checkpoint === undefined || memory.chain.blocks.has(checkpoint.hash)) return undefined;
  return tipOf(memory.chain).header.height < checkpoint.height ? checkpoint : undefined;
}

/** A session that fetches the trusted block, or goes on where an earlier one has ended. */
export function newCheckpointSession(checkpoint: Checkpoint): CheckpointSession {
  return { kind: "checkpoint", checkpoint, step: { state: "due" }, attempts: {}, refusals: {} };
}

/** Asks whoever has been asked for it in vain too seldom to be given up; or why there is nobody. */
export function askForCheckpoint(
  context: SyncContext,
  session: CheckpointSession,
): SessionEnd | undefined {
  const { env, options } = context;
  const { attemptsPerPeer, retryDelay } = options.sync;
  if (session.step.state !== "due") return undefined;
  const { height } = session.checkpoint;
  const offering = candidates(context).filter(({ status }) => status.tip.height >= height);
  const able = offering.filter(({ name }) => (session.attempts[name] ?? 0) < attemptsPerPeer);
  if (able.length === 0) {
    maybeRenew(context, session, offering);
    return "not available";
  }
  const best = quickest(context, able, (name) => session.attempts[name] ?? 0);
  if (best === undefined) {
    env.setTimer(RETRY_TIMER, retryDelay);
    return undefined;
  }
  session.step = { state: "asked", ...askPeer(context, session, best.name) };
  return undefined;
}

/**
 * When all have answered, and some have had it: nobody gives it any more. Then the chain begins at
 * the newest block that votes of the validators of genesis prove to be final.
 */
function maybeRenew(
  { memory, rules, env }: SyncContext,
  { checkpoint, refusals }: CheckpointSession,
  offering: readonly Candidate[],
): void {
  const isRefused = offering.every(({ name }) => refusals[name] !== undefined);
  if (!isRefused || !Object.values(refusals).includes("pruned")) return;
  const newer = rules.finalAhead();
  if (newer === undefined || newer.height <= checkpoint.height) return;
  env.emit("checkpoint renewed", { from: checkpoint.height, ...newer });
  Object.assign(memory.sync, { checkpoint: newer, accounts: undefined });
}

function askPeer(
  context: SyncContext,
  { checkpoint: { hash } }: CheckpointSession,
  peer: NodeId,
): { readonly peer: NodeId; readonly request: number } {
  const { accounts } = context.memory.sync;
  const question: Question =
    accounts === undefined
      ? { type: "get header", hash }
      : {
          ...{ type: "get accounts", block: hash, start: accounts.next },
          count: context.options.sync.accountsPerRequest,
        };
  const about = accounts === undefined ? "checkpoint" : "accounts";
  return { peer, request: ask(context, peer, question, about) };
}

/** A peer has sent the header of a block: it is that of the trusted one, or worth nothing. */
export function onCheckpointHeader(
  context: SyncContext,
  session: CheckpointSession,
  headers: readonly Uint8Array[],
): void {
  const { rules, memory, env } = context;
  const { height, hash } = session.checkpoint;
  const header = headers.length === 1 ? rules.decodeHeader(headers[0]!) : undefined;
  if (header === undefined || header.hash !== hash || header.height !== height) {
    env.emit("checkpoint refused", { height, got: header?.hash });
    failCheckpoint(context, session, "wrong checkpoint");
    return;
  }
  memory.sync.accounts = { header, accounts: [], next: "00".repeat(KEY_BYTES) };
  onProgress(context, session);
}

/** A peer has sent accounts: they are proven to be all of a range, or worth nothing. */
export function onAccounts(
  context: SyncContext,
  session: CheckpointSession,
  { accounts, proof }: Extract<SyncReply, { readonly type: "accounts" }>,
): void {
  const { rules, memory, env, options, imports } = context;
  const soFar = memory.sync.accounts;
  assert(soFar !== undefined, "accounts before the header");
  const start = bytesOf(soFar.next);
  const isTooMany = accounts.length > options.sync.accountsPerRequest;
  const range = { start, accounts, proof };
  const check = isTooMany ? "wrong" : rules.checkAccounts(soFar.header, range);
  const isStuck = check === "more" && accounts.length === 0;
  if (check === "wrong" || isStuck) {
    env.emit("accounts refused", { from: soFar.next, count: accounts.length });
    failCheckpoint(context, session, "wrong accounts");
    return;
  }
  env.emit("accounts accepted", { from: soFar.next, count: accounts.length });
  soFar.accounts.push(...accounts);
  onProgress(context, session);
  const next = check === "complete" ? undefined : nextKey(soFar);
  if (next !== undefined) soFar.next = next;
  else {
    session.step = { state: "adopting" };
    imports.adopt(soFar.header, soFar.accounts);
  }
}

function onProgress({ peers }: SyncContext, session: CheckpointSession): void {
  assert(session.step.state === "asked", "an answer to nothing:", session.step.state);
  peers.reward(session.step.peer);
  Object.assign(session, { attempts: {}, refusals: {} });
  session.step = { state: "due" };
}

/** Why a request for a checkpoint came to nothing. */
export type CheckpointFailure =
  | Extract<PeerFault, "timeout" | "malformed" | "wrong checkpoint" | "wrong accounts">
  | "gone"
  | "busy"
  | "unknown"
  | "pruned";

/** A request came to nothing: another peer goes on from here. */
export function failCheckpoint(
  { env, options, peers }: SyncContext,
  session: CheckpointSession,
  reason: CheckpointFailure,
): void {
  assert(session.step.state === "asked", "nothing was asked:", session.step.state);
  const { peer, request } = session.step;
  const isHopeless = reason === "unknown" || reason === "pruned";
  const made = isHopeless ? options.sync.attemptsPerPeer : 1;
  session.attempts[peer] = (session.attempts[peer] ?? 0) + made;
  if (isHopeless) session.refusals[peer] = reason;
  session.step = { state: "due" };
  env.emit("checkpoint request failed", { peer, request, reason });
  if (isHopeless || reason === "gone" || reason === "busy") return;
  peers.penalise(peer, reason);
}

const KEY_BYTES = 32;

/** The key behind the last one; undefined when there is none. */
function nextKey({ accounts }: AccountsSoFar): Hash | undefined {
  const key = Uint8Array.from(accounts[accounts.length - 1]![0]);
  for (let i = key.length - 1; i >= 0; i--) {
    key[i] = (key[i]! + 1) % 256;
    if (key[i] !== 0) return hexOf(key);
  }
  return undefined;
}
