import { describe, expect, it } from "vitest";
import type { KvCommand, KvOperation } from "../../../src/protocols/kv/commands.ts";
import type { KvMessage } from "../../../src/protocols/kv/messages.ts";
import { KvServer } from "../../../src/protocols/kv/server.ts";
import type { Entry } from "../../../src/protocols/raft/log.ts";
import type { MemberChange } from "../../../src/protocols/raft/raft.ts";
import { formattedDisk, paperOptions } from "../../support/raft-member.ts";
import { accepted, blank, confirmed, vote, voteReply } from "../../support/raft-messages.ts";
import { chunksOf } from "../../support/raft-snapshots.ts";
import { RecordingEnv, type Sent } from "../../support/recording-env.ts";

const PUT: KvOperation = { op: "put", key: "k", value: "v" };
const GET: KvOperation = { op: "get", key: "k" };

const request = (serial: number, operation: KvOperation = PUT, session = "s"): KvMessage => {
  return { type: "request", session, serial, operation };
};
const done = (serial: number): KvMessage => {
  return { type: "reply", session: "s", serial, result: { type: "done" } };
};

/** An append by a leader with all that precede the entries committed, and they as well. */
const append = (
  term: number,
  [prevIndex, prevTerm]: readonly [index: number, term: number],
  entries: readonly Entry<KvCommand>[] = [],
): KvMessage => {
  const commit = prevIndex + entries.length;
  return { type: "append", term, prevIndex, prevTerm, entries, commit };
};

/** The server `n1` of three. */
class Bench {
  readonly env: RecordingEnv<KvMessage>;
  readonly server: KvServer;

  constructor(env = new RecordingEnv<KvMessage>("n1", formattedDisk()), options = paperOptions) {
    this.env = env;
    this.server = new KvServer(env, options, ["n1", "n2", "n3", "n4"]);
    this.server.onStart();
    this.#sync();
  }

  /** Hands it a message, lets its disk finish, and returns what it sends to clients. */
  ask(from: string, message: KvMessage): readonly Sent<KvMessage>[] {
    this.server.onMessage(from, message);
    this.#sync();
    return this.env.takeSent().filter(({ to }) => to.startsWith("c"));
  }

  /** Makes it the leader of term 1 with its blank entry, of index 1, committed. */
  lead(): this {
    this.server.onTimer(this.env.fire("election"));
    this.#sync();
    this.ask("n2", voteReply(1, true));
    this.ask("n2", accepted(1, 1));
    return this;
  }

  #sync(): void {
    while (this.env.disk.syncs.length > 0) {
      this.server.onSynced(this.env.disk.completeSync());
    }
  }
}

/** A server that leads, and has answered the put of session `s`, serial 1, at index 2. */
function served(): Bench {
  const bench = new Bench().lead();
  bench.ask("c1", request(1));
  bench.ask("n2", accepted(1, 2));
  return bench;
}

describe("a server that does not lead", () => {
  it("names the leader", () => {
    const bench = new Bench();
    bench.ask("n3", append(1, [0, 0]));
    const message = { type: "redirect", session: "s", serial: 1, leader: "n3" };
    expect(bench.ask("c1", request(1))).toEqual([{ to: "c1", message }]);
  });

  it("says that it knows none", () => {
    const message = { type: "redirect", session: "s", serial: 4, leader: undefined };
    expect(new Bench().ask("c1", request(4))).toEqual([{ to: "c1", message }]);
  });

  it("takes nothing into its log", () => {
    const bench = new Bench();
    bench.ask("c1", request(1));
    expect(bench.server.lastIndex).toBe(0);
  });
});

