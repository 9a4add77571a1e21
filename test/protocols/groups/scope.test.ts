import { describe, expect, it } from "vitest";
import { fileIn, type Grouped, scopedEnv, splitName } from "../../../src/protocols/groups/scope.ts";
import { FixedRandom, RecordingEnv } from "../../support/recording-env.ts";

interface Hello {
  readonly type: "hello";
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

/** A host with two groups on it, and what the first has asked to be synced. */
function twoGroups() {
  const env = new RecordingEnv<Hello & Grouped>("n1");
  const asked: string[] = [];
  const lent = { random: new FixedRandom(), sync: (token: string) => asked.push(token) };
  const [one, other] = ["g1", "g2"].map((group) => scopedEnv<Hello>(env, group, lent));
  return { env, asked, one: one!, other: other! };
}

describe("the world of one group on a host", () => {
  it("has the host's name and clocks", () => {
    const { env, one } = twoGroups();
    env.pass(7);
    env.wallOffset = 100;
    expect([one.id, one.now(), one.wallClock()]).toEqual(["n1", 7, 107]);
  });

  it("sends messages that name the group", () => {
    const { env, one } = twoGroups();
    one.send("n2", { type: "hello" });
    expect(env.takeSent()).toEqual([{ to: "n2", message: { type: "hello", group: "g1" } }]);
  });

  it("sets and cancels timers that are no other group's", () => {
    const { env, one, other } = twoGroups();
    one.setTimer("election", 5);
    other.setTimer("election", 9);
    expect([...env.timers]).toEqual([
      ["g1 election", 5],
      ["g2 election", 9],
    ]);
    one.cancelTimer("election");
    expect([...env.timers.keys()]).toEqual(["g2 election"]);
  });

  it.each([
    ["without data", undefined, { group: "g1" }],
    ["with fields", { term: 3 }, { term: 3, group: "g1" }],
    ["with a value", 3, { group: "g1", data: 3 }],
    ["with a list", [3], { group: "g1", data: [3] }],
  ])("emits events %s that name the group", (_, data, expected) => {
    const { env, one } = twoGroups();
    one.emit("elected", data);
    expect(env.emitted).toEqual([["elected", expected]]);
  });

  it("reports gauges that are no other group's", () => {
    const { env, one } = twoGroups();
    one.emit("gauge", { name: "inflight", bytes: 3 });
    expect(env.emitted).toEqual([["gauge", { name: "g1 inflight", bytes: 3 }]]);
  });

  it("names the group in an operation that is invoked, and in its outcome", () => {
    const { env, one } = twoGroups();
    one.emit("invoke", { id: "o1", operation: { op: "get" } });
    one.emit("ok", { id: "o1", result: 1 });
    expect(env.emitted).toEqual([
      ["invoke", { id: "o1", operation: { op: "get", group: "g1" } }],
      ["ok", { id: "o1", result: 1, group: "g1" }],
    ]);
  });

  it("has sites of its own", () => {
    const { env, one, other } = twoGroups();
    env.firing.add("g1 rare");
    expect([one.buggify("rare"), other.buggify("rare")]).toEqual([true, false]);
  });
});

describe("the disk of one group on a host", () => {
  it("has files that are no other group's", () => {
    const { one, other } = twoGroups();
    one.disk.append("log", bytes(1, 2));
    other.disk.append("log", bytes(3));
    expect(one.disk.read("log")).toEqual(bytes(1, 2));
    expect([one.disk.sizeOf("log"), other.disk.sizeOf("log")]).toEqual([2, 1]);
  });

  it("lists its own files, sorted, by its own names", () => {
    const { env, one, other } = twoGroups();
    for (const file of ["b", "a", "c"]) one.disk.append(file, bytes(1));
    other.disk.append("d", bytes(1));
    expect(one.disk.list()).toEqual(["a", "b", "c"]);
    expect(env.disk.list()).toEqual([...["a", "b", "c"].map((file) => fileIn("g1", file)), "g2/d"]);
  });

  it("writes, cuts, renames and removes them", () => {
    const { env, one } = twoGroups();
    one.disk.append("a", bytes(1, 2, 3, 4), 3);
    one.disk.write("a", bytes(9), 1);
    one.disk.truncate("a", 2);
    one.disk.rename("a", "b");
    expect(env.disk.read("g1/b")).toEqual(bytes(1, 9));
    one.disk.remove("b");
    expect(env.disk.list()).toEqual([]);
  });

  it("asks the host for a sync of everything, and the disk for one of a file or of names", () => {
    const { env, asked, one } = twoGroups();
    one.disk.append("a", bytes(1));
    one.disk.sync("all");
    one.disk.sync("file", "a");
    one.disk.syncDirectory("names");
    expect(asked).toEqual(["all"]);
    expect(env.disk.syncs.map(({ token }) => token)).toEqual(["g1 file", "g1 names"]);
    expect(env.disk.syncs[1]!.scope).toBe("directory");
  });
});

it("a name of no group is none", () => {
  expect(splitName("g1 append to n2")).toEqual(["g1", "append to n2"]);
  expect(splitName("groups")).toBeUndefined();
});
