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
});

describe("the naive version, which looks at each server by itself,", () => {
  const SERVERS = [...IDS, "d#00000000000000aa"];
  const ROLES = ["voter", "learner", "joining", "nobody"] as const;
  type Role = (typeof ROLES)[number];
  type Roles = ReadonlyMap<string, Role>;

  /** What a change makes of a server that was something else before, or the same. */
  function roleAfter(kind: NamedChange["kind"], before: Role): Role {
    if (kind === "addVoter") return "voter";
    if (kind === "addLearner") return "learner";
    if (kind === "remove") return "nobody";
    return before === "voter" ? "voter" : "joining";
  }

  /** Of all servers, those of a role, in any order. */
  function having(roles: Roles, ...wanted: readonly Role[]): string[] {
    return SERVERS.filter((id) => wanted.includes(roles.get(id)!));
  }

  /** The configuration in which each server has its role, and which no change has left half-way. */
  function asOf(roles: Roles): Configuration {
    return {
      ...initialConfiguration(having(roles, "voter")),
      learners: having(roles, "learner", "joining"),
      joining: having(roles, "joining"),
    };
  }

  /** Whether two servers with a role are on one host: `d` is the host of `d#…`, too. */
  function sharesHost(roles: Roles): boolean {
    const members = having(roles, "voter", "learner", "joining");
    return members.filter((id) => id.split("#")[0] === "d").length > 1;
  }

  /** The rules one after the other, as their texts have them. */
  function naive(before: Roles, isUnderWay: boolean, changes: readonly NamedChange[]) {
    if (changes.length === 0) return "empty change";
    if (isUnderWay) return "change pending";
    const isTwice = SERVERS.some((id) => changes.filter((one) => one.id === id).length > 1);
    if (isTwice) return "contradiction";
    const isOfNobody = (one: NamedChange): boolean =>
      one.kind === "remove" && before.get(one.id) === "nobody";
    if (changes.some(isOfNobody)) return "unknown member";
    const after = new Map(before);
    for (const { kind, id } of changes) after.set(id, roleAfter(kind, before.get(id)!));
    const [was, is] = [having(before, "voter"), having(after, "voter")];
    if (is.length === 0) return "no voters";
    if (sharesHost(after)) return "contradiction";
    if (SERVERS.every((id) => before.get(id) === after.get(id))) return "no change";
    const moved = SERVERS.filter((id) => was.includes(id) !== is.includes(id));
    const end = asOf(after);
    if (moved.length < 2) return end;
    // Who voted votes until the end, and is a learner no sooner.
    const isOld = (id: string): boolean => was.includes(id);
    const learners = end.learners.filter((id) => !isOld(id));
    return { ...end, learners, outgoing: was, learnersNext: end.learners.filter(isOld) };
  }

  /** The same with each list in order: who stands where in it means nothing. */
  function sorted(result: ReturnType<typeof changeConfiguration>) {
    if (typeof result === "string") return result;
    const { voters, outgoing, learners, learnersNext, joining } = result;
    const lists = [voters, outgoing, learners, learnersNext, joining];
    return lists.map((ids) => [...ids].sort().join()).join("|");
  }

  /** The configuration with each list in an order of its own. */
  function shuffled(configuration: Configuration, order: readonly string[]): Configuration {
    const inOrder = (ids: readonly string[]) => order.filter((id) => ids.includes(id));
    const { voters, outgoing, learners, learnersNext, joining } = configuration;
    return {
      ...{ voters: inOrder(voters), outgoing: inOrder(outgoing), joining: inOrder(joining) },
      ...{ learners: inOrder(learners), learnersNext: inOrder(learnersNext) },
    };
  }

  /** Who is what: on each host one server at most, and somebody votes. */
  const starts = fc
    .tuple(...SERVERS.map(() => fc.constantFrom<Role>("nobody", "voter", ...ROLES)))
    .map((drawn): Roles => new Map(SERVERS.map((id, i) => [id, drawn[i]!])))
    .filter((roles) => having(roles, "voter").length > 0 && !sharesHost(roles));
  const step = fc.record<NamedChange>({
    kind: fc.constantFrom("addVoter", "addLearner", "join", "remove"),
    id: fc.constantFrom(...SERVERS),
  });
  const steps = fc.oneof(
    { weight: 1, arbitrary: fc.array(step, { maxLength: 4 }) },
    { weight: 4, arbitrary: fc.uniqueArray(step, { selector: ({ id }) => id, maxLength: 5 }) },
  );
  const orders = fc.shuffledSubarray(SERVERS, { minLength: SERVERS.length });

  it("says the same of any change of any configuration", () => {
    const seen = new Map<string, number>();
    const property = fc.property(
      starts,
      steps,
      orders,
      fc.nat(9),
      (roles, changes, order, draw) => {
        const start = shuffled(asOf(roles), order);
        // One in ten changes comes while another is under way.
        const isUnderWay = draw === 0;
        const from = isUnderWay ? { ...start, outgoing: start.voters } : start;
        const result = changeConfiguration(from, changes);
        const kind = typeof result === "string" ? result : isJoint(result) ? "joint" : "at once";
        seen.set(kind, (seen.get(kind) ?? 0) + 1);
        return sorted(result) === sorted(naive(roles, isUnderWay, changes));
      },
    );
    fc.assert(property, { numRuns: 100_000 });
    const KINDS = ["at once", "change pending", "contradiction", "empty change", "joint"];
    expect([...seen.keys()].sort()).toEqual([...KINDS, "no change", "no voters", "unknown member"]);
    // Else some branch was hardly compared.
    expect(Math.min(...seen.values())).toBeGreaterThan(500);
  });
});
