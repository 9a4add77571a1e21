// Thesis §4.1 to §4.3: what changes lead to, and that no two majorities can miss each other.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Configuration,
  changeConfiguration,
  initialConfiguration,
  isJoint,
  isVoter,
  leaveJoint,
  membersOf,
  type NamedChange,
} from "../../../src/protocols/raft/configuration.ts";
import { isQuorum } from "../../../src/protocols/raft/quorum.ts";

const IDS = ["a", "b", "c", "d", "e", "f"];
const THREE = initialConfiguration(["a", "b", "c"]);

function change(kind: NamedChange["kind"], id: string): NamedChange {
  return { kind, id };
}

/** The configuration that some changes lead to; throws when they are refused. */
function changed(from: Configuration, ...changes: NamedChange[]): Configuration {
  const next = changeConfiguration(from, changes);
  if (typeof next === "string") throw new Error(next);
  return next;
}

describe("one voter that comes or goes", () => {
  it.each<[string, NamedChange, Partial<Configuration>]>([
    ["is added at the end", change("addVoter", "d"), { voters: ["a", "b", "c", "d"] }],
    ["is removed", change("remove", "b"), { voters: ["a", "c"] }],
    ["decides no more", change("addLearner", "a"), { voters: ["b", "c"], learners: ["a"] }],
  ])("%s, in one step", (_what, step, expected) => {
    expect(changed(THREE, step)).toEqual({ ...THREE, ...expected });
  });
});

describe("a learner", () => {
  const learning = changed(THREE, change("addLearner", "d"));
  const joining = changed(THREE, change("join", "d"));

  it("takes part without a vote", () => {
    expect(learning).toEqual({ ...THREE, learners: ["d"] });
    expect(membersOf(learning)).toEqual(["a", "b", "c", "d"]);
    expect(isVoter(learning, "d")).toBe(false);
  });

  it("may be one that is to vote as soon as it can", () => {
    expect(joining).toEqual({ ...THREE, learners: ["d"], joining: ["d"] });
    expect(changed(learning, change("join", "d"))).toEqual(joining);
    expect(changed(joining, change("addLearner", "d"))).toEqual(learning);
  });

  it("becomes a voter, and is a learner no more", () => {
    expect(changed(joining, change("addVoter", "d"))).toEqual({
      ...THREE,
      voters: ["a", "b", "c", "d"],
    });
  });

  it("is removed", () => {
    expect(changed(joining, change("remove", "d"))).toEqual(THREE);
  });
});

describe("several voters that come and go", () => {
  const swap = changed(
    THREE,
    ...["a", "b"].map((id) => change("remove", id)),
    ...["d", "e"].map((id) => change("addVoter", id)),
  );

  it("need both majorities in between", () => {
    expect(swap).toEqual({ ...THREE, voters: ["c", "d", "e"], outgoing: ["a", "b", "c"] });
    expect(membersOf(swap)).toEqual(["c", "d", "e", "a", "b"]);
  });

  it("and only the new one at the end", () => {
    expect(leaveJoint(swap)).toEqual(initialConfiguration(["c", "d", "e"]));
  });

  it("vote until the end if they are to be learners", () => {
    const demoted = changed(THREE, change("addLearner", "a"), change("addVoter", "d"));
    expect(demoted).toMatchObject({ learners: [], learnersNext: ["a"] });
    expect(isVoter(demoted, "a")).toBe(true);
    expect(leaveJoint(demoted)).toEqual({
      ...initialConfiguration(["b", "c", "d"]),
      learners: ["a"],
    });
  });

  it("are not left twice", () => {
    expect(() => leaveJoint(THREE)).toThrow("no change is under way");
  });
});

describe("a change is refused", () => {
  const joint = changed(THREE, change("remove", "a"), change("remove", "b"));

  it.each<[string, Configuration, NamedChange[]]>([
    ["change pending", joint, [change("addVoter", "d")]],
    ["unknown member", THREE, [change("remove", "d")]],
    ["no voters", initialConfiguration(["a"]), [change("remove", "a")]],
    ["no voters", initialConfiguration(["a"]), [change("addLearner", "a")]],
    ["contradiction", THREE, [change("addVoter", "d"), change("remove", "d")]],
    ["empty change", THREE, []],
    ["empty change", joint, []],
    ["no change", THREE, [change("addVoter", "a")]],
    ["no change", THREE, [change("join", "a")]],
  ])("for %s", (refusal, from, changes) => {
    expect(changeConfiguration(from, changes)).toBe(refusal);
  });
});

describe("whatever changes follow on each other", () => {
  const changes = fc.array(
    fc.record<NamedChange>({
      kind: fc.constantFrom("addVoter", "addLearner", "join", "remove"),
      id: fc.constantFrom(...IDS),
    }),
    { minLength: 1, maxLength: 4 },
  );

  /** Whether a quorum of one and a quorum of the other can have nobody in common. */
  function canMiss(one: Configuration, other: Configuration): boolean {
    return Array.from({ length: 2 ** IDS.length }, (_, mask) => mask).some((mask) => {
      const isIn = (id: string): boolean => ((mask >> IDS.indexOf(id)) & 1) === 1;
      return isQuorum(one, isIn) && isQuorum(other, (id) => !isIn(id));
    });
  }

  it("no quorum before misses one after, and members are listed once", () => {
    const property = fc.property(fc.array(changes, { maxLength: 6 }), (steps) => {
      let now = THREE;
      for (const step of steps) {
        const next = changeConfiguration(now, step);
        if (typeof next === "string") continue;
        expect(canMiss(now, next)).toBe(false);
        const last = isJoint(next) ? leaveJoint(next) : next;
        expect(canMiss(next, last)).toBe(false);
        const { voters, learners, joining } = last;
        expect(new Set([...voters, ...learners]).size).toBe(voters.length + learners.length);
        expect(joining.every((id) => learners.includes(id))).toBe(true);
        now = last;
      }
    });
    fc.assert(property, { numRuns: 2_000 });
  });

  it("the voters are those that the changes ask for", () => {
    const property = fc.property(changes, (step) => {
      const next = changeConfiguration(THREE, step);
      if (typeof next === "string") return;
      const last = isJoint(next) ? leaveJoint(next) : next;
      const voters = new Set(THREE.voters);
      for (const { kind, id } of step) {
        if (kind === "addVoter") voters.add(id);
        else if (kind !== "join") voters.delete(id);
      }
      expect(new Set(last.voters)).toEqual(voters);
    });
    fc.assert(property, { numRuns: 100_000 });
  });
});