describe("a server that leads", () => {
  it("does not answer before the operation is committed", () => {
    expect(new Bench().lead().ask("c1", request(1))).toEqual([]);
  });

  it("answers its client when it is", () => {
    const bench = new Bench().lead();
    bench.ask("c1", request(1));
    expect(bench.ask("n2", accepted(1, 2))).toEqual([{ to: "c1", message: done(1) }]);
  });

  it("answers a get from the state at its place in the log", () => {
    const bench = new Bench().lead();
    bench.ask("c1", request(1, PUT, "s"));
    bench.ask("c2", request(7, GET, "t"));
    const result = { type: "value", value: "v" };
    expect(bench.ask("n2", accepted(1, 3))).toEqual([
      { to: "c1", message: done(1) },
      { to: "c2", message: { type: "reply", session: "t", serial: 7, result } },
    ]);
  });

  it("answers once, and then waits for nothing", () => {
    const bench = served();
    expect(bench.ask("n3", accepted(1, 2))).toEqual([]);
    expect(bench.server.state.waiting.size).toBe(0);
  });

  it("redirects, and says no more, when its disk has failed", () => {
    const bench = new Bench().lead();
    bench.env.disk.refusal = { kind: "io" };
    expect(bench.ask("c1", request(1))).toMatchObject([{ message: { type: "redirect" } }]);
    expect(bench.ask("c1", request(2))).toMatchObject([{ message: { type: "redirect" } }]);
  });

  it("refuses, and leads no more, when its disk is full", () => {
    const bench = new Bench().lead();
    bench.env.disk.refusal = { kind: "full" };
    const message = { type: "refused", session: "s", serial: 1, reason: "disk full" };
    expect(bench.ask("c1", request(1))).toEqual([{ to: "c1", message }]);
    expect(bench.server.role).toBe("follower");
    expect(bench.ask("c1", request(1))).toMatchObject([{ message: { type: "redirect" } }]);
  });
});

describe("a read that does not go through the log", () => {
  const index = (serial: number): KvMessage => {
    return { type: "read", session: "s", serial, question: "k", read: "index" };
  };

  it("is answered once the leader has made sure that it leads", () => {
    const bench = served();
    expect(bench.ask("c2", index(1))).toEqual([]);
    const result = { type: "value", value: "v" };
    const message = { type: "reply", session: "s", serial: 1, result };
    expect(bench.ask("n2", confirmed(1, 1))).toEqual([{ to: "c2", message }]);
    expect(bench.server.lastIndex).toBe(2);
  });

  it("is redirected where nobody leads", () => {
    const message = { type: "redirect", session: "s", serial: 1, leader: undefined };
    expect(new Bench().ask("c2", index(1))).toEqual([{ to: "c2", message }]);
  });

  it("is redirected when the leader loses its place meanwhile", () => {
    const bench = served();
    bench.ask("c2", index(1));
    const sent = bench.ask("n3", append(2, [2, 1]));
    expect(sent).toMatchObject([{ to: "c2", message: { type: "redirect", serial: 1 } }]);
    expect(bench.server.state.reading.size).toBe(0);
  });
});

describe("a proposal that is lost to another leader", () => {
  it("is not answered as if it were that leader's entry", () => {
    const bench = new Bench().lead();
    bench.ask("c1", request(1, GET));
    const put = { session: "t", serial: 1, operation: PUT };
    const entry = { index: 2, term: 2, command: put };
    const sent = bench.ask("n3", append(2, [1, 1], [entry]));
    const message = { type: "redirect", session: "s", serial: 1, leader: "n3" };
    expect(sent).toEqual([{ to: "c1", message }]);
    expect(bench.server.item("k")?.value).toBe("v");
  });

  it("is not answered as if it were another request of the same session", () => {
    const bench = new Bench().lead();
    bench.ask("c1", request(2, GET));
    const entry = { index: 2, term: 2, command: { session: "s", serial: 1, operation: PUT } };
    const sent = bench.ask("n3", append(2, [1, 1], [entry]));
    expect(sent).toMatchObject([{ to: "c1", message: { type: "redirect", serial: 2 } }]);
  });

  it("is redirected when a blank entry has its place", () => {
    const bench = new Bench().lead();
    bench.ask("c1", request(1));
    const sent = bench.ask("n3", append(2, [1, 1], [blank(2, 2)]));
    const message = { type: "redirect", session: "s", serial: 1, leader: "n3" };
    expect(sent).toEqual([{ to: "c1", message }]);
  });
});

describe("a request that comes again", () => {
  it("when it is done: gets the first answer, and no place in the log", () => {
    const bench = served();
    expect(bench.ask("c1", request(1, GET))).toEqual([{ to: "c1", message: done(1) }]);
    expect(bench.server.lastIndex).toBe(2);
  });

  it("when it is done: gets it also from a server that leads no more", () => {
    const bench = served();
    bench.ask("n3", append(2, [2, 1]));
    expect(bench.ask("c1", request(1))).toEqual([{ to: "c1", message: done(1) }]);
  });

  it("when it is not done: is applied once and answered each time", () => {
    const bench = new Bench().lead();
    bench.ask("c1", request(1));
    bench.ask("c1", request(1));
    const sent = bench.ask("n2", accepted(1, 3));
    expect(sent.map(({ message }) => message)).toEqual([done(1), done(1)]);
    expect(bench.server.item("k")?.modified).toBe(2);
  });

  it("when its client has moved on: is ignored", () => {
    const bench = served();
    bench.ask("c1", request(2));
    bench.ask("n2", accepted(1, 3));
    expect(bench.ask("c1", request(1))).toEqual([]);
    expect(bench.server.lastIndex).toBe(3);
  });
});

