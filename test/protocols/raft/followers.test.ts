// Raft figure 2, "Rules for Servers": followers; and §5.2 on their timeouts.

import { describe, expect, it } from "vitest";
import { ms } from "../../../src/sim/time.ts";
import { follower, paperOptions } from "../../support/raft-member.ts";
import { append, vote, voteReply } from "../../support/raft-messages.ts";

// The fixed random draws the shortest timeout.
const TIMEOUT = paperOptions.electionTimeoutMin;

describe("figure 2, followers: respond to RPCs", () => {
  it("from leaders", () => {
    const sent = follower({ term: 1 }).ask("n2", append(1, [0, 0], []));
    expect(sent).toMatchObject([{ to: "n2", message: { type: "appendReply" } }]);
  });

  it("from candidates", () => {
    const sent = follower({ term: 1 }).ask("n2", vote(2, [0, 0]));
    expect(sent).toMatchObject([{ to: "n2", message: { type: "voteReply" } }]);
  });

  it("and issue none of their own accord", () => {
    const member = follower({ term: 1 });
    member.ask("n2", append(1, [0, 0], []));
    expect(member.propose("x")).toEqual([]);
    expect(member.env.timers.has("heartbeat")).toBe(false);
  });
});

describe("figure 2, followers: the election timeout makes a candidate", () => {
  it("when it elapses", () => {
    const member = follower({ term: 1 });
    member.fire("election");
    expect(member.role).toBe("candidate");
  });

  it("counted from the start", () => {
    expect(follower().env.timers).toEqual(new Map([["election", TIMEOUT]]));
  });

  it("unless AppendEntries is received from the current leader", () => {
    const member = follower({ term: 1 });
    member.env.pass(ms(700));
    member.receive("n2", append(1, [0, 0], []));
    expect(member.env.timers.get("election")).toBe(ms(700) + TIMEOUT);
  });

  it("unless it is received, although its entries do not fit", () => {
    const member = follower({ term: 1 });
    member.env.pass(ms(700));
    member.receive("n2", append(1, [5, 1], []));
    expect(member.env.timers.get("election")).toBe(ms(700) + TIMEOUT);
  });

  it("also if AppendEntries is received from a leader of an older term", () => {
    const member = follower({ term: 3 });
    member.env.pass(ms(700));
    member.receive("n2", append(2, [0, 0], []));
    expect(member.env.timers.get("election")).toBe(TIMEOUT);
  });

  it("unless a vote is granted", () => {
    const member = follower({ term: 1 });
    member.env.pass(ms(700));
    member.receive("n2", vote(2, [0, 0]));
    expect(member.env.timers.get("election")).toBe(ms(700) + TIMEOUT);
  });

  it("also if a vote is refused, be it in a later term", () => {
    const member = follower({ term: 1, log: [1] });
    member.env.pass(ms(700));
    member.receive("n2", vote(2, [0, 0]));
    expect(member.env.timers.get("election")).toBe(TIMEOUT);
  });
});

describe("§5.2, election timeouts are random", () => {
  it("uniform in [electionTimeoutMin, electionTimeoutMax]", () => {
    const { random } = follower().env;
    const { electionTimeoutMin, electionTimeoutMax } = paperOptions;
    expect(random.ranges).toEqual([[electionTimeoutMin, electionTimeoutMax]]);
  });

  it("and as drawn", () => {
    const member = follower({ term: 1 });
    member.env.random.draw = (_low, high) => high;
    member.receive("n2", append(1, [0, 0], []));
    expect(member.env.timers.get("election")).toBe(paperOptions.electionTimeoutMax);
  });

  it("drawn anew when a leader is heard", () => {
    const member = follower({ term: 1 });
    member.receive("n2", append(1, [0, 0], []));
    member.receive("n2", append(1, [0, 0], []));
    expect(member.env.random.ranges.length).toBe(3);
  });

  it("drawn anew for each election, so that a split vote is not split again", () => {
    const member = follower({ term: 1 });
    member.fire("election");
    member.ask("n2", voteReply(2, false));
    member.fire("election");
    expect(member.env.random.ranges.length).toBe(3);
  });
});
