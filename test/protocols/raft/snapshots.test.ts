// Log compaction: Raft §7, thesis §5. A member here saves its state machine after four entries and
// keeps one of them in its log.

import { describe, expect, it } from "vitest";
import { initialConfiguration } from "../../../src/protocols/raft/configuration.ts";
import { RAFT_SITES } from "../../../src/protocols/raft/sites.ts";
import { NEXT_RAFT_FILE, RAFT_FILE } from "../../../src/protocols/raft/storage.ts";
import { type Beginning, follower, leader, RaftMember } from "../../support/raft-member.ts";
import { accepted, append, entries, vote } from "../../support/raft-messages.ts";
import { chunkAt, chunksOf, snapshotOf } from "../../support/raft-snapshots.ts";
import { ManualDisk } from "../../support/recording-env.ts";

const options = { snapshotEntries: 4, keptEntries: 1, snapshotChunkBytes: 16 };
const saving = (beginning: Beginning = {}) => follower({ ...beginning, options });

/** A follower that has been told that five entries of term 1 are in the log, and four committed. */
const withFive = (): RaftMember => {
  const member = saving({ term: 1 });
  member.receive("n2", append(1, [0, 0], [1, 1, 1, 1, 1], 4));
  return member;
};

const restarted = (disk: ManualDisk): RaftMember => {
  const member = new RaftMember(disk, { options });
  member.raft.onStart();
  return member;
};

const commands = (...terms: number[]) => entries(0, terms).map(({ command }) => command);

describe("a member saves its state machine (§7)", () => {
  it("after so many entries, with the index and term of the last one applied", () => {
    const member = withFive();
    member.sync();
    expect(member.state.snapshots.current).toMatchObject({ index: 4, term: 1 });
    expect(member.env.emitted.map(([event]) => event)).toEqual(["snapshot taken", "log compacted"]);
  });

  it("and lets the log go behind it, but for what it keeps", () => {
    const member = withFive();
    member.sync();
    expect(member.state.log).toMatchObject({ base: { index: 3, term: 1 }, lastIndex: 5 });
  });

  it("and compacts nothing before the snapshot is durable", () => {
    const member = withFive();
    expect(member.state.snapshots.current).toBeUndefined();
    expect(member.state.log.base.index).toBe(0);
  });

  it("not again before as many more are applied", () => {
    const member = withFive();
    member.sync();
    member.ask("n2", append(1, [5, 1], [1, 1], 7));
    expect(member.state.snapshots.current?.index).toBe(4);
    member.ask("n2", append(1, [7, 1], [1], 8));
    expect(member.state.snapshots.current?.index).toBe(8);
  });

  it("not without room, and goes on without a snapshot", () => {
    const member = saving({ term: 1 });
    member.ask("n2", append(1, [0, 0], [1, 1, 1, 1], 3));
    member.env.disk.leaveRoom(10);
    member.ask("n2", append(1, [4, 1], [], 4));
    expect(member.state.snapshots.current).toBeUndefined();
    expect(member.env.disk.list()).toEqual([RAFT_FILE]);
    expect(member.machine).toEqual(commands(1, 1, 1, 1));
  });

  it("and gives it up when the journal needs the room", () => {
    const member = withFive();
    member.env.disk.leaveRoom(60);
    member.receive("n2", append(1, [5, 1], [1, 1]));
    member.sync();
    expect(member.log).toHaveLength(7);
    expect(member.env.disk.list()).toEqual([RAFT_FILE]);
  });
});

describe("after a restart a compacted member has", () => {
  it("its state machine, and the log behind", () => {
    const member = withFive();
    member.sync();
    const again = restarted(member.env.disk);
    expect(again.machine).toEqual(commands(1, 1, 1, 1));
    expect(again.state).toMatchObject({ commit: 4, applied: 4, term: 1 });
    expect(again.log).toEqual([1, 1]);
    expect(again.state.log).toMatchObject({ base: { index: 3, term: 1 }, lastIndex: 5 });
  });

  it("its snapshot, and no other while nothing more is applied", () => {
    const member = withFive();
    member.sync();
    const again = new RaftMember(member.env.disk, { options });
    again.env.firing.add(RAFT_SITES.snapshotsSoon);
    again.raft.onStart();
    expect(again.env.emitted.map(([event]) => event)).not.toContain("snapshot taken");
    again.ask("n2", append(1, [5, 1], [1], 6));
    expect(again.state.snapshots.current?.index).toBe(4);
    again.ask("n2", append(1, [6, 1], [1, 1], 8));
    expect(again.state.snapshots.current?.index).toBe(8);
  });

  it("what was written while the snapshot was not durable", () => {
    const member = withFive();
    member.receive("n2", append(1, [5, 1], [1]));
    member.receive("n3", vote(7, [6, 1]));
    member.sync();
    const again = restarted(member.env.disk);
    expect(again.state).toMatchObject({ term: 7, votedFor: "n3" });
    expect(again.state.log.lastIndex).toBe(6);
  });

  it("its configuration (R-82)", () => {
    const configuration = initialConfiguration(["n1", "n2", "n3", "n4"]);
    const change = { index: 1, term: 1, command: undefined, configuration };
    const member = saving({ term: 1 });
    const message = append(1, [1, 1], [1, 1, 1], 4);
    member.ask("n2", {
      ...message,
      prevIndex: 0,
      prevTerm: 0,
      entries: [change, ...message.entries],
    });
    expect(restarted(member.env.disk).state.configuration).toEqual(configuration);
  });
});

