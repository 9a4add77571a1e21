import { describe, expect, it } from "vitest";
import { RAFT_SITES } from "../../../src/protocols/raft/sites.ts";
import { follower, leader, paperOptions } from "../../support/raft-member.ts";
import { accepted, append, vote } from "../../support/raft-messages.ts";

const { electionTimeoutMin, electionTimeoutMax, heartbeatInterval } = paperOptions;

describe("a member at a site that fires", () => {
  it("appends one entry, and the next when that is answered", () => {
    const member = leader({ term: 2 });
    member.env.firing.add(RAFT_SITES.appendsOne);
    for (const command of ["a", "b"]) member.propose(command);
    const [sent] = member.ask("n2", accepted(2, 1));
    expect(sent?.message).toMatchObject({ prevIndex: 1, entries: [{ command: "a" }] });
    const [next] = member.ask("n2", accepted(2, 2));
    expect(next?.message).toMatchObject({ prevIndex: 2, entries: [{ command: "b" }] });
  });

  it("beats just before followers lose patience", () => {
    const member = leader({ term: 2 });
    const began = member.env.timers.get("heartbeat")!;
    member.env.firing.add(RAFT_SITES.beatsLate);
    member.fire("heartbeat");
    expect(member.env.timers.get("heartbeat")).toBe(began + electionTimeoutMin - 1);
    member.env.firing.clear();
    member.fire("heartbeat");
    const late = began + electionTimeoutMin - 1;
    expect(member.env.timers.get("heartbeat")).toBe(late + heartbeatInterval);
  });

  it("stands for election early", () => {
    const member = follower({ term: 1 });
    member.env.random.draw = (_, high) => high;
    const hear = () => member.ask("n2", append(1, [0, 0], []));
    hear();
    expect(member.env.timers.get("election")).toBe(electionTimeoutMax);
    member.env.firing.add(RAFT_SITES.standsEarly);
    hear();
    expect(member.env.timers.get("election")).toBe(electionTimeoutMin);
  });

  it("refuses a vote, and may give it later", () => {
    const member = follower({ term: 1 });
    member.env.firing.add(RAFT_SITES.refusesVote);
    const [no] = member.ask("n2", vote(2, [0, 0]));
    expect(no?.message).toMatchObject({ type: "voteReply", term: 2, granted: false });
    expect(member.state.votedFor).toBeUndefined();
    member.env.firing.clear();
    const [yes] = member.ask("n2", vote(2, [0, 0]));
    expect(yes?.message).toMatchObject({ granted: true });
  });

  it("steps down with its quorum behind it", () => {
    const checks = (site?: string): string => {
      const member = leader({ term: 2, options: { checkQuorum: true } });
      member.ask("n2", accepted(2, 1));
      if (site !== undefined) member.env.firing.add(site);
      member.fire("quorum");
      return member.role;
    };
    expect(checks()).toBe("leader");
    expect(checks(RAFT_SITES.stepsDown)).toBe("follower");
  });

  it("syncs late, and answers no sooner", () => {
    const member = follower({ term: 1 });
    member.env.firing.add(RAFT_SITES.syncsLate);
    expect(member.ask("n2", append(1, [0, 0], [1]))).toEqual([]);
    expect(member.env.disk.syncs).toEqual([]);
    member.env.firing.clear();
    const answers = member.ask("n2", append(1, [1, 1], [1])).map(({ message }) => message);
    expect(answers).toEqual([accepted(1, 1), accepted(1, 2)]);
  });

  it("is busy, and takes nothing in", () => {
    const member = leader({ term: 2 });
    member.env.firing.add(RAFT_SITES.isBusy);
    expect(member.raft.propose("a")).toBe("busy");
    expect(member.log).toEqual([2]);
  });
});
