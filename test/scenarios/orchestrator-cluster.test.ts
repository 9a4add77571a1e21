import { describe, expect, it } from "vitest";
import { findScenario, plan } from "../../src/index.ts";

const scenario = findScenario("orch-bench-throughput");
const drawn = plan(scenario, "1");

/** The plan with other settings, as JSON has them. */
function withSettings(changed: object): unknown {
  return { ...drawn, settings: { ...(drawn.settings as object), ...changed } };
}

describe("a plan of an orchestrator", () => {
  it("says of clients which server they ask first, and the check keeps that", () => {
    const homeOf = { a1: "n3", c1: "n2" };
    expect(scenario.check(withSettings({ homeOf })).settings).toMatchObject({ homeOf });
  });

  it("says of each server how it batches, and the check keeps that", () => {
    const batchOf = { n1: { countMax: 1, delayMax: 0 }, n3: { countMax: 7, delayMax: 5 } };
    const batch = { countMax: 3, delayMax: 9 };
    const { settings } = scenario.check(withSettings({ batch, batchOf }));
    expect(settings).toMatchObject({ batch, batchOf });
  });

  it.each([
    [
      { batchof: {} },
      "plan.settings.batchof: unknown field, expected only raft, raftOf, client, " +
        "equalTimeoutsUntil, members, batch, batchOf, homeOf",
    ],
    [{ batchOf: [] }, "plan.settings.batchOf: expected an object, got []"],
    [{ batchOf: { n2: 4 } }, "plan.settings.batchOf.n2: expected an object, got 4"],
    [
      { batchOf: { n2: { countMax: 0, delayMax: 1 } } },
      "plan.settings.batchOf.n2.countMax: expected a whole number of at least 1, got 0",
    ],
    [
      { batchOf: { n2: { countMax: 1, delayMax: -1 } } },
      "plan.settings.batchOf.n2.delayMax: expected a whole number of at least 0, got -1",
    ],
    [
      { batchOf: { n2: { countMax: 1, delayMax: 1, size: 2 } } },
      "plan.settings.batchOf.n2.size: unknown field",
    ],
    [
      { batchOf: { n9: { countMax: 1, delayMax: 1 } } },
      "plan.settings.batchOf.n9: unknown field, expected only n1, n2, n3",
    ],
    [{ homeOf: { n1: "n1" } }, "plan.settings.homeOf.n1: unknown field, expected only a1, c1"],
    [{ homeOf: { c1: "c2" } }, 'plan.settings.homeOf.c1: expected one of n1, n2, n3, got "c2"'],
    [{ raftOf: { c1: {} } }, "plan.settings.raftOf.c1: unknown field, expected only n1, n2, n3"],
    [{ members: ["n1", "n9"] }, "plan.settings.members[1]: expected one of n1, n2, n3"],
    [{ members: [] }, "plan.settings.members: expected some, got none"],
    [{ batch: { countMax: 1 } }, "plan.settings.batch.delayMax: expected a whole number"],
  ])("is refused with %j", (changed, says) => {
    expect(() => scenario.check(withSettings(changed))).toThrow(says);
  });
});
