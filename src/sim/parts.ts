import type { Buggify } from "./buggify.ts";
import type { FaultAtlas } from "./faults/fault-atlas.ts";
import type { FaultSchedule } from "./faults/fault-schedule.ts";
import type { Fingerprint } from "./fingerprint.ts";
import type { History } from "./history.ts";
import type { Host } from "./host/host.ts";
import type { Invariant } from "./invariant.ts";
import type { Metrics } from "./metrics.ts";
import type { Network } from "./network/network.ts";
import type { StreamLinks } from "./network/stream-links.ts";
import type { Scheduler } from "./queue/scheduler.ts";
import type { Streams } from "./random/random.ts";

/** All that a simulation is made of and that changes while it runs. */
export interface Parts<Message, View> {
  steps: number;
  /** What is being played: an event kind of the scheduler, of one from an inbox its own. */
  kind: number;
  readonly scheduler: Scheduler;
  readonly streams: Streams;
  readonly hosts: readonly Host<Message, View>[];
  readonly network: Network;
  readonly streamLinks: StreamLinks;
  readonly faults: FaultSchedule;
  readonly buggify: Buggify;
  readonly atlas: FaultAtlas;
  readonly fingerprint: Fingerprint;
  readonly history: History;
  readonly metrics: Metrics;
  readonly invariants: readonly Invariant<View>[];
}
