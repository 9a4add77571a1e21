import { describe, expect, it } from "vitest";
import { KvClient } from "../../../src/protocols/kv/client.ts";
import type { KvResult } from "../../../src/protocols/kv/commands.ts";
import type { KvMessage } from "../../../src/protocols/kv/messages.ts";
import { defaultClientOptions } from "../../../src/protocols/replicated/client.ts";
import { requestName } from "../../../src/protocols/replicated/command.ts";
import type { Refused } from "../../../src/protocols/replicated/messages.ts";
import type { Env, NodeId, Operation, Plain } from "../../../src/sim/env.ts";
import { RandomStream } from "../../../src/sim/random/random.ts";
import { ms } from "../../../src/sim/time.ts";
import { RecordingEnv, type Sent } from "../../support/recording-env.ts";

const { requestTimeout, waitMax, retryDelay } = defaultClientOptions;

const PUT = { op: "put", key: "k", value: "v" };
/** The session of a client that starts at once, with a draw of 0. */
const SESSION = "c1@0.0";
const DONE: KvResult = { type: "done" };

/** The client `c1` of some servers; the fixed random asks the first that may be asked. */
class Bench {
  readonly env: RecordingEnv<KvMessage>;
  readonly client: KvClient;

  constructor(servers: readonly NodeId[] = ["n1", "n2", "n3"], startedAt = 0) {
    this.env = new RecordingEnv<KvMessage>("c1");
    this.env.pass(startedAt);
    this.client = new KvClient(this.env, servers, defaultClientOptions);
    this.client.onStart();
  }

  /** Gives it an operation and returns what it sends. */
  begin(id: string, operation: Omit<Operation, "id"> = PUT): readonly Sent<KvMessage>[] {
    this.client.onOperation({ id, ...operation });
    return this.env.takeSent();
  }

  hear(from: NodeId, message: KvMessage): readonly Sent<KvMessage>[] {
    this.client.onMessage(from, message);
    return this.env.takeSent();
  }

  fire(timer: string): readonly Sent<KvMessage>[] {
    this.client.onTimer(this.env.fire(timer));
    return this.env.takeSent();
  }

  reply(from: NodeId, serial: number, result: KvResult = DONE): readonly Sent<KvMessage>[] {
    return this.hear(from, { type: "reply", session: SESSION, serial, result });
  }

  redirect(from: NodeId, serial: number, leader: NodeId | undefined): readonly Sent<KvMessage>[] {
    return this.hear(from, { type: "redirect", session: SESSION, serial, leader });
  }

  /** What the history has of it, without the invocations. */
  get outcomes(): [event: string, data: Plain][] {
    return this.env.emitted.filter(([event]) => event !== "invoke");
  }
}

/** A client whose first operation has begun, at `n1`. */
function asking(operation: Omit<Operation, "id"> = PUT): Bench {
  const bench = new Bench();
  bench.begin("o1", operation);
  return bench;
}

const servers = (sent: readonly Sent<KvMessage>[]): NodeId[] => sent.map(({ to }) => to);

describe("a client with an operation", () => {
  it("asks a server", () => {
    const message = { type: "request", session: SESSION, serial: 1, operation: PUT };
    expect(new Bench().begin("o1")).toEqual([{ to: "n1", message }]);
  });

  it("writes the invocation into the history, with the request's name in the log", () => {
    const operation = { ...PUT, server: undefined, isLocal: false, request: `${SESSION}#1` };
    expect(asking().env.emitted).toEqual([["invoke", { id: "o1", operation }]]);
    expect(requestName(SESSION, 1)).toBe(`${SESSION}#1`);
  });

  it("has one at a time: the next waits for the end of the first", () => {
    const bench = asking();
    expect(bench.begin("o2")).toEqual([]);
    expect(bench.env.emitted.length).toBe(1);
    const sent = bench.reply("n1", 1);
    expect(sent).toMatchObject([{ message: { type: "request", serial: 2 } }]);
  });

  it("takes them in the order in which they fell due", () => {
    const bench = asking();
    bench.begin("o2");
    bench.begin("o3");
    bench.reply("n1", 1);
    bench.reply("n1", 2);
    bench.reply("n1", 3);
    const ids = ["o1", "o2", "o3"].map((id) => ["ok", { id, result: undefined }]);
    expect(bench.outcomes).toEqual(ids);
  });
});

