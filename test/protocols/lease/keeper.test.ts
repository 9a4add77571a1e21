import { describe, expect, it } from "vitest";
import { LeaseKeeper, newKeeperState } from "../../../src/protocols/lease/keeper.ts";
import type { LeaseRequest, LeaseResult } from "../../../src/protocols/lease/types.ts";
import { refused } from "../../../src/protocols/lease/types.ts";
import { RecordingEnv } from "../../support/recording-env.ts";

const TTL = 60;
const POLL = 10;
const MARGIN = 2;
/** By its own clock it is over that long after it was asked for. */
const HELD = TTL - MARGIN;

const granted = (epoch: number): LeaseResult => ({ type: "granted", epoch });

/** The keeper of a lease whose first poll is at 1: the fixed random draws what is lowest. */
class Bench {
  readonly env = new RecordingEnv<never>("e1");
  readonly asked: LeaseRequest[] = [];
  readonly state = newKeeperState();
  readonly keeper: LeaseKeeper;

  constructor(isStandby = false) {
    this.keeper = new LeaseKeeper(
      this.env,
      {
        ...{ lease: "l", holder: "h", isStandby },
        options: { ttl: TTL, poll: POLL, margin: MARGIN },
        ask: (request) => this.asked.push(request),
      },
      () => this.state,
    );
    this.keeper.start("a");
  }

  /** Its next poll; what it asks. */
  poll(): LeaseRequest | undefined {
    return this.fire("lease poll");
  }

  fire(timer: string): LeaseRequest | undefined {
    const { length } = this.asked;
    this.keeper.onTimer(this.env.fire(timer));
    return this.asked[length];
  }

  answer(result: LeaseResult, after = 0): LeaseRequest | undefined {
    const { length } = this.asked;
    this.env.pass(after);
    this.keeper.onAnswer(result);
    return this.asked[length];
  }

  get told(): string[] {
    return this.env.emitted.map(([event]) => event);
  }
}

/** Asked for at 1, and given at once in epoch 3: over at 59. */
function holder(): Bench {
  const bench = new Bench();
  bench.poll();
  bench.answer(granted(3));
  return bench;
}

const ACQUIRE = { op: "acquire", lease: "l", holder: "h", life: "a", ttl: TTL };
const RENEW = { op: "renew", lease: "l", life: "a", epoch: 3 };
const RELEASE = { op: "release", lease: "l", life: "a", epoch: 3 };

describe("a keeper that has no lease", () => {
  it("asks for it at its first poll, which is drawn, and may not act meanwhile", () => {
    const bench = new Bench();
    expect(bench.env.random.ranges).toEqual([[1, POLL]]);
    expect(bench.poll()).toEqual(ACQUIRE);
    expect(bench.keeper.epoch).toBeUndefined();
    expect(bench.keeper.remaining).toBe(0);
  });

  it("asks for nothing else until it has an answer", () => {
    const bench = new Bench();
    bench.poll();
    expect(bench.poll()).toBeUndefined();
  });

  it("asks again at its next poll when it was refused, and says why it was", () => {
    const bench = new Bench();
    bench.poll();
    bench.answer(refused("held", "b has it"));
    expect(bench.env.emitted).toEqual([
      ["lease refused", { op: "acquire", error: "held", reason: "b has it" }],
    ]);
    expect(bench.env.timers.get("lease poll")).toBe(1 + POLL);
    expect(bench.poll()).toEqual(ACQUIRE);
  });

  it("knows nothing of another's timers", () => {
    expect(new Bench().keeper.onTimer("ask for work")).toBeUndefined();
  });
});

describe("a standby", () => {
  it("asks for nothing for one ttl, and then at its next poll", () => {
    const bench = new Bench(true);
    const first = [1, 11, 21, 31, 41, 51].map(() => bench.poll());
    expect(first).toEqual([...first].fill(undefined));
    expect(bench.poll()).toEqual(ACQUIRE);
    expect(bench.env.now()).toBe(61);
  });

  it("waits for as long again when it is resumed", () => {
    const bench = new Bench(true);
    bench.env.pass(100);
    bench.keeper.stop();
    bench.keeper.resume();
    expect(bench.state.claimsFrom).toBe(100 + TTL);
  });
});

