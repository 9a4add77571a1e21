// The headers of a session: from one peer, checked one after the other, cut into batches.

import type { Header } from "../block.ts";
import { newBatch } from "./batch.ts";
import type { RequestFailure } from "./bodies.ts";
import { type Candidate, candidates, quickerLeader } from "./choice.ts";
import { locatorOf } from "./locator.ts";
import { ask, experienceOf, noteSilence } from "./requests.ts";
import type { SyncContext } from "./sync-context.ts";
import type { BlockSession, SessionEnd } from "./sync-state.ts";

/** Asks for the next headers, unless those that are here are enough for the window, twice. */
export function maybeAskHeaders(context: SyncContext, session: BlockSession): void {
  const { options, memory } = context;
  const { window, headersPerRequest } = options.sync;
  if (session.headers.state !== "due" || session.batches.length > 2 * window) return;
  const question = {
    type: "get headers",
    locator: session.last === undefined ? locatorOf(memory.chain) : [session.last.hash],
    count: headersPerRequest,
  } as const;
  const request = ask(context, session.leader, question, "headers");
  session.headers = { state: "asked", request };
}

/** No more headers come from the leader: why. What it has given is fetched all the same. */
export function stopHeaders(session: BlockSession, flaw: SessionEnd): void {
  session.headers = { state: "complete" };
  session.flaw = flaw;
}

/** The leader has answered. None: it has no more, and must have shown what it has claimed. */
export function onHeaders(
  context: SyncContext,
  session: BlockSession,
  headers: readonly Uint8Array[],
): void {
  const { options, memory, peers } = context;
  const { leader, target } = session;
  if (headers.length > options.sync.headersPerRequest) {
    refuse(context, session, { height: undefined, rule: "too many" });
    return;
  }
  if (headers.length === 0) {
    const isKept =
      session.last === undefined
        ? memory.chain.blocks.has(target.hash)
        : session.last.height >= target.height;
    if (isKept) session.headers = { state: "complete" };
    else {
      stopHeaders(session, "lighter than promised");
      peers.penalise(leader, "lighter than promised");
    }
    return;
  }
  const accepted = checkAll(context, session, headers);
  if (accepted === undefined) return;
  accept(context, session, accepted);
  maybeLeaveSlow(context, session);
}

/** While headers come slowly, all waits for them: after these, another peer may lead. */
function maybeLeaveSlow(context: SyncContext, session: BlockSession): void {
  const { leadTime } = experienceOf(context, session.leader);
  if (session.headers.state !== "due" || leadTime <= context.options.sync.retryDelay) return;
  const next = quickerLeader(context, session, leadTime);
  if (next !== undefined) changeLeader(context, session, next);
}

/** A request for headers came to nothing: another peer goes on from there if there is one. */
export function failHeaders(
  context: SyncContext,
  session: BlockSession,
  reason: RequestFailure,
): void {
  const isLacking = reason === "unknown" || reason === "pruned";
  if (isLacking && maybeStepBack(context, session)) return;
  if (reason === "timeout") noteSilence(context, session.leader);
  const mayChange = !isLacking && session.last !== undefined;
  const next = mayChange && quickerLeader(context, session, Number.POSITIVE_INFINITY);
  if (next) changeLeader(context, session, next);
  else stopHeaders(session, isLacking ? "not available" : reason);
}

/** Who leads in another's place may know nothing of what that one gave: then that one leads on. */
function maybeStepBack(context: SyncContext, session: BlockSession): boolean {
  const { leader, formerLeaders, strangers, last, tookOverAt } = session;
  if (last === undefined || tookOverAt !== last.hash) return false;
  // It may have led before, and whoever led then may know nothing of them, either.
  if (!strangers.includes(leader)) strangers.push(leader);
  const name = formerLeaders.findLast((one) => !strangers.includes(one));
  const former = candidates(context).find((one) => one.name === name);
  if (former === undefined) return false;
  changeLeader(context, session, former);
  return true;
}

/** From now on another peer gives the headers, behind those that are here. */
export function changeLeader(
  { env }: SyncContext,
  session: BlockSession,
  { name, status }: Pick<Candidate, "name" | "status">,
): void {
  env.emit("leader changed", { from: session.leader, to: name });
  const formers = session.formerLeaders;
  if (!formers.includes(session.leader)) formers.push(session.leader);
  session.leader = name;
  session.target = status.tip;
  session.tookOverAt = session.last?.hash;
  session.headers = { state: "due" };
}

/** All headers, if they keep the rules; undefined when the leader was found at fault. */
function checkAll(
  context: SyncContext,
  session: BlockSession,
  headers: readonly Uint8Array[],
): Header[] | undefined {
  const { rules, memory } = context;
  const accepted: Header[] = [];
  let parent = session.last;
  for (const bytes of headers) {
    const header = rules.decodeHeader(bytes);
    if (header === undefined) {
      refuse(context, session, { height: undefined, rule: "malformed header" });
      return undefined;
    }
    parent ??= memory.chain.blocks.get(header.parent)?.header;
    const rule = ruleBroken(context, header, parent);
    if (rule !== undefined) {
      refuse(context, session, { height: header.height, rule });
      return undefined;
    }
    if (isBranchRefused(context, session, header)) return undefined;
    accepted.push(header);
    parent = header;
  }
  return accepted;
}

function ruleBroken(
  { rules, memory: { sync, chain } }: SyncContext,
  header: Header,
  parent: Header | undefined,
): string | undefined {
  if (parent === undefined || header.parent !== parent.hash) return "unknown parent";
  if (sync.refused.has(header.hash)) return "proven invalid";
  return chain.blocks.has(header.hash) ? undefined : rules.checkHeader(header, parent);
}

/** Whether it begins a branch where none may begin: that is not the leader's fault. */
function isBranchRefused(context: SyncContext, session: BlockSession, header: Header): boolean {
  const { rules, memory, env } = context;
  if (memory.chain.blocks.has(header.hash) || !memory.chain.blocks.has(header.parent)) return false;
  const rule = rules.branchRefusal({ height: header.height - 1, hash: header.parent });
  if (rule === undefined) return false;
  env.emit("headers refused", { peer: session.leader, height: header.height, rule });
  stopHeaders(session, "refused branch");
  return true;
}

function refuse(
  { env, peers }: SyncContext,
  session: BlockSession,
  found: { readonly height: number | undefined; readonly rule: string },
): void {
  env.emit("headers refused", { peer: session.leader, ...found });
  stopHeaders(session, "invalid headers");
  peers.penalise(session.leader, "invalid headers");
}

function accept(context: SyncContext, session: BlockSession, headers: readonly Header[]): void {
  const { env, options, memory, peers } = context;
  const [first, last] = [headers[0]!, headers[headers.length - 1]!];
  const { leader } = session;
  env.emit("headers accepted", { peer: leader, first: first.height, last: last.height });
  session.last = last;
  session.lastRequest = memory.sync.lastRequest;
  const isTip = last.hash === memory.peers.get(leader)?.status?.tip.hash;
  // Headers alone are no promise kept: a branch that is lighter than claimed has some, too.
  if (isTip) peers.reward(leader);
  session.headers = { state: isTip ? "complete" : "due" };
  const { chain, sync } = memory;
  const wanted = headers.filter(({ hash }) => !chain.blocks.has(hash) && !sync.importing.has(hash));
  const { bodiesPerRequest } = options.sync;
  for (let start = 0; start < wanted.length; start += bodiesPerRequest) {
    session.batches.push(newBatch(wanted.slice(start, start + bodiesPerRequest), leader));
  }
}
