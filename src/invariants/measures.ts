// Observers that break nothing: they put figures into the run's metrics, in virtual time.

import type { NodeId, Plain } from "../sim/env.ts";
import type { HostView, Invariant, World } from "../sim/invariant.ts";
import { inMs, type Micros, seconds } from "../sim/time.ts";
import { type LeadershipView, quorumLeader } from "./liveness.ts";
import { isInMinority } from "./no-quorum.ts";

interface Leadership {
  leader: NodeId | undefined;
  /** The last leader, also while there is none. */
  last: NodeId | undefined;
  lostAt: Micros;
  withoutLeader: Micros;
  /** By host index, what the last look at a server showed. */
  readonly seen: Pick<LeadershipView, "role" | "term" | "leader">[];
}

/**
 * Measures `timeToLeaderMs` (until the first with a majority), `leaderChanges` (to another server),
 * `electionGapMs` (each time without a leader after the first) and `withoutLeaderMs` (their sum).
 */
export function measureLeadership(): Invariant<LeadershipView> {
  const state: Leadership = {
    leader: undefined,
    last: undefined,
    lostAt: 0,
    withoutLeader: 0,
    seen: [],
  };
  const made = {
    name: "leadership",
    state,
    onStep: (world: World<LeadershipView>) => {
      if (mayHaveChanged(made.state, world)) updateLeadership(made.state, world);
      return undefined;
    },
    onEnd: ({ now, metrics }: World<LeadershipView>) => {
      const { leader, last, lostAt, withoutLeader } = made.state;
      const isWithout = leader === undefined && last !== undefined;
      metrics.gauge("withoutLeaderMs", inMs(withoutLeader + (isWithout ? now - lostAt : 0)));
      return undefined;
    },
  };
  return made;
}

function updateLeadership(state: Leadership, world: World<LeadershipView>): void {
  const { now, metrics } = world;
  const leader = quorumLeader(world)?.id;
  if (leader === state.leader) return;
  if (leader === undefined) {
    state.lostAt = now;
  } else if (state.last === undefined) {
    metrics.gauge("timeToLeaderMs", inMs(now));
  } else {
    if (state.leader === undefined) {
      metrics.observe("electionGapMs", inMs(now - state.lostAt));
      state.withoutLeader += now - state.lostAt;
    }
    if (leader !== state.last) metrics.count("leaderChanges");
  }
  state.leader = leader;
  state.last = leader ?? state.last;
}

/** Who leads can change when a server changes its mind, and when the weather does. */
function mayHaveChanged({ seen }: Leadership, world: World<LeadershipView>): boolean {
  const { server, event } = world;
  if (server?.node === undefined) return event.kind === "fault begins";
  const { role, term, leader } = server.node;
  const before = seen[server.index];
  if (before?.role === role && before.term === term && before.leader === leader) return false;
  seen[server.index] = { role, term, leader };
  return true;
}

/** What a server must show for {@link measureCommits}. */
export interface CommitView extends LeadershipView {
  readonly lastIndex: number;
}

/** What {@link newCommits} remembers: the entries of the newest leader that are not committed. */
export interface CommitTracker {
  /** By index, when the leader of `term` made the entry. */
  readonly madeAt: Map<number, Micros>;
  term: number;
  lastIndex: number;
  commit: number;
}

/** No leader has been seen yet. */
export function newCommitTracker(): CommitTracker {
  return { madeAt: new Map(), term: 0, lastIndex: 0, commit: 0 };
}

/** An entry that a leader has made in its term, and has committed in this step. */
export interface NewCommit {
  readonly index: number;
  readonly madeAt: Micros;
}

/**
 * What a leader has committed in this step of what it has made itself, by rising index; undefined
 * when it has committed nothing.
 */
export function newCommits(
  tracker: CommitTracker,
  { server, now }: World<CommitView>,
): readonly NewCommit[] | undefined {
  const node = server?.node;
  // An old leader who does not know yet commits nothing, and must not end the new one's count.
  if (node?.role !== "leader" || node.term < tracker.term) return undefined;
  if (node.term !== tracker.term) {
    tracker.madeAt.clear();
    Object.assign(tracker, { term: node.term, lastIndex: node.lastIndex, commit: node.commit });
  }
  while (tracker.lastIndex < node.lastIndex) tracker.madeAt.set(++tracker.lastIndex, now);
  if (tracker.commit === node.commit) return undefined;
  const commits: NewCommit[] = [];
  while (tracker.commit < node.commit) {
    const index = ++tracker.commit;
    const madeAt = tracker.madeAt.get(index);
    tracker.madeAt.delete(index);
    if (madeAt !== undefined) commits.push({ index, madeAt });
  }
  return commits;
}

