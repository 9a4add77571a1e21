// Members that are preferred as leaders: they stand first, and are handed the leadership over.

import { describe, expect, it } from "vitest";
import { initialConfiguration } from "../../../src/protocols/raft/configuration.ts";
import { type Priorities, patienceOf } from "../../../src/protocols/raft/priorities.ts";
import { follower, paperOptions, type RaftMember } from "../../support/raft-member.ts";
import { accepted, append, timeoutNow, vote, voteReply } from "../../support/raft-messages.ts";

const THREE = initialConfiguration(["n1", "n2", "n3"]);
const TIMEOUT = paperOptions.electionTimeoutMin;

describe("the patience of a voter", () => {
  it("is one timeout for each higher priority, however many voters have it", () => {
    const priorities = { n1: 1, n2: 5, n3: 5 };
    expect(patienceOf(priorities, THREE, "n1")).toBe(1);
    expect(patienceOf({ n1: 1, n2: 5, n3: 9 }, THREE, "n1")).toBe(2);
    expect(patienceOf(priorities, THREE, "n2")).toBe(0);
  });

  it("is none where nobody is preferred, and counts 0 for who is not listed", () => {
    expect(patienceOf({}, THREE, "n1")).toBe(0);
    expect(patienceOf({ n2: 1 }, THREE, "n1")).toBe(1);
  });

  it("is not for those who have no vote", () => {
    expect(patienceOf({ n9: 7 }, { ...THREE, outgoing: [] }, "n1")).toBe(0);
    expect(patienceOf({ n9: 7 }, { ...THREE, outgoing: ["n9"] }, "n1")).toBe(1);
  });
});

describe("a member that is preferred less than another", () => {
  const lesser = (): RaftMember => follower({ term: 2, options: { priorities: { n2: 2, n3: 1 } } });

  it("lets a timeout pass for each better one, and then stands", () => {
    const member = lesser();
    expect(member.fire("election")).toEqual([]);
    expect(member.fire("election")).toEqual([]);
    expect(member.fire("election")[0]?.message).toEqual(vote(3, [0, 0]));
  });

  it("names no leader while it waits", () => {
    const member = lesser();
    member.ask("n2", append(2, [0, 0], []));
    member.fire("election");
    expect(member.raft.leader).toBeUndefined();
  });

  it("does not wait anew for what candidates do that cannot win", () => {
    const member = follower({ term: 2, log: [2], options: { priorities: { n2: 2 } } });
    expect(member.fire("election")).toEqual([]);
    member.ask("n2", vote(3, [0, 0]));
    expect(member.fire("election")[0]?.message).toEqual(vote(4, [1, 2]));
  });

  it("waits anew once a leader was heard", () => {
    const member = lesser();
    member.fire("election");
    member.ask("n2", append(2, [0, 0], []));
    expect(member.fire("election")).toEqual([]);
    expect(member.fire("election")).toEqual([]);
    expect(member.fire("election")).toHaveLength(2);
  });

  it("votes for anybody as before, and is elected if it is the one to stand", () => {
    const member = lesser();
    expect(member.ask("n3", vote(3, [0, 0]))).toEqual([{ to: "n3", message: voteReply(3, true) }]);
  });
});

describe("a leader that is preferred less than another", () => {
  /** It leads in term 2, after as many timeouts as its patience and one. */
  function leading(priorities: Priorities, log: readonly number[] = []): RaftMember {
    const member = follower({ term: 1, log, options: { checkQuorum: true, priorities } });
    const timeouts = patienceOf(priorities, THREE, "n1") + 1;
    for (let fired = 0; fired < timeouts; fired++) member.fire("election");
    member.ask("n2", voteReply(2, true));
    return member;
  }

  /** The same, and its log is all that the others hold. */
  function settled(priorities: Priorities): RaftMember {
    const member = leading(priorities);
    for (const peer of ["n2", "n3"]) member.ask(peer, accepted(2, 1));
    return member;
  }
  const told = (member: RaftMember): readonly string[] =>
    member
      .fire("heartbeat")
      .filter(({ message }) => message.type === "timeoutNow")
      .map(({ to }) => to);

  it("hands over to the best with its next heartbeat", () => {
    const member = settled({ n1: 1, n2: 2, n3: 3 });
    expect(told(member)).toEqual(["n3"]);
    expect(member.raft.isHandingOver).toBe(true);
  });

  it("hands over to nobody who is not better, or is not there", () => {
    expect(told(settled({ n1: 3, n2: 3 }))).toEqual([]);
    const member = settled({ n2: 1 });
    member.fire("quorum");
    expect(told(member)).toEqual([]);
  });

  it("waits until the other has caught up", () => {
    const member = leading({ n2: 1 }, Array(100).fill(1));
    member.ask("n3", accepted(2, 101));
    expect(told(member)).toEqual([]);
    expect(member.ask("n2", accepted(2, 101))).not.toContainEqual({
      to: "n2",
      message: timeoutNow(2, 101),
    });
    expect(told(member)).toEqual(["n2"]);
  });

  it("tries it again after ten election timeouts, not earlier", () => {
    const member = settled({ n2: 1 });
    expect(told(member)).toEqual(["n2"]);
    member.fire("transfer");
    expect(told(member)).toEqual([]);
    member.env.pass(10 * TIMEOUT);
    expect(told(member)).toEqual(["n2"]);
  });
});