describe("a compacted member", () => {
  it("refuses entries of an older term that follow on what is compacted", () => {
    const member = withFive();
    member.sync();
    member.ask("n3", vote(7, [5, 1]));
    const [reply] = member.ask("n2", append(1, [1, 1], [1]));
    expect(reply!.message).toMatchObject({ accepted: false, term: 7 });
  });

  it("takes entries that begin below its log, and vouches for what is committed", () => {
    const member = withFive();
    member.sync();
    const replies = member.ask("n2", append(1, [1, 1], [1, 1, 1, 1, 1], 4));
    expect(replies).toEqual([{ to: "n2", message: accepted(1, 6) }]);
    expect(member.state.log.lastIndex).toBe(6);
  });

  it("answers entries that are all compacted with where its log begins", () => {
    const member = withFive();
    member.sync();
    const replies = member.ask("n2", append(1, [0, 0], [1], 1));
    expect(replies).toEqual([{ to: "n2", message: accepted(1, 3) }]);
  });
});

describe("whatever a crash leaves of a compaction", () => {
  /** Runs a member to a step of its compaction, and starts it from all that a crash may leave. */
  const crashed = (steps: (member: RaftMember) => void): RaftMember[] => {
    const member = saving({ term: 1, sectorBytes: 64 });
    member.ask("n2", append(1, [0, 0], [1, 1, 1, 1], 0));
    steps(member);
    const states = member.env.disk.crashStates(5_000) ?? [];
    expect(states.length).toBeGreaterThan(1);
    return states.map((files) => {
      const disk = new ManualDisk();
      disk.become(files);
      return restarted(disk);
    });
  };

  it.each([
    ["before the snapshot is durable", 0],
    ["when it is, and its name is not", 1],
  ])("%s, all that was acknowledged is there", (_, syncs) => {
    const members = crashed((member) => {
      // No entries, so that the snapshot alone is at stake.
      member.receive("n2", append(1, [4, 1], [], 4));
      for (let i = 0; i < syncs; i++) {
        member.env.disk.completeSync();
        member.raft.onSynced();
      }
    });
    for (const { state } of members) {
      expect(state.durability.isHalted).toBe(false);
      expect(state.log.lastIndex).toBe(4);
      expect(state.term).toBe(1);
    }
  });

  it("with entries that came after the name was given, those acknowledged are there", () => {
    const member = withFive();
    member.env.disk.completeSync();
    member.raft.onSynced();
    member.env.disk.completeSync();
    member.raft.onSynced();
    const replies = member.ask("n2", append(1, [5, 1], [1]));
    expect(replies).toEqual([{ to: "n2", message: accepted(1, 6) }]);
    member.env.disk.loseUnsynced();
    expect(restarted(member.env.disk).state.log.lastIndex).toBe(6);
  });
});