describe("a reply", () => {
  it.each<[KvResult, Plain]>([
    [{ type: "done" }, undefined],
    [{ type: "value", value: "v" }, { value: "v" }],
    [{ type: "value", value: undefined }, { value: undefined }],
    [{ type: "cas", isSwapped: false }, { isSwapped: false }],
  ])("of %o is ok in the history, with %o", (result, shown) => {
    const bench = asking();
    bench.reply("n1", 1, result);
    expect(bench.outcomes).toEqual([["ok", { id: "o1", result: shown }]]);
  });

  it("ends the waiting", () => {
    const bench = asking();
    bench.reply("n1", 1);
    expect(bench.env.timers).toEqual(new Map());
  });

  it("that comes twice counts once", () => {
    const bench = asking();
    bench.reply("n1", 1);
    bench.reply("n1", 1);
    expect(bench.outcomes.length).toBe(1);
  });

  it("to an earlier request is not taken for the answer to this one", () => {
    const bench = asking();
    bench.begin("o2", { op: "get", key: "k" });
    bench.reply("n1", 1);
    bench.reply("n2", 1);
    expect(bench.outcomes).toEqual([["ok", { id: "o1", result: undefined }]]);
  });

  it("tells who leads: that server is asked next", () => {
    const bench = asking();
    bench.reply("n3", 1);
    expect(servers(bench.begin("o2"))).toEqual(["n3"]);
  });
});

describe("without an answer in time", () => {
  it("the same request goes to another server", () => {
    const bench = asking();
    const message = { type: "request", session: SESSION, serial: 1, operation: PUT };
    expect(bench.env.timers.get("retry")).toBe(requestTimeout);
    expect(bench.fire("retry")).toEqual([{ to: "n2", message }]);
    expect(bench.env.timers.get("retry")).toBe(2 * requestTimeout);
  });

  it("a server that was the leader is not asked again at once", () => {
    const bench = asking();
    bench.reply("n1", 1);
    expect(servers(bench.begin("o2"))).toEqual(["n1"]);
    expect(servers(bench.fire("retry"))).toEqual(["n2"]);
    expect(bench.client.state.leader).toBeUndefined();
  });

  it("nor is one that somebody has named the leader", () => {
    const bench = asking();
    bench.redirect("n1", 1, "n3");
    expect(servers(bench.fire("retry"))).toEqual(["n1"]);
  });

  it("every server has its turn: any but the last may be drawn", () => {
    const bench = asking();
    bench.env.random.draw = (_low, high) => high;
    expect(servers(bench.fire("retry"))).toEqual(["n3"]);
    expect(servers(bench.fire("retry"))).toEqual(["n2"]);
    expect(bench.env.random.ranges.slice(-2)).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });

  it("the only server is asked again", () => {
    const bench = new Bench(["n1"]);
    bench.begin("o1");
    expect(servers(bench.fire("retry"))).toEqual(["n1"]);
  });
});

