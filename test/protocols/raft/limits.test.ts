// What a leader takes in and sends is limited: entries, appends, what is in flight, what is
// uncommitted. Entries of these tests take 4 bytes and their text, in logs of few entries.

import { describe, expect, it } from "vitest";
import type { RaftOptions } from "../../../src/protocols/raft/options.ts";
import { leader, type RaftMember } from "../../support/raft-member.ts";
import { accepted, refused } from "../../support/raft-messages.ts";

const SIZE = 4;

/** A leader of term 2 whose blank entry, of index 1, is committed. */
function settled(options: Partial<RaftOptions>): RaftMember {
  const member = leader({ term: 2, options });
  member.ask("n2", accepted(2, 1));
  member.ask("n3", accepted(2, 1));
  member.env.emitted.length = 0;
  return member;
}

/** What the gauges of a name, or all, have shown. */
const gauges = ({ env }: RaftMember, name = "") =>
  env.emitted
    .filter(([event]) => event === "gauge")
    .map(([, data]) => data as { readonly name: string; readonly bytes: number })
    .filter((gauge) => gauge.name.endsWith(name));

describe("a command larger than entryBytesMax", () => {
  it("is refused, and nothing of it is stored", () => {
    const member = settled({ entryBytesMax: SIZE + 5 });
    const { disk } = member.env;
    const before = disk.sizeOf("raft.journal");
    expect(member.raft.propose("123456")).toBe("too large");
    expect(member.log).toEqual([2]);
    expect(disk.sizeOf("raft.journal")).toBe(before);
    expect(member.role).toBe("leader");
  });

  it("is not one of just that size", () => {
    expect(settled({ entryBytesMax: SIZE + 5 }).raft.propose("12345")).toMatchObject({ index: 2 });
  });

  it("does not become part of the next", () => {
    const member = settled({ entryBytesMax: SIZE + 5 });
    member.raft.propose("123456");
    member.propose("x");
    expect(member.state.log.chunks.flat().at(-1)).toEqual({ index: 2, term: 2, command: "x" });
  });
});

describe("a leader with more than uncommittedBytesMax", () => {
  const options = { uncommittedBytesMax: 2 * (SIZE + 1) };

  it("is busy, until some of it is committed", () => {
    const member = settled(options);
    member.propose("a");
    member.propose("b");
    expect(member.raft.propose("c")).toBe("busy");
    expect(member.log).toEqual([2, 2, 2]);
    member.ask("n2", accepted(2, 2));
    expect(member.raft.propose("c")).toMatchObject({ index: 4 });
  });

  it("takes one command, however large, when nothing is uncommitted", () => {
    const member = settled(options);
    expect(member.raft.propose("x".repeat(100))).toMatchObject({ index: 2 });
    expect(member.raft.propose("y")).toBe("busy");
  });

  it("says how much it is, and that it is nothing any more", () => {
    const member = settled(options);
    member.propose("a");
    member.propose("b");
    member.ask("n2", accepted(2, 3));
    expect(gauges(member)).toEqual([
      { name: "uncommitted", bytes: SIZE + 1 },
      { name: "uncommitted", bytes: 2 * (SIZE + 1) },
      { name: "uncommitted", bytes: 0 },
    ]);
  });

  it("says so, too, when it leads no more", () => {
    const member = settled(options);
    member.propose("a");
    member.ask("n2", refused(9, 0, [0, 0]));
    expect(gauges(member).at(-1)).toEqual({ name: "uncommitted", bytes: 0 });
  });
});

describe("a follower that does not acknowledge", () => {
  const options = { inflightMax: 2, appendEntriesMax: 2 };

  it("is sent no more than inflightMax entries", () => {
    const member = settled(options);
    const sent = ["a", "b", "c", "d"].map((text) => member.propose(text).length);
    expect(sent).toEqual([2, 2, 0, 0]);
  });

  it("is sent empty heartbeats, which it refuses if what came before is lost", () => {
    const member = settled(options);
    for (const text of ["a", "b", "c"]) member.propose(text);
    const [heartbeat] = member.fire("heartbeat");
    expect(heartbeat?.message).toMatchObject({ prevIndex: 3, entries: [] });
    const [again] = member.ask("n2", refused(2, 3, [1, 2]));
    expect(again?.message).toMatchObject({ prevIndex: 1, entries: [{ index: 2 }, { index: 3 }] });
  });

  it("is sent more when it does", () => {
    const member = settled(options);
    for (const text of ["a", "b", "c", "d"]) member.propose(text);
    const [next, ...others] = member.ask("n2", accepted(2, 2));
    expect(next).toMatchObject({ to: "n2", message: { prevIndex: 3, entries: [{ index: 4 }] } });
    expect(others).toEqual([]);
  });

  it("is sent no more than inflightBytesMax, and that is what the gauge shows", () => {
    const member = settled({ inflightBytesMax: 2 * (SIZE + 1) });
    for (const text of ["a", "b", "c"]) member.propose(text);
    expect(gauges(member, "inflight n2")).toEqual([
      { name: "inflight n2", bytes: SIZE + 1 },
      { name: "inflight n2", bytes: 2 * (SIZE + 1) },
    ]);
    member.ask("n2", accepted(2, 4));
    expect(gauges(member).at(-1)).toEqual({ name: "inflight n2", bytes: 0 });
  });
});

describe("a gauge", () => {
  it("is silent about less than a 64th of its limit", () => {
    const member = settled({ uncommittedBytesMax: 64 * 12, inflightBytesMax: 64 * 100 });
    member.propose("a");
    member.propose("b");
    expect(gauges(member)).toEqual([]);
    member.propose("c");
    expect(gauges(member)).toEqual([{ name: "uncommitted", bytes: 3 * (SIZE + 1) }]);
  });
});
