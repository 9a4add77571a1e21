import { drawArmed } from "./buggify.ts";
import { type DiskOptions, defaultDiskOptions } from "./disk/disk-options.ts";
import type { Env, Node, NodeId, Operation } from "./env.ts";
import type { Evidence } from "./evidence.ts";
import type { FaultKind } from "./fault.ts";
import type { FaultCount } from "./faults/fault-count.ts";
import type { History, HistoryEntry, OperationWords } from "./history.ts";
import { type ClockOptions, defaultClockOptions } from "./host/clock.ts";
import { type CpuOptions, defaultCpuOptions } from "./host/cpu.ts";
import type { Conduct, Program } from "./host/program.ts";
import type { Invariant, Violation } from "./invariant.ts";
import { madeInvariants, madeNode } from "./made.ts";
import type { Metrics } from "./metrics.ts";
import { defaultSwarmOptions, drawWeather, type SwarmOptions } from "./nemeses/swarm.ts";
import { type GivenNetwork, networkOptions } from "./network/network-options.ts";
import { plainWire, type Wire } from "./network/wire.ts";
import { checkPlan, type OperationPlace, type Plan, type PlanHosts } from "./plan.ts";
import { Streams } from "./random/random.ts";
import { Simulation } from "./simulation.ts";
import type { SimulationOptions } from "./simulation-options.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Targets } from "./targets.ts";
import type { Micros } from "./time.ts";
import type { Timeline } from "./timeline.ts";
import type { TraceEntry } from "./trace.ts";

/**
 * What a scenario draws; what it leaves out is the default: no clients, quiet links, and weather.
 * Faults that it leaves out are drawn by {@link drawWeather}; it says `faults: []` to have none.
 */
export type PlanParts<Settings> = Pick<Plan, "servers" | "horizon"> &
  Partial<Omit<Plan<Settings>, "scenario" | "seed" | "network" | "disk" | "clocks" | "cpu">> & {
    readonly network?: GivenNetwork;
    readonly disk?: Partial<DiskOptions>;
    readonly clocks?: Partial<ClockOptions>;
    readonly cpu?: Partial<CpuOptions>;
  };

/** A system under test and what is demanded of it, as its author writes it. */
export interface ScenarioSpec<Message, View, Settings = undefined> {
  /** A name, or `name/variant`. */
  readonly name: string;
  /** What it is about, in one line. */
  readonly about: string;
  /** Draws the plan of a run; each stream is named for what it decides. */
  readonly plan: (streams: Streams) => PlanParts<Settings>;
  /**
   * Checks the plan's settings; throws a UsageError that names the path. Settings that name a host
   * which the plan does not have are to be refused. Default: any will do.
   */
  readonly checkSettings?: (value: unknown, path: string, hosts: PlanHosts) => Settings;
  /** Checks an operation that comes from outside, and who is to do it. Default: any will do. */
  readonly checkOperation?: (
    operation: Operation,
    path: string,
    place: OperationPlace<Settings>,
  ) => unknown;
  /** Its node; the conduct says how it is to behave while it is Byzantine. */
  readonly server: (
    env: Env<Message>,
    plan: Plan<Settings>,
    conduct: Conduct,
  ) => Node<Message> & View;
  /**
   * What an administrator has put on a server's disk before its first start, as bytes by name of
   * file. Who starts on a disk without it, as after a `wipe`, can tell. Default: nothing.
   */
  readonly files?: (server: NodeId, plan: Plan<Settings>) => ReadonlyMap<string, Uint8Array>;
  readonly client?: (env: Env<Message>, plan: Plan<Settings>, conduct: Conduct) => Node<Message>;
  /** Messages as bytes. Default: `plainWire`. */
  readonly wire?: Wire;
  /** Names by which faults mean hosts that are not known beforehand. */
  readonly targets?: Targets<View>;
  /** What the weather is drawn of, if the plan leaves it open. Default: `defaultSwarmOptions`. */
  readonly weather?: Partial<SwarmOptions>;
  /** Every site of {@link Env.buggify} in its programs; a quarter of them is armed in each plan. */
  readonly sites?: readonly string[];
  /** Every behaviour of its programs that a `byzantine` fault may name. Default: none. */
  readonly behaviours?: readonly string[];
  /**
   * New ones for each run, as they keep state. What is to be `reachable`, or to hold `sometimes`,
   * must be so in at least one run of a campaign, or the campaign has proved nothing.
   */
  readonly invariants: (plan: Plan<Settings>) => readonly Invariant<View>[];
  /**
   * An operation of the history in the words of a model, as `run --history` writes it; undefined
   * leaves it out. Default: histories are not written.
   */
  readonly words?: (entry: HistoryEntry) => OperationWords | undefined;
  /** Kinds of faults that must make no difference to its programs, as long as they are at work. */
  readonly immuneTo?: readonly FaultKind["kind"][];
  /** What must hold for a share of the runs of a campaign. */
  readonly goals?: readonly Goal[];
}

