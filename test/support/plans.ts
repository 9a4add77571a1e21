import fc from "fast-check";
import { catalogue, findScenario, type Plan, plan } from "../../src/index.ts";
import { uniform } from "../../src/sim/random/distribution.ts";

/** The longest run that a property may draw: the catalogue's lengthiest scenarios are left out. */
const OPERATIONS_MAX = 1_000;

/**
 * Plans of the catalogue's scenarios with parts taken away and the weather changed: still plans, as
 * every subset of faults and operations is one; their liveness is not at stake.
 */
export const arbitraryPlan: fc.Arbitrary<Plan> = fc
  .record({
    name: fc.constantFrom(...catalogue.map(({ name }) => name)),
    seed: fc.integer({ min: 1, max: 1_000_000 }),
    keptFaults: fc.infiniteStream(fc.boolean()),
    keptOperations: fc.infiniteStream(fc.boolean()),
    latencyMax: fc.integer({ min: 1_000, max: 60_000 }),
    loss: fc.constantFrom(0, 0.01, 0.2),
    duplication: fc.constantFrom(0, 0.1),
  })
  .map(({ name, seed, keptFaults, keptOperations, latencyMax, loss, duplication }) => {
    const drawn = plan(findScenario(name), String(seed));
    return {
      ...drawn,
      faults: drawn.faults.filter(() => keptFaults.next().value),
      operations: drawn.operations
        .slice(0, OPERATIONS_MAX)
        .filter(() => keptOperations.next().value),
      network: { ...drawn.network, latency: uniform(1_000, latencyMax), loss, duplication },
    };
  });
