import type { Plain } from "../sim/env.ts";
import type { HistoryEntry } from "../sim/history.ts";
import type { HostView, Invariant, World } from "../sim/invariant.ts";
import { isQuorumOf, latestElectorate, memberOf } from "./electorate.ts";
import type { RaftView } from "./raft-view.ts";

/** What a server must show besides its log. */
export interface AcknowledgedView extends RaftView {
  /** The index of the entry whose effect stands where this command's would; undefined: none. */
  effectOf(command: unknown): number | undefined;
}

/** How to know a client's request again. */
export interface Requests {
  /** The request that a log entry carries; undefined for a blank entry. */
  readonly inCommand: (command: unknown) => string | undefined;
  /** The request of an operation of the history; undefined if it never enters the log. */
  readonly inOperation: (operation: Plain) => string | undefined;
}

interface State {
  /** How far the log of committed entries is known. */
  committed: number;
  /** By request, where it was first committed. */
  readonly first: Map<string, number>;
  /** Indexes at which a request is committed again. */
  readonly again: Set<number>;
  /** By host index, the life, how far it had applied, and whether it led. */
  readonly servers: { life: number; applied: number; isLeader: boolean }[];
  /** How many returned operations have been judged. */
  judged: number;
}

/**
 * What a client was told happened has been committed, and stays so; and however often a request
 * enters the log, it takes effect once.
 */
export function acknowledged(requests: Requests): Invariant<AcknowledgedView> {
  const state: State = {
    committed: 0,
    first: new Map(),
    again: new Set(),
    servers: [],
    judged: 0,
  };
  const made = {
    name: "ACK",
    state,
    onStep: (world: World<AcknowledgedView>) => {
      const { server, fallen } = world;
      const node = server?.node ?? fallen;
      if (server !== undefined && node !== undefined) learn(made.state, server, node, requests);
      return (
        (server && twice(made.state, server)) ?? premature(made.state, world.history, requests)
      );
    },
    onEnd: (world: World<AcknowledgedView>) => lost(made.state, world, requests),
  };
  return made;
}

/** Leaders say what is committed, also one that steps down in the same step. */
function learn(
  state: State,
  { index: host, life }: HostView,
  node: AcknowledgedView,
  { inCommand }: Requests,
): void {
  const before = state.servers[host];
  const hasLed = before?.isLeader === true && before.life === life;
  if (node.role !== "leader" && !hasLed) return;
  while (state.committed < node.commit) {
    const index = ++state.committed;
    const request = inCommand(node.entryAt(index).command);
    if (request === undefined) continue;
    if (state.first.has(request)) state.again.add(index);
    else state.first.set(request, index);
  }
}

function twice(state: State, { id, index, life, node }: HostView<AcknowledgedView>) {
  if (node === undefined) return undefined;
  state.servers[index] ??= { life, applied: 0, isLeader: false };
  const server = state.servers[index]!;
  const from = server.life === life ? server.applied : 0;
  const { applied } = node;
  server.life = life;
  server.applied = applied;
  server.isLeader = node.role === "leader";
  if (state.again.size === 0) return undefined;
  // What a snapshot stands for cannot be told apart any more.
  for (let at = Math.max(from, node.base?.index ?? 0) + 1; at <= applied; at++) {
    if (state.again.has(at) && node.effectOf(node.entryAt(at).command) === at) {
      return `${id} applies the repeated request at index ${at} a second time`;
    }
  }
  return undefined;
}

function premature(
  state: State,
  history: World["history"],
  { inOperation }: Requests,
): string | undefined {
  const { returned } = history;
  while (state.judged < returned.length) {
    const entry = returned[state.judged++]!;
    const request = acknowledgedRequest(entry, inOperation);
    if (request !== undefined && !state.first.has(request)) {
      return `operation ${entry.id} of ${entry.client} is acknowledged and not committed`;
    }
  }
  return undefined;
}

/** At the end of a run: every acknowledged request is where it was, on a majority. */
function lost(
  { first }: State,
  { history, servers }: World<AcknowledgedView>,
  { inOperation, inCommand }: Requests,
): string | undefined {
  const electorate = latestElectorate(servers);
  for (const entry of history.returned) {
    const request = acknowledgedRequest(entry, inOperation);
    if (request === undefined) continue;
    const index = first.get(request)!;
    const holds = (node: AcknowledgedView): boolean =>
      index <= (node.base?.index ?? 0) ||
      (index <= node.lastIndex && inCommand(node.entryAt(index).command) === request);
    // A server that is down may hold it: its disk is not asked here.
    const holders = servers.filter(({ node }) => node === undefined || holds(node)).map(memberOf);
    if (isQuorumOf(electorate, (id) => holders.includes(id))) continue;
    const { voters } = electorate;
    const count = holders.filter((id) => voters.includes(id)).length;
    return `operation ${entry.id}, acknowledged, is on ${count} of ${voters.length} servers`;
  }
  return undefined;
}

function acknowledgedRequest(
  { outcome, operation }: HistoryEntry,
  inOperation: Requests["inOperation"],
): string | undefined {
  return outcome === "ok" ? inOperation(operation) : undefined;
}
