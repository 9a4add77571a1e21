import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Fault } from "../../../src/sim/fault.ts";
import { arbitraryFaults, type BusyRun, busy, CALM, HORIZON } from "../../support/busy.ts";

function finish(simulation: BusyRun): unknown {
  simulation.run(HORIZON);
  simulation.end();
  return {
    ...{ fingerprint: simulation.fingerprint, steps: simulation.steps },
    ...{ violation: simulation.violation, faults: simulation.faults },
    ...{ metrics: simulation.metrics.state, history: simulation.history.state },
    hosts: simulation.hosts.map(({ life, node, gauges, inboxCountMax }) => {
      return [life, node?.state.heard, gauges, inboxCountMax];
    }),
  };
}

/** Some of everything, overlapping. */
const all: readonly Fault[] = [
  { kind: "clockDrift", hosts: ["n1", "n2"], ppm: -300_000, at: 100, lasting: 2_500 },
  { kind: "clockDrift", hosts: ["n1"], ppm: 700_001, at: 400, lasting: 700 },
  { kind: "clockStep", hosts: ["n2"], by: -777, at: 200, lasting: 2_000 },
  { kind: "clockSlew", hosts: ["n1"], ppm: 31_415, at: 300, lasting: 2_000 },
  { kind: "pause", hosts: ["n1", "c1"], at: 500, lasting: 300 },
  { kind: "pause", hosts: ["n1"], at: 700, lasting: 300 },
  { ...{ kind: "slowCpu", hosts: ["n1", "n2"], at: 600, lasting: 1_500 }, perEvent: kindOf(25) },
  { kind: "memoryLimit", hosts: ["n2"], bytesMax: 20, at: 1_200, lasting: 900 },
  { kind: "crashPoint", hosts: ["n1"], point: "after sync", after: 2, at: 1_300, lasting: 300 },
  { kind: "crashPoint", hosts: ["n1"], point: "emit gauge", after: 1, at: 1_700, lasting: 200 },
  { kind: "byzantine", hosts: ["n1", "n2"], behaviour: "lies", at: 1_900, lasting: 400 },
  { kind: "byzantine", hosts: ["n2"], behaviour: "lies", at: 2_000, lasting: 150 },
  { kind: "wipe", hosts: ["n2"], at: 2_200, lasting: 200 },
  { kind: "crash", hosts: ["n1"], at: 2_300, lasting: 200 },
  { kind: "stop", hosts: ["c1"], at: 2_400, lasting: 200 },
];

function kindOf(max: number): Extract<Fault, { kind: "slowCpu" }>["perEvent"] {
  return { kind: "uniform", min: 1, max };
}

describe("faults of hosts and clocks together", () => {
  it("leave nothing behind, whatever the schedule", () => {
    const property = fc.property(arbitraryFaults, (faults) => {
      const simulation = busy(faults);
      simulation.run(CALM + 2_000);
      expect(simulation.violation).toBeUndefined();
      const { hosts } = simulation.snapshot();
      for (const { isUp, state } of hosts) {
        const { clock, inbox, memory, points, behaviours } = state;
        expect([isUp, state.downs, inbox.pauses, inbox.loads.size]).toEqual([true, 0, 0, 0]);
        expect([inbox.waiting.length, memory.limits.size, points.traps.size]).toEqual([0, 0, 0]);
        expect(behaviours.inForce.size).toBe(0);
        expect([clock.drifts, clock.driftPpm, clock.stepped, clock.slews.size]).toEqual([
          ...[0, 0, 0, 0],
        ]);
      }
    });
    fc.assert(property, { numRuns: 150 });
  });

  it("have the same run, recorded, watched, or strict", () => {
    const property = fc.property(arbitraryFaults, (faults) => {
      const plain = busy(faults);
      plain.run(HORIZON);
      const observed = busy(faults, { record: true, trace: true, strict: true });
      observed.run(HORIZON);
      expect(observed.fingerprint).toBe(plain.fingerprint);
      expect(observed.steps).toBe(plain.steps);
    });
    fc.assert(property, { numRuns: 20 });
  });

  it("all bite in a run of some of everything", () => {
    const simulation = busy(all);
    simulation.run(HORIZON);
    const kinds = [...simulation.faults].map(([kind, { offered, effective }]) => {
      return [kind, offered - effective];
    });
    const planned = [...new Set(all.map(({ kind }) => kind))];
    const expected = [...planned, "network loss", "network duplication"];
    expect(kinds).toEqual(expected.map((kind) => [kind, 0]));
  });

  it("go on from a snapshot in the middle of an event's work, which a pause then holds up", () => {
    const faults: readonly Fault[] = [
      { kind: "slowCpu", hosts: ["n1", "n2"], perEvent: kindOf(400), at: 100, lasting: 2_000 },
      { kind: "pause", hosts: ["n1", "n2"], at: 1_000, lasting: 500 },
    ];
    const [whole, first] = [busy(faults), busy(faults)];
    first.run(999);
    expect(first.hosts.some(({ inboxCount }) => inboxCount > 1)).toBe(true);
    expect(finish(busy(faults, {}, first.snapshot()))).toEqual(finish(whole));
  });

  it("go on from a snapshot, wherever it was taken, as if the run had never stopped", () => {
    const whole = busy(all);
    const ending = finish(whole);
    const afterSteps = (steps: number): BusyRun => {
      const simulation = busy(all);
      for (let i = 0; i < steps; i++) simulation.step(HORIZON);
      return simulation;
    };
    const property = fc.property(fc.nat(whole.steps), (steps) => {
      const snapshot = afterSteps(steps).snapshot();
      expect(finish(busy(all, {}, snapshot))).toEqual(ending);
    });
    fc.assert(property, { numRuns: 60 });
  });
});