/** The middle one of some values, of two the lower; undefined when there are none. O(n log n). */
export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}

/**
 * Measures `commitLatencyMs`: from a leader's new entry to its commit; and `followerLag`: how many
 * committed entries the server furthest behind lacks, each time a leader commits.
 */
export function measureCommits(): Invariant<CommitView> {
  const made = {
    name: "commits",
    state: newCommitTracker(),
    onStep: (world: World<CommitView>) => {
      const commits = newCommits(made.state, world);
      if (commits === undefined) return undefined;
      const { server, servers, now, metrics } = world;
      for (const { madeAt } of commits) metrics.observe("commitLatencyMs", inMs(now - madeAt));
      metrics.observe("followerLag", server!.node!.commit - Math.min(...servers.map(appliedBy)));
      return undefined;
    },
    onEnd: ({ metrics }: World<CommitView>) => {
      const middle = median(metrics.state.samples.get("commitLatencyMs") ?? []);
      if (middle !== undefined) metrics.gauge("commitLatencyMedianMs", middle);
      return undefined;
    },
  };
  return made;
}

function appliedBy({ node }: HostView<LeadershipView>): number {
  return node?.applied ?? 0;
}

/** Measures how many servers in the minority become candidates. */
export function measureMinorityElections(): Invariant<LeadershipView> {
  const made = {
    name: "minority elections",
    state: { roles: [] as string[], count: 0 },
    onStep: (world: World<LeadershipView>) => {
      const { server } = world;
      if (server?.node === undefined) return undefined;
      const { roles } = made.state;
      const { role } = server.node;
      const isNew = role === "candidate" && roles[server.index] !== "candidate";
      if (isNew && isInMinority(server, world)) made.state.count++;
      roles[server.index] = role;
      return undefined;
    },
    onEnd: ({ metrics }: World<LeadershipView>) => {
      metrics.gauge("electionsInMinority", made.state.count);
      return undefined;
    },
  };
  return made;
}

/** Measures how often a leader with a majority loses it or another takes over, from a time on. */
export function measureDisruption(from: Micros): Invariant<LeadershipView> {
  const made = {
    name: "disruption",
    state: { leader: undefined as NodeId | undefined, term: 0, count: 0 },
    onStep: (world: World<LeadershipView>) => {
      if (world.now < from) return undefined;
      const { state } = made;
      const leader = quorumLeader(world);
      const term = leader?.node?.term ?? 0;
      const isSame = leader?.id === state.leader && term === state.term;
      if (state.leader !== undefined && !isSame) state.count++;
      state.leader = leader?.id;
      state.term = term;
      return undefined;
    },
    onEnd: ({ metrics }: World<LeadershipView>) => {
      metrics.gauge("disruptions", made.state.count);
      return undefined;
    },
  };
  return made;
}

/** Measures whether at a time a majority of the servers follows a leader: 1 or 0. */
export function measureLeaderBy(name: string, at: Micros): Invariant<LeadershipView> {
  const made = {
    name,
    state: { leads: 0, isDone: false },
    onStep: (world: World<LeadershipView>) => {
      const { state } = made;
      if (state.isDone || world.now < at - seconds(1)) return undefined;
      if (world.now > at) state.isDone = true;
      else {
        const leader = quorumLeader(world);
        state.leads = leader !== undefined && !isInMinority(leader, world) ? 1 : 0;
      }
      return undefined;
    },
    onEnd: ({ metrics }: World<LeadershipView>) => {
      metrics.gauge(name, made.state.leads);
      return undefined;
    },
  };
  return made;
}

/** Measures how long acknowledged operations take, in ms; `metricOf` names the metric, if any. */
export function measureOperations(
  name: string,
  metricOf: (operation: Plain) => string | undefined,
): Invariant {
  const made = {
    name,
    state: { returned: 0 },
    onStep: ({ history, metrics }: World) => {
      const { returned } = history;
      while (made.state.returned < returned.length) {
        const { outcome, operation, invokedAt, returnedAt = 0 } = returned[made.state.returned++]!;
        const metric = outcome === "ok" ? metricOf(operation) : undefined;
        if (metric !== undefined) metrics.observe(metric, inMs(returnedAt - invokedAt));
      }
      return undefined;
    },
  };
  return made;
}
