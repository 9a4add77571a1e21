import type { NodeId, Operation } from "./env.ts";
import type { Fault, Target } from "./fault.ts";
import type { DiskOptions, Program } from "./host.ts";
import type { Invariant, World } from "./invariant.ts";
import { defaultNetworkOptions, type NetworkOptions } from "./network.ts";
import { type Micros, ms } from "./time.ts";

export interface SimulationOptions<Message = unknown, View = unknown> {
  /** Seeds every random stream of the run, together with the stream's label. */
  readonly seed: string;
  /** The programs by host; they start at time 0, in this order. */
  readonly servers: Readonly<Record<NodeId, Program<Message, View>>>;
  /** More hosts, whose programs ask the servers for things; invariants do not look into them. */
  readonly clients: Readonly<Record<NodeId, Program<Message>>>;
  readonly network: NetworkOptions;
  readonly disk: DiskOptions;
  readonly faults: readonly Fault[];
  readonly operations: readonly PlannedOperation[];
  /** Names by which faults mean hosts that are not known beforehand. */
  readonly targets: Targets<View>;
  readonly invariants: readonly Invariant<View>[];
  /** Keeps every state of every node, as a Timeline. About ten times slower. */
  readonly record: boolean;
  /** Freezes messages when they are sent, so that who changes one is caught in the act. */
  readonly strict: boolean;
  /** Keeps a trace of all events. */
  readonly trace: boolean;
  /** More events than this, and the run is given up as a violation. */
  readonly eventsMax: number;
}

/** By name, the hosts that are meant now; nobody yet: an empty list. */
export type Targets<View> = Readonly<Record<Target, (world: World<View>) => readonly NodeId[]>>;

/** An operation that falls due at a client at a certain time. */
export interface PlannedOperation {
  readonly at: Micros;
  readonly client: NodeId;
  readonly operation: Operation;
}

export const defaultDiskOptions: DiskOptions = {
  syncLatency: { min: ms(1), max: ms(1) },
  sectorBytes: 512,
};

export const defaultSimulationOptions = {
  servers: {},
  clients: {},
  network: defaultNetworkOptions,
  disk: defaultDiskOptions,
  faults: [],
  operations: [],
  targets: {},
  invariants: [],
  record: false,
  strict: false,
  trace: false,
  eventsMax: 50_000_000,
} satisfies Omit<SimulationOptions, "seed">;