describe("a keeper that is given the lease", () => {
  it("may act in its epoch until the margin before a ttl from the asking", () => {
    const bench = holder();
    expect(bench.keeper.epoch).toBe(3);
    expect(bench.keeper.remaining).toBe(HELD);
    bench.env.pass(HELD - 1);
    expect(bench.keeper.epoch).toBe(3);
    bench.env.pass(1);
    expect(bench.keeper.epoch).toBeUndefined();
    expect(bench.keeper.remaining).toBe(0);
  });

  it("counts from when it asked first, however late the answer is", () => {
    const bench = new Bench();
    bench.poll();
    bench.poll();
    bench.answer(granted(3), 30);
    expect(bench.state.held).toEqual({ epoch: 3, until: 1 + HELD });
  });

  it("has nothing of what is over when it is given", () => {
    const bench = new Bench();
    bench.poll();
    bench.answer(granted(3), HELD);
    expect(bench.state.held).toBeUndefined();
    expect(bench.told).toEqual([]);
    expect(bench.poll()).toEqual(ACQUIRE);
  });

  it("renews it at its next poll, and has it for longer", () => {
    const bench = holder();
    expect(bench.poll()).toEqual(RENEW);
    bench.answer(granted(3));
    expect(bench.state.held).toEqual({ epoch: 3, until: 11 + HELD });
    expect(bench.env.timers.get("lease ends")).toBe(11 + HELD);
    expect(bench.told).toEqual(["lease acquired", "lease renewed"]);
  });

  it("stops when its time is over, though its renewal is on its way", () => {
    const bench = holder();
    bench.poll();
    expect(bench.keeper.onTimer(bench.env.fire("lease ends"))).toBe("ends");
    expect(bench.state.held).toBeUndefined();
    expect(bench.env.emitted.at(-1)).toEqual(["lease lost", { epoch: 3, reason: "over" }]);
  });

  it("goes on in its epoch when the renewal was granted after all", () => {
    const bench = holder();
    bench.poll();
    bench.fire("lease ends");
    bench.answer(granted(3), 5);
    expect(bench.state.held).toEqual({ epoch: 3, until: 11 + HELD });
    expect(bench.told.at(-1)).toBe("lease acquired");
  });

  it.each(["expired", "not-holder"] as const)("stops at once when it is told: %s", (error) => {
    const bench = holder();
    bench.poll();
    bench.answer(refused(error, "over"));
    expect(bench.keeper.epoch).toBeUndefined();
    expect(bench.env.timers.has("lease ends")).toBe(false);
    expect(bench.poll()).toEqual(ACQUIRE);
  });
});

describe("a keeper that is told to stop", () => {
  it("gives back what it has, may not act any more, and asks for nothing", () => {
    const bench = holder();
    bench.keeper.stop();
    expect(bench.asked.at(-1)).toEqual(RELEASE);
    expect(bench.keeper.epoch).toBeUndefined();
    expect(bench.answer(granted(3))).toBeUndefined();
    expect(bench.state.held).toBeUndefined();
    expect(bench.poll()).toBeUndefined();
  });

  it("gives back what is over by its own clock, too: it may not be by another", () => {
    const bench = holder();
    bench.env.pass(HELD);
    bench.keeper.stop();
    expect(bench.asked.at(-1)).toEqual(RELEASE);
  });

  it("has nothing to give back when it has nothing", () => {
    const bench = new Bench();
    bench.keeper.stop();
    expect(bench.asked).toEqual([]);
  });

  it("gives back what it is given after that, and does not act on it", () => {
    const bench = new Bench();
    bench.poll();
    bench.keeper.stop();
    expect(bench.asked).toEqual([ACQUIRE]);
    expect(bench.answer(granted(3))).toEqual(RELEASE);
    expect(bench.keeper.epoch).toBeUndefined();
  });

  it("gives back what it renews just then, once that is answered", () => {
    const bench = holder();
    bench.poll();
    bench.keeper.stop();
    expect(bench.keeper.epoch).toBeUndefined();
    expect(bench.answer(granted(3))).toEqual(RELEASE);
  });

  it("takes a refusal of what it gives back for an end", () => {
    const bench = holder();
    bench.keeper.stop();
    expect(bench.answer(refused("not-holder", "b's"))).toBeUndefined();
    expect(bench.told.at(-1)).toBe("lease refused");
  });

  it("asks again when it is resumed", () => {
    const bench = holder();
    bench.keeper.stop();
    bench.answer(granted(3));
    bench.keeper.resume();
    expect(bench.poll()).toEqual(ACQUIRE);
  });
});

it("an answer to nothing is a bug", () => {
  expect(() => new Bench().answer(granted(1))).toThrow("an answer to nothing: granted");
});
