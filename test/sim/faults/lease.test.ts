import { describe, expect, it } from "vitest";
import type { Fault, FaultKind } from "../../../src/sim/fault.ts";
import { clockDrifts, clockSlews, clockSteps } from "../../../src/sim/nemeses/clocks.ts";
import type { Nemesis, Rhythm } from "../../../src/sim/nemesis.ts";
import { Streams } from "../../../src/sim/random/random.ts";
import { ms, seconds } from "../../../src/sim/time.ts";
import { leases } from "../../support/lease.ts";

const HORIZON = seconds(20);

function violation(faults: readonly Fault[]): string | undefined {
  const simulation = leases(faults);
  simulation.run(HORIZON);
  return simulation.violation?.message;
}

const whole = { at: 0, lasting: HORIZON };

/** Of twenty schedules that a nemesis draws, how many break the lease. */
function broken(nemesis: Nemesis): number {
  const servers = ["granter", "n1", "n2"];
  const found = Array.from({ length: 20 }, (_, seed) =>
    violation(nemesis(new Streams(String(seed)), { servers, from: 0, until: HORIZON })),
  );
  return found.filter((message) => message !== undefined).length;
}

const often: Rhythm = {
  every: { min: ms(500), max: ms(3_000) },
  lasting: { min: ms(500), max: ms(3_000) },
};

describe("a lease with a margin of a tenth", () => {
  it("has one holder at a time while clocks agree", () => {
    expect(violation([])).toBeUndefined();
  });

  it.each<[string, FaultKind]>([
    ["holder is slow by a fifth", { kind: "clockDrift", hosts: ["n1"], ppm: -200_000 }],
    ["granter is fast by a fifth", { kind: "clockDrift", hosts: ["granter"], ppm: 200_000 }],
  ])("has two when its %s: timers follow the clocks of their hosts", (_who, kind) => {
    expect(violation([{ ...kind, ...whole }])).toBe("n1 and n2 hold it");
  });

  it.each<[string, FaultKind]>([
    ["slow by a twentieth", { kind: "clockDrift", hosts: ["n1"], ppm: -50_000 }],
    ["fast by a fifth", { kind: "clockDrift", hosts: ["n1"], ppm: 200_000 }],
    ["an hour ahead on the wall", { kind: "clockStep", hosts: ["n1"], by: seconds(3_600) }],
    ["losing half on the wall", { kind: "clockSlew", hosts: ["n1"], ppm: -500_000 }],
  ])("has one when its holder is %s", (_what, kind) => {
    expect(violation([{ ...kind, ...whole }])).toBeUndefined();
  });

  it("breaks under drawn drifts beyond its margin, and under no others", () => {
    expect(broken(clockDrifts(often, 400_000))).toBeGreaterThan(5);
    expect(broken(clockDrifts(often, 10_000))).toBe(0);
    expect(broken(clockSteps(often, seconds(60)))).toBe(0);
    expect(broken(clockSlews(often, 400_000))).toBe(0);
  });
});
