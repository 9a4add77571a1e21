import { describe, expect, it } from "vitest";
import {
  checkExecutorOperation,
  EXECUTOR_LEASE,
  Executor,
} from "../../../src/protocols/lease/executor.ts";
import type { TreasuryMessage } from "../../../src/protocols/lease/messages.ts";
import { defaultLeaseOptions } from "../../../src/protocols/lease/options.ts";
import { DONE, refused, type TreasuryResult } from "../../../src/protocols/lease/types.ts";
import { readMetricsPage } from "../../../src/protocols/monitoring/metrics-page.ts";
import { defaultClientOptions } from "../../../src/protocols/replicated/client.ts";
import type { NodeId } from "../../../src/sim/env.ts";
import { seconds } from "../../../src/sim/time.ts";
import { RecordingEnv } from "../../support/recording-env.ts";

const { requestTimeout } = defaultClientOptions;
const { ttl, margin, poll } = defaultLeaseOptions;

type Kind = "lease" | "work";

/** The executor `e1` of three servers; the fixed random asks the first that may be asked. */
class Bench {
  readonly env = new RecordingEnv<TreasuryMessage>("e1");
  readonly executor: Executor;

  constructor() {
    let draws = 0;
    // Sessions differ by what is drawn; all else is the lowest.
    this.env.random.draw = (low, high) => (high === 0xffff_ffff ? ++draws : low);
    this.executor = new Executor(this.env, {
      ...{ identity: "primary", isStandby: false, lease: defaultLeaseOptions },
      ...{ call: defaultClientOptions, batchMax: 5, servers: ["n1", "n2", "n3"] },
    });
    this.executor.onStart();
  }

  /** What it has said since it was asked last: to whom, and which operation. */
  said(): string[] {
    return this.env.takeSent().map(({ to, message }) => {
      const operation = message.type === "request" ? message.operation : undefined;
      return `${to} ${operation === undefined ? message.type : (operation as { op: string }).op}`;
    });
  }

  fire(timer: string): string[] {
    this.executor.onTimer(this.env.fire(timer));
    return this.said();
  }

  hear(from: NodeId, message: TreasuryMessage): string[] {
    this.executor.onMessage(from, message);
    return this.said();
  }

  /** An answer to what it has asked last in that session. */
  reply(kind: Kind, result: TreasuryResult, from = "n1"): string[] {
    return this.hear(from, { type: "reply", ...this.call(kind), result });
  }

  tell(op: string): string[] {
    this.executor.onOperation({ id: op, op });
    return this.said();
  }

  call(kind: Kind): { readonly session: string; readonly serial: number } {
    const { session, serial } = this.executor.state.calls[kind];
    return { session, serial };
  }

  /** What its page says now, by name. */
  get page(): Readonly<Record<string, number>> {
    this.executor.onMessage("m", { type: "scrape", serial: 5 });
    const [sent] = this.env.takeSent();
    const text = sent?.message.type === "exposition" ? sent.message.text : "";
    const samples = readMetricsPage(text) ?? [];
    return Object.fromEntries(samples.map(({ name, value }) => [name, value]));
  }
}

/** It has the lease in epoch 2, and asks what is due. */
function active(): Bench {
  const bench = new Bench();
  bench.fire("lease poll");
  bench.reply("lease", { type: "granted", epoch: 2 });
  return bench;
}

const intents = (...names: readonly string[]): TreasuryResult => ({
  type: "intents",
  intents: names.map((disbursement, i) => ({ disbursement, nonce: i + 1, to: "p", amount: 9 })),
});

/** It pays the first of two. */
function paying(): Bench {
  const bench = active();
  bench.reply("work", intents("d1", "d2"));
  return bench;
}