/**
 * A value of the run lies within bounds in at least `share` of the runs: a count, a gauge, how
 * often an event was emitted, or the largest of a distribution.
 */
export interface Goal {
  readonly metric: string;
  readonly atLeast?: number;
  readonly atMost?: number;
  /** In (0, 1]; judged over at least 200 runs. */
  readonly share: number;
}

/** A scenario, ready to be planned and run; its types are closed over. */
export interface Scenario {
  readonly name: string;
  readonly about: string;
  readonly immuneTo: readonly string[];
  readonly behaviours: readonly string[];
  readonly goals: readonly Goal[];
  /** Undefined when its author does not say. */
  readonly words: ScenarioSpec<never, unknown>["words"];
  plan(seed: string): Plan;
  /** Checks a plan that comes from outside; throws a UsageError that names the path. */
  check(value: unknown): Plan;
  /** The plan's simulation, at its beginning or at a snapshot. */
  simulate(plan: Plan, options?: Observation, snapshot?: Snapshot): Simulation<never>;
}

/** How closely a run is watched; this never changes what happens in it. */
export type Observation = Partial<
  Pick<SimulationOptions, "record" | "strict" | "trace" | "witness">
> & {
  /** The only invariants that are judged, by name. Default: all. */
  readonly only?: readonly string[];
};

export interface RunResult {
  readonly plan: Plan;
  readonly fingerprint: string;
  readonly steps: number;
  /** Virtual time at the end. */
  readonly endedAt: Micros;
  readonly violation: Violation | undefined;
  /** By kind of fault, `buggify <site>`, or what the network's options do: `network loss`. */
  readonly faults: ReadonlyMap<string, FaultCount>;
  readonly metrics: Metrics;
  readonly evidence: readonly Evidence[];
  readonly history: History;
  readonly trace: readonly TraceEntry[];
  readonly timeline: Timeline | undefined;
}

/** Makes a scenario of what its author writes; nothing runs yet. */
export function defineScenario<Message, View, Settings = undefined>(
  spec: ScenarioSpec<Message, View, Settings>,
): Scenario {
  return {
    name: spec.name,
    about: spec.about,
    immuneTo: spec.immuneTo ?? [],
    behaviours: spec.behaviours ?? [],
    goals: spec.goals ?? [],
    words: spec.words,
    plan: (seed) => drawPlan(spec, seed) as Plan,
    check: (value) => checkPlan(value, { ...spec, checkSettings: settingsCheck(spec) }) as Plan,
    simulate: (plan, options, snapshot) =>
      // A plan that this scenario has drawn or checked has its settings.
      simulate(spec, plan as Plan<Settings>, options, snapshot) as Simulation<never>,
  };
}

/** Draws the plan of a seed. */
export function plan(scenario: Scenario, seed: string): Plan {
  return scenario.plan(seed);
}

