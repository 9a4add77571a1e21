import { describe, expect, it } from "vitest";
import { Group, type GroupsView, inEachGroup, ofGroup } from "../../src/invariants/group-world.ts";
import {
  type GroupMemberView,
  groupsAreApart,
  measureGroups,
} from "../../src/invariants/groups.ts";
import type { Invariant, World } from "../../src/sim/invariant.ts";
import { eventually } from "../../src/sim/temporal/liveness.ts";
import { seconds } from "../../src/sim/time.ts";
import { type HandMadeEvent, HandMadeWorld } from "../support/hand-made-world.ts";

type Member = { -readonly [Field in keyof GroupMemberView]: GroupMemberView[Field] };
type Hosts = GroupsView<Member>;

const fileOf = (file: string): string => file;
const g1 = new Group<Member>({ name: "g1", members: ["n1", "n2", "n3"], fileOf });
const g2 = new Group<Member>({ name: "g2", members: ["n2", "n3", "n4"], fileOf });

function member(): Member {
  const blank = { role: "follower", term: 0, leader: undefined, commit: 0, applied: 0 };
  return { ...blank, lastIndex: 0 };
}

/** `n1` to `n4`, of which the outer ones serve one group. */
function hostsUnder(invariants: readonly Invariant<Hosts>[]): HandMadeWorld<Hosts> {
  const serve = (...names: string[]): Hosts => ({
    groups: new Map(names.map((name) => [name, member()])),
  });
  const nodes = { n1: serve("g1"), n2: serve("g1", "g2"), n3: serve("g1", "g2"), n4: serve("g2") };
  return new HandMadeWorld(invariants, nodes);
}

function memberOf(world: HandMadeWorld<Hosts>, id: string, group: string): Member {
  return world.node(id).groups.get(group)!;
}

function elect(world: HandMadeWorld<Hosts>, group: string, id: string, follower: string): void {
  Object.assign(memberOf(world, id, group), { role: "leader", term: 1, leader: id });
  Object.assign(memberOf(world, follower, group), { term: 1, leader: id });
}

describe("an invariant of one group", () => {
  /** Says what it sees. */
  const witness = (name: string): Invariant<Member> => ({
    name,
    onStep: ({ servers, server, sent, emitted, fallen }: World<Member>) => {
      const ids = servers.map(({ id, node }) => `${id}${node === undefined ? " down" : ""}`);
      const fell = fallen === undefined ? "" : `, fell in term ${fallen.term}`;
      const term = server?.node?.term;
      const left = `${sent.length} sent, ${emitted.length} emitted`;
      return `${ids.join(" ")}; on ${server?.id} in term ${term}${fell}; ${left}`;
    },
  });
  const seen = (event: HandMadeEvent): string[] => {
    const world = hostsUnder(inEachGroup([g1, g2], () => witness("SEES")));
    memberOf(world, "n1", "g1").term = 7;
    return world.event(0, event);
  };

  it("sees the hosts that serve it, and its node there", () => {
    expect(seen({ on: "n1" })).toEqual([
      "SEES: g1: n1 n2 n3; on n1 in term 7; 0 sent, 0 emitted",
      "SEES: g2: n2 n3 n4; on undefined in term undefined; 0 sent, 0 emitted",
    ]);
  });

  it("sees the messages and observations that name it", () => {
    const sent = ["g1", "g2", "g2"].map((group) => ({ to: "n3", message: { group } }));
    const emitted = [{ event: "elected", data: { group: "g1" } }];
    expect(seen({ on: "n2", sent, emitted })).toEqual([
      "SEES: g1: n1 n2 n3; on n2 in term 0; 1 sent, 1 emitted",
      "SEES: g2: n2 n3 n4; on n2 in term 0; 2 sent, 0 emitted",
    ]);
  });

  it("sees its node on a host that goes down", () => {
    expect(seen({ on: "n1", falls: true })[0]).toBe(
      "SEES: g1: n1 down n2 n3; on n1 in term undefined, fell in term 7; 0 sent, 0 emitted",
    );
  });

  it("looks for its own files", () => {
    const files: string[] = [];
    const group = new Group<Member>({ ...g1, fileOf: (file) => `of g1/${file}` });
    const reads: Invariant<Member> = {
      name: "READS",
      onStep: ({ servers }) => {
        servers[0]!.durable("log");
        return undefined;
      },
    };
    const world = hostsUnder([ofGroup(group, reads)]);
    world.host("n1").durable = (file?: string) => {
      files.push(String(file));
      return { bytes: new Uint8Array(0), sizeBytes: 0 };
    };
    world.event(0, { on: "n1" });
    expect(files).toEqual(["of g1/log"]);
  });

  it("keeps its kind, its deadline and its state", () => {
    const [led] = inEachGroup([g1], () =>
      eventually<Member>("LED", ({ servers }) => servers[0]!.node?.role === "leader", {
        by: seconds(1),
      }),
    );
    const world = hostsUnder([led!]);
    world.event(0, { on: "n1" });
    const before = structuredClone(led!.state);
    elect(world, "g1", "n1", "n2");
    world.event(1, { on: "n1" });
    expect(led).toMatchObject({ name: "LED", kind: "eventually", supposes: ["servers"] });
    led!.state = before;
    memberOf(world, "n1", "g1").role = "follower";
    expect(world.end(seconds(2))).toEqual([expect.stringMatching(/^LED: g1: not by 1 s/)]);
  });
});

