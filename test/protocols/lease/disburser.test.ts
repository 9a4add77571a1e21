import { describe, expect, it } from "vitest";
import { Disburser, newDisburserState } from "../../../src/protocols/lease/disburser.ts";
import {
  DONE,
  type Intent,
  refused,
  type TreasuryRequest,
  type TreasuryResult,
} from "../../../src/protocols/lease/types.ts";
import { RecordingEnv } from "../../support/recording-env.ts";

const STAGE = { op: "stage", epoch: 4, count: 5 };

const intent = (nonce: number): Intent => ({
  ...{ disbursement: `d${nonce}`, nonce, to: "p", amount: 10 },
});
const intents = (...nonces: readonly number[]): TreasuryResult => ({
  ...{ type: "intents", intents: nonces.map(intent) },
});
const payOf = (nonce: number) => ({ op: "pay", epoch: 4, ...intent(nonce) });
const markOf = (nonce: number) => ({ op: "mark", epoch: 4, disbursement: `d${nonce}`, nonce });

/** It has epoch 4, unless a test takes that away. */
class Bench {
  readonly env = new RecordingEnv<never>("e1");
  readonly state = newDisburserState();
  readonly asked: TreasuryRequest[] = [];
  epoch: number | undefined = 4;
  readonly disburser = new Disburser(
    this.env,
    { batchMax: 5, epoch: () => this.epoch, ask: (request) => this.asked.push(request) },
    () => this.state,
  );

  work(): TreasuryRequest | undefined {
    const { length } = this.asked;
    this.disburser.work();
    return this.asked[length];
  }

  /** Answers one after another; what it asks after the last. */
  answer(...results: readonly TreasuryResult[]): TreasuryRequest | undefined {
    let { length } = this.asked;
    for (const result of results) {
      length = this.asked.length;
      this.disburser.onAnswer(result);
    }
    return this.asked[length];
  }
}

function staging(): Bench {
  const bench = new Bench();
  bench.work();
  return bench;
}

describe("a disburser", () => {
  it("looks what is due, pays it, marks it, and goes on by nonce", () => {
    const bench = new Bench();

    expect(bench.work()).toEqual(STAGE);
    expect(bench.answer(intents(7, 8))).toEqual(payOf(7));
    expect(bench.answer(DONE)).toEqual(markOf(7));
    expect(bench.answer(DONE)).toEqual(payOf(8));
    expect(bench.answer(DONE)).toEqual(markOf(8));
    expect(bench.answer(DONE)).toEqual(STAGE);

    expect(bench.state).toMatchObject({ executed: 2, intents: [] });
    const paid = { disbursement: "d7", nonce: 7, epoch: 4, isNews: true };
    expect(bench.env.emitted.slice(0, 3)).toEqual([
      ["staged", { count: 2 }],
      ["paid", paid],
      ["executed", { disbursement: "d7", nonce: 7 }],
    ]);
  });

  it("rests when nothing is due, until it is told to look again", () => {
    const bench = staging();
    expect(bench.answer(intents())).toBeUndefined();
    expect(bench.disburser.isBusy).toBe(false);
    expect(bench.work()).toEqual(STAGE);
  });

  it("does one thing at a time", () => {
    const bench = staging();
    expect(bench.disburser.isBusy).toBe(true);
    expect(bench.work()).toBeUndefined();
  });

  it("begins nothing without the lease", () => {
    const bench = new Bench();
    bench.epoch = undefined;
    expect(bench.work()).toBeUndefined();
  });

  it("takes a nonce that was used for what is paid already, and marks it", () => {
    const bench = staging();
    expect(bench.answer(intents(7), refused("nonce-used", "by d7"))).toEqual(markOf(7));
    expect(bench.env.emitted).toEqual([
      ["staged", { count: 1 }],
      ["paid", { disbursement: "d7", nonce: 7, epoch: 4, isNews: false }],
    ]);
  });

  it.each([
    ["staging", [], "stale"],
    ["paying", [intents(7)], "stale"],
    ["paying", [intents(7)], "nonce-gap"],
    ["paying", [intents(7)], "funds"],
    ["marking", [intents(7, 8), DONE], "stale"],
    ["marking", [intents(7, 8), DONE], "wrong-state"],
    ["marking", [intents(7, 8), DONE], "not-found"],
  ] as const)("stops in the middle of %s, after %j, when told: %s", (_, before, error) => {
    const bench = staging();
    bench.answer(...before);
    expect(bench.answer(refused(error, "so"))).toBeUndefined();
    expect(bench.state).toMatchObject({ asked: undefined, intents: [], executed: 0 });
    expect(bench.state.refusedStale).toBe(error === "stale" ? 1 : 0);
    expect(bench.env.emitted.at(-1)).toEqual(["step refused", { error, reason: "so" }]);
    expect(bench.work()).toEqual(STAGE);
  });

  it.each([
    ["has staged", [intents(7)]],
    ["has paid", [intents(7), DONE]],
    ["has marked", [intents(7, 8), DONE, DONE]],
    ["has marked the last", [intents(7), DONE, DONE]],
  ] as const)("asks for no further step when the lease is gone once it %s", (_, answers) => {
    const bench = staging();
    bench.answer(...answers.slice(0, -1));
    bench.epoch = undefined;
    expect(bench.answer(answers.at(-1)!)).toBeUndefined();
    expect(bench.disburser.isBusy).toBe(false);
  });

  it("names on each step the epoch that it has then", () => {
    const bench = staging();
    bench.epoch = 5;
    expect(bench.answer(intents(7))).toMatchObject({ op: "pay", epoch: 5 });
  });

  it("has nothing in hand when it has abandoned it, and hears no answer to it", () => {
    const bench = staging();
    bench.answer(intents(7, 8));
    bench.disburser.abandon();
    expect(bench.state).toMatchObject({ asked: undefined, intents: [] });
    expect(bench.answer(DONE)).toBeUndefined();
    expect(bench.env.emitted).toEqual([["staged", { count: 2 }]]);
  });
});
