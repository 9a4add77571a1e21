// Thesis §4: who takes part changes while the group works.

import { describe, expect, it } from "vitest";
import {
  type Configuration,
  initialConfiguration,
  type MemberChange,
} from "../../../src/protocols/raft/configuration.ts";
import {
  type Beginning,
  candidate,
  converse,
  follower,
  leader,
  paperOptions,
  RaftMember,
} from "../../support/raft-member.ts";
import { accepted, append, blank, preVote, vote, voteReply } from "../../support/raft-messages.ts";
import { ManualDisk } from "../../support/recording-env.ts";

const THREE = initialConfiguration(["n1", "n2", "n3"]);
const FOUR = { ...THREE, voters: ["n1", "n2", "n3", "n4"] };
const LEARNING = { ...THREE, learners: ["n4"] };
const JOINING = { ...LEARNING, joining: ["n4"] };

function add(id: string, kind: MemberChange["kind"] = "addVoter"): MemberChange {
  return { kind, id };
}

function remove(id: string): MemberChange {
  return { kind: "remove", id };
}

/** The leader of term 2 of three, whose blank entry 1 is committed. */
function settled(beginning: Beginning = {}): RaftMember {
  const member = leader({ ...beginning, term: 2 });
  member.ask("n2", accepted(2, 1));
  member.ask("n3", accepted(2, 1));
  return member;
}

/** Proposes a change, lets the disk finish, and has others accept it up to there. */
function change(member: RaftMember, changes: MemberChange[], ...by: string[]): void {
  const place = member.raft.change(changes);
  if (typeof place === "string") throw new Error(place);
  member.sync();
  for (const id of by) member.ask(id, accepted(member.state.term, place.index));
}

/** The entry of a change. */
function entry(index: number, term: number, configuration: Configuration) {
  return { ...blank(index, term), configuration };
}

describe("§4.1: a change is an entry of the log", () => {
  it("sent like any other, and in force when it is applied, not before", () => {
    const member = settled();
    member.env.takeSent();
    change(member, [add("n4")]);
    const sent = member.env.takeSent();
    expect(sent.map(({ to }) => to)).toEqual(["n2", "n3"]);
    expect(sent[0]!.message).toMatchObject({ entries: [entry(2, 2, FOUR)] });
    expect(member.state.configuration).toEqual(THREE);
    member.ask("n2", accepted(2, 2));
    expect(member.state.configuration).toEqual(FOUR);
    expect(member.applied.at(-1)).toEqual(entry(2, 2, FOUR));
  });

  it("in force on followers when they learn that it is committed", () => {
    const member = follower({ term: 2 });
    const sent = { ...append(2, [0, 0], []), entries: [entry(1, 2, FOUR)] };
    member.ask("n2", sent);
    expect(member.state.configuration).toEqual(THREE);
    member.ask("n2", append(2, [1, 2], [], 1));
    expect(member.state.configuration).toEqual(FOUR);
  });

  it("counted with the new majority from then on", () => {
    const member = settled();
    change(member, [add("n4")], "n2");
    member.propose("x");
    member.ask("n2", accepted(2, 3));
    expect(member.state.commit).toBe(2);
    member.ask("n4", accepted(2, 3));
    expect(member.state.commit).toBe(3);
  });
});

describe("with fewer voters, what waits for a majority may have one (R-187)", () => {
  it("a read whose round has those who are left as its confirmers", () => {
    const member = leader({ term: 2, size: 2 });
    member.ask("n2", accepted(2, 1));
    member.raft.read(7, "index");
    change(member, [remove("n2")], "n2");
    expect(member.reads).toEqual([[7, true]]);
  });

  it("an entry behind the change", () => {
    const member = leader({ term: 2, size: 2 });
    member.ask("n2", accepted(2, 1));
    const place = member.raft.change([remove("n2")]);
    member.propose("x");
    expect(place).toMatchObject({ index: 2 });
    member.ask("n2", accepted(2, 2));
    expect(member.state.commit).toBe(3);
    expect(member.machine).toEqual(["x"]);
  });
});

