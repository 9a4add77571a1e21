import { describe, expect, it } from "vitest";
import { findScenario, type Plan, plan, run } from "../../src/index.ts";

const scenario = findScenario("raft-multi-group");
const drawn = plan(scenario, "1");

/** The plan with other settings, as JSON has them. */
function withGroups(groups: unknown): unknown {
  return { ...drawn, settings: { ...(drawn.settings as object), groups } };
}

describe("a plan of several groups", () => {
  it.each([
    [[{ name: "g9", members: ["n1"] }], "plan.settings.groups[0].name: expected one of g1, g2"],
    [[{ name: "g1", members: [] }], "plan.settings.groups[0].members: expected some, got none"],
    [[{ name: "g1" }], "plan.settings.groups[0].members: expected a list, got nothing"],
    [
      [{ name: "g1", members: ["n1", "n6"] }],
      'plan.settings.groups[0].members[1]: expected one of n1, n2, n3, n4, n5, got "n6"',
    ],
    [
      [{ name: "g1", members: ["c1"] }],
      'plan.settings.groups[0].members[0]: expected one of n1, n2, n3, n4, n5, got "c1"',
    ],
    [
      [
        { name: "g1", members: ["n1"] },
        { name: "g1", members: ["n2"] },
      ],
      'plan.settings.groups: expected distinct ids, got "g1" twice',
    ],
  ])("is refused with groups %j", (groups, says) => {
    expect(() => scenario.check(withGroups(groups))).toThrow(says);
  });

  it("is refused with a misspelt setting", () => {
    const settings = { ...(drawn.settings as object), group: [] };
    expect(() => scenario.check({ ...drawn, settings })).toThrow(
      /^plan.settings.group: unknown field, expected only raft, .*members, groups$/,
    );
  });

  it("is refused with an operation of an unknown group", () => {
    const [first] = drawn.operations;
    const operation = { ...first!.operation, group: "g0" };
    expect(() => scenario.check({ ...drawn, operations: [{ ...first, operation }] })).toThrow(
      "plan.operations[0].operation.group: expected one of g1",
    );
  });
});

it("a group first stands for election when it would without the others", () => {
  const quiet = { ...drawn, faults: [], operations: [], horizon: 3_000_000, calm: 3_000_000 };
  /** When and where a server of the third group stands first. */
  const firstStand = (settings: Plan["settings"]): unknown => {
    const { trace } = run(scenario, { ...quiet, settings }, { trace: true, only: [] });
    const first = trace.find(
      ({ kind, payload }) => kind === "emit" && JSON.stringify(payload).includes('"group":"g3"'),
    );
    return first && [first.at, first.host];
  };
  // The settings of this scenario.
  const settings = drawn.settings as unknown as { readonly groups: { readonly name: string }[] };
  const alone = { ...settings, groups: settings.groups.filter(({ name }) => name === "g3") };
  const among = firstStand(drawn.settings);
  expect(among).toBeDefined();
  expect(firstStand(alone)).toEqual(among);
});