describe("a local read", () => {
  it("gives what the server holds, and up to where it has applied", () => {
    const message = { type: "localValue", session: "s", serial: 5, value: "v", applied: 2 };
    const sent = served().ask("c1", { type: "localRead", session: "s", serial: 5, question: "k" });
    expect(sent).toEqual([{ to: "c1", message }]);
  });

  it("gives undefined for a key that the server lacks, whoever leads", () => {
    const message = { type: "localValue", session: "s", serial: 5, value: undefined, applied: 0 };
    const sent = new Bench().ask("c1", {
      type: "localRead",
      session: "s",
      serial: 5,
      question: "k",
    });
    expect(sent).toEqual([{ to: "c1", message }]);
  });
});

describe("what is no server's to hear", () => {
  it.each([
    done(1),
    { type: "redirect", session: "s", serial: 1, leader: undefined },
    { type: "localValue", session: "s", serial: 1, value: undefined, applied: 0 },
  ] as const)("a $type is a bug", (message) => {
    expect(() => new Bench().ask("c1", message)).toThrow(
      `a server is answered: c1 ${message.type}`,
    );
  });
});

describe("a server's memory", () => {
  it("set anew is what its handlers go on with", () => {
    const bench = new Bench().lead();
    const before = bench.server.state;
    bench.server.state = structuredClone(before);
    bench.ask("c1", request(1));
    expect(bench.server.state.raft.log.lastIndex).toBe(2);
    expect(before.raft.log.lastIndex).toBe(1);
  });

  it("is rebuilt from its log after a restart, once that is committed again", () => {
    const bench = new Bench(new RecordingEnv("n1", served().env.disk));
    expect(bench.server.item("k")).toBeUndefined();
    bench.ask("n3", append(2, [2, 1]));
    expect(bench.server.item("k")).toEqual({ value: "v", modified: 2 });
    expect(bench.ask("c1", request(1))).toEqual([{ to: "c1", message: done(1) }]);
  });
});

describe("what a server shows of itself", () => {
  it("as a leader", () => {
    const { server } = served();
    const { role, leader, term, votedFor, commit, applied, lastIndex } = server;
    expect({ role, leader, term, votedFor }).toEqual({
      ...{ role: "leader", leader: "n1" },
      ...{ term: 1, votedFor: "n1" },
    });
    expect({ commit, applied, lastIndex }).toEqual({ commit: 2, applied: 2, lastIndex: 2 });
  });

  it("as a follower", () => {
    const bench = served();
    bench.ask("n3", append(2, [2, 1]));
    const { role, leader, votedFor } = bench.server;
    expect({ role, leader, votedFor }).toEqual({
      role: "follower",
      leader: "n3",
      votedFor: undefined,
    });
  });

  it("its entries, and what their commands have done", () => {
    const { server } = served();
    const entry = server.entryAt(2);
    expect(entry.command).toEqual({ session: "s", serial: 1, operation: PUT });
    expect(server.effectOf(entry.command)).toBe(2);
    expect(server.effectOf(server.entryAt(1).command)).toBeUndefined();
    expect(server.machine.sessions.get("s")).toEqual({
      ...{ serial: 1, index: 2 },
      result: { type: "done" },
    });
  });

  it("its vote", () => {
    const bench = new Bench();
    bench.ask("n3", vote(4, [0, 0]));
    expect(bench.server.votedFor).toBe("n3");
    expect(bench.server.term).toBe(4);
  });
});

