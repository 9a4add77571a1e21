// Plans whose operations change who takes part: what of them is refused before a run, and what in
// one.

import { describe, expect, it } from "vitest";
import { findScenario, type Plan, plan, run } from "../../src/index.ts";
import type { PlannedOperation } from "../../src/sim/simulation-options.ts";
import { ms, seconds } from "../../src/sim/time.ts";

/** The plan of seed 1 with one more operation of a client, before all others. */
function asking(name: string, fields: object): Plan {
  const drawn = plan(findScenario(name), "1");
  const client = drawn.operations[0]!.client;
  const asked: PlannedOperation = { at: 0, client, operation: { id: "asked", ...fields } };
  return { ...drawn, operations: [asked, ...drawn.operations] };
}

describe("a plan that changes who takes part", () => {
  const change = (id: string, kind = "addVoter") => ({ op: "change", changes: [{ kind, id }] });
  const AT = "plan.operations[0].operation";

  it.each<[string, object, string]>([
    [
      "orch-malformed-requests",
      change("nowhere"),
      `${AT}.changes[0].id: expected one of n1, n2, n3, got "nowhere"`,
    ],
    [
      "orch-malformed-requests",
      change("c1", "join"),
      `${AT}.changes[0].id: expected one of n1, n2, n3, got "c1"`,
    ],
    [
      "orch-malformed-requests",
      change("n2", "nonsense"),
      `${AT}.changes[0].kind: expected one of addVoter, addLearner, join, remove, replace`,
    ],
    [
      "orch-malformed-requests",
      { op: "change", changes: [null] },
      `${AT}.changes[0]: expected an object, got null`,
    ],
    [
      "orch-malformed-requests",
      { op: "list", server: "n9" },
      `${AT}.server: expected one of n1, n2, n3, got "n9"`,
    ],
    [
      "raft-joint-consensus",
      change("n9#00000000000000aa"),
      `${AT}.changes[0].id: expected one of n1, n2, n3, n4, n5, got "n9"`,
    ],
    [
      // The host is there, and does not serve the group.
      "raft-multi-group",
      { ...change("n5"), group: "g1" },
      `${AT}.changes[0].id: expected one of n1, n2, n3, got "n5"`,
    ],
  ])("of %s is refused with %j", (name, fields, says) => {
    expect(() => findScenario(name).check(asking(name, fields))).toThrow(says);
  });

  it("may name a member by what it has drawn on a server's host", () => {
    const drawn = asking("raft-wiped-member", change("n3#00000000000000aa", "remove"));
    expect(() => findScenario("raft-wiped-member").check(drawn)).not.toThrow();
  });
});

describe("an orchestrator that is asked for a change that is none, or leaves nobody", () => {
  const scenario = findScenario("orch-malformed-requests");
  const drawn = plan(scenario, "1");
  const CHANGES = [[], ["n1", "n2", "n3"].map((id) => ({ kind: "remove", id }))];
  // In the calm between the malformed requests, where UNCHANGED compares the state.
  const asked = CHANGES.map((changes, i): PlannedOperation => {
    const operation = { id: `change ${i}`, op: "change", changes };
    return { at: seconds(6) + i * ms(500), client: "c2", operation };
  });
  const operations = [...drawn.operations, ...asked].sort((a, b) => a.at - b.at);
  const { violation, history, trace } = run(scenario, { ...drawn, operations }, { trace: true });

  it("says why not, keeps its members and its state, and serves on", () => {
    const ends = asked.map(({ operation: { id } }) => history.entries.get(id));
    const emitted = trace.filter(({ kind }) => kind === "emit").map(({ payload }) => payload);
    // With UNCHANGED, which compares the state before and after.
    expect(violation).toBeUndefined();
    expect(ends).toMatchObject([{ result: "empty change" }, { result: "no voters" }]);
    expect(emitted).toContainEqual(expect.objectContaining({ event: "leader elected" }));
    expect(emitted).not.toContainEqual(expect.objectContaining({ event: "configuration applied" }));
  });
});
