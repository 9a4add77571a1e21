// Commands that are proposed at who does not lead: passed on once, as `MsgProp` of etcd/raft.

import { describe, expect, it } from "vitest";
import type { Forward } from "../../../src/protocols/raft/messages.ts";
import { follower, leader, type RaftMember } from "../../support/raft-member.ts";
import { accepted, append } from "../../support/raft-messages.ts";

const FORWARDS = { options: { forwardProposals: true } };
const question: Forward<string> = { type: "forward", term: 2, command: "x" };

function following(): RaftMember {
  const member = follower({ term: 2, ...FORWARDS });
  member.ask("n2", append(2, [0, 0], []));
  return member;
}

describe("a follower that is given a command", () => {
  it("passes it on to its leader", () => {
    const member = following();
    member.env.takeSent();
    expect(member.raft.propose("x")).toBe("forwarded");
    expect(member.env.takeSent()).toEqual([{ to: "n2", message: question }]);
    expect(member.log).toEqual([]);
  });

  it("does not without the option, and while it knows no leader", () => {
    const without = follower({ term: 2 });
    without.ask("n2", append(2, [0, 0], []));
    expect(without.raft.propose("x")).toBe("not leading");
    expect(follower({ term: 2, ...FORWARDS }).raft.propose("x")).toBe("not leading");
  });

  it("passes on nothing that was passed on to it", () => {
    expect(following().ask("n3", question)).toEqual([]);
  });
});

describe("a leader to which a command is passed on", () => {
  it("takes it in like one of its own", () => {
    const member = leader({ term: 2 });
    for (const peer of ["n2", "n3"]) member.ask(peer, accepted(2, 1));
    const sent = member.ask("n3", question);
    const entries = [{ index: 2, term: 2, command: "x" }];
    expect(sent.map(({ message }) => message)).toMatchObject([{ entries }, { entries }]);
  });

  it("drops it when it was meant for the leader of another term", () => {
    const member = leader({ term: 3 });
    member.ask("n3", question);
    expect(member.log).toEqual([3]);
  });

  it("drops it while it hands over", () => {
    const member = leader({ term: 2 });
    member.raft.transfer("n2");
    member.ask("n3", question);
    expect(member.log).toEqual([2]);
  });
});