describe("a leader's snapshot is installed (figure 13)", () => {
  const six = snapshotOf([1, 1, 1, 2, 2, 2]);

  it("when all of its chunks are there, in any order and some of them twice", () => {
    const member = saving({ term: 2 });
    const chunks = chunksOf(2, six);
    expect(chunks.length).toBeGreaterThan(2);
    for (const chunk of [...chunks, ...chunks.slice(1)].reverse()) member.ask("n2", chunk);
    expect(member.machine).toEqual(commands(1, 1, 1, 2, 2, 2));
    expect(member.state).toMatchObject({ commit: 6, applied: 6 });
    expect(member.state.log).toMatchObject({ base: { index: 6, term: 2 }, lastIndex: 6 });
  });

  it("and not before: the answers say how much has come without a gap", () => {
    const member = saving({ term: 2 });
    const [first, second, third] = chunksOf(2, six, 8);
    const heldAfter = [third!, first!, second!].map((chunk) => {
      const [reply] = member.ask("n2", chunk);
      return (reply!.message as { readonly heldBytes: number }).heldBytes;
    });
    expect(heldAfter).toEqual([0, 8, 24]);
    expect(member.state.applied).toBe(0);
  });

  it("and acknowledged only when it would survive a crash", () => {
    const member = saving({ term: 2 });
    for (const chunk of chunksOf(2, six)) member.receive("n2", chunk);
    member.env.takeSent();
    member.env.disk.completeSync();
    member.raft.onSynced();
    expect(member.state.applied).toBe(6);
    expect(member.env.takeSent()).toEqual([]);
    member.env.disk.completeSync();
    member.raft.onSynced();
    expect(member.env.takeSent()).toEqual([{ to: "n2", message: accepted(2, 6) }]);
    member.env.disk.loseUnsynced();
    expect(restarted(member.env.disk).state).toMatchObject({ applied: 6, term: 2 });
  });

  it("in place of a log that conflicts with it (rule 7)", () => {
    const member = saving({ term: 2, log: [1, 1, 1, 1, 1, 1, 1, 1] });
    for (const chunk of chunksOf(2, six)) member.ask("n2", chunk);
    expect(member.state.log).toMatchObject({ base: { index: 6, term: 2 }, lastIndex: 6 });
  });

  it("not if the log has its last entry: what follows there stays (rule 6, R-81)", () => {
    const member = saving({ term: 2, log: [1, 1, 1, 2, 2, 2, 2, 2] });
    const sent = member.ask("n2", chunksOf(2, six)[0]!);
    expect(sent).toEqual([{ to: "n2", message: accepted(2, 6) }]);
    expect(member.state).toMatchObject({ commit: 6, applied: 6 });
    expect(member.state.log.lastIndex).toBe(8);
  });

  it("not if more is applied already (R-80)", () => {
    const member = saving({ term: 2 });
    const terms = [1, 1, 1, 2, 2, 2, 2];
    member.ask("n2", append(2, [0, 0], terms, 7));
    const sent = member.ask("n2", chunksOf(2, six)[0]!);
    expect(sent).toEqual([{ to: "n2", message: accepted(2, 7) }]);
    expect(member.machine).toEqual(commands(...terms));
  });

  it("not from the leader of an older term, who is told", () => {
    const member = saving({ term: 3 });
    const [reply] = member.ask("n2", chunksOf(2, six)[0]!);
    expect(reply!.message).toMatchObject({ type: "snapshotReply", term: 3 });
    expect(member.state.snapshots.incoming).toBeUndefined();
  });

  it("with the configuration of its index (R-82)", () => {
    const configuration = initialConfiguration(["n1", "n2", "n4"]);
    const member = saving({ term: 2 });
    for (const chunk of chunksOf(2, snapshotOf([1, 2], configuration))) member.ask("n2", chunk);
    expect(member.state.configuration).toEqual(configuration);
  });

  it("without a chunk that is damaged, which is asked for again", () => {
    const member = saving({ term: 2 });
    const [first, second] = chunksOf(2, six);
    member.ask("n2", first!);
    const damaged = { ...second!, data: second!.data.map((byte) => byte ^ 1) };
    const [reply] = member.ask("n2", damaged);
    expect(reply!.message).toMatchObject({ heldBytes: 16 });
    expect(member.env.emitted.map(([event]) => event)).toContain("snapshot chunk refused");
  });

  it("not if it is not what its checksum says, and all stays as it was", () => {
    const member = saving({ term: 2, log: [1] });
    const wrong = { ...six, checksum: six.checksum ^ 1 };
    for (const chunk of chunksOf(2, wrong)) member.ask("n2", chunk);
    expect(member.env.emitted.map(([event]) => event)).toContain("snapshot refused");
    expect(member.state).toMatchObject({ applied: 0, log: { lastIndex: 1 } });
    expect(member.env.disk.list()).toEqual([RAFT_FILE]);
  });

  it("not from chunks of two snapshots (R-85)", () => {
    const member = saving({ term: 2 });
    const other = chunksOf(2, snapshotOf([1, 1, 1, 1, 1, 1]));
    const mixed = chunksOf(2, six).map((chunk, i) => (i % 2 === 0 ? chunk : other[i]!));
    for (const chunk of mixed) member.ask("n2", chunk);
    expect(member.state.applied).toBe(0);
  });

  it("not without room, which the answer says, but later", () => {
    const member = saving({ term: 2 });
    member.env.disk.leaveRoom(20);
    const replies = chunksOf(2, six).flatMap((chunk) => member.ask("n2", chunk));
    expect(replies.at(-1)!.message).toMatchObject({ isFull: true });
    expect(member.ask("n2", chunkAt(2, six, 0, 0))[0]!.message).toMatchObject({ isFull: true });
    member.env.disk.leaveRoom(10_000);
    for (const chunk of chunksOf(2, six)) member.ask("n2", chunk);
    expect(member.state.applied).toBe(6);
  });

  it("while nothing is appended, as it makes another log", () => {
    const member = saving({ term: 2 });
    for (const chunk of chunksOf(2, six)) member.receive("n2", chunk);
    member.receive("n2", append(2, [0, 0], [1, 1]));
    expect(member.state.log.lastIndex).toBe(0);
    member.sync();
    expect(member.state.log.lastIndex).toBe(6);
  });
});