describe("an administrator who asks for a change", () => {
  const change = (serial: number, changes: readonly MemberChange[]): KvMessage => {
    return { type: "change", session: "s", serial, changes };
  };
  const ADD: MemberChange = { kind: "addVoter", id: "n4" };
  const SWAP: readonly MemberChange[] = [
    { kind: "remove", id: "n3" },
    { kind: "addVoter", id: "n4" },
  ];

  it("is answered when the change is in force", () => {
    const bench = new Bench().lead();
    expect(bench.ask("c1", change(1, [ADD]))).toEqual([]);
    expect(bench.ask("n2", accepted(1, 2))).toEqual([{ to: "c1", message: done(1) }]);
    expect(bench.server.configuration.voters).toEqual(["n1", "n2", "n3", "n4"]);
  });

  it("is not answered before the disk knows that it is", () => {
    const bench = new Bench().lead();
    bench.ask("c1", change(1, [ADD]));
    // A sync that is under way knows nothing of what is written now.
    bench.server.onMessage("c2", request(1, PUT, "t"));
    bench.server.onMessage("n2", accepted(1, 2));
    expect(bench.server.configuration.voters).toHaveLength(4);
    bench.server.onSynced(bench.env.disk.completeSync());
    bench.server.onMessage("c1", change(1, [ADD]));
    expect(bench.env.takeSent().filter(({ to }) => to === "c1")).toEqual([]);
    bench.server.onSynced(bench.env.disk.completeSync());
    expect(bench.env.takeSent()).toEqual([{ to: "c1", message: done(1) }]);
  });

  it("is not answered in the joint phase, but at its end", () => {
    const bench = new Bench().lead();
    bench.ask("c1", change(1, SWAP));
    expect(bench.ask("n2", accepted(1, 2))).toEqual([]);
    expect(bench.server.configuration.outgoing).toEqual(["n1", "n2", "n3"]);
    expect(bench.ask("n2", accepted(1, 3))).toEqual([{ to: "c1", message: done(1) }]);
    expect(bench.server.configuration.outgoing).toEqual([]);
  });

  it("may ask again while it is under way", () => {
    const bench = new Bench().lead();
    bench.ask("c1", change(1, [ADD]));
    expect(bench.ask("c1", change(1, [ADD]))).toEqual([]);
    expect(bench.ask("n2", accepted(1, 2))).toEqual([{ to: "c1", message: done(1) }]);
  });

  it.each<[string, unknown]>([
    ["empty change", []],
    ["unknown member", [{ kind: "remove", id: "n9" }]],
    ["unknown server", [{ kind: "addVoter", id: "nowhere" }]],
    ["unknown server", [{ kind: "addVoter", id: "c1" }]],
    ["no voters", ["n1", "n2", "n3"].map((id) => ({ kind: "remove", id }))],
    ["no change", [{ kind: "addVoter", id: "n2" }]],
    ["malformed", undefined],
    ["malformed", null],
    ["malformed", "n4"],
    ["malformed", { kind: "addVoter", id: "n4" }],
    ["malformed", [null]],
    ["malformed", [{}]],
    ["malformed", [["addVoter", "n4"]]],
    ["malformed", [{ kind: "nonsense", id: "n4" }]],
    ["malformed", [{ kind: "addVoter", id: 4 }]],
    ["malformed", [{ kind: "addVoter", id: "" }]],
    ["malformed", [{ kind: "addVoter", id: "\ud800" }]],
    ["malformed", [{ kind: "addVoter", id: "n4", priority: 2 }]],
    ["malformed", [{ kind: "addVoter", id: "n4" }, null]],
  ])("is refused for %s, of %j, and nothing is other than before", (reason, changes) => {
    const bench = new Bench().lead();
    const { stateHash, lastIndex, configuration } = bench.server;
    // Whatever a client may send.
    const [answer] = bench.ask("c1", change(1, changes as readonly MemberChange[]));
    expect(answer?.message).toEqual({ type: "refused", session: "s", serial: 1, reason });
    expect(bench.server).toMatchObject({ stateHash, lastIndex, configuration });
    expect(bench.server.state).toMatchObject({ changing: undefined, changed: [] });
  });

  it("of something malformed is told so by a server that does not lead, too", () => {
    const [answer] = new Bench().ask("c1", { ...change(1, []), changes: [{}] } as never);
    expect(answer?.message).toMatchObject({ type: "refused", reason: "malformed" });
  });

  it("is told who leads when the change is lost to another leader's entry", () => {
    const bench = new Bench().lead();
    bench.ask("c1", change(1, [ADD]));
    const [answer] = bench.ask("n3", append(2, [1, 1], [blank(2, 2)]));
    expect(answer?.message).toEqual({ type: "redirect", session: "s", serial: 1, leader: "n3" });
  });

  it("is told who leads by a server that does not", () => {
    const [answer] = new Bench().ask("c1", change(1, [ADD]));
    expect(answer?.message).toMatchObject({ type: "redirect" });
  });
});

