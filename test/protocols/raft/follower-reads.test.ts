// Ongaro's thesis §6.4, last paragraph: followers answer reads, with the leader's word.

import { describe, expect, it } from "vitest";
import { ms } from "../../../src/sim/time.ts";
import {
  type Beginning,
  follower,
  leader,
  paperOptions,
  type RaftMember,
} from "../../support/raft-member.ts";
import {
  accepted,
  append,
  confirm,
  confirmed,
  readIndex,
  readIndexReply,
} from "../../support/raft-messages.ts";

const TIMEOUT = paperOptions.electionTimeoutMin;
const HEARTBEAT = paperOptions.heartbeatInterval;

/** A follower in term 2 that knows its leader, `n2`, and has applied the first of two entries. */
function following(beginning: Beginning = {}): RaftMember {
  const member = follower({ term: 2, log: [2, 2], options: { followerReads: true }, ...beginning });
  member.ask("n2", append(2, [2, 2], [], 1));
  member.env.takeSent();
  return member;
}

/** Asks a member to read, and returns the question that it sends. */
function read(member: RaftMember, number: number) {
  expect(member.raft.read(number, "index")).toBeUndefined();
  const [sent] = member.env.takeSent();
  if (sent?.message.type !== "readIndex") throw new Error("asks nothing");
  expect(sent.to).toBe("n2");
  return sent.message;
}

describe("thesis §6.4, a follower that is asked for an index read", () => {
  it("asks its leader, and answers once it has applied what the leader says", () => {
    const member = following();
    const question = read(member, 7);
    expect(question).toEqual(readIndex(2, question.life, 7));
    member.ask("n2", readIndexReply(question, 2));
    expect(member.reads).toEqual([]);
    member.ask("n2", append(2, [2, 2], [], 2));
    expect(member.reads).toEqual([[7, true]]);
  });

  it("answers at once if it has applied that already, and once", () => {
    const member = following();
    const question = read(member, 7);
    member.ask("n2", readIndexReply(question, 1));
    member.ask("n2", readIndexReply(question, 1));
    expect(member.reads).toEqual([[7, true]]);
  });

  it("takes no answer to another read for its own", () => {
    const member = following();
    const question = read(member, 7);
    member.ask("n2", readIndexReply({ ...question, read: 6 }, 1));
    expect(member.reads).toEqual([]);
  });

  it("takes no answer that an earlier life of it has asked for", () => {
    const member = following();
    const question = read(member, 7);
    member.ask("n2", readIndexReply({ ...question, life: question.life + 1 }, 1));
    expect(member.reads).toEqual([]);
  });

  it("does not before it has asked, though an answer to an earlier life has its number", () => {
    const member = following();
    member.ask("n2", readIndexReply(readIndex(2, 0, 1), 1));
    expect(member.reads).toEqual([]);
  });

  it("cannot when whom it asked does not lead", () => {
    const member = following();
    member.ask("n2", readIndexReply(read(member, 7), undefined));
    expect(member.reads).toEqual([[7, false]]);
  });

  it("cannot when another leads before it is answered", () => {
    const member = following();
    read(member, 7);
    member.ask("n3", append(3, [2, 2], []));
    expect(member.reads).toEqual([[7, false]]);
  });

  it("can when another leads after it is answered", () => {
    const member = following();
    member.ask("n2", readIndexReply(read(member, 7), 2));
    member.ask("n3", append(3, [2, 2], [], 2));
    expect(member.reads).toEqual([[7, true]]);
  });

  it("asks again with the interval of heartbeats, as the question may be lost", () => {
    const member = following();
    const question = read(member, 7);
    member.env.pass(HEARTBEAT);
    expect(member.fire("ask again")).toEqual([{ to: "n2", message: question }]);
  });

  it("gives up after an election timeout", () => {
    const member = following();
    read(member, 7);
    member.env.pass(TIMEOUT - ms(1));
    member.fire("ask again");
    expect(member.reads).toEqual([]);
    member.fire("ask again");
    expect(member.reads).toEqual([[7, false]]);
    expect(member.env.timers.has("ask again")).toBe(false);
  });

  it("refuses when it knows no leader, when it has no such option, and a lease", () => {
    const alone = follower({ term: 2, options: { followerReads: true } });
    expect(alone.raft.read(7, "index")).toBe("not leading");
    const without = following({ options: { followerReads: false } });
    expect(without.raft.read(7, "index")).toBe("not leading");
    expect(following().raft.read(7, "lease")).toBe("not leading");
  });
});

describe("thesis §6.4, a leader that is asked by a follower", () => {
  const question = readIndex(2, 9, 4);

  function settled(): RaftMember {
    const member = leader({ term: 2 });
    for (const peer of ["n2", "n3"]) member.ask(peer, accepted(2, 1));
    return member;
  }

  it("makes sure that it leads, as for itself, and tells what was committed before", () => {
    const member = settled();
    const asks = member.ask("n2", question);
    expect(asks).toEqual(["n2", "n3"].map((to) => ({ to, message: confirm(2, 1) })));
    const sent = member.ask("n3", confirmed(2, 1));
    expect(sent[0]).toEqual({ to: "n2", message: readIndexReply(question, 1) });
    expect(member.reads).toEqual([]);
  });

  it("tells it as well that this is committed", () => {
    const member = settled();
    member.ask("n2", question);
    const sent = member.ask("n3", confirmed(2, 1));
    expect(sent[1]).toMatchObject({ to: "n2", message: { type: "append", commit: 1 } });
    expect(sent).toHaveLength(2);
  });

  it("does not count on a round that began before the question came", () => {
    const member = settled();
    member.raft.read(1, "index");
    member.ask("n2", question);
    expect(member.ask("n3", confirmed(2, 1)).map(({ message }) => message)).not.toContainEqual(
      readIndexReply(question, 1),
    );
    const sent = member.ask("n3", confirmed(2, 2));
    expect(sent[0]).toEqual({ to: "n2", message: readIndexReply(question, 1) });
  });

  it("does not before an entry of its own term is committed", () => {
    const member = leader({ term: 2, log: [1] });
    member.ask("n2", question);
    expect(member.ask("n3", confirmed(2, 1))).toEqual([]);
    const sent = member.ask("n3", accepted(2, 2));
    expect(sent).toContainEqual({ to: "n2", message: readIndexReply(question, 2) });
  });

  it("says nothing when it leads no more: the follower finds out by itself", () => {
    const member = settled();
    member.ask("n2", question);
    const sent = member.ask("n3", append(3, [1, 2], []));
    expect(sent.map(({ message }) => message.type)).toEqual(["appendReply"]);
    expect(member.reads).toEqual([]);
  });

  it("answers that it does not, when it leads another term or none", () => {
    const later = { ...question, term: 3 };
    expect(settled().ask("n2", later)).toEqual([
      { to: "n2", message: readIndexReply(question, undefined) },
    ]);
    expect(follower({ term: 2 }).ask("n2", question)).toEqual([
      { to: "n2", message: readIndexReply(question, undefined) },
    ]);
  });
});
