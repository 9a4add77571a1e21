// The public API. Everything a scenario, a protocol or an invariant of one's own needs.

export { type CampaignOptions, campaign, inThisThread } from "./campaign/campaign.ts";
export type { CampaignReport, ScenarioSource } from "./campaign/report/report.ts";
// Scenarios that come with it, and many runs of them or of your own.
export { catalogue, findScenario } from "./scenarios/catalogue.ts";
// Errors.
export { AssertionError, assert, UsageError } from "./sim/assert.ts";
// Plans and runs.
export { completePlan } from "./sim/complete-plan.ts";
// The seam: what a protocol sees.
export type { Disk, DiskError, Env, Node, NodeId, Operation, Plain } from "./sim/env.ts";
// What must hold.
export type { Best, Evidence } from "./sim/evidence.ts";
export type { Fault } from "./sim/fault.ts";
export type { Conduct } from "./sim/host/program.ts";
export type { Breach, Invariant, Verdict, Violation, World } from "./sim/invariant.ts";
// Weather that a plan draws; more in stormglass/nemeses/clocks, cuts, disk, hosts, traffic.
export { isolations, oneWayCuts, partitions } from "./sim/nemeses/cuts.ts";
export type { SwarmOptions } from "./sim/nemeses/swarm.ts";
export { all, clientStops, crashes, stops, swarm } from "./sim/nemesis.ts";
export { plainWire, type Wire } from "./sim/network/wire.ts";
export type { Plan } from "./sim/plan.ts";
// Times that vary.
export {
  constant,
  type Distribution,
  exponential,
  logNormal,
  pareto,
  quantiles,
  uniform,
} from "./sim/random/distribution.ts";
export type { Random } from "./sim/random/random.ts";
export {
  defineScenario,
  plan,
  type RunResult,
  run,
  type Scenario,
} from "./sim/scenario.ts";
// The world.
export { Simulation } from "./sim/simulation.ts";
export type { SimulationOptions } from "./sim/simulation-options.ts";
export { emits } from "./sim/temporal/emits.ts";
export { eventually, leadsTo } from "./sim/temporal/liveness.ts";
export {
  always,
  alwaysAtLeast,
  alwaysAtMost,
  never,
  unreachable,
} from "./sim/temporal/safety.ts";
export {
  reachable,
  sometimes,
  sometimesAtLeast,
  sometimesAtMost,
} from "./sim/temporal/sometimes.ts";
// Time.
export { type Micros, minutes, ms, seconds, us } from "./sim/time.ts";
export type { Timeline } from "./sim/timeline.ts";
export { formatTrace, type TraceEntry } from "./sim/trace.ts";
// Weather by hand, and messages as bytes.
export { Weather } from "./sim/weather.ts";