describe("an administrator who asks for another leader", () => {
  const TRANSFER: KvMessage = { type: "transfer", session: "s", serial: 1, to: "n2" };

  /** A server that leads, whose log the others hold. */
  const leading = (): Bench => {
    const bench = new Bench().lead();
    bench.ask("n3", accepted(1, 1));
    return bench;
  };

  it("is answered when the other leads", () => {
    const bench = leading();
    expect(bench.ask("c1", TRANSFER)).toEqual([]);
    bench.ask("n2", { ...vote(2, [1, 1]), transfer: true });
    expect(bench.ask("n2", append(2, [1, 1]))).toEqual([{ to: "c1", message: done(1) }]);
  });

  it("may ask again while it is under way", () => {
    const bench = leading();
    bench.ask("c1", TRANSFER);
    expect(bench.ask("c1", TRANSFER)).toEqual([]);
    expect(bench.ask("n2", append(2, [1, 1]))).toEqual([{ to: "c1", message: done(1) }]);
  });

  it("is told when it is given up, and who leads when that is a third one", () => {
    const givenUp = leading();
    givenUp.ask("c1", TRANSFER);
    givenUp.server.onTimer(givenUp.env.fire("transfer"));
    expect(givenUp.env.takeSent()).toMatchObject([{ message: { reason: "given up" } }]);
    const third = leading();
    third.ask("c1", TRANSFER);
    expect(third.ask("n3", append(2, [1, 1]))).toMatchObject([
      { message: { type: "redirect", leader: "n3" } },
    ]);
  });

  it.each([
    ["n1", "no change"],
    ["n9", "unknown member"],
  ])("is refused for %s: %s", (to, reason) => {
    const [answer] = leading().ask("c1", { ...TRANSFER, to });
    expect(answer?.message).toEqual({ type: "refused", session: "s", serial: 1, reason });
  });

  it("waits like everybody while another transfer is under way", () => {
    const bench = leading();
    bench.ask("c1", TRANSFER);
    const refusal = { type: "refused", reason: "transferring" };
    expect(bench.ask("c2", { ...TRANSFER, session: "t" })).toMatchObject([{ message: refusal }]);
    expect(bench.ask("c3", request(1, PUT, "u"))).toMatchObject([{ message: refusal }]);
  });

  it("is told who leads by a server that does not", () => {
    const [answer] = new Bench().ask("c1", TRANSFER);
    expect(answer?.message).toMatchObject({ type: "redirect" });
  });
});

describe("a server that forwards what it is asked for", () => {
  const put = (serial: number): KvCommand => ({ session: "s", serial, operation: PUT });

  /** It follows `n3` in term 1, and has forwarded the put of session `s`, serial 2. */
  function forwarding(): Bench {
    const bench = new Bench(undefined, { ...paperOptions, forwardProposals: true });
    bench.ask("n3", append(1, [0, 0]));
    bench.server.onMessage("c1", request(2));
    const message = { type: "forward", term: 1, command: put(2) };
    expect(bench.env.takeSent()).toEqual([{ to: "n3", message }]);
    return bench;
  }

  it("answers once it has applied that, and once", () => {
    const bench = forwarding();
    const entry = { index: 1, term: 1, command: put(2) };
    expect(bench.ask("n3", append(1, [0, 0], [entry]))).toEqual([{ to: "c1", message: done(2) }]);
    const again = { index: 2, term: 1, command: put(2) };
    expect(bench.ask("n3", append(1, [1, 1], [again]))).toEqual([]);
  });

  it("does not when an earlier request of the session is applied", () => {
    const bench = forwarding();
    const entry = { index: 1, term: 1, command: put(1) };
    expect(bench.ask("n3", append(1, [0, 0], [entry]))).toEqual([]);
    expect(bench.server.state.forwarded.size).toBe(1);
  });

  it("says nothing of what is over: its client has moved on", () => {
    const bench = forwarding();
    const entry = { index: 1, term: 1, command: put(3) };
    expect(bench.ask("n3", append(1, [0, 0], [entry]))).toEqual([]);
    expect(bench.server.state.forwarded.size).toBe(0);
  });

  it("answers from the sessions of a snapshot that brings the effect", () => {
    const leader = served();
    leader.ask("c1", request(2));
    leader.ask("n2", accepted(1, 3));
    const bench = forwarding();
    const [chunk] = chunksOf(1, leader.server.saved(), 4_096);
    expect(bench.ask("n3", chunk!)).toEqual([{ to: "c1", message: done(2) }]);
    expect(bench.server.state.forwarded.size).toBe(0);
  });

  it("waits on when a snapshot has an earlier request of the session only", () => {
    const bench = forwarding();
    const [chunk] = chunksOf(1, served().server.saved(), 4_096);
    expect(bench.ask("n3", chunk!)).toEqual([]);
    expect(bench.server.applied).toBe(2);
    expect(bench.server.state.forwarded.size).toBe(1);
  });
});
