// Ten planted leaks, each found and located: host, event, effect, and the function that made it.

import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describePlace } from "../../../src/campaign/verify/account.ts";
import { summarizeDifference } from "../../../src/campaign/verify/describe-difference.ts";
import { Verifier } from "../../../src/campaign/verify/verifier.ts";
import { type Verification, verifyPlan } from "../../../src/campaign/verify/verify-plan.ts";
import { plan, run } from "../../../src/sim/scenario.ts";
import { type LeakName, leaking } from "./leaks.ts";

const loader = new URL("../../../src/cli/scenario-loader.ts", import.meta.url).href;
const file = fileURLToPath(new URL("./leaks.ts", import.meta.url));
const verifier = new Verifier({ loader });

beforeAll(() => {
  process.env.STORMGLASS_LEAK = "hello";
});
afterAll(() => {
  delete process.env.STORMGLASS_LEAK;
  verifier.close();
});

function verified(name: LeakName): Promise<Verification> {
  const scenario = leaking(name);
  return verifyPlan({ scenario, reference: { name, file } }, plan(scenario, "1"), verifier);
}

/** The third tick of n2, in a run without a leak: up to it, all runs are the same. */
function leakyEvent() {
  const clean = leaking("noLeak");
  const { trace } = run(clean, plan(clean, "1"), { trace: true });
  const ticks = trace.filter(({ kind, host }) => kind === "timer" && host === "n2");
  const { step, at } = ticks[2]!;
  return { step, at, host: "n2", kind: "timer" };
}

describe("a leak is located at its host, event and function", () => {
  it.each([
    ["wallClock", "emit stamp {at: ", ["Date.now"]],
    ["unseededRandom", "send to n1 {text: 0.", ["Math.random"]],
    ["keyOrder", "send to n3 {text: ", ["process.env"]],
    ["environmentVariable", "setTimer greet 1000", ["process.env"]],
    ["locale", "emit amount 1", ["toLocaleString"]],
    ["address", "send to n3 {text: object ", []],
    ["moduleState", "setTimer tick ", []],
    ["workerId", "send to n1 {text: worker ", ["process.pid"]],
  ] as const)("%s", async (name, effect, asked) => {
    const { difference, outside } = await verified(name);
    const leak = difference?.leak;
    expect(leak?.place).toEqual(leakyEvent());
    expect(leak?.event).toBe("timer tick on n2");
    expect(leak?.kind).toBe("effect");
    const [here, there] = leak!.sides;
    expect(here.text).not.toBe(there.text);
    expect(here.text.startsWith(effect)).toBe(true);
    expect(here.stack).toMatch(lineOf(name));
    expect(leak?.asked.map(({ text }) => text)).toEqual(asked);
    expect(outside).toEqual([]);
  });

  it.each([
    ["realTimer", "send to n1 {text: late}", "ring"],
    ["promiseRace", "send to n1 {text: a}", "finish"],
  ] as const)("%s, after the handler that began it", async (name, text, caller) => {
    const { difference, outside } = await verified(name);
    expect(difference).toBeUndefined();
    expect(outside).toMatchObject([{ host: "n2", begunBy: leakyEvent(), text }]);
    expect(outside[0]?.stack).toMatch(lineOf(caller));
    expect(summarizeDifference({ seed: "1", difference, outside })).toBe(
      "seed 1 is not the same run twice: n2 calls its env while no handler of it runs, " +
        `begun by ${describePlace({ ...leakyEvent(), kind: "timer" })}`,
    );
  });
});

describe("what leaks without a trace at first", () => {
  it("is located where it gets into a node's memory", async () => {
    const { difference } = await verified("leakIntoState");
    expect(difference?.leak?.place).toEqual(leakyEvent());
    expect(difference?.leak?.kind).toBe("state");
    expect(difference?.leak?.sides[0].text).toMatch(/^state\.text: {2}at \d+$/);
    expect(difference?.leak?.asked).toMatchObject([{ text: "Date.now" }]);
    expect(difference?.leak?.asked[0]?.stack).toMatch(lineOf("leakIntoState"));
  });

  it("is located in a new process when it shows itself only once in each", async () => {
    const { difference } = await verified("warmCache");
    const leak = difference?.leak;
    expect(leak?.place).toEqual(leakyEvent());
    expect(leak?.sides.map(({ run, text }) => `${run}: ${text}`)).toEqual([
      "plain: nothing more",
      "in a new process: emit miss",
    ]);
    expect(leak?.sides[1].stack).toMatch(lineOf("warmCache"));
  });

  it("is a call of another node's env", async () => {
    const { difference, outside } = await verified("foreignEnv");
    expect(difference).toBeUndefined();
    expect(outside).toMatchObject([{ host: "n1", begunBy: leakyEvent(), text: "emit by n2" }]);
    expect(outside[0]?.stack).toMatch(lineOf("foreignEnv"));
  });
});

describe("a scenario without a leak", () => {
  it("is found clean", async () => {
    expect(await verified("noLeak")).toMatchObject({ difference: undefined, outside: [] });
  });
});

/** The first frame of a stack, in that function of the leaks. */
function lineOf(name: string): RegExp {
  return new RegExp(`^([\\w.]+\\.)?${name} .*leaks\\.ts:\\d+:\\d+`);
}
