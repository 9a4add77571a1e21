import { UsageError } from "./assert.ts";
import {
  checkCount,
  checkDistinct,
  checkList,
  checkOneOf,
  checkRecord,
  checkText,
} from "./check.ts";
import { checkDiskOptions, type DiskOptions, defaultDiskOptions } from "./disk/disk-options.ts";
import type { NodeId, Operation } from "./env.ts";
import { checkFault, checkFaults, type Fault } from "./fault.ts";
import { type ClockOptions, checkClockOptions, defaultClockOptions } from "./host/clock.ts";
import { type CpuOptions, checkCpuOptions, defaultCpuOptions } from "./host/cpu.ts";
import type { Program } from "./host/program.ts";
import type { Invariant } from "./invariant.ts";
import {
  checkNetworkOptions,
  defaultNetworkOptions,
  type GivenNetwork,
  type NetworkOptions,
  networkOptions,
} from "./network/network-options.ts";
import { plainWire, type Wire } from "./network/wire.ts";
import { faultNames, type Targets } from "./targets.ts";
import { formatTime, type Micros } from "./time.ts";
import type { Witness } from "./witness.ts";

export interface SimulationOptions<Message = unknown, View = unknown> {
  /** Seeds every random stream of the run, together with the stream's label. */
  readonly seed: string;
  /** The programs by host; they start at time 0, in this order. */
  readonly servers: Readonly<Record<NodeId, Program<Message, View>>>;
  /** More hosts, whose programs ask the servers for things; invariants do not look into them. */
  readonly clients: Readonly<Record<NodeId, Program<Message>>>;
  readonly network: NetworkOptions;
  /** Messages as bytes, for bandwidth, limits of size and damaged bytes. */
  readonly wire: Wire;
  readonly disk: DiskOptions;
  /** By host, the files on its disk before its first start, durable. A wipe takes them for good. */
  readonly files: Readonly<Record<NodeId, ReadonlyMap<string, Uint8Array>>>;
  readonly clocks: ClockOptions;
  readonly cpu: CpuOptions;
  readonly faults: readonly Fault[];
  /** Sites of {@link Env.buggify} that are armed. */
  readonly buggify: readonly string[];
  /** How programs can behave that are in league with the adversary; see {@link Conduct}. */
  readonly behaviours: readonly string[];
  /** Faults that wait for their targets have ended by then, or never begin. */
  readonly calm: Micros;
  readonly operations: readonly PlannedOperation[];
  /** Names by which faults mean hosts that are not known beforehand. */
  readonly targets: Targets<View>;
  readonly invariants: readonly Invariant<View>[];
  /**
   * Keeps every state of every node, as a Timeline. About ten times slower. `drafts`: handlers are
   * lent what they are lent in a recorded run, and nothing is kept.
   */
  readonly record: boolean | "drafts";
  /** Freezes messages when they are sent, so that who changes one is caught in the act. */
  readonly strict: boolean;
  /** Keeps a trace of all events. */
  readonly trace: boolean;
  /** Sees each thing that programs do; see {@link Witness}. */
  readonly witness: Witness | undefined;
  /** More events than this, and the run is given up as a violation. */
  readonly eventsMax: number;
}

/** An operation that falls due at a client at a certain time. */
export interface PlannedOperation {
  readonly at: Micros;
  readonly client: NodeId;
  readonly operation: Operation;
}

export const defaultSimulationOptions = {
  servers: {},
  clients: {},
  network: defaultNetworkOptions,
  wire: plainWire,
  disk: defaultDiskOptions,
  files: {},
  clocks: defaultClockOptions,
  cpu: defaultCpuOptions,
  faults: [],
  buggify: [],
  behaviours: [],
  calm: Number.MAX_SAFE_INTEGER,
  operations: [],
  targets: {},
  invariants: [],
  record: false,
  strict: false,
  trace: false,
  witness: undefined,
  eventsMax: 50_000_000,
} satisfies Omit<SimulationOptions, "seed">;

