// What replicated servers hold: compared with each other and with what was asked for.

import type { NodeId } from "../sim/env.ts";
import type { HostView, Invariant, World } from "../sim/invariant.ts";
import { eventually } from "../sim/temporal/liveness.ts";
import { inMs } from "../sim/time.ts";
import type { Deadline } from "./liveness.ts";

/** What a server must show. */
export interface ReplicaView {
  readonly applied: number;
  readonly lastIndex: number;
  /** Its log, command by command; undefined for a blank entry. */
  entryAt(index: number): { readonly command: unknown };
  /** Of its state machine; what is equal has an equal one. May cost time, as it is not kept. */
  readonly stateHash: number;
}

/** What one server has applied of the expected commands. */
interface Progress {
  life: number;
  /** How far its log has been read. */
  applied: number;
  /** The first so many expected commands are there, in order. */
  matched: number;
  /** The first index that holds another command than the next expected one. */
  strange: number | undefined;
}

/**
 * Every server is up and has applied just these commands, in this order. `contentOf` leaves out of
 * a command what is not compared. No two commands are expected to be alike, so that one which
 * occurs again is a retry, and does not count.
 */
export function allHaveApplied<View extends ReplicaView>(
  name: string,
  deadline: Deadline,
  expected: readonly string[],
  contentOf: (command: unknown) => string,
): Invariant<View> {
  const places = new Map(expected.map((content, place) => [content, place]));
  const readOn = (progress: Progress, node: ReplicaView): void => {
    while (progress.applied < node.applied) {
      const { command } = node.entryAt(++progress.applied);
      if (command === undefined) continue;
      const place = places.get(contentOf(command)) ?? Number.POSITIVE_INFINITY;
      if (place === progress.matched) progress.matched++;
      else if (place > progress.matched) progress.strange ??= progress.applied;
    }
  };
  const isComplete = ({ index, life, node }: HostView<View>, memory: Progress[]): boolean => {
    if (node === undefined) return false;
    if (memory[index]?.life !== life) {
      memory[index] = { life, applied: 0, matched: 0, strange: undefined };
    }
    const progress = memory[index]!;
    readOn(progress, node);
    return progress.matched === expected.length && progress.strange === undefined;
  };
  return eventually<View, Progress[]>(
    name,
    ({ servers }, memory) => servers.every((server) => isComplete(server, memory)),
    {
      ...deadline,
      memory: [],
      explain: ({ servers }, memory) => {
        const server = servers.find((candidate) => !isComplete(candidate, memory));
        if (server?.node === undefined) return `${server?.id} is down`;
        const { matched, strange } = memory[server.index]!;
        const place = strange === undefined ? "" : `, and another one at index ${strange}`;
        return `${server.id} has applied ${matched} of ${expected.length}${place}`;
      },
    },
  );
}

/** Servers that have applied equally far hold equal states. Judged at the end of a run. */
export function equalStates(name: string): Invariant<ReplicaView> {
  return {
    name,
    onEnd: ({ servers }: World<ReplicaView>) => {
      const first = new Map<number, { readonly id: string; readonly hash: number }>();
      for (const { id, node } of servers) {
        if (node === undefined) continue;
        const hash = node.stateHash;
        const other = first.get(node.applied);
        if (other === undefined) first.set(node.applied, { id, hash });
        else if (other.hash !== hash) {
          return `${other.id} and ${id} have applied ${node.applied} entries and differ`;
        }
      }
      return undefined;
    },
  };
}

/** All servers are up and have applied all that is committed. Measures `caughtUpAfterMs`. */
export function everyoneCatchesUp(
  name: string,
  deadline: Required<Pick<Deadline, "from" | "by">>,
): Invariant<ReplicaView & { readonly commit: number }> {
  return eventually(
    name,
    ({ servers, now, metrics }) => {
      const commit = Math.max(...servers.map(({ node }) => node?.commit ?? 0));
      const isLevel = servers.every(({ node }) => node !== undefined && node.applied >= commit);
      // What was so at the beginning may be so since an event before it.
      if (isLevel) metrics.gauge("caughtUpAfterMs", inMs(Math.max(0, now - deadline.from)));
      return isLevel;
    },
    {
      ...deadline,
      explain: ({ servers }) =>
        servers.map(({ id, node }) => `${id} has applied ${node?.applied ?? "nothing"}`).join(", "),
    },
  );
}

/** What a server must show for {@link measureResends}. */
export interface SentEntriesView {
  readonly role: string;
  readonly lastIndex: number;
}

/**
 * Measures, for the first server that restarts, `entriesMissing`: how many the leader's log had
 * then that its own had not; and `entriesSentInVain`: how many of the leader's entries of that
 * moment were sent there beyond those.
 */
export function measureResends(): Invariant<SentEntriesView> {
  interface State {
    host: NodeId | undefined;
    /** Last indexes of its log and of the leader's when it came up again. */
    had: number;
    target: number;
    sent: number;
  }
  const made = {
    name: "resends",
    state: { host: undefined, had: 0, target: 0, sent: 0 } as State,
    onStep: ({ server, servers, sent, event }: World<SentEntriesView>) => {
      const { state } = made;
      if (state.host === undefined && event.kind === "start" && server && server.life > 1) {
        state.host = server.id;
        state.had = server.node?.lastIndex ?? 0;
        state.target = servers.find(({ node }) => node?.role === "leader")?.node?.lastIndex ?? 0;
      }
      for (const { to, message } of sent) {
        if (to === state.host) state.sent += entriesUpTo(state.target, message);
      }
      return undefined;
    },
    onEnd: ({ metrics }: World) => {
      const { host, had, target, sent } = made.state;
      if (host === undefined) return undefined;
      const missing = Math.max(0, target - had);
      metrics.gauge("entriesMissing", missing);
      metrics.gauge("entriesSentInVain", sent - missing);
      return undefined;
    },
  };
  return made;
}

/** How many entries with an index of at most `target` an append carries. */
function entriesUpTo(target: number, message: unknown): number {
  if (typeof message !== "object" || message === null || !("entries" in message)) return 0;
  // The field of Raft's append message.
  const entries = message.entries as readonly { readonly index: number }[];
  return entries.filter(({ index }) => index <= target).length;
}