describe("a leader refuses a change", () => {
  const KNOWN = { servers: ["n1", "n2", "n3", "n4"] };

  /** All that a change can change: on the wire, on disk, in the log and in force. */
  function traces(member: RaftMember) {
    const { state, machine, applied, log, env } = member;
    return structuredClone({ state, machine, applied, log, files: env.disk.list() });
  }

  it.each<[string, MemberChange[]]>([
    ["empty change", []],
    ["no change", [add("n2")]],
    ["unknown member", [remove("n9")]],
    ["unknown member", [remove("n4")]],
    ["unknown member", [add("n9", "replace")]],
    ["unknown server", [add("nowhere")]],
    ["unknown server", [add("c1", "join")]],
    ["unknown server", [add("n9", "addLearner")]],
    ["unknown server", [add("n9#00000000000000aa", "join")]],
    ["unknown server", [add("n4"), remove("n3"), add("nowhere")]],
    ["no voters", ["n1", "n2", "n3"].map(remove)],
  ])("for %s, of %j, and nothing is other than before", (refusal, changes) => {
    const member = settled(KNOWN);
    member.env.takeSent();
    const before = traces(member);
    const sizeBytes = member.env.disk.sizeOf("raft.journal");
    expect(member.raft.change(changes)).toBe(refusal);
    expect(traces(member)).toEqual(before);
    expect(member.env.disk.sizeOf("raft.journal")).toBe(sizeBytes);
    expect(member.env.takeSent()).toEqual([]);
    expect(member.raft.change([add("n4")])).toMatchObject({ index: 2 });
  });

  it("for an unknown server while another is under way, too: that will never do", () => {
    const member = settled(KNOWN);
    change(member, [add("n4")]);
    expect(member.raft.change([add("nowhere")])).toBe("unknown server");
  });

  it("but of no host for its name where it does not know who has a server", () => {
    expect(settled().raft.change([add("nowhere")])).toMatchObject({ index: 2 });
  });

  it("but not who is on a server's host under a name of its own", () => {
    const drawn = "n4#00000000000000aa";
    expect(settled(KNOWN).raft.change([add(drawn, "join")])).toMatchObject({ index: 2 });
  });

  it("while another is under way", () => {
    const member = settled();
    change(member, [add("n4")]);
    expect(member.raft.change([add("n5")])).toBe("change pending");
    member.ask("n2", accepted(2, 2));
    expect(member.raft.change([add("n5")])).toMatchObject({ index: 3 });
  });

  it("before it has committed in its term (Ongaro 2015)", () => {
    const member = leader({ term: 2 });
    expect(member.raft.change([add("n4")])).toBe("change pending");
    member.ask("n2", accepted(2, 1));
    expect(member.raft.change([add("n4")])).toMatchObject({ index: 2 });
  });

  it("that it does not lead for", () => {
    expect(follower({ term: 2 }).raft.change([add("n4")])).toBe("not leading");
  });
});