describe("a redirect", () => {
  it("is followed at once, with the same request", () => {
    const message = { type: "request", session: SESSION, serial: 1, operation: PUT };
    expect(asking().redirect("n1", 1, "n2")).toEqual([{ to: "n2", message }]);
  });

  it("without a leader is followed by another server, after a while", () => {
    const bench = asking();
    bench.env.random.draw = (_low, high) => high;
    expect(bench.redirect("n1", 1, undefined)).toEqual([]);
    expect(bench.env.random.ranges.at(-1)).toEqual([retryDelay.min, retryDelay.max]);
    expect(bench.env.timers.get("retry")).toBe(retryDelay.max);
    expect(servers(bench.fire("retry"))).toEqual(["n3"]);
  });

  it("to the server that sent it is followed by another, after a while", () => {
    const bench = asking();
    expect(bench.redirect("n1", 1, "n1")).toEqual([]);
    expect(bench.env.timers.get("retry")).toBe(retryDelay.min);
    expect(servers(bench.fire("retry"))).toEqual(["n2"]);
  });

  it("by a server that was asked before the last one is ignored", () => {
    const bench = asking();
    bench.fire("retry");
    expect(bench.redirect("n1", 1, "n3")).toEqual([]);
    expect(servers(bench.fire("retry"))).toEqual(["n1"]);
  });

  it("for an earlier request is ignored", () => {
    const bench = asking();
    bench.reply("n1", 1);
    bench.begin("o2");
    expect(bench.redirect("n1", 1, "n3")).toEqual([]);
  });

  it("does not extend the time in which an answer must come", () => {
    const bench = asking();
    bench.env.pass(ms(10));
    bench.redirect("n1", 1, "n2");
    expect(bench.env.timers.get("deadline")).toBe(waitMax);
    expect(bench.env.timers.get("retry")).toBe(ms(10) + requestTimeout);
  });
});

describe("a refusal", () => {
  const refused = { type: "refused", session: SESSION, serial: 1, reason: "disk full" } as const;

  it("is followed by the same request to another server, after a while", () => {
    const bench = asking();
    expect(bench.hear("n1", refused)).toEqual([]);
    expect(bench.env.timers.get("retry")).toBe(retryDelay.min);
    const message = { type: "request", session: SESSION, serial: 1, operation: PUT };
    expect(bench.fire("retry")).toEqual([{ to: "n2", message }]);
  });

  it("by a server that was asked before the last one is ignored", () => {
    const bench = asking();
    bench.fire("retry");
    bench.hear("n1", refused);
    expect(bench.env.timers.get("retry")).toBe(2 * requestTimeout);
  });

  it("because the leader is busy is followed by the same request to the leader", () => {
    const bench = asking();
    bench.redirect("n1", 1, "n3");
    bench.hear("n3", { ...refused, reason: "busy" });
    expect(bench.env.timers.get("retry")).toBe(retryDelay.min);
    expect(servers(bench.fire("retry"))).toEqual(["n3"]);
  });

  it("of what is too large is for good", () => {
    const bench = asking();
    bench.hear("n1", { ...refused, reason: "too large" });
    expect(bench.outcomes).toEqual([["fail", { id: "o1", result: "too large" }]]);
    expect(bench.env.timers).toEqual(new Map());
  });

  it("of what is too large proves nothing when another was asked before", () => {
    const bench = asking();
    bench.fire("retry");
    bench.hear("n2", { ...refused, reason: "too large" });
    expect(bench.outcomes).toEqual([["info", { id: "o1", result: "too large" }]]);
  });

  it("leaves the outcome unknown: the network may deliver the request twice", () => {
    const bench = asking({ ...PUT, server: "n1" });
    bench.hear("n1", refused);
    expect(bench.outcomes).toEqual([["info", { id: "o1", result: "disk full" }]]);
  });
});

describe("an operation without an answer by the deadline", () => {
  it("stays open in the history: it may happen yet", () => {
    const bench = asking();
    expect(bench.env.timers.get("deadline")).toBe(waitMax);
    bench.fire("deadline");
    expect(bench.outcomes).toEqual([["info", { id: "o1", result: "no answer in time" }]]);
    expect(bench.env.timers).toEqual(new Map());
  });

  it("is given up: the next begins with a number of its own", () => {
    const bench = asking();
    bench.begin("o2");
    expect(bench.fire("deadline")).toMatchObject([{ message: { type: "request", serial: 2 } }]);
  });

  it("is not closed by an answer that comes too late", () => {
    const bench = asking();
    bench.begin("o2");
    bench.fire("deadline");
    bench.reply("n1", 1);
    expect(bench.outcomes.length).toBe(1);
  });
});

