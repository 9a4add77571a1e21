import { describe, expect, it } from "vitest";
import { OrchestratorClient } from "../../../src/protocols/orchestrator/client.ts";
import { checkOrchestratorOperation } from "../../../src/protocols/orchestrator/operation.ts";
import {
  type OrchestratorMessage,
  OrchestratorServer,
} from "../../../src/protocols/orchestrator/server.ts";
import type { OrchestratorRequest } from "../../../src/protocols/orchestrator/types.ts";
import {
  type BatchOptions,
  checkBatchOptions,
} from "../../../src/protocols/replicated/batching.ts";
import { defaultClientOptions } from "../../../src/protocols/replicated/client.ts";
import { ms, seconds } from "../../../src/sim/time.ts";
import { create, register } from "../../support/orchestrator.ts";
import { formattedDisk, paperOptions } from "../../support/raft-member.ts";
import { accepted, voteReply } from "../../support/raft-messages.ts";
import { RecordingEnv } from "../../support/recording-env.ts";

/** The server `n1` of three, which leads once it is told to. */
class Bench {
  readonly env = new RecordingEnv<OrchestratorMessage>("n1", formattedDisk());
  readonly server: OrchestratorServer;

  constructor(batch?: BatchOptions) {
    this.server = new OrchestratorServer(this.env, paperOptions, batch);
    this.server.onStart();
    this.#sync();
  }

  lead(): this {
    this.server.onTimer(this.env.fire("election"));
    this.#sync();
    this.ask("n2", voteReply(1, true));
    this.ask("n2", accepted(1, 1));
    return this;
  }

  ask(from: string, message: OrchestratorMessage): unknown[] {
    this.server.onMessage(from, message);
    this.#sync();
    const sent = this.env.takeSent().filter(({ to }) => to.startsWith("c"));
    return sent.map((one) => one.message);
  }

  request(serial: number, operation: object): unknown[] {
    // Whatever a client may send.
    const asked = operation as OrchestratorRequest;
    return this.ask("c1", { type: "request", session: "s", serial, operation: asked });
  }

  #sync(): void {
    while (this.env.disk.syncs.length > 0) this.server.onSynced(this.env.disk.completeSync());
  }
}

describe("a server that is asked for something malformed", () => {
  it("says so at once, and neither log nor state know of it", () => {
    const bench = new Bench().lead();
    const { stateHash, lastIndex } = bench.server;
    const [reply] = bench.request(1, { op: "create", vm: "" });
    expect(reply).toMatchObject({ type: "reply", result: { type: "error", error: "invalid" } });
    expect(bench.server).toMatchObject({ stateHash, lastIndex });
  });

  it("leads on, and does what is asked next", () => {
    const bench = new Bench().lead();
    bench.request(1, { op: "frob" });
    bench.request(1, register("w1"));
    expect(bench.ask("n2", accepted(1, 2))).toMatchObject([{ result: { type: "done" } }]);
  });
});

describe("a server that leads", () => {
  it("stamps what it takes in with its wall clock, and no server asks a clock again", () => {
    const bench = new Bench().lead();
    bench.env.wallOffset = seconds(5);
    bench.request(1, register("w1"));
    bench.request(2, create("v"));
    const { command } = bench.server.entryAt(3);
    const at = bench.env.wallClock();
    bench.env.wallOffset = seconds(100);
    bench.ask("n2", accepted(1, 3));
    expect(command).toMatchObject({ operation: { op: "create", at } });
    expect(bench.server.machine.state.vms.get("v")?.createdAt).toBe(at);
  });

  it("whose clock is before 1970 stamps 0", () => {
    const bench = new Bench().lead();
    bench.env.wallOffset = -seconds(100);
    bench.request(1, register("w1"));
    expect(bench.server.entryAt(2).command).toMatchObject({ operation: { at: 0 } });
  });
});

describe("a client", () => {
  function asking(operation: object) {
    const env = new RecordingEnv<OrchestratorMessage>("c1");
    const client = new OrchestratorClient(env, ["n1", "n2"], defaultClientOptions);
    client.onStart();
    client.onOperation({ id: "o", ...operation });
    const [sent] = env.takeSent();
    return { env, client, message: sent!.message, session: client.state.session };
  }

  it.each([
    ["invalid", "fail"],
    ["exists", "ok"],
  ] as const)("that is told %s ends with %s", (error, outcome) => {
    const { env, client, session } = asking(create("v"));
    const result = { type: "error", error, reason: "why" } as const;
    client.onMessage("n1", { type: "reply", session, serial: 1, result });
    expect(env.emitted.at(-1)).toEqual([outcome, { id: "o", result: { error, reason: "why" } }]);
  });

  it("asks its own server first, if it has one, and then whoever leads", () => {
    const env = new RecordingEnv<OrchestratorMessage>("c1");
    const client = new OrchestratorClient(env, ["n1", "n2", "n3"], defaultClientOptions, "n2");
    client.onStart();
    client.onOperation({ id: "o", ...create("v") });
    const { session } = client.state;
    client.onMessage("n2", { type: "redirect", session, serial: 1, leader: "n3" });
    const result = { type: "done" } as const;
    client.onMessage("n3", { type: "reply", session, serial: 1, result });
    client.onOperation({ id: "p", ...create("w") });
    expect(env.takeSent().map(({ to }) => to)).toEqual(["n2", "n3", "n3"]);
  });

  it("sends a raw request as it is", () => {
    const { message } = asking({ op: "raw", request: { op: "create", vm: 7 } });
    expect(message).toMatchObject({ type: "request", operation: { op: "create", vm: 7 } });
  });

  it("asks a question past the log when it is to", () => {
    const { message } = asking({ op: "status", vm: "v", read: "local", server: "n2" });
    expect(message).toMatchObject({ type: "localRead", question: { op: "status", vm: "v" } });
  });
});