describe("§4.3: joint consensus", () => {
  const SWAP = [remove("n2"), remove("n3"), add("n4"), add("n5")];
  const JOINT = { ...THREE, voters: ["n1", "n4", "n5"], outgoing: THREE.voters };

  it("commits with both majorities, and ends by itself", () => {
    const member = settled();
    change(member, SWAP, "n2");
    expect(member.state.configuration).toEqual(JOINT);
    expect(member.log).toEqual([2, 2, 2]);
    member.ask("n2", accepted(2, 3));
    expect(member.state.configuration).toEqual(JOINT);
    member.ask("n4", accepted(2, 3));
    expect(member.state.configuration).toEqual(initialConfiguration(["n1", "n4", "n5"]));
  });

  it("is ended by the next leader, should this one fall", () => {
    const member = follower({ term: 2 });
    const sent = { ...append(2, [0, 0], [], 1), entries: [entry(1, 2, JOINT)] };
    member.ask("n2", sent);
    member.fire("election");
    for (const id of ["n2", "n4"]) member.ask(id, voteReply(3, true));
    expect(member.role).toBe("leader");
    for (const id of ["n2", "n4"]) member.ask(id, accepted(3, 2));
    expect(member.state.log.chunks[0]!.at(-1)).toEqual(
      entry(3, 3, initialConfiguration(["n1", "n4", "n5"])),
    );
  });

  it("elects nobody with one majority", () => {
    const member = follower({ term: 2 });
    member.ask("n2", { ...append(2, [0, 0], [], 1), entries: [entry(1, 2, JOINT)] });
    member.fire("election");
    for (const id of ["n4", "n5"]) member.ask(id, voteReply(3, true));
    expect(member.role).toBe("candidate");
    member.ask("n3", voteReply(3, true));
    expect(member.role).toBe("leader");
  });

  it("refuses any other change", () => {
    const member = settled();
    change(member, SWAP, "n2");
    expect(member.raft.change([add("n6")])).toBe("change pending");
  });
});

describe("§4.2.1: a learner", () => {
  it("gets the log, and its word does not count", () => {
    const member = settled();
    change(member, [add("n4", "addLearner")], "n2");
    expect(member.state.configuration).toEqual(LEARNING);
    const sent = member.propose("x");
    expect(sent.map(({ to }) => to)).toContain("n4");
    member.ask("n4", accepted(2, 3));
    expect(member.state.commit).toBe(2);
  });

  it("does not stand for election, and is not asked for its vote", () => {
    const learner = follower({ term: 2, members: [] });
    learner.fire("election");
    expect(learner).toMatchObject({ role: "follower", state: { term: 2 } });
    const voter = follower({ term: 2 });
    voter.ask("n2", { ...append(2, [0, 0], [], 1), entries: [entry(1, 2, LEARNING)] });
    expect(voter.fire("election").map(({ to }) => to)).toEqual(["n2", "n3"]);
  });

  it("that is to join becomes a voter when it has caught up", () => {
    const member = settled();
    change(member, [add("n4", "join")], "n2");
    expect(member.state.configuration).toEqual(JOINING);
    // The first word of it begins a round; what the log holds now is what it has to reach.
    member.ask("n4", accepted(2, 0));
    expect(member.log).toHaveLength(2);
    member.ask("n4", accepted(2, 2));
    member.ask("n2", accepted(2, 3));
    expect(member.state.configuration).toEqual(FOUR);
  });

  it("that takes longer than an election timeout for a round begins another", () => {
    const member = settled();
    change(member, [add("n4", "join")], "n2");
    member.ask("n4", accepted(2, 0));
    member.env.pass(paperOptions.electionTimeoutMin + 1);
    member.ask("n4", accepted(2, 2));
    expect(member.log).toHaveLength(2);
    member.ask("n4", accepted(2, 2));
    expect(member.log).toHaveLength(3);
  });
});

describe("§4.2.2: a leader that is removed", () => {
  it("leads until the change is committed, and says so before it goes", () => {
    const member = settled();
    change(member, [remove("n1")]);
    expect(member.role).toBe("leader");
    const sent = member.ask("n2", accepted(2, 2));
    expect(member.role).toBe("follower");
    const commits = sent.map(({ to, message: { type, ...rest } }) => {
      return [type, to, "commit" in rest && rest.commit];
    });
    expect(commits).toEqual([
      ["append", "n2", 2],
      ["append", "n3", 2],
      ["timeoutNow", "n2", 2],
    ]);
  });

  it("stands for election no more", () => {
    const member = settled();
    change(member, [remove("n1")], "n2", "n3");
    member.fire("election");
    expect(member.role).toBe("follower");
  });
});

