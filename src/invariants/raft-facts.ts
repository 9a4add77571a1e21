// What the Raft invariants know: plain data, brought up to date once a step, at a cost that grows
// with what changed in the step and not with the length of the log or of the run.

import type { NodeId } from "../sim/env.ts";
import type { HostView, World } from "../sim/invariant.ts";
import type { ElectorateView } from "./electorate.ts";
import {
  type DurableFacts,
  type DurableReader,
  nothingDurable,
  readDurable,
} from "./raft-durable.ts";
import type { EntryView, PlaceView, RaftView } from "./raft-view.ts";

/** What is known of one server, after the last step it took. */
export interface ServerFacts {
  /** Who it is to the others; another one after it has lost its disk. */
  member: NodeId;
  life: number;
  role: string;
  term: number;
  commit: number;
  applied: number;
  configuration: ElectorateView | undefined;
  /** Its log, by index - 1; what was compacted stays, as it was or as it was committed. */
  log: EntryView[];
  /** The entry that was compared last, out of turn: see `firstChange`. */
  scrubbed: number;
  durable: DurableFacts;
  /** How far its file has been read. */
  cursor: number;
  /** The checksum of the file's first record: with another one it is another file. */
  head: number;
  /** The highest term that it has promised to anybody. */
  promisedTerm: number;
  /** By term, who got its vote. */
  votes: Map<number, NodeId>;
}

/** An entry that some log has held: index and term identify it, says Log Matching. */
export interface KnownEntry {
  readonly term: number;
  readonly command: unknown;
  readonly previousTerm: number;
  readonly host: NodeId;
}

/** What the log comes to up to an index, as its judge has found out. */
export interface Replica {
  applied: number;
  configuration: unknown;
  state: object;
}

/** What a server's step has changed. Used again for each step. */
export interface Change {
  /** Whether anything has changed at all. */
  isAny: boolean;
  isNewLife: boolean;
  /** How the server was before. */
  role: string;
  term: number;
  commit: number;
  applied: number;
  lastIndex: number;
  /** The lowest index whose entry is not what it was; past the log's end if none changed. */
  logFrom: number;
  /** The lowest committed entry that left the log in this step; 0 if none. */
  lostCommitted: number;
  /** Who decided before. */
  configuration: ElectorateView | undefined;
}

export interface RaftFacts {
  /** By host index. */
  servers: ServerFacts[];
  /** Those that are gone, as they were: what they have promised and acknowledged counts. */
  gone: ServerFacts[];
  change: Change;
  /** By index - 1, the different entries seen there. */
  known: KnownEntry[][];
  /** By index - 1, the entries that leaders have committed. */
  committed: EntryView[];
  /** By rising index, in which term the entries up to it were committed. */
  commits: { term: number; index: number }[];
  /** By index - 1, what the first server to apply there has applied. */
  applied: EntryView[];
  /** By term, its leader. */
  leaders: Map<number, NodeId>;
  /** By index, the checksums of the snapshots that were found right. */
  snapshots: Map<number, number>;
  /** By host index, what the log comes to up to the last snapshot of that host. */
  replicas: Replica[];
  /** The newest configuration that is in force anywhere; undefined while none was seen. */
  configuration: ElectorateView | undefined;
  /** How many of the applied entries were looked at for changes. */
  configured: number;
}

/** What is known before the first step. */
export function newRaftFacts(): RaftFacts {
  const before = { role: "", term: 0, commit: 0, applied: 0, lastIndex: 0 };
  return {
    servers: [],
    gone: [],
    change: {
      ...{ isAny: false, isNewLife: false, ...before },
      ...{ logFrom: 1, lostCommitted: 0, configuration: undefined },
    },
    known: [],
    committed: [],
    commits: [],
    applied: [],
    leaders: new Map(),
    snapshots: new Map(),
    replicas: [],
    configuration: undefined,
    configured: 0,
  };
}

/** Brings the facts up to the step that a server has just taken; returns those of the server. */
export function observe(
  facts: RaftFacts,
  { event }: World<RaftView>,
  host: HostView<RaftView>,
  node: RaftView,
  reader: DurableReader,
): ServerFacts {
  const server = factsOf(facts, host, node);
  const { kind } = event;
  if (kind === "synced" || kind === "start") readDurable(server, host, reader);
  compare(facts, server, host, node);
  if (!facts.change.isAny) return server;
  learnLog(facts, server, host.id, node);
  learnCommits(facts, node);
  remember(server, host.life, node);
  return server;
}

/** The facts of a server; those of one that was never seen are made. */
function factsOf(facts: RaftFacts, { index, id }: HostView, node: RaftView): ServerFacts {
  const member = node.member ?? id;
  let server = facts.servers[index];
  if (server === undefined || server.member !== member) {
    if (server !== undefined) facts.gone.push(server);
    server = {
      member,
      life: 0,
      role: "",
      term: 0,
      commit: 0,
      applied: 0,
      configuration: undefined,
      log: [],
      scrubbed: 0,
      durable: nothingDurable(),
      cursor: 0,
      head: 0,
      promisedTerm: 0,
      votes: new Map(),
    };
    facts.servers[index] = server;
  }
  return server;
}

