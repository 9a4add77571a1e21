import { describe, expect, it } from "vitest";
import { differenceOf, verify } from "../../../src/campaign/verify/in-process.ts";
import type { Env, Node } from "../../../src/sim/env.ts";
import { defineScenario, plan, run } from "../../../src/sim/scenario.ts";
import { ms } from "../../../src/sim/time.ts";
import { leaking, ticking } from "../../support/small-scenarios.ts";

describe("verify", () => {
  it("says nothing of a run that is the same when it is recorded", () => {
    const scenario = ticking();
    expect(verify(scenario, run(scenario, plan(scenario, "1")))).toBeUndefined();
  });

  it("says nothing of a failing run that fails again in the same way", () => {
    const scenario = ticking({ brokenSeeds: ["1"] });
    const result = run(scenario, plan(scenario, "1"));
    expect(result.violation?.step).toBe(10);
    expect(verify(scenario, result)).toBeUndefined();
  });

  it("shows the first event in which two runs differ", () => {
    const scenario = leaking();
    const result = run(scenario, plan(scenario, "1"));
    const difference = verify(scenario, result);
    const [plain = "", recorded = ""] = difference?.first ?? [];
    expect(plain).toMatch(/^#3 .* ms n[12] +emit tick \{ticks: \d+\}$/);
    expect(recorded).toMatch(/^#3 .* ms n[12] +emit tick \{ticks: \d+\}$/);
    expect(recorded).not.toBe(plain);
  });

  it("finds a handler that changes a message it has got", () => {
    const scenario = changing();
    const difference = verify(scenario, run(scenario, plan(scenario, "1")));
    expect(difference?.summary).toContain("violation none, then TypeError: Cannot assign");
    expect(difference?.first?.[0]).toContain("n1   send to n2 {text: bye}");
    expect(difference?.first?.[1]).toContain("n1   send to n2 {text: hello}");
  });
});

describe("the difference of two results", () => {
  const scenario = ticking({ brokenSeeds: ["2"] });
  const held = run(scenario, plan(scenario, "1"));

  it("is none of a run and itself", () => {
    expect(differenceOf(held, { ...held })).toBeUndefined();
  });

  it.each([
    [{ fingerprint: "0" }, `fingerprint ${held.fingerprint}, then 0`],
    [{ steps: 1 }, `events ${held.steps}, then 1`],
    [
      { violation: run(scenario, plan(scenario, "2")).violation },
      "violation none, then ten events are too many",
    ],
    [
      { fingerprint: "0", steps: 1 },
      `fingerprint ${held.fingerprint}, then 0; events ${held.steps}, then 1`,
    ],
  ])("names what differs: %#", (change, words) => {
    expect(differenceOf(held, { ...held, ...change })).toBe(words);
  });
});

interface Letter {
  text: string;
}

class Scribbler implements Node<Letter> {
  state = {};
  readonly #env: Env<Letter>;

  constructor(env: Env<Letter>) {
    this.#env = env;
  }

  onStart(): void {
    if (this.#env.id === "n1") this.#env.send("n2", { text: "hello" });
  }

  onMessage(_from: string, letter: Letter): void {
    letter.text = "bye";
    this.#env.emit("read");
  }

  onTimer(): void {}
}

/** A server writes to the other, who scribbles on the letter. */
function changing() {
  return defineScenario<Letter, Scribbler>({
    name: "changing",
    about: "A letter is changed by its reader.",
    plan: () => ({ servers: ["n1", "n2"], faults: [], horizon: ms(100) }),
    server: (env) => new Scribbler(env),
    invariants: () => [],
  });
}
