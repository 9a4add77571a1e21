import { UsageError } from "./assert.ts";
import {
  checkCount,
  checkDistinct,
  checkList,
  checkOneOf,
  checkRecord,
  checkText,
} from "./check.ts";
import { checkDiskOptions, type DiskOptions } from "./disk/disk-options.ts";
import type { NodeId, Operation, Plain } from "./env.ts";
import { checkFaults, type Fault } from "./fault.ts";
import { type ClockOptions, checkClockOptions } from "./host/clock.ts";
import { type CpuOptions, checkCpuOptions } from "./host/cpu.ts";
import { PREMISES, type Premise } from "./invariant.ts";
import { checkNetworkOptions, type NetworkOptions } from "./network/network-options.ts";
import { checkOperations, type PlannedOperation } from "./simulation-options.ts";
import { faultNames } from "./targets.ts";
import type { Micros } from "./time.ts";

/** One run as data: JSON that holds all that decides it. The same plan, the same run. */
export interface Plan<Settings = Plain> {
  readonly scenario: string;
  /** Seeds the noise that the plan does not spell out: latencies, losses, election timeouts. */
  readonly seed: string;
  readonly servers: readonly NodeId[];
  readonly clients: readonly NodeId[];
  /** What the scenario has drawn for its protocol. */
  readonly settings: Settings;
  readonly network: NetworkOptions;
  readonly disk: DiskOptions;
  readonly clocks: ClockOptions;
  readonly cpu: CpuOptions;
  readonly operations: readonly PlannedOperation[];
  readonly faults: readonly Fault[];
  /** Sites of {@link Env.buggify} that are armed. */
  readonly buggify: readonly string[];
  /**
   * Servers for which every fault that is drawn has ended when the calm begins. The others may stay
   * broken for good, and the core must do without them.
   */
  readonly core: readonly NodeId[];
  readonly calm: Micros;
  /** When the run ends. */
  readonly horizon: Micros;
  /**
   * Parts that are no longer what the scenario has drawn, as when the plan was shrunk. Invariants
   * that suppose them are not judged.
   */
  readonly altered?: readonly Premise[];
}

/** Whom a plan has: its settings can name nobody else. */
export type PlanHosts = Pick<Plan, "servers" | "clients">;

/** Who is to do an operation, in a plan with settings that were checked. */
export interface OperationPlace<Settings> {
  readonly client: NodeId;
  /** All that the plan has. */
  readonly servers: readonly NodeId[];
  readonly settings: Settings;
}

/** What the check of a plan needs to know of its scenario. */
interface Expected<Settings> {
  readonly name: string;
  readonly checkSettings: (value: unknown, path: string, hosts: PlanHosts) => Settings;
  readonly checkOperation?: (
    operation: Operation,
    path: string,
    place: OperationPlace<Settings>,
  ) => unknown;
  readonly client?: unknown;
  readonly targets?: Readonly<Record<string, unknown>>;
  readonly sites?: readonly string[];
  readonly behaviours?: readonly string[];
}

/** Checks a plan from outside, all of it; throws a UsageError that names the path. */
export function checkPlan<Settings>(value: unknown, scenario: Expected<Settings>): Plan<Settings> {
  const fields = checkRecord(value, "plan", FIELDS);
  const name = checkOneOf(fields.scenario, "plan.scenario", [scenario.name]);
  const servers = checkHosts(fields.servers, "plan.servers");
  if (servers.length === 0) throw new UsageError("plan.servers: expected at least one, got none");
  const clients = checkHosts(fields.clients, "plan.clients");
  const hosts = [...servers, ...clients];
  checkDistinct(hosts, "plan.clients");
  if (clients.length > 0 && scenario.client === undefined) {
    throw new UsageError(`plan.clients: expected none, as ${name} has no client program`);
  }
  const horizon = checkCount(fields.horizon, "plan.horizon", 1);
  const calm = checkCount(fields.calm, "plan.calm", 0, horizon);
  const names = faultNames(hosts, scenario.targets ?? {}, scenario.behaviours);
  const settings = scenario.checkSettings(fields.settings, "plan.settings", { servers, clients });
  return {
    scenario: name,
    seed: checkText(fields.seed, "plan.seed"),
    servers,
    clients,
    settings,
    network: checkNetworkOptions(fields.network, "plan.network", hosts),
    disk: checkDiskOptions(fields.disk, "plan.disk", hosts),
    clocks: checkClockOptions(fields.clocks, "plan.clocks", hosts),
    cpu: checkCpuOptions(fields.cpu, "plan.cpu", hosts),
    operations: checkOperations(fields.operations, "plan.operations", {
      clients,
      horizon,
      check: (operation, path, client) =>
        scenario.checkOperation?.(operation, path, { client, servers, settings }),
    }),
    faults: checkFaults(fields.faults, "plan.faults", names, horizon),
    buggify: checkSites(fields.buggify, scenario.sites ?? []),
    core: checkCore(fields.core, servers),
    calm,
    horizon,
    ...checkAltered(fields.altered, "plan.altered"),
  };
}

/** A plan that is as it was drawn does not say so. */
function checkAltered(value: unknown, path: string): Pick<Plan, "altered"> {
  if (value === undefined) return {};
  const altered = checkList(value, path).map((part, i) =>
    checkOneOf(part, `${path}[${i}]`, PREMISES),
  );
  checkDistinct(altered, path);
  return altered.length === 0 ? {} : { altered };
}

const FIELDS = [
  ...["scenario", "seed", "servers", "clients", "settings", "network", "disk"],
  ...["clocks", "cpu"],
  ...["operations", "faults", "buggify", "core", "calm", "horizon", "altered"],
];

function checkSites(value: unknown, known: readonly string[]): readonly string[] {
  const sites = checkList(value, "plan.buggify").map((site, i) =>
    checkOneOf(site, `plan.buggify[${i}]`, known),
  );
  checkDistinct(sites, "plan.buggify");
  return sites;
}

function checkCore(value: unknown, servers: readonly NodeId[]): readonly NodeId[] {
  const core = checkList(value, "plan.core").map((id, i) =>
    checkOneOf(id, `plan.core[${i}]`, servers),
  );
  if (core.length === 0) throw new UsageError("plan.core: expected at least one server, got none");
  checkDistinct(core, "plan.core");
  return core;
}

function checkHosts(value: unknown, path: string): readonly NodeId[] {
  const hosts = checkList(value, path).map((id, i) => checkText(id, `${path}[${i}]`));
  checkDistinct(hosts, path);
  return hosts;
}