describe("a member that is removed", () => {
  it("is told how far the log is committed, and is sent nothing more", () => {
    const member = settled();
    change(member, [remove("n3")]);
    const sent = member.ask("n2", accepted(2, 2));
    expect(sent.filter(({ to }) => to === "n3")).toMatchObject([{ message: { commit: 2 } }]);
    expect(member.fire("heartbeat").map(({ to }) => to)).toEqual(["n2"]);
  });

  it("answers late, and is passed over", () => {
    const member = settled();
    change(member, [remove("n3")], "n2");
    expect(member.ask("n3", accepted(2, 2))).toEqual([]);
  });

  it("disturbs nobody who hears from a leader (§4.2.3)", () => {
    const member = follower({ term: 2, options: { checkQuorum: true } });
    member.ask("n2", append(2, [0, 0], [2], 1));
    expect(member.ask("n3", vote(9, [9, 9]))).toEqual([]);
    expect(member.ask("n3", preVote(9, [9, 9]))).toMatchObject([{ message: { granted: false } }]);
    expect(member.state.term).toBe(2);
  });
});

describe("a member that starts again", () => {
  /** What is on the disk of a follower that got these changes, of which `commit` are committed. */
  function diskAfter(changes: readonly Configuration[], commit: number): ManualDisk {
    const member = follower({ term: 2 });
    const entries = changes.map((configuration, i) => entry(i + 1, 2, configuration));
    member.ask("n2", { ...append(2, [0, 0], [], commit), entries });
    return member.env.disk;
  }

  function restarted(disk: ManualDisk): RaftMember {
    const member = new RaftMember(disk, {});
    member.raft.onStart();
    member.sync();
    return member;
  }

  it("knows the change before the last one it holds", () => {
    const FIVE = { ...THREE, voters: [...FOUR.voters, "n5"] };
    const member = restarted(diskAfter([FOUR, FIVE], 1));
    expect(member.state).toMatchObject({ configuration: FOUR, commit: 1, applied: 1 });
    expect(member.applied).toEqual([entry(1, 2, FOUR)]);
  });

  it("knows the last one that was in force: who was removed may be gone for good", () => {
    const disk = diskAfter([FOUR], 1);
    disk.loseUnsynced();
    const member = restarted(disk);
    expect(member.state).toMatchObject({ configuration: FOUR, commit: 1, applied: 1 });
  });

  it("does not know of one that was not in force", () => {
    const member = restarted(diskAfter([FOUR], 0));
    expect(member.state).toMatchObject({ configuration: THREE, commit: 0 });
    expect(member.log).toEqual([2]);
  });

  it("writes nothing when it reads of a change that was in force", () => {
    const disk = diskAfter([FOUR], 1);
    const sizeBytes = disk.sizeOf("raft.journal");
    restarted(disk);
    expect(disk.sizeOf("raft.journal")).toBe(sizeBytes);
  });
});

describe("a node that is in no configuration", () => {
  it("takes in the log of those who lead it, and becomes what that says", () => {
    const newcomer = new RaftMember(new ManualDisk(), { members: [] });
    newcomer.raft.onStart();
    newcomer.sync();
    const sent = { ...append(2, [0, 0], [], 1), entries: [entry(1, 2, THREE)] };
    expect(newcomer.ask("n2", sent)).toMatchObject([{ message: accepted(2, 1) }]);
    expect(newcomer.state.configuration).toEqual(THREE);
  });

  it("is caught up by a leader that has made it a learner", () => {
    const member = leader({ term: 2, log: [1, 1], members: ["n1"] });
    change(member, [add("n2", "addLearner")]);
    const newcomer = new RaftMember(new ManualDisk(), { members: [] });
    newcomer.raft.onStart();
    newcomer.sync();
    converse(member, newcomer);
    expect(newcomer.log).toEqual(member.log);
    expect(newcomer.state.configuration).toEqual(member.state.configuration);
  });
});

describe("a candidate", () => {
  it("counts the votes of voters only", () => {
    const member = candidate({ term: 2 });
    for (const id of ["n7", "n8", "n9"]) member.ask(id, voteReply(2, true));
    expect(member.role).toBe("candidate");
  });
});
