import type { Call } from "./call.ts";
import { contentOf } from "./models/values.ts";
import { type Accesses, accessesOf, type UnjudgedRead } from "./sessions/accesses.ts";
import { demandsOf, type Rule } from "./sessions/demands.ts";
import type { Edge } from "./sessions/key-graph.ts";

export type { UnjudgedRead } from "./sessions/accesses.ts";

/** What a client that talks to several replicas may count on. */
export type SessionGuarantee = (typeof GUARANTEES)[number];

const GUARANTEES = [
  "read-your-writes",
  "monotonic-reads",
  "monotonic-writes",
  "writes-follow-reads",
] as const;

/** The judgement of a history. */
export interface SessionReport {
  /** `illegal` if one of the guarantees is, or else `unknown` if one is. */
  readonly verdict: SessionVerdict;
  /** How many reads and writes were judged, of a cas both. */
  readonly operations: number;
  readonly guarantees: Readonly<Record<SessionGuarantee, GuaranteeReport>>;
  /** Reads of which it cannot be told which write they saw. They were left out. */
  readonly unjudged: readonly UnjudgedRead[];
}

/** `unknown`: what was judged is in order, but there were reads that could not be. */
export type SessionVerdict = "ok" | "illegal" | "unknown";

export interface GuaranteeReport {
  readonly verdict: SessionVerdict;
  /** One for each set of writes of a key that cannot be put in an order, at least. */
  readonly violations: readonly SessionViolation[];
}

/** Why no order of the writes of a key gives the guarantee. */
export interface SessionViolation {
  readonly guarantee: SessionGuarantee;
  readonly key: string;
  /** Who saw it. */
  readonly client: string;
  /** The calls that are at odds, in order of invocation. */
  readonly calls: readonly Call[];
  /** `monotonic-reads: c2 read 2 of x, then c2 read 1 of x, yet c1 wrote 1 before 2`. */
  readonly sentence: string;
}

/** Terry et al. 1994, §3: each is about reads or writes before reads or writes. */
const RULES: Readonly<Record<SessionGuarantee, Rule>> = {
  "read-your-writes": { collected: "write", next: "read" },
  "monotonic-reads": { collected: "read", next: "read" },
  "monotonic-writes": { collected: "write", next: "write" },
  "writes-follow-reads": { collected: "read", next: "write" },
};

/**
 * Judges the four session guarantees (Terry et al. 1994, Session guarantees for weakly consistent
 * replicated data) on a history of registers by key: `read` or `get`, `write` or `put`, `delete`,
 * and `cas` with `[expected, new]`, which if it succeeded is a read and a write. A session is all
 * that one client did.
 *
 * Every replica applies the writes of a key in one order. It is the one that the system names, if
 * every acknowledged write of the key has an `order`, and no two have the same; else it is not
 * known, but that it holds each client's own writes as it made them, as any order does that
 * sequential consistency allows. The beginning, when there is nothing, is before all. A read shows
 * that its replica has the write it saw and those of the key before it, and none after it. A
 * guarantee is broken if no such order of the writes of a key allows that, in every session,
 * - read-your-writes: a read sees no write older than one that the client has made;
 * - monotonic-reads: a read sees no write older than one that the client has seen;
 * - monotonic-writes: a write comes after those that its client made before it; and whoever has
 *   seen it sees from then on, of any key, none older than those;
 * - writes-follow-reads: a write comes after those that its client had seen before it; and whoever
 *   has seen it sees from then on, of any key, none older than those.
 * A write is made once it has been acknowledged; one with `info` may come any time after what its
 * client did before, if it is seen at all.
 *
 * Values have to tell which write was seen: a read whose value several writes have is left out,
 * unless its `order` is that of one of them, and so is a read of what nobody wrote. Linear in the
 * number of calls, times that of clients; more to explain a violation.
 */
export function checkSessions(calls: readonly Call[]): SessionReport {
  const accesses = accessesOf(calls);
  const judged = (guarantee: SessionGuarantee): [SessionGuarantee, GuaranteeReport] => [
    guarantee,
    judge(guarantee, accesses),
  ];
  // Of each name there is a pair.
  const guarantees = Object.fromEntries(GUARANTEES.map(judged)) as Record<
    SessionGuarantee,
    GuaranteeReport
  >;
  const verdicts = GUARANTEES.map((guarantee) => guarantees[guarantee].verdict);
  const worst = verdicts.includes("unknown") ? "unknown" : "ok";
  return {
    verdict: verdicts.includes("illegal") ? "illegal" : worst,
    operations: accesses.sessions.reduce((sum, session) => sum + session.length, 0),
    guarantees,
    unjudged: accesses.unjudged,
  };
}

function judge(guarantee: SessionGuarantee, accesses: Accesses): GuaranteeReport {
  const violations: SessionViolation[] = [];
  for (const [key, graph] of demandsOf(accesses, RULES[guarantee])) {
    for (const cycle of graph.cycles()) {
      violations.push(violationOf(guarantee, key, cycle, graph.isHinted));
    }
  }
  const rest = accesses.unjudged.length > 0 ? "unknown" : "ok";
  return { verdict: violations.length > 0 ? "illegal" : rest, violations };
}

function violationOf(
  guarantee: SessionGuarantee,
  key: string,
  cycle: readonly Edge[],
  isHinted: boolean,
): SessionViolation {
  // A demand begins where a collection has its member: the end of the cycle, round the corner.
  const start = cycle.findLastIndex(({ kind }) => kind === "member");
  const edges = [...cycle.slice(start), ...cycle.slice(0, start)];
  const clauses: string[] = [];
  let story: Call[] = [];
  for (const { kind, calls } of edges) {
    if (kind === "given") {
      clauses.push(givenInWords(calls, isHinted));
      continue;
    }
    story.push(...calls);
    if (kind !== "demand") continue;
    clauses.push(story.map(callInWords).join(", then "));
    story = [];
  }
  const [first, ...others] = clauses;
  const demand = cycle[0]!;
  const distinct = new Set(edges.flatMap(({ calls }) => calls));
  return {
    guarantee,
    key,
    client: demand.calls.at(-1)!.client,
    calls: [...distinct].sort((a, b) => a.invoked - b.invoked),
    sentence: `${guarantee}: ${first}, yet ${others.join(" and ")}`,
  };
}

function callInWords({ client, f, key, value, result }: Call): string {
  const [of, to] = key === undefined ? ["", ""] : [` of ${key}`, ` to ${key}`];
  if (f === "read" || f === "get") return `${client} read ${valueInWords(result)}${of}`;
  if (f === "delete") return `${client} deleted${key === undefined ? "" : ` ${key}`}`;
  if (f === "cas") return `${client} made a cas ${contentOf(value)}${of}`;
  return `${client} wrote ${valueInWords(value)}${to}`;
}

function givenInWords(calls: readonly Call[], isHinted: boolean): string {
  const [before, after] = calls;
  if (after === undefined) return `${callInWords(before!)} after the beginning`;
  if (!isHinted) return `${callInWords(before!)} before ${callInWords(after)}`;
  const orders = `is order ${before!.order}, before ${after.order}`;
  return `${callInWords(before!)}, which ${orders}: ${callInWords(after)}`;
}

function valueInWords(value: Call["value"]): string {
  const text = contentOf(value);
  return text === "null" ? "nothing" : text;
}
