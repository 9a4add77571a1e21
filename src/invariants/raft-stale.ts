// What comes late: messages of terms that are over, and what has been received before.

import type { Plain } from "../sim/env.ts";
import { hashPlain } from "../sim/fingerprint.ts";
import type { Invariant, World } from "../sim/invariant.ts";

/** What a server must show. */
export interface LateView {
  readonly term: number;
  readonly votedFor: string | undefined;
  readonly commit: number;
  readonly applied: number;
  readonly lastIndex: number;
  /** All that it remembers for its role: whom it follows, votes, progress of others. */
  readonly roleMemory: {
    readonly kind: string;
    /** Of a leader, what it knows of each member. */
    readonly progress?: ReadonlyMap<string, { readonly match: number }>;
  };
}

/** What a server showed after the last step that it took. */
interface Seen {
  life: number;
  term: number;
  lastIndex: number;
  /** Of all that it shows. */
  hash: number;
  /** Of a leader, what it knew each member to hold. */
  matches: Map<string, number>;
}

/**
 * A message of an older term than the receiver's changes nothing there: no vote, no role, no log,
 * no progress; nor does what a leader knows a member to hold ever fall while it leads. Measures by
 * type `stale <type>`, how many such messages have come. Source: Raft figure 2, rules for servers.
 */
export function staleChangesNothing(name: string): Invariant<LateView> {
  const made = {
    name,
    state: [] as Seen[],
    onStep: (world: World<LateView>) => {
      const { server, event, metrics } = world;
      const node = server?.node;
      if (node === undefined) return undefined;
      const before = made.state[server!.index];
      const seen = see(server!.life, node);
      made.state[server!.index] = seen;
      if (before === undefined || before.life !== seen.life) return undefined;
      const stale = event.kind === "deliver" ? staleType(event.payload, before.term) : undefined;
      if (stale !== undefined) {
        metrics.count(`stale ${stale}`);
        if (seen.hash !== before.hash) {
          return `${server!.id} in term ${before.term} is changed by an older ${stale}`;
        }
      }
      return fallen(before, seen);
    },
  };
  return made;
}

function see(life: number, node: LateView): Seen {
  const { term, votedFor, commit, applied, lastIndex, roleMemory } = node;
  // What a server shows is plain data.
  const shown = [term, votedFor, commit, applied, lastIndex, roleMemory] as unknown as Plain;
  const matches = new Map<string, number>();
  for (const [id, { match }] of roleMemory.progress ?? []) matches.set(id, match);
  return { life, term, lastIndex, hash: hashPlain(0, shown), matches };
}

/** Those of Raft's messages whose term is that of the sender. */
const OF_A_TERM: readonly unknown[] = [
  ...["vote", "voteReply", "append", "appendReply", "appendFull"],
  ...["snapshot", "snapshotReply", "timeoutNow"],
];

/** The type of a message of an earlier term; undefined for all others. */
function staleType(message: unknown, term: number): string | undefined {
  // Raft's messages have both fields.
  const { type, term: sent = term } = message as { readonly type: string; readonly term?: number };
  return sent < term && OF_A_TERM.includes(type) ? type : undefined;
}

function fallen(before: Seen, { term, matches }: Seen): string | undefined {
  if (term !== before.term) return undefined;
  for (const [id, match] of matches) {
    const known = before.matches.get(id) ?? 0;
    if (match < known) return `the match index of ${id} falls from ${known} to ${match}`;
  }
  return undefined;
}

/**
 * Measures what servers receive again: `requests received again`, by any server, and `entries
 * received again`, that their log reached to already. That nothing of it takes effect again is
 * for `acknowledged` to judge.
 */
export function measureRepeats(
  requestIn: (message: unknown) => string | undefined,
): Invariant<Pick<LateView, "lastIndex">> {
  interface State {
    readonly requests: Set<string>;
    /** By host index, the last index of its log after the last step that it took. */
    readonly lastIndexes: number[];
  }
  const made = {
    name: "repeats",
    state: { requests: new Set(), lastIndexes: [] } as State,
    onStep: ({ server, event, metrics }: World<Pick<LateView, "lastIndex">>) => {
      const { requests, lastIndexes } = made.state;
      if (server?.node === undefined) return undefined;
      const lastIndex = lastIndexes[server.index] ?? 0;
      lastIndexes[server.index] = server.node.lastIndex;
      if (event.kind !== "deliver") return undefined;
      const request = requestIn(event.payload);
      if (request !== undefined) {
        if (requests.has(request)) metrics.count("requests received again");
        requests.add(request);
      }
      const again = entriesOf(event.payload).filter(({ index }) => index <= lastIndex).length;
      if (again > 0) metrics.count("entries received again", again);
      return undefined;
    },
  };
  return made;
}

function entriesOf(message: unknown): readonly { readonly index: number }[] {
  // The field of Raft's append message.
  return (message as { readonly entries?: readonly { readonly index: number }[] }).entries ?? [];
}