describe("a leader sends a snapshot", () => {
  it("and keeps what a member lacks, for as long as snapshots take", () => {
    const member = leader({ term: 2, log: [1, 1, 1], options: { ...options, keptEntries: 0 } });
    member.ask("n2", accepted(2, 4));
    expect(member.state.snapshots.current?.index).toBe(4);
    expect(member.state.log.base.index).toBe(0);
    for (let i = 5; i <= 8; i++) {
      member.propose(`x${i}`);
      member.ask("n2", accepted(2, i));
    }
    expect(member.state.log.base.index).toBe(4);
  });
});

describe("a leader and a member that lacks everything", () => {
  /** Lets both talk until they are silent; every `lossEvery`-th message is lost. */
  const converse = (leading: RaftMember, lacking: RaftMember, lossEvery = 0): number => {
    let messages = 0;
    let chunks = 0;
    const isLost = () => ++messages % (lossEvery || messages + 1) === 0;
    for (let round = 0; round < 100; round++) {
      let sent = leading.fire("heartbeat").filter(({ to }) => to === "n3");
      while (sent.length > 0) {
        chunks += sent.filter(({ message }) => message.type === "snapshot").length;
        const replies = sent.flatMap(({ message }) => (isLost() ? [] : lacking.ask("n3", message)));
        sent = replies.flatMap(({ message }) =>
          isLost() ? [] : leading.ask("n3", message).filter(({ to }) => to === "n3"),
        );
      }
      if (lacking.state.log.lastIndex === leading.state.log.lastIndex) return chunks;
    }
    throw new Error("a conversation without end");
  };

  const lagging = (): [RaftMember, RaftMember] => {
    const leading = leader({
      term: 2,
      log: Array.from({ length: 40 }, () => 1),
      options: { ...options, keptEntries: 2 },
    });
    leading.ask("n2", accepted(2, 41));
    for (let i = 42; i <= 60; i++) {
      leading.propose(`x${i}`);
      leading.ask("n2", accepted(2, i));
    }
    expect(leading.state.log.base.index).toBeGreaterThan(40);
    return [leading, follower({ term: 2, options })];
  };

  it("come to the same state", () => {
    const [leading, lacking] = lagging();
    converse(leading, lacking);
    expect(lacking.machine).toEqual(leading.machine.slice(0, lacking.machine.length));
    expect(lacking.state.applied).toBeGreaterThanOrEqual(56);
    expect(leading.progressOf("n3").mode).toBe("replicate");
  });

  it("do so though a fourth of the messages is lost", () => {
    const [leading, lacking] = lagging();
    const chunks = converse(leading, lacking, 4);
    const size = leading.state.snapshots.current!.bytes.length;
    expect(lacking.state.applied).toBeGreaterThanOrEqual(56);
    // Twice the snapshot would be a resend of everything.
    expect(chunks).toBeLessThan((2 * size) / options.snapshotChunkBytes);
  });

  it("go on where they were when the leader is another, whose snapshot is the same", () => {
    const [leading, lacking] = lagging();
    const snapshot = leading.state.snapshots.current!;
    const chunks = chunksOf(3, snapshot);
    for (const chunk of chunks.slice(0, 5)) lacking.ask("n2", chunk);
    const [reply] = lacking.ask("n3", chunkAt(4, snapshot, 0, 0));
    expect(reply!.message).toMatchObject({ heldBytes: 80, term: 4 });
  });

  it("write the next journal beside the present one", () => {
    const [, lacking] = lagging();
    for (const chunk of chunksOf(2, snapshotOf([1, 2]))) lacking.receive("n3", chunk);
    expect(lacking.env.disk.list()).toEqual([RAFT_FILE, NEXT_RAFT_FILE].sort());
  });
});