describe("an operation of a plan", () => {
  it.each<[string, object, string]>([
    ["of an unknown kind", { op: "frob" }, "operation.op: expected one of create, start, stop"],
    ["that is malformed", { op: "create", vm: "v" }, "operation.spec: expected an object, got"],
    ["that may be read in one way only", { ...create("v"), read: "index" }, "with a question"],
    ["that is raw and no record", { op: "raw", request: 7 }, "operation.request: expected an"],
  ])("%s is refused", (_what, operation, message) => {
    const check = () => checkOrchestratorOperation({ id: "o", ...operation }, "operation");
    expect(check).toThrow(message);
  });

  it("has its features in order, each once, and no disk unless it says so", () => {
    const features = ["b", "a", "b"];
    const value = { id: "o", op: "create", vm: "v", spec: { cpu: 1, memory: 2, features } };
    expect(checkOrchestratorOperation(value, "operation").operation).toEqual({
      ...{ op: "create", vm: "v" },
      spec: { cpu: 1, memory: 2, disk: 0, features: ["a", "b"] },
    });
  });
});

describe("a server that batches", () => {
  const batch = { countMax: 3, delayMax: ms(10) };
  const appends = (bench: Bench) =>
    bench.env
      .takeSent()
      .map(({ message }) => message)
      .filter(({ type }) => type === "append");
  /** Requests of one session each, of which the replies are not of interest. */
  const ask = (bench: Bench, count: number) => {
    for (let i = 1; i <= count; i++) {
      const operation = { op: "heartbeat", worker: `w${i}` } as const;
      const message = { type: "request", session: `s${i}`, serial: 1, operation } as const;
      bench.server.onMessage(`c${i}`, message);
    }
  };

  it("S2.47: proposes as many as it may at once, in one message to a follower", () => {
    const bench = new Bench(batch).lead();
    ask(bench, 2);
    expect(appends(bench)).toEqual([]);
    ask(bench, 1);
    // The other follower has not answered since the election.
    expect(appends(bench)).toMatchObject([{ entries: [{}, {}, {}] }]);
  });

  it("proposes what it has when the first has waited long enough", () => {
    const bench = new Bench(batch).lead();
    ask(bench, 2);
    expect(bench.env.timers.get("batch")).toBe(bench.env.now() + ms(10));
    bench.server.onTimer(bench.env.fire("batch"));
    expect(bench.server.lastIndex).toBe(3);
    expect(bench.server.state.batch).toEqual([]);
  });

  it("answers each of them", () => {
    const bench = new Bench(batch).lead();
    ask(bench, 3);
    const replies = bench.ask("n2", accepted(1, 4));
    expect(replies).toMatchObject([
      ...["s1", "s2", "s3"].map((session) => ({ type: "reply", session, serial: 1 })),
    ]);
  });

  it("that has lost its place meanwhile names the leader to all of them", () => {
    const bench = new Bench(batch).lead();
    ask(bench, 2);
    const prev = { prevIndex: 1, prevTerm: 1, entries: [], commit: 1 };
    bench.ask("n3", { type: "append", term: 2, ...prev });
    bench.server.onTimer(bench.env.fire("batch"));
    const sent = bench.env.takeSent().map(({ message }) => message);
    expect(sent).toMatchObject([
      ...["s1", "s2"].map((session) => ({ type: "redirect", session, leader: "n3" })),
    ]);
  });
});

describe("the options of a batch", () => {
  it.each([
    [{ countMax: 0, delayMax: 0 }, "batch.countMax: expected a whole number of at least 1, got 0"],
    [{ countMax: 1, delayMax: -1 }, "batch.delayMax: expected a whole number of at least 0"],
    [{ countMax: 1, wait: 1 }, "batch.wait: unknown field"],
  ])("%o are refused", (options, message) => {
    expect(() => checkBatchOptions(options, "batch")).toThrow(message);
  });
});
