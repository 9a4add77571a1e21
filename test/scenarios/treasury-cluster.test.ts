import { describe, expect, it } from "vitest";
import { findScenario, plan } from "../../src/index.ts";

const scenario = findScenario("tb-treasury-failover");
const drawn = plan(scenario, "1");

/** The plan with other settings, as JSON has them. */
function withSettings(changed: object): unknown {
  return { ...drawn, settings: { ...(drawn.settings as object), ...changed } };
}

/** The plan with another operation, of an executor if nobody else is named. */
function withOperation(operation: object, client = "e1"): unknown {
  return { ...drawn, operations: [{ at: 0, client, operation: { id: "o", ...operation } }] };
}

const EXECUTOR = { identity: "one", isStandby: false };
const LEASE = { ttl: 60, poll: 10, margin: 1 };

describe("a plan of a treasury", () => {
  it("says who executes, of what lease, how much at a time, and what there is", () => {
    const settings = { executors: { e2: EXECUTOR }, lease: LEASE, batchMax: 7, funds: 0 };
    expect(scenario.check(withSettings(settings)).settings).toMatchObject(settings);
  });

  it("may give two executors one name: the table of leases refuses the second", () => {
    const executors = { e1: EXECUTOR, e2: EXECUTOR };
    expect(scenario.check(withSettings({ executors })).settings).toMatchObject({ executors });
  });

  it.each([
    [{ fund: 7 }, /^plan.settings.fund: unknown field, expected only raft, .*batchMax, funds$/],
    [{ executors: [] }, "plan.settings.executors: expected an object, got []"],
    [{ executors: { n1: EXECUTOR } }, "plan.settings.executors.n1: unknown field, expected only"],
    [
      { executors: { e1: { identity: "", isStandby: false } } },
      "plan.settings.executors.e1.identity: expected a",
    ],
    [
      { executors: { e1: { identity: "one", isStandby: 1 } } },
      "plan.settings.executors.e1.isStandby: expected true or false, got 1",
    ],
    [
      { lease: { ...LEASE, ttl: 10 } },
      "plan.settings.lease.ttl: expected more than the poll of 0.01 ms, got 0.01 ms",
    ],
    [
      { lease: { ...LEASE, margin: 60 } },
      "plan.settings.lease.margin: expected less than the ttl of 0.06 ms, got 0.06 ms",
    ],
    [{ batchMax: 0 }, "plan.settings.batchMax: expected a whole number"],
    [{ batchMax: 1_001 }, "plan.settings.batchMax: expected a whole number"],
    [{ funds: -1 }, "plan.settings.funds: expected a whole number"],
  ])("is refused with %j", (changed, says) => {
    expect(() => scenario.check(withSettings(changed))).toThrow(says);
  });

  it.each([{ op: "stop" }, { op: "start" }])("tells an executor to %j", (told) => {
    expect(() => scenario.check(withOperation(told))).not.toThrow();
  });

  it.each([
    ["e1", { op: "stop", by: "c1" }, "operation.by: unknown field, expected only id, op"],
    ["e1", { op: "disburse", disbursement: "d" }, "operation.disbursement: unknown field"],
    ["e1", { op: "halt" }, "operation.op: expected one of stop, start"],
    ["c1", { op: "stop" }, "operation.op: expected one of acquire, renew"],
    ["c1", { op: "disburse", disbursement: "d", to: "p", amount: -1 }, "amount: expected a whole"],
  ])("has for %s no operation %j", (client, operation, says) => {
    expect(() => scenario.check(withOperation(operation, client))).toThrow(says);
  });

  it("has no operation for a collector", () => {
    const watched = findScenario("tb-monitoring-health/executors");
    const operations = [{ at: 0, client: "m1", operation: { id: "o", op: "summary" } }];
    expect(() => watched.check({ ...plan(watched, "1"), operations })).toThrow(
      "plan.operations[0].operation: expected none for m1, which is a collector",
    );
  });
});
