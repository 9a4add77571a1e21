import { expect, it } from "vitest";
import { findScenario, plan, run } from "../../src/index.ts";

it("a store never asks for the time of day, so that no clock that is set wrong bites", () => {
  const scenario = findScenario("raft-random-failures-property/streams");
  const { faults, violation } = run(scenario, plan(scenario, "6"));
  expect(violation).toBeUndefined();
  for (const kind of ["clockStep", "clockSlew"]) {
    expect(faults.get(kind)?.injected).toBeGreaterThan(0);
    expect(faults.get(kind)?.effective).toBe(0);
  }
});
