// Raft figure 8 and §5.4.2: what counting replicas does not prove.

import { describe, expect, it } from "vitest";
import { follower, leader } from "../../support/raft-member.ts";
import { accepted, append, blank, entries, vote, voteReply } from "../../support/raft-messages.ts";

describe("figure 8: S1 leads in term 4 with an entry of term 2 in its log", () => {
  it("(c) does not commit that entry although three of five servers hold it", () => {
    const s1 = leader({ term: 4, log: [1, 2], size: 5 });
    s1.ask("n2", accepted(4, 2));
    s1.ask("n3", accepted(4, 2));
    expect(s1.state.commit).toBe(0);
  });

  it("(d) as S5, with an entry of term 3, could still be elected by those servers", () => {
    const s2 = follower({ term: 4, log: [1, 2], size: 5 });
    expect(s2.ask("n5", vote(5, [2, 3]))).toEqual([{ to: "n5", message: voteReply(5, true) }]);
  });

  it("(d) and overwrite it", () => {
    const s2 = follower({ term: 5, log: [1, 2], size: 5 });
    s2.ask("n5", append(5, [1, 1], [3]));
    expect(s2.log).toEqual([1, 3]);
  });

  it("(e) commits it indirectly, once a majority holds an entry of term 4", () => {
    const s1 = leader({ term: 4, log: [1, 2], size: 5 });
    s1.ask("n2", accepted(4, 3));
    s1.ask("n3", accepted(4, 3));
    expect(s1.state.commit).toBe(3);
    expect(s1.applied).toEqual([...entries(0, [1, 2]), blank(3, 4)]);
  });

  it("(e) and then S5 is not elected by those servers", () => {
    const s2 = follower({ term: 4, log: [1, 2, 4], size: 5 });
    expect(s2.ask("n5", vote(5, [2, 3]))).toEqual([{ to: "n5", message: voteReply(5, false) }]);
  });
});
