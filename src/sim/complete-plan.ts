import { defaultDiskOptions } from "./disk/disk-options.ts";
import { defaultClockOptions } from "./host/clock.ts";
import { defaultCpuOptions } from "./host/cpu.ts";
import { networkOptions } from "./network/network-options.ts";
import type { Plan } from "./plan.ts";
import type { PlanParts, Scenario } from "./scenario.ts";

/** A plan as a person writes it: nothing of it is drawn. */
export type GivenPlan = PlanParts<Plan["settings"]> & Pick<Plan, "seed">;

/**
 * A plan that is written and not drawn: what is left out is the default, without faults, operations
 * and clients. Throws a UsageError that names the path of what is wrong.
 */
export function completePlan(scenario: Scenario, given: GivenPlan): Plan {
  return scenario.check({
    scenario: scenario.name,
    clients: [],
    settings: undefined,
    operations: [],
    faults: [],
    buggify: [],
    core: given.servers,
    calm: given.horizon,
    ...given,
    network: networkOptions(given.network ?? {}),
    disk: { ...defaultDiskOptions, ...given.disk },
    clocks: { ...defaultClockOptions, ...given.clocks },
    cpu: { ...defaultCpuOptions, ...given.cpu },
  });
}