describe("an operation for one server", () => {
  const pinned = { ...PUT, server: "n3" };

  it("is asked there, and the history says so", () => {
    const bench = new Bench();
    expect(servers(bench.begin("o1", pinned))).toEqual(["n3"]);
    expect(bench.env.emitted).toMatchObject([["invoke", { operation: { server: "n3" } }]]);
  });

  it("is asked once", () => {
    const bench = asking(pinned);
    expect(bench.fire("retry")).toEqual([]);
    expect(bench.outcomes).toEqual([]);
  });

  it("is given up, its outcome unknown, where that server does not lead", () => {
    const bench = asking(pinned);
    expect(bench.redirect("n3", 1, "n2")).toEqual([]);
    expect(bench.outcomes).toEqual([["info", { id: "o1", result: "not the leader" }]]);
  });
});

describe("a local read", () => {
  const local = { op: "get", key: "k", read: "local" };

  it("asks for what a server holds, outside any session", () => {
    const bench = new Bench();
    const message = { type: "localRead", session: SESSION, serial: 1, question: "k" };
    expect(bench.begin("o1", local)).toEqual([{ to: "n1", message }]);
    expect(bench.env.emitted).toMatchObject([["invoke", { operation: { request: undefined } }]]);
  });

  it("is ok in the history, marked as local", () => {
    const bench = asking(local);
    const value = {
      type: "localValue",
      session: SESSION,
      serial: 1,
      value: "v",
      applied: 7,
    } as const;
    bench.hear("n1", value);
    const result = { value: "v", isLocal: true, applied: 7 };
    expect(bench.outcomes).toEqual([["ok", { id: "o1", result }]]);
  });
});

describe.each(["index", "lease"] as const)("a read by %s", (way) => {
  const get = { op: "get", key: "k", read: way };

  it("is no request that enters the log, and the history says so", () => {
    const bench = new Bench();
    const message = { type: "read", session: SESSION, serial: 1, question: "k", read: way };
    expect(bench.begin("o1", get)).toEqual([{ to: "n1", message }]);
    const operation = { isLocal: false, request: undefined, read: way };
    expect(bench.env.emitted).toMatchObject([["invoke", { operation }]]);
  });

  it("is answered, redirected and asked again like any other", () => {
    const bench = asking(get);
    expect(servers(bench.redirect("n1", 1, "n3"))).toEqual(["n3"]);
    expect(servers(bench.fire("retry"))).toEqual(["n1"]);
    bench.reply("n1", 1, { type: "value", value: "v" });
    expect(bench.outcomes).toEqual([["ok", { id: "o1", result: { value: "v" } }]]);
  });
});

describe("a client that is disconnected", () => {
  it("asks somebody else after a pause", () => {
    const bench = asking();
    bench.client.onDisconnect("n1");
    expect(bench.env.takeSent()).toEqual([]);
    expect(bench.env.timers.get("retry")).toBe(retryDelay.min);
    expect(servers(bench.fire("retry"))).toEqual(["n2"]);
  });

  it("goes on waiting when it was not from the one it asks", () => {
    const bench = asking();
    bench.client.onDisconnect("n2");
    expect(bench.env.timers.get("retry")).toBe(requestTimeout);
  });

  it("does not know what became of an operation for this server only", () => {
    const bench = asking({ ...PUT, server: "n1" });
    bench.client.onDisconnect("n1");
    expect(bench.outcomes).toEqual([["info", { id: "o1", result: "disconnected" }]]);
  });
});

