import { describe, expect, it } from "vitest";
import { findScenario, type Plan, plan, run } from "../../src/index.ts";
import type { Fault } from "../../src/sim/fault.ts";

/** The violations of some seeds of a scenario, its plans changed. */
function violations(name: string, seeds: number, change: (plan: Plan) => Plan): string[] {
  const scenario = findScenario(name);
  return Array.from({ length: seeds }, (_, seed) => {
    const { violation } = run(scenario, change(plan(scenario, String(seed + 1))));
    return violation?.invariant ?? "none";
  });
}

describe("leases of a leader that is cut off", () => {
  const drifting = (ppm: number) => (drawn: Plan) => ({
    ...drawn,
    faults: drawn.faults.map((fault): Fault => {
      return fault.kind === "clockDrift" && fault.ppm < 0 ? { ...fault, ppm } : fault;
    }),
  });

  it("hold what they promise while clocks drift as much as they allow for", () => {
    expect(violations("raft-clock-skew/isolation", 1, drifting(-100_000))).toEqual(["none"]);
  });

  it("are caught at a stale read when the leader's clock is slower than that", () => {
    expect(violations("raft-clock-skew/isolation", 3, drifting(-500_000))).toEqual(
      Array(3).fill("STALE-READ"),
    );
  });

  it("break no index read, however much clocks drift", () => {
    const withoutLeases = (drawn: Plan): Plan => ({
      ...drifting(-500_000)(drawn),
      operations: drawn.operations.filter(({ operation }) => operation.read !== "lease"),
    });
    expect(violations("raft-clock-skew/isolation", 1, withoutLeases)).toEqual(["none"]);
  });
});

it("jumps of wall clocks change nothing that clients of Raft see", () => {
  const scenario = findScenario("raft-clock-skew");
  const drawn = plan(scenario, "1");
  const faults = drawn.faults.filter(({ kind }) => kind !== "clockStep");
  const [jumping, steady] = [drawn, { ...drawn, faults }].map((given) => run(scenario, given));
  expect(faults.length).toBe(drawn.faults.length - 4);
  expect([...steady!.history.entries.values()]).toEqual([...jumping!.history.entries.values()]);
});
