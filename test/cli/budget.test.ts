// What the command line does about a handler that never returns.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { makeCapsule } from "../../src/campaign/capsule/capsule.ts";
import { plan, run } from "../../src/sim/scenario.ts";
import { callCli, makeFolder } from "../support/cli.ts";
import { deadly } from "../support/deadly-scenario.ts";

const folder = makeFolder();
afterAll(folder.remove);

const FILE = "./test/support/deadly-scenario.ts";
const HANGS = "deadly: no end after 0.5 s, seed 3: this event has no end: #1 0.000 ms n1 start\n";

/** A capsule of the seed that has no end, as if it had failed once. */
function capsuleOf(seed: string): string {
  const path = join(folder.path, `deadly-${seed}.json`);
  const held = run(deadly, plan(deadly, "1"));
  const violation = {
    invariant: "ACK",
    message: "lost",
    at: 0,
    step: 1,
    host: undefined,
    stack: "",
  };
  const failed = { ...held, violation };
  const found = { scenario: "deadly", seed, file: FILE };
  const code = { version: "0.1.0", node: process.version };
  const capsule = makeCapsule(deadly, failed, { code, found });
  writeFileSync(path, JSON.stringify({ ...capsule, plan: plan(deadly, seed) }));
  return path;
}

describe("a handler that never returns", () => {
  it.each([
    ["run", FILE, "--seed", "3"],
    ["verify", FILE, "--seed", "3"],
  ])("ends %s with one line and 1", async (...args) => {
    const { status, stdout, stderr } = await callCli(...args, "--run-budget", "500ms");
    expect(stderr).toBe(HANGS);
    expect(stdout).toBe("");
    expect(status).toBe(1);
  });

  it.each(["replay", "shrink"])("ends %s of its capsule as well", async (command) => {
    const path = capsuleOf("3");
    const { status, stdout, stderr } = await callCli(command, path, "--run-budget", "500ms");
    expect(stderr).toBe(HANGS);
    expect(stdout).toBe("");
    expect(status).toBe(1);
  });

  it("has no bound when the budget is 0, and a wrong budget is refused", async () => {
    const { status, stdout } = await callCli("run", FILE, "--seed", "1", "--run-budget", "0");
    expect(stdout).toContain("deadly held, seed 1\n");
    expect(status).toBe(0);
    const wrong = await callCli("run", FILE, "--run-budget", "soon");
    expect(wrong.stderr).toMatch(
      /^stormglass: --run-budget: expected a time such as [^\n]*"soon"\n$/,
    );
    expect(wrong.status).toBe(2);
  });
});

describe("a program that ends its thread", () => {
  it("ends a campaign with every such seed named, and 1", async () => {
    const file = "./test/support/mortal-scenarios.ts";
    const args = ["--seeds", "4", "--jobs", "1", "--reporter", "text"];
    const { status, stdout } = await callCli("fuzz", file, ...args);
    const died = [...stdout.matchAll(/^doomed: seed (\d+) died: /gm)].map(([, seed]) => seed);
    expect(died).toEqual(["1", "2", "3", "4"]);
    expect(stdout).not.toMatch(/^mortal: seed/m);
    expect(status).toBe(1);
  });
});