describe("a client's session", () => {
  it("is named by its start, so that two lives do not share one", () => {
    expect(new Bench(["n1"], ms(5)).client.state.session).toBe("c1@5000.0");
  });

  it("is another one in each life, also when the clock has begun anew", () => {
    const random = new RandomStream("node c1");
    const lives = Array.from({ length: 100 }, () => {
      const env = Object.assign(new RecordingEnv<KvMessage>("c1"), { random, now: () => 7 });
      const client = new KvClient(env as Env<KvMessage>, ["n1"], defaultClientOptions);
      client.onStart();
      return client.state.session;
    });
    expect(new Set(lives).size).toBe(100);
  });

  it("is not closed by answers to an earlier one: a restarted client counts from 1 again", () => {
    const bench = new Bench(["n1", "n2"], ms(5));
    bench.begin("o1", { op: "get", key: "k", read: "local" });
    const earlier = { session: SESSION, serial: 1 };
    bench.hear("n1", { type: "reply", ...earlier, result: DONE });
    bench.hear("n1", { type: "localValue", ...earlier, value: "v", applied: 7 });
    expect(bench.hear("n1", { type: "redirect", ...earlier, leader: "n2" })).toEqual([]);
    expect(bench.outcomes).toEqual([]);
  });
});

describe("a change of the members", () => {
  const CHANGE = { op: "change", changes: [{ kind: "join", id: "n4" }] };
  const refuse = (bench: Bench, reason: Refused["reason"]): readonly Sent<KvMessage>[] =>
    bench.hear("n1", { type: "refused", session: SESSION, serial: 1, reason });

  it("is asked for, and noted in the history without a request", () => {
    const bench = new Bench();
    const { changes } = CHANGE;
    expect(bench.begin("o1", CHANGE)).toEqual([
      { to: "n1", message: { type: "change", session: SESSION, serial: 1, changes } },
    ]);
    expect(bench.env.emitted[0]).toMatchObject(["invoke", { id: "o1", operation: CHANGE }]);
    bench.reply("n1", 1);
    expect(bench.outcomes).toEqual([["ok", { id: "o1", result: undefined }]]);
  });

  it("that was made already is done", () => {
    const bench = asking(CHANGE);
    refuse(bench, "no change");
    expect(bench.outcomes).toEqual([["ok", { id: "o1", result: { isNews: false } }]]);
  });

  it("that can never be made fails", () => {
    const bench = asking(CHANGE);
    refuse(bench, "no voters");
    expect(bench.outcomes).toEqual([["fail", { id: "o1", result: "no voters" }]]);
  });

  it("waits for the one under way, and asks the same leader again", () => {
    const bench = asking(CHANGE);
    expect(refuse(bench, "change pending")).toEqual([]);
    expect(bench.fire("retry").map(({ to }) => to)).toEqual(["n1"]);
  });
});

describe("a transfer of the leadership", () => {
  const TRANSFER = { op: "transfer", to: "n2" };

  it("is asked for, and noted in the history without a request", () => {
    const bench = new Bench();
    expect(bench.begin("o1", TRANSFER)).toEqual([
      { to: "n1", message: { type: "transfer", session: SESSION, serial: 1, to: "n2" } },
    ]);
    expect(bench.env.emitted[0]).toMatchObject(["invoke", { id: "o1", operation: TRANSFER }]);
  });

  it("that was given up may come to pass yet, and is not asked for again", () => {
    const bench = asking(TRANSFER);
    bench.fire("retry");
    bench.hear("n1", { type: "refused", session: SESSION, serial: 1, reason: "given up" });
    expect(bench.outcomes).toEqual([["info", { id: "o1", result: "given up" }]]);
  });

  it("to who cannot lead fails", () => {
    const bench = asking(TRANSFER);
    bench.hear("n1", { type: "refused", session: SESSION, serial: 1, reason: "no vote" });
    expect(bench.outcomes).toEqual([["fail", { id: "o1", result: "no vote" }]]);
  });
});
