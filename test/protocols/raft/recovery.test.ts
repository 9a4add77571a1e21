// What a Raft member finds on its disk after a crash, and what it makes of it.

import { describe, expect, it } from "vitest";
import { RAFT_FILE } from "../../../src/protocols/raft/storage.ts";
import { follower, RaftMember } from "../../support/raft-member.ts";
import { append, entries, vote } from "../../support/raft-messages.ts";
import { ManualDisk } from "../../support/recording-env.ts";

/** The same machine after a restart, its first sync not yet complete. */
function restarted({ env }: RaftMember): RaftMember {
  const member = new RaftMember(env.disk, {});
  member.raft.onStart();
  return member;
}

describe("recovery gives back", () => {
  it("term, vote and log", () => {
    const member = follower();
    member.ask("n2", append(1, [0, 0], [1, 1]));
    member.ask("n3", vote(4, [2, 1]));
    const again = restarted(member);
    expect(again.state).toMatchObject({ term: 4, votedFor: "n3" });
    expect(again.state.log.chunks.flat()).toEqual(entries(0, [1, 1]));
  });

  it("the log as it was after a conflict", () => {
    const member = follower({ term: 1 });
    member.ask("n2", append(1, [0, 0], [1, 1, 1, 1]));
    member.ask("n3", append(2, [1, 1], [2]));
    expect(restarted(member).log).toEqual([1, 2]);
  });

  it("a term without a vote, although the term before had one", () => {
    const member = follower({ term: 1 });
    member.ask("n2", vote(2, [0, 0]));
    member.ask("n2", append(3, [0, 0], []));
    expect(restarted(member).state).toMatchObject({ term: 3, votedFor: undefined });
  });

  it("what a second restart gives back too", () => {
    const member = follower({ term: 3, votedFor: "n2", log: [1, 3] });
    const again = restarted(restarted(member));
    expect(again.state).toMatchObject({ term: 3, votedFor: "n2" });
    expect(again.log).toEqual([1, 3]);
  });
});

describe("a torn tail", () => {
  /** A member of log [1, 1], of which a crash has left a second entry of all but 3 bytes. */
  const torn = () => {
    const member = follower({ term: 1, log: [1] });
    const { disk } = member.env;
    member.receive("n2", append(1, [1, 1], [1]));
    disk.completeSync();
    disk.truncate(RAFT_FILE, disk.read(RAFT_FILE)!.length - 3);
    disk.settle(disk.written);
    return member;
  };

  it("is cut, and what stands before it is kept", () => {
    const again = restarted(torn());
    expect(again.log).toEqual([1]);
    expect(again.state.term).toBe(1);
    expect(again.env.emitted).toMatchObject([["torn tail cut", {}]]);
  });

  it("is cut for good with the first sync", () => {
    const member = torn();
    const sizeBytes = member.env.disk.durable(RAFT_FILE)!.sizeBytes;
    const again = restarted(member);
    again.sync();
    again.env.disk.loseUnsynced();
    const { tornBytes } = again.env.emitted[0]![1] as { readonly tornBytes: number };
    expect(again.env.disk.read(RAFT_FILE)!.length).toBe(sizeBytes - tornBytes);
  });

  it("keeps the member silent until no crash brings it back", () => {
    const again = restarted(torn());
    again.receive("n2", append(1, [1, 1], [1, 1]));
    expect([again.log, again.env.takeSent()]).toEqual([[1], []]);
    expect([...again.env.timers]).toEqual([]);
    again.sync();
    expect([...again.env.timers.keys()]).toEqual(["election"]);
    again.ask("n2", append(1, [1, 1], [1, 1]));
    expect(again.log).toEqual([1, 1, 1]);
  });

  it("stays, and the member halted, when the sync fails", () => {
    const again = restarted(torn());
    const sizeBytes = again.env.disk.sizeOf(RAFT_FILE);
    again.env.disk.completeSync();
    again.raft.onSynced({ kind: "io" });
    expect(again.state.durability.isHalted).toBe(true);
    expect(again.env.disk.sizeOf(RAFT_FILE)).toBe(sizeBytes);
  });

  it("of an empty disk is cut before the member draws who it is", () => {
    const disk = new ManualDisk();
    disk.append(RAFT_FILE, Uint8Array.of(9, 9, 9));
    const member = new RaftMember(disk, { isFormatted: false });
    member.raft.onStart();
    expect(member.state.member).toBeUndefined();
    member.sync();
    expect(member.state.member).toMatch(/^n1#/);
    expect(restarted(member).state.member).toBe(member.state.member);
  });

  it("does not hide what is written after it is cut", () => {
    const again = restarted(torn());
    again.sync();
    again.ask("n2", append(1, [1, 1], [1, 1]));
    expect(restarted(again).log).toEqual([1, 1, 1]);
  });

  it("of zeros, where the file grew and its bytes were lost, is cut too", () => {
    const member = follower({ term: 1, log: [1] });
    member.env.disk.append(RAFT_FILE, new Uint8Array(20));
    const again = restarted(member);
    expect(again.log).toEqual([1]);
    expect(again.env.emitted).toEqual([["torn tail cut", { tornBytes: 20 }]]);
  });
});

describe("rot", () => {
  /** A member with a log of entries that were synced one by one, and a wrong bit in the middle. */
  const rotten = (): RaftMember => {
    const member = follower({ term: 1 });
    for (let i = 0; i < 3; i++) member.ask("n2", append(1, [i, i && 1], [1]));
    const bytes = member.env.disk.read(RAFT_FILE)!;
    const middle = bytes.length >> 1;
    member.env.disk.write(RAFT_FILE, Uint8Array.of(bytes[middle]! ^ 1), middle);
    return restarted(member);
  };

  it("in what was synced last halts the member, too", () => {
    const { env } = follower({ term: 1, log: [1] });
    const last = env.disk.sizeOf(RAFT_FILE) - 1;
    env.disk.write(RAFT_FILE, Uint8Array.of(env.disk.read(RAFT_FILE)![last]! ^ 2), last);
    const again = new RaftMember(env.disk, {});
    again.raft.onStart();
    const at = expect.any(Number);
    expect(again.env.emitted).toEqual([["halted", { error: "rot", file: RAFT_FILE, at }]]);
  });

  it("below what was durable halts the member: what it has promised is unknown", () => {
    const { env, state } = rotten();
    const at = expect.any(Number);
    expect(env.emitted).toEqual([["halted", { error: "rot", file: RAFT_FILE, at }]]);
    expect(state.durability.isHalted).toBe(true);
  });

  it("leaves it silent, without a timer or a sync, and the file as it is", () => {
    const member = rotten();
    const before = member.env.disk.read(RAFT_FILE);
    expect(member.ask("n2", vote(9, [9, 9]))).toEqual([]);
    expect(member.raft.propose("x")).toBe("not leading");
    expect([...member.env.timers]).toEqual([]);
    expect(member.env.disk.syncs).toEqual([]);
    expect(member.env.disk.read(RAFT_FILE)).toEqual(before);
  });
});