describe("an executor", () => {
  it("asks for the lease under its identity, by the session of its life", () => {
    const bench = new Bench();
    bench.executor.onTimer(bench.env.fire("lease poll"));
    const [sent] = bench.env.takeSent();
    const { session, serial } = bench.call("lease");
    const asked = { op: "acquire", lease: EXECUTOR_LEASE, holder: "primary", life: session, ttl };
    expect(sent).toEqual({
      to: "n1",
      message: { type: "request", session, serial, operation: asked },
    });
  });

  it("has sessions for leases and for work that differ", () => {
    const { calls } = new Bench().executor.state;
    expect(calls.lease.session).not.toBe(calls.work.session);
  });

  it("executes as soon as it has the lease, and not before", () => {
    const bench = new Bench();
    expect(bench.fire("lease poll")).toEqual(["n1 acquire"]);
    expect(bench.executor.epoch).toBeUndefined();
    expect(bench.reply("lease", { type: "granted", epoch: 2 })).toEqual([
      // It knows of no leader for work yet.
      "n1 stage",
    ]);
    expect(bench.executor.epoch).toBe(2);
    expect(bench.executor.state.acquisitions).toBe(1);
    expect(bench.reply("work", intents("d1"))).toEqual(["n1 pay"]);
    expect(bench.reply("work", DONE)).toEqual(["n1 mark"]);
    expect(bench.reply("work", DONE)).toEqual(["n1 stage"]);
  });

  it("renews while a payment is on its way, and looks what is due at each poll", () => {
    const bench = paying();
    expect(bench.fire("lease poll")).toEqual(["n1 renew"]);
    bench.reply("work", refused("funds", "none"));
    bench.reply("lease", { type: "granted", epoch: 2 });
    expect(bench.executor.state.acquisitions).toBe(1);
    expect(bench.fire("lease poll")).toEqual(["n1 renew", "n1 stage"]);
  });

  it("waits for its next poll when another has the lease", () => {
    const bench = new Bench();
    bench.fire("lease poll");
    expect(bench.reply("lease", refused("held", "b has it"))).toEqual([]);
    expect(bench.fire("lease poll")).toEqual(["n1 acquire"]);
  });

  it("sends nothing again when its lease is over, and begins nothing", () => {
    const bench = paying();
    expect(bench.fire("lease ends")).toEqual([]);
    expect(bench.executor.epoch).toBeUndefined();
    expect(bench.env.timers.has("ask for work")).toBe(false);
    expect(bench.reply("work", DONE)).toEqual([]);
    expect(bench.fire("lease poll")).toEqual(["n1 acquire"]);
  });

  it("sends nothing again when it is told that its lease is another's", () => {
    const bench = paying();
    bench.fire("lease poll");
    expect(bench.reply("lease", refused("not-holder", "b's"))).toEqual([]);
    expect(bench.env.timers.has("ask for work")).toBe(false);
    expect(bench.executor.state.disburser).toMatchObject({ asked: undefined, intents: [] });
  });

  it("shows what it holds after that is over", () => {
    const bench = active();
    const held = { epoch: 2, until: 1 + ttl - margin };
    expect(bench.executor.held).toEqual(held);
    bench.env.pass(ttl);
    expect(bench.executor.held).toEqual(held);
    expect(bench.executor.epoch).toBeUndefined();
  });
});

describe("an executor that is answered something else", () => {
  it("asks elsewhere when no answer comes, and the same again", () => {
    const bench = new Bench();
    bench.fire("lease poll");
    const before = bench.call("lease");
    expect(bench.env.timers.get("ask for lease")).toBe(1 + requestTimeout);
    expect(bench.fire("ask for lease")).toEqual(["n2 acquire"]);
    expect(bench.call("lease")).toEqual(before);
  });

  it("follows a redirect of whom it has asked", () => {
    const bench = new Bench();
    bench.fire("lease poll");
    const redirect = { type: "redirect", ...bench.call("lease"), leader: "n3" } as const;
    expect(bench.hear("n2", redirect)).toEqual([]);
    expect(bench.hear("n1", redirect)).toEqual(["n3 acquire"]);
  });

  it("pauses after a refusal of whom it has asked, and asks there again", () => {
    const bench = new Bench();
    bench.fire("lease poll");
    const busy = { type: "refused", ...bench.call("lease"), reason: "busy" } as const;
    expect(bench.hear("n2", busy)).toEqual([]);
    expect(bench.hear("n1", busy)).toEqual([]);
    expect(bench.fire("ask for lease")).toEqual(["n1 acquire"]);
  });

  it("asks later, and elsewhere, when the link to whom it has asked breaks", () => {
    const bench = new Bench();
    bench.fire("lease poll");
    bench.executor.onDisconnect("n2");
    expect(bench.env.timers.get("ask for lease")).toBe(1 + requestTimeout);
    bench.executor.onDisconnect("n1");
    expect(bench.env.timers.get("ask for lease")).toBeLessThan(1 + requestTimeout);
    expect(bench.fire("ask for lease")).toEqual(["n2 acquire"]);
  });

  it.each([
    ["of another life", { session: "e1@0.9", serial: 1 }],
    ["to an earlier request", { serial: 0 }],
  ])("hears no answer %s", (_, other) => {
    const bench = new Bench();
    bench.fire("lease poll");
    const result: TreasuryResult = { type: "granted", epoch: 2 };
    expect(bench.hear("n1", { type: "reply", ...bench.call("lease"), result, ...other })).toEqual(
      [],
    );
    expect(bench.executor.epoch).toBeUndefined();
  });

  it("hears an answer once", () => {
    const bench = new Bench();
    bench.fire("lease poll");
    bench.reply("lease", refused("held", "b has it"));
    expect(bench.reply("lease", { type: "granted", epoch: 2 })).toEqual([]);
    expect(bench.executor.epoch).toBeUndefined();
  });

  it.each<TreasuryResult>([DONE, refused("nonce-used", "nonce 1")])(
    "takes no other for the table's answer: %j",
    (result) => {
      const bench = new Bench();
      bench.fire("lease poll");
      expect(() => bench.reply("lease", result)).toThrow("no answer about a lease");
    },
  );
});