describe("that groups are apart", () => {
  const apart = () => hostsUnder([groupsAreApart("APART", [g1, g2])]);
  const forG1 = { on: "n2", payload: { group: "g1" } };

  it("is accepted when what is for a group changes it, and makes it send", () => {
    const world = apart();
    world.event(0, forG1);
    memberOf(world, "n2", "g1").term = 3;
    const sent = [{ to: "n1", message: { group: "g1" } }];
    expect(world.event(1, { ...forG1, sent })).toEqual([]);
  });

  it.each([
    ["a message", forG1],
    ["a timer", { on: "n2", kind: "timer", payload: "g1 election" } as const],
  ])("is rejected when %s changes another", (_, event) => {
    const world = apart();
    world.event(0, event);
    memberOf(world, "n2", "g2").commit = 3;
    expect(world.event(1, event)).toEqual(["APART: what is for g1 changes g2 on n2"]);
  });

  it("is accepted of what may be about several: a sync, a start, a lost connection", () => {
    const world = apart();
    world.event(0, forG1);
    memberOf(world, "n2", "g2").commit = 3;
    expect(world.event(1, { on: "n2", kind: "synced", payload: "groups" })).toEqual([]);
    expect(world.event(2, forG1)).toEqual([]);
    world.host("n2").life++;
    memberOf(world, "n2", "g2").commit = 0;
    expect(world.event(3, forG1)).toEqual([]);
  });

  it.each([
    ["of no group", { to: "n3", message: {} }, "n2 sends n3 a message of no group"],
    [
      "of another",
      { to: "n3", message: { group: "g2" } },
      "n2 hears of g1 and sends n3 a message of g2",
    ],
    [
      "to who does not serve it",
      { to: "n4", message: { group: "g1" } },
      "n2 sends n4, which does not serve it, a message of g1",
    ],
  ])("is rejected of a message %s", (_, sent, says) => {
    expect(apart().event(0, { ...forG1, sent: [sent] })).toEqual([`APART: ${says}`]);
  });

  it("is accepted of an answer to a client", () => {
    const sent = [{ to: "c1", message: { group: "g1" } }];
    expect(apart().event(0, { ...forG1, sent })).toEqual([]);
  });
});

describe("the measures of groups", () => {
  it("are for how long groups have no leader after the first, and who leads in the end", () => {
    const world = hostsUnder([measureGroups([g1, g2])]);
    const weather = { kind: "fault begins" } as const;
    world.event(0, weather);
    elect(world, "g1", "n2", "n1");
    elect(world, "g2", "n2", "n3");
    world.event(seconds(1), { on: "n2" });
    world.host("n2").node = undefined;
    world.event(seconds(2), weather);
    Object.assign(memberOf(world, "n4", "g2"), { role: "leader", term: 2, leader: "n4" });
    Object.assign(memberOf(world, "n3", "g2"), { term: 2, leader: "n4" });
    world.event(seconds(3), { on: "n4" });
    world.end(seconds(4));
    const { gauges, samples } = world.metrics.state;
    expect(samples.get("groupUnavailableMs")).toEqual([1_000]);
    expect(gauges.get("groupsUnavailableMs")).toBe(3_000);
    expect(gauges.get("groupsUnavailableMax")).toBe(2);
    expect(samples.get("leadersPerNode")).toEqual([0, 0, 0, 1]);
  });

  it("are the acknowledgements while some group has no majority", () => {
    const world = hostsUnder([measureGroups([g1, g2])]);
    for (const id of ["a", "b"]) world.invoke(id, 0);
    world.event(0, { kind: "fault ends" });
    world.return("a", 1);
    world.event(1, { on: "n1" });
    for (const id of ["n3", "n4"]) world.host(id).node = undefined;
    world.event(2, { kind: "fault begins" });
    world.return("b", 3);
    world.event(3, { on: "n1" });
    expect(world.metrics.counted("acksMeanwhile")).toBe(1);
  });
});