/** Options as a person writes them: what is left out, also within its parts, is the default. */
export type GivenOptions<Message, View> = Partial<
  Omit<SimulationOptions<Message, View>, "seed" | "network" | "disk" | "clocks" | "cpu">
> & {
  readonly seed: string;
  readonly network?: GivenNetwork;
  readonly disk?: Partial<DiskOptions>;
  readonly clocks?: Partial<ClockOptions>;
  readonly cpu?: Partial<CpuOptions>;
};

/** All options, with what is given in the place of the defaults. */
export function simulationOptions<Message, View>(
  given: GivenOptions<Message, View>,
): SimulationOptions<Message, View> {
  return {
    ...defaultSimulationOptions,
    ...given,
    network: networkOptions(given.network ?? {}),
    disk: { ...defaultDiskOptions, ...given.disk },
    clocks: { ...defaultClockOptions, ...given.clocks },
    cpu: { ...defaultCpuOptions, ...given.cpu },
  };
}

/**
 * Checks what in the options is data, against the hosts that there are; throws a UsageError that
 * names the path.
 */
export function checkSimulationOptions<Message, View>(
  options: SimulationOptions<Message, View>,
): void {
  const clients = Object.keys(options.clients);
  const hosts = [...Object.keys(options.servers), ...clients];
  checkText(options.seed, "seed");
  checkDistinct(hosts, "clients");
  checkNetworkOptions(options.network, "network", hosts);
  checkDiskOptions(options.disk, "disk", hosts);
  for (const id of Object.keys(options.files)) checkOneOf(id, "files", hosts);
  checkClockOptions(options.clocks, "clocks", hosts);
  checkCpuOptions(options.cpu, "cpu", hosts);
  const assertions = options.invariants.filter(({ kind }) => kind !== undefined);
  checkDistinct(
    assertions.map(({ name, kind }) => `${kind} ${name}`),
    "invariants",
  );
  const names = faultNames(hosts, options.targets, options.behaviours);
  const horizon = Number.MAX_SAFE_INTEGER;
  checkFaults(options.faults, "faults", names, horizon);
  checkOperations(options.operations, "operations", { clients, horizon });
}

/** Checks a fault that comes on top of a plan while its run goes on; throws a UsageError. */
export function checkAddedFault<Message, View>(
  fault: Fault,
  { servers, clients, targets, behaviours }: SimulationOptions<Message, View>,
  now: Micros,
): void {
  const path = `weather at ${formatTime(fault.at)}`;
  const hosts = [...Object.keys(servers), ...Object.keys(clients)];
  checkFault(fault, path, faultNames(hosts, targets, behaviours), Number.MAX_SAFE_INTEGER);
  if (fault.at >= now) return;
  throw new UsageError(`${path}: expected a time from now on, which is ${formatTime(now)}`);
}

/** What the check of operations needs to know. */
interface ExpectedOperations {
  readonly clients: readonly NodeId[];
  readonly horizon: Micros;
  readonly check?: (operation: Operation, path: string, client: NodeId) => unknown;
}

/** Checks operations from outside, all with ids of their own; throws a UsageError. */
export function checkOperations(
  value: unknown,
  path: string,
  { clients, horizon, check }: ExpectedOperations,
): readonly PlannedOperation[] {
  const operations = checkList(value, path).map((item, i): PlannedOperation => {
    const fields = checkRecord(item, `${path}[${i}]`, ["at", "client", "operation"]);
    const record = checkRecord(fields.operation, `${path}[${i}].operation`);
    checkText(record.id, `${path}[${i}].operation.id`);
    const at = checkCount(fields.at, `${path}[${i}].at`, 0, horizon);
    const client = checkOneOf(fields.client, `${path}[${i}].client`, clients);
    // The parse boundary: it came from JSON, so it is plain, and its id is a text.
    const operation = record as Operation;
    check?.(operation, `${path}[${i}].operation`, client);
    return { at, client, operation };
  });
  const ids = operations.map(({ operation }) => operation.id);
  checkDistinct(ids, path);
  return operations;
}