/** Runs a plan to its horizon, or to the first violation. */
export function run(scenario: Scenario, plan: Plan, options: Observation = {}): RunResult {
  const simulation = scenario.simulate(plan, options);
  simulation.run(plan.horizon);
  simulation.end();
  return {
    plan,
    fingerprint: simulation.fingerprint,
    steps: simulation.steps,
    endedAt: simulation.now,
    violation: simulation.violation,
    faults: simulation.faults,
    metrics: simulation.metrics,
    evidence: simulation.evidence,
    history: simulation.history,
    trace: simulation.trace,
    timeline: simulation.timeline,
  };
}

function drawPlan<Message, View, Settings>(
  spec: ScenarioSpec<Message, View, Settings>,
  seed: string,
): Plan<Settings> {
  const streams = new Streams(`${seed}/plan`);
  const { settings, ...parts } = spec.plan(streams);
  const drawn = {
    scenario: spec.name,
    seed,
    clients: [],
    operations: [],
    buggify: drawArmed(spec.sites ?? [], streams.stream("buggify")),
    ...weatherOf(spec, parts, streams),
    ...parts,
    network: networkOptions(parts.network ?? {}),
    disk: { ...defaultDiskOptions, ...parts.disk },
    clocks: { ...defaultClockOptions, ...parts.clocks },
    cpu: { ...defaultCpuOptions, ...parts.cpu },
    settings,
  };
  return checkPlan(drawn, { ...spec, checkSettings: settingsCheck(spec) });
}

/** The weather of a plan that leaves it open, and when it ends: half-way, if not said. */
function weatherOf<Settings>(
  { weather, behaviours = [] }: Pick<ScenarioSpec<never, unknown>, "weather" | "behaviours">,
  { faults, servers, clients = [], horizon, calm, network }: PlanParts<Settings>,
  streams: Streams,
): Pick<Plan, "faults" | "core" | "calm"> {
  if (faults !== undefined) return { faults, core: servers, calm: horizon };
  const field = { servers, clients, from: 0, calm: calm ?? Math.ceil(horizon / 2), horizon };
  const transport = network?.transport ?? "datagram";
  const { faults: drawn, core } = drawWeather(
    streams,
    { ...field, transport, behaviours },
    { ...defaultSwarmOptions, ...weather },
  );
  return { faults: drawn, core, calm: field.calm };
}

/** Settings that nobody checks are taken for what the scenario says they are. */
function settingsCheck<Settings>({
  checkSettings,
}: Pick<ScenarioSpec<never, unknown, Settings>, "checkSettings">) {
  return (value: unknown, path: string, hosts: PlanHosts): Settings =>
    checkSettings?.(value, path, hosts) ?? (value as Settings);
}

function simulate<Message, View, Settings>(
  spec: ScenarioSpec<Message, View, Settings>,
  plan: Plan<Settings>,
  { only, ...options }: Observation = {},
  snapshot?: Snapshot,
): Simulation<Message, View> {
  const { seed, network, disk, clocks, cpu, operations, faults, buggify, calm } = plan;
  const { client, files } = spec;
  const program: Program<Message, View> = (env, conduct) =>
    madeNode("server", spec.server(env, plan, conduct));
  const clientProgram: Program<Message> | undefined =
    client && ((env, conduct) => madeNode("client", client(env, plan, conduct)));
  return new Simulation<Message, View>(
    {
      seed,
      servers: Object.fromEntries(plan.servers.map((id) => [id, program])),
      clients: clientProgram
        ? Object.fromEntries(plan.clients.map((id) => [id, clientProgram]))
        : {},
      network,
      disk,
      files: files ? Object.fromEntries(plan.servers.map((id) => [id, files(id, plan)])) : {},
      clocks,
      cpu,
      operations,
      faults,
      buggify,
      behaviours: spec.behaviours ?? [],
      calm,
      wire: spec.wire ?? plainWire,
      targets: spec.targets ?? {},
      invariants: madeInvariants(spec.name, () => spec.invariants(plan))
        .filter(({ name }) => only === undefined || only.includes(name))
        .filter(({ supposes }) => !supposes?.some((part) => plan.altered?.includes(part))),
      ...options,
    },
    snapshot,
  );
}