function compare(facts: RaftFacts, server: ServerFacts, host: HostView, node: RaftView): void {
  const { change } = facts;
  change.isNewLife = host.life !== server.life;
  change.role = server.role;
  change.term = server.term;
  change.commit = change.isNewLife ? 0 : server.commit;
  change.applied = change.isNewLife ? 0 : server.applied;
  change.lastIndex = server.log.length;
  change.logFrom = firstChange(server, node);
  change.lostCommitted = 0;
  change.configuration = server.configuration;
  const { lastIndex } = node;
  change.isAny =
    change.isNewLife ||
    change.logFrom <= Math.max(lastIndex, change.lastIndex) ||
    node.role !== server.role ||
    node.term !== server.term ||
    node.commit !== server.commit ||
    node.applied !== server.applied;
  if (!change.isAny) return;
  const end = Math.min(change.lastIndex, facts.committed.length);
  for (let index = change.logFrom; index <= end && !change.isNewLife; index++) {
    const wasCommitted = server.log[index - 1]!.term === facts.committed[index - 1]!.term;
    const isHeld = index <= lastIndex && node.entryAt(index).term === server.log[index - 1]!.term;
    if (wasCommitted && !isHeld) {
      change.lostCommitted = index;
      return;
    }
  }
}

/**
 * The lowest index whose entry is another than before. Looks from the log's end backwards, which
 * finds what was added or replaced from some index on; and at one more entry each step, in turn, so
 * that one replaced in the middle is found some steps later.
 */
function firstChange(server: ServerFacts, node: RaftView): number {
  const { log } = server;
  const base = node.base?.index ?? 0;
  // What a snapshot has put in place of the log is as it was committed: see learnLog.
  if (base > log.length) return base + 1;
  const common = Math.min(log.length, node.lastIndex);
  let index = common;
  while (index > base && log[index - 1] !== node.entryAt(index)) index--;
  if (index === base) return base + 1;
  const isWithin = server.scrubbed < index && server.scrubbed >= base;
  server.scrubbed = isWithin ? server.scrubbed + 1 : base + 1;
  const isSame = log[server.scrubbed - 1] === node.entryAt(server.scrubbed);
  return isSame ? index + 1 : server.scrubbed;
}

function learnLog(facts: RaftFacts, server: ServerFacts, host: NodeId, node: RaftView): void {
  const { lastIndex } = node;
  if (server.log.length > lastIndex) server.log.length = lastIndex;
  const base = node.base?.index ?? 0;
  for (let index = server.log.length + 1; index <= base; index++) {
    server.log.push(facts.committed[index - 1] ?? COMPACTED);
  }
  for (let index = facts.change.logFrom; index <= lastIndex; index++) {
    const entry = node.entryAt(index);
    server.log[index - 1] = entry;
    const { term, command } = entry;
    const known = knownEntry(facts, index, term);
    if (known !== undefined) continue;
    const previous = previousTerm(node, index);
    facts.known[index - 1] ??= [];
    facts.known[index - 1]!.push({ term, command, previousTerm: previous, host });
  }
}

/** The entry of that index and term, if any log has ever held one. */
export function knownEntry(
  { known }: RaftFacts,
  index: number,
  term: number,
): KnownEntry | undefined {
  const entries = known[index - 1];
  if (entries === undefined) return undefined;
  for (const entry of entries) if (entry.term === term) return entry;
  return undefined;
}

/** The term of the entry before an index; 0 before the first. */
export function previousTerm(node: RaftView, index: number): number {
  return termOf(node, index - 1);
}

/** The term of the entry at an index in [base, lastIndex]; 0 at index 0. */
export function termOf(node: RaftView, index: number): number {
  const { index: base, term } = node.base ?? START;
  return index === base ? term : node.entryAt(index).term;
}

const START: PlaceView = { index: 0, term: 0 };

/** Stands for an entry that nobody has seen committed. */
const COMPACTED: EntryView = { term: 0, command: undefined };

/** Whether it leads, or did when the step began and has stepped down in the same term. */
export function hasLed({ change }: RaftFacts, { role, term }: RaftView): boolean {
  const stepsDown = change.role === "leader" && change.term === term && !change.isNewLife;
  return role === "leader" || stepsDown;
}

function learnCommits(facts: RaftFacts, node: RaftView): void {
  // What a member commits or applies and does not have is stateMachineSafety's to report.
  const commit = Math.min(node.commit, node.lastIndex);
  const applied = Math.min(node.applied, node.lastIndex);
  if (hasLed(facts, node) && commit > facts.committed.length) {
    // Of what is compacted somebody has learned when it was committed.
    if (facts.committed.length < (node.base?.index ?? 0)) return;
    for (let index = facts.committed.length + 1; index <= commit; index++) {
      facts.committed.push(node.entryAt(index));
    }
    facts.commits.push({ term: node.term, index: commit });
  }
  // A snapshot of what nobody has applied is RAFT-SNAPSHOT's to report.
  if (facts.applied.length < (node.base?.index ?? 0)) return;
  for (let index = facts.applied.length + 1; index <= applied; index++) {
    facts.applied.push(node.entryAt(index));
  }
}

function remember(server: ServerFacts, life: number, node: RaftView): void {
  server.life = life;
  server.role = node.role;
  server.term = node.term;
  server.commit = node.commit;
  server.applied = node.applied;
  server.configuration = node.configuration;
}
