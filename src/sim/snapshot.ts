import type { BuggifyState } from "./buggify.ts";
import type { FaultAtlasState } from "./faults/fault-atlas.ts";
import type { FaultScheduleState } from "./faults/fault-schedule.ts";
import type { HistoryState } from "./history.ts";
import type { Host, HostState } from "./host/host.ts";
import type { Violation } from "./invariant.ts";
import type { MetricsState } from "./metrics.ts";
import type { CutTableState } from "./network/cut-table.ts";
import type { NetworkState } from "./network/network.ts";
import type { StreamLinksState } from "./network/stream-sender.ts";
import type { Parts } from "./parts.ts";
import type { SchedulerSnapshot } from "./queue/scheduler.ts";
import type { RandomPosition } from "./random/random.ts";

/** A whole simulation as plain data; it shares nothing with the run that it was taken from. */
export interface Snapshot {
  readonly steps: number;
  readonly scheduler: SchedulerSnapshot;
  readonly hosts: readonly {
    readonly state: HostState;
    readonly memory: unknown;
    readonly isUp: boolean;
    readonly disk: Host["disk"]["state"];
  }[];
  readonly network: NetworkState;
  readonly cuts: CutTableState;
  readonly streamLinks: StreamLinksState;
  readonly faults: FaultScheduleState;
  readonly buggify: BuggifyState;
  readonly atlas: FaultAtlasState;
  readonly streams: ReadonlyMap<string, RandomPosition>;
  readonly fingerprint: readonly [number, number];
  readonly history: HistoryState;
  readonly metrics: MetricsState;
  readonly invariants: readonly unknown[];
  /** What went wrong already: nothing happens after it. */
  readonly violation: Violation | undefined;
}

/** A copy of everything that changes while a simulation runs. */
export function takeSnapshot<Message, View>(
  parts: Parts<Message, View>,
  violation: Violation | undefined,
): Snapshot {
  // One clone for all: what nodes, messages and invariants share stays shared.
  return structuredClone({
    steps: parts.steps,
    scheduler: parts.scheduler.snapshot(),
    hosts: parts.hosts.map(({ state, node, disk }) => ({
      state,
      memory: node?.state,
      isUp: node !== undefined,
      disk: disk.state,
    })),
    network: parts.network.state,
    cuts: parts.network.cuts.state,
    streamLinks: parts.streamLinks.state,
    faults: parts.faults.state,
    buggify: parts.buggify.state,
    atlas: parts.atlas.state,
    streams: parts.streams.positions(),
    fingerprint: parts.fingerprint.lanes,
    history: parts.history.state,
    metrics: parts.metrics.state,
    invariants: parts.invariants.map(({ state }) => state),
    violation,
  });
}

/** Puts a snapshot into the parts of a new simulation. It can be used again. */
export function restoreSnapshot<Message, View>(
  parts: Parts<Message, View>,
  snapshot: Snapshot,
): void {
  const copy = structuredClone(snapshot);
  parts.steps = copy.steps;
  const slots = parts.scheduler.restore(copy.scheduler);
  parts.streams.restore(copy.streams);
  for (const held of [...copy.network.held.values()].flat()) held.slot = slots.get(held.slot)!;
  parts.network.restore(copy.network);
  parts.network.cuts.state = copy.cuts;
  for (const cut of copy.cuts.cuts.values()) {
    if (cut.slot !== undefined) cut.slot = slots.get(cut.slot)!;
  }
  parts.streamLinks.restore(copy.streamLinks);
  parts.faults.state = copy.faults;
  parts.buggify.state = copy.buggify;
  parts.atlas.state = copy.atlas;
  parts.fingerprint.restore(copy.fingerprint);
  Object.assign(parts.history.state, copy.history);
  Object.assign(parts.metrics.state, copy.metrics);
  parts.invariants.forEach((invariant, i) => {
    invariant.state = copy.invariants[i];
  });
  parts.hosts.forEach((host, i) => {
    const { state, disk, ...node } = copy.hosts[i]!;
    Object.assign(host.disk.state, disk);
    host.restore(state, slots, node);
  });
}