describe("an executor that is told to stop", () => {
  it("gives the lease back at once when it is at nothing, and takes it no more", () => {
    const bench = active();
    bench.reply("work", intents());
    expect(bench.tell("stop")).toEqual(["n1 release"]);
    expect(bench.executor.epoch).toBeUndefined();
    expect(bench.executor.held).toBeUndefined();
    bench.reply("lease", { type: "granted", epoch: 2 });
    expect(bench.fire("lease poll")).toEqual([]);
  });

  it("ends the step that is under way first, and begins no other", () => {
    const bench = paying();
    expect(bench.tell("stop")).toEqual([]);
    expect(bench.executor.held).toBeDefined();
    expect(bench.executor.epoch).toBeUndefined();
    expect(bench.reply("work", DONE)).toEqual(["n1 release"]);
    expect(bench.env.emitted.at(-2)).toMatchObject(["paid", { disbursement: "d1" }]);
  });

  it("renews while that step is under way, and goes on with it", () => {
    const bench = paying();
    bench.tell("stop");
    expect(bench.fire("lease poll")).toEqual(["n1 renew"]);
    expect(bench.reply("lease", { type: "granted", epoch: 2 })).toEqual([]);
    expect(bench.reply("work", DONE)).toEqual(["n1 release"]);
  });

  it("asks for the lease no more when that is over before the step", () => {
    const bench = paying();
    bench.tell("stop");
    bench.fire("lease poll");
    bench.reply("lease", { type: "granted", epoch: 2 });
    expect(bench.fire("lease ends")).toEqual([]);
    expect(bench.executor.state.keeper.isStopped).toBe(true);
    expect(bench.fire("lease poll")).toEqual([]);
  });

  it("asks for the lease again when it is told to start", () => {
    const bench = active();
    bench.reply("work", intents());
    bench.tell("stop");
    bench.reply("lease", { type: "granted", epoch: 2 });
    expect(bench.tell("start")).toEqual([]);
    expect(bench.fire("lease poll")).toEqual(["n1 acquire"]);
    bench.reply("lease", { type: "granted", epoch: 3 });
    expect(bench.executor.epoch).toBe(3);
    expect(bench.executor.state.acquisitions).toBe(2);
  });

  it.each([
    [{ op: "halt" }, "o.op: expected one of stop, start"],
    [{ op: "stop", force: true }, "o.force: unknown field, expected only id, op"],
  ])("takes no other words: %j", (told, says) => {
    expect(() => checkExecutorOperation({ id: "1", ...told }, "o")).toThrow(says);
  });
});

describe("an executor that is watched", () => {
  it("says that it is alive", () => {
    const bench = new Bench();
    bench.executor.onMessage("m", { type: "probe", serial: 7 });
    expect(bench.env.takeSent()).toEqual([{ to: "m", message: { type: "alive", serial: 7 } }]);
  });

  it("shows that it acts, in which epoch, for how long, and what it has done", () => {
    const bench = paying();
    bench.reply("work", DONE);
    bench.reply("work", DONE);
    bench.env.pass(seconds(5));
    expect(bench.page).toMatchObject({
      ...{ executor_active: 1, lease_epoch: 2, lease_remaining_ms: 54_000 },
      ...{
        lease_acquisitions_total: 1,
        disbursements_executed_total: 1,
        steps_refused_stale_total: 0,
      },
      disbursements_pending: 1,
    });
  });

  it("shows that it does not act once its lease is over", () => {
    const bench = active();
    bench.reply("work", refused("stale", "epoch 3"));
    bench.env.pass(ttl + poll);
    expect(bench.page).toMatchObject({
      ...{
        executor_active: 0,
        lease_epoch: 0,
        lease_remaining_ms: 0,
        steps_refused_stale_total: 1,
      },
    });
  });
});
