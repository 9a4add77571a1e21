// How soon what was acknowledged is on every server.

import type { Invariant, World } from "../sim/invariant.ts";
import { percentiles } from "../sim/metrics.ts";
import { formatTime, inMs, type Micros } from "../sim/time.ts";
import type { Span } from "./liveness.ts";
import { errorOf, madeBy } from "./orchestrator-history.ts";

/**
 * What is acknowledged in a span of time is applied on every server that is up within a time.
 * Measures that as `replicationLagMs`, and its 99th percentile as `replicationLagP99Ms`.
 */
export function replicatesWithin(
  name: string,
  { from, until }: Span,
  within: Micros,
): Invariant<{ readonly applied: number }> {
  interface State {
    judged: number;
    /** Acknowledged and not yet everywhere: how far the server that said so had applied then. */
    open: { readonly id: string; readonly index: number; readonly since: Micros }[];
    readonly lags: number[];
  }
  const made = {
    name,
    supposes: ["servers", "faults", "conditions"] as const,
    state: { judged: 0, open: [], lags: [] } as State,
    onStep: ({ now, history, servers, event, metrics }: World<{ readonly applied: number }>) => {
      const { state } = made;
      while (state.judged < history.returned.length) {
        const entry = history.returned[state.judged++]!;
        const replier = servers.find(({ id }) => id === event.from)?.node;
        if (entry.outcome !== "ok" || now < from || now > until || replier === undefined) continue;
        if (madeBy(entry.operation) === undefined || errorOf(entry) !== undefined) continue;
        state.open.push({ id: entry.id, index: replier.applied, since: now });
      }
      if (state.open.length === 0) return undefined;
      const level = Math.min(...servers.map(({ node }) => node?.applied ?? Infinity));
      const left = state.open.filter(({ index }) => index > level);
      for (const { index, since } of state.open) {
        if (index > level) continue;
        state.lags.push(inMs(now - since));
        metrics.observe("replicationLagMs", inMs(now - since));
      }
      state.open = left;
      const late = left.find(({ since }) => now - since > within);
      return late && `${late.id} is not on every server ${formatTime(within)} after its answer`;
    },
    onEnd: ({ metrics }: World) => {
      const { lags } = made.state;
      if (lags.length > 0) metrics.gauge("replicationLagP99Ms", percentiles(lags).p99);
      return undefined;
    },
  };
  return made;
}

interface Batch {
  readonly size: number;
  beganAt: Micros | undefined;
  returned: number;
  answeredAt: Micros;
  /** How far the server had applied that answered last. */
  index: number;
  replicatedAt: Micros | undefined;
}

interface Batches {
  /** How much of the history has been taken in. */
  invoked: number;
  returned: number;
  readonly batches: Batch[];
}

/**
 * Measures, for each batch of operations, how long it takes in ms: `submitMs, <size>` until the
 * last is answered, `replicationMs, <size>` from then until every server has it, `totalMs, <size>`;
 * and `submitsRise`, whether larger batches take no less to submit: 1 or 0. What follows the answer
 * is the wait for a heartbeat, whatever the size. Broken when replication takes longer than
 * allowed, or never ends. Ids begin with `b<size>.`.
 */
export function batchesReplicate(
  name: string,
  sizes: readonly number[],
  within: Micros,
): Invariant<{ readonly applied: number }> {
  const made = {
    name,
    supposes: ["servers", "operations", "conditions"] as const,
    state: { invoked: 0, returned: 0, batches: sizes.map(newBatch) } as Batches,
    onStep: (world: World<{ readonly applied: number }>) => {
      const { state } = made;
      takeIn(state, world);
      const level = Math.min(...world.servers.map(({ node }) => node?.applied ?? 0));
      for (const batch of state.batches) {
        const isAnswered = batch.returned === batch.size;
        if (isAnswered && batch.index <= level) batch.replicatedAt ??= world.now;
      }
      return undefined;
    },
    onEnd: (world: World) => judge(made.state.batches, world, within),
  };
  return made;
}

function newBatch(size: number): Batch {
  const none = { beganAt: undefined, replicatedAt: undefined };
  return { ...none, size, returned: 0, answeredAt: 0, index: 0 };
}

function takeIn(
  state: Batches,
  { now, history, servers, event }: World<{ readonly applied: number }>,
): void {
  const batchOf = (id: string) => state.batches.find(({ size }) => id.startsWith(`b${size}.`));
  while (state.invoked < history.invoked.length) {
    const batch = batchOf(history.invoked[state.invoked++]!.id);
    if (batch !== undefined) batch.beganAt ??= now;
  }
  while (state.returned < history.returned.length) {
    const batch = batchOf(history.returned[state.returned++]!.id);
    if (batch === undefined) continue;
    batch.returned++;
    batch.answeredAt = now;
    batch.index = servers.find(({ id }) => id === event.from)?.node?.applied ?? 0;
  }
}

function judge(batches: readonly Batch[], { metrics }: World, within: Micros): string | undefined {
  const submits: Micros[] = [];
  for (const { size, beganAt, answeredAt, replicatedAt } of batches) {
    if (beganAt === undefined || replicatedAt === undefined) {
      return `the batch of ${size} is not on every server`;
    }
    const replication = replicatedAt - answeredAt;
    metrics.gauge(`submitMs, ${size}`, inMs(answeredAt - beganAt));
    metrics.gauge(`replicationMs, ${size}`, inMs(replication));
    metrics.gauge(`totalMs, ${size}`, inMs(replicatedAt - beganAt));
    submits.push(answeredAt - beganAt);
    if (replication > within) {
      return `the batch of ${size} takes ${formatTime(replication)} to be everywhere`;
    }
  }
  const isRising = submits.every((time, i) => i === 0 || time >= submits[i - 1]!);
  metrics.gauge("submitsRise", isRising ? 1 : 0);
  return undefined;
}

/**
 * Measures what servers do with requests that are not theirs to decide: `redirects`, how often one
 * names another, or none, to a client; and `forwards`, how often one passes a request on.
 */
export function measureRedirects(): Invariant {
  return {
    name: "redirects",
    onStep: ({ sent, metrics }: World) => {
      for (const { message } of sent) {
        // Messages of Raft, and of what runs on it.
        const { type } = message as { readonly type?: unknown };
        if (type === "redirect") metrics.count("redirects");
        if (type === "forward") metrics.count("forwards");
      }
      return undefined;
    },
    // A goal can ask for none only of what was counted.
    onEnd: ({ metrics }: World) => {
      for (const name of ["redirects", "forwards"]) metrics.count(name, 0);
      return undefined;
    },
  };
}
