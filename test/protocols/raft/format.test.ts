// What is on a member's disk before its first start, and what is refused there.

import { describe, expect, it } from "vitest";
import { journalOf } from "../../../src/protocols/journal.ts";
import { formatDisk } from "../../../src/protocols/raft/format.ts";
import { writeMember, writeVote } from "../../../src/protocols/raft/records.ts";
import { RAFT_FILE } from "../../../src/protocols/raft/storage.ts";
import { RaftMember } from "../../support/raft-member.ts";
import { ManualDisk } from "../../support/recording-env.ts";

/** `n1`, started on that disk. */
function startedOn(files: ReadonlyMap<string, Uint8Array>): RaftMember {
  const disk = new ManualDisk();
  disk.become(files);
  const member = new RaftMember(disk, { isFormatted: false });
  member.raft.onStart();
  return member;
}

const bytes = formatDisk("n1", ["n1", "n2", "n3"]).get(RAFT_FILE)!;

describe("a formatted disk", () => {
  it("makes a voter of a founder", () => {
    const member = startedOn(formatDisk("n1", ["n1", "n2", "n3"]));
    expect(member.state.member).toBe("n1");
    expect(member.state.configuration.voters).toEqual(["n1", "n2", "n3"]);
  });

  it("without founders makes a member that waits", () => {
    const member = startedOn(formatDisk("n1", []));
    expect(member.state.member).toBe("n1");
    expect(member.state.configuration.voters).toEqual([]);
    expect(member.fire("election")).toEqual([]);
  });

  it.each([
    ["n1", ["n2", "n3"], "founders: expected n1 among them, got n2, n3"],
    ["", [], 'host: expected a name of a host, got ""'],
    [
      "n1",
      ["n1", "n2#00000000ffffffff"],
      'founders[1]: expected a name of a host, got "n2#00000000ffffffff"',
    ],
  ])("is refused to %j with founders %j", (host, founders, message) => {
    expect(() => formatDisk(host, founders)).toThrow(message);
  });
});

describe("a disk that is none of this member's", () => {
  const journal = (...payloads: Parameters<typeof journalOf>[0]) =>
    new Map([[RAFT_FILE, journalOf(payloads)]]);

  it.each([
    ["formatted for n2", formatDisk("n2", ["n1", "n2"])],
    ["founded by n2, n3 without n1", journal((writer) => writeMember(writer, "n1", ["n2", "n3"]))],
    ["no format record", journal((writer) => writeVote(writer, 3, "n2"))],
  ])("silences it: %s", (reason, files) => {
    const member = startedOn(files);
    const halted = { error: "format", file: RAFT_FILE, at: 0, reason };
    expect(member.env.emitted).toEqual([["halted", halted]]);
    expect(member.state.durability.isHalted).toBe(true);
    expect(member.env.timers.size).toBe(0);
  });

  it.each(Array.from({ length: 30 }, (_, at) => at))("silences it: rot in byte %i", (at) => {
    const rotten = bytes.slice();
    rotten[at]! ^= 1;
    const member = startedOn(new Map([[RAFT_FILE, rotten]]));
    expect(member.env.emitted).toEqual([["halted", { error: "rot", file: RAFT_FILE, at: 0 }]]);
  });

  it("does not hang on the record behind, which is cut if it is torn", () => {
    const member = startedOn(new Map([[RAFT_FILE, bytes.slice(0, 35)]]));
    member.sync();
    expect(member.state).toMatchObject({ member: "n1", term: 0 });
    expect(member.env.disk.sizeOf(RAFT_FILE)).toBe(30);
  });
});
