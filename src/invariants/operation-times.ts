// How long operations take that clients ask for one after the other: kind by kind, and whether that
// changes as time goes on.

import type { Plain } from "../sim/env.ts";
import type { HistoryEntry } from "../sim/history.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import { inMs, type Micros, seconds } from "../sim/time.ts";
import { mean, showDistribution } from "./benchmarks.ts";

/** What an operation is, as clients of any service emit it. */
interface Asked {
  readonly op: string;
  readonly read?: string;
  readonly isLocal: boolean;
}

/** How a read was answered, or that it was a write. */
function wayOf(operation: Plain): "write" | "log" | "index" | "local" {
  const { op, read, isLocal } = operation as unknown as Asked;
  if (op === "create" || op === "start") return "write";
  if (isLocal) return "local";
  return read === "index" ? "index" : "log";
}

/**
 * Measures how long each kind of operation takes that is acknowledged: `<op>Ms, <way>` and what
 * {@link showDistribution} adds, a way being `write` or that of a read. And `localIsFastest`, by
 * the means; `readsTakeNoLongerThanWrites`, those that are linearizable by an index; and
 * `listGrowsMs`, by how much a local list takes longer in the last quarter of rounds than in the
 * first. Broken when a kind has been acknowledged less often than there are rounds.
 */
export function measureKinds(name: string, rounds: number): Invariant {
  return {
    name,
    supposes: ["servers", "operations", "faults", "conditions"],
    onEnd: ({ history, metrics }: World) => {
      const spans = new Map<string, Micros[]>();
      for (const { id, operation, outcome, invokedAt, returnedAt = 0 } of history.returned) {
        if (outcome !== "ok" || !id.startsWith("r")) continue;
        const { op } = operation as unknown as Asked;
        const kind = `${op}, ${wayOf(operation)}`;
        const known = spans.get(kind) ?? [];
        spans.set(kind, [...known, returnedAt - invokedAt]);
      }
      for (const [kind, values] of spans) {
        const [op, way] = kind.split(", ") as [string, string];
        showDistribution({ metrics }, op, way, values);
      }
      const rare = KINDS.find((kind) => (spans.get(kind)?.length ?? 0) < rounds);
      if (rare !== undefined) {
        return `"${rare}" is acknowledged ${spans.get(rare)?.length ?? 0} times, not ${rounds}`;
      }
      compare(spans, metrics);
      return undefined;
    },
  };
}

const KINDS = [
  ...["create, write", "start, write", "list, index", "status, index"],
  ...["list, log", "status, log", "list, local", "status, local"],
];

function compare(spans: ReadonlyMap<string, readonly Micros[]>, metrics: World["metrics"]): void {
  const of = (kind: string): number => mean(spans.get(kind)!);
  const isLocalFastest = of("status, local") < of("status, index");
  metrics.gauge("localIsFastest", isLocalFastest ? 1 : 0);
  const isNoLonger = of("status, index") <= of("start, write");
  metrics.gauge("readsTakeNoLongerThanWrites", isNoLonger ? 1 : 0);
  const lists = spans.get("list, local")!;
  const quarter = Math.floor(lists.length / 4);
  const growth = mean(lists.slice(-quarter)) - mean(lists.slice(0, quarter));
  metrics.gauge("listGrowsMs", inMs(growth));
}

/**
 * What is acknowledged in the last slice of a load takes, in the mean, no more than so many percent
 * longer or shorter than in its first. Measures that as `driftPercent`; the load as `loadS` and
 * `opsPerS`; and how long each takes: `loadMs, all` as {@link showDistribution} does.
 */
export function driftStaysBelow(
  name: string,
  { from, slice }: { readonly from: Micros; readonly slice: Micros },
  percent: number,
): Invariant {
  return {
    name,
    supposes: ["servers", "operations", "faults", "conditions"],
    onEnd: ({ history, metrics }: World) => {
      const done = history.returned.filter(
        ({ outcome, invokedAt }) => outcome === "ok" && invokedAt >= from,
      );
      const end = done.at(-1)?.returnedAt ?? from;
      const spansOf = (entries: readonly HistoryEntry[]): Micros[] =>
        entries.map(({ invokedAt, returnedAt = 0 }) => returnedAt - invokedAt);
      const first = spansOf(done.filter(({ invokedAt }) => invokedAt < from + slice));
      const last = spansOf(done.filter(({ invokedAt }) => invokedAt >= end - slice));
      if (first.length === 0 || last.length === 0) return "nothing is acknowledged";
      showDistribution({ metrics }, "load", "all", spansOf(done));
      metrics.gauge("loadS", (end - from) / seconds(1));
      metrics.gauge("opsPerS", (done.length * seconds(1)) / (end - from));
      const drift = (100 * (mean(last) - mean(first))) / mean(first);
      metrics.gauge("driftPercent", drift);
      if (Math.abs(drift) < percent) return undefined;
      return `operations take ${drift.toFixed(1)} % more in the end than in the beginning`;
    },
  };
}
