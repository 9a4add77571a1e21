// What the command line says of plans that are the same run each time, and of others.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { findScenario } from "../../src/scenarios/catalogue.ts";
import { plan } from "../../src/sim/scenario.ts";
import type { Change } from "../mutants/mutant.ts";
import { callCli, makeFolder, spawnCli } from "../support/cli.ts";

const folder = makeFolder();
afterAll(folder.remove);

const SCENARIO = "raft-initial-election";

/** Something that one server does at its start. */
function doneBy(host: string, code: string): Change {
  return {
    id: "planted",
    file: "src/protocols/replicated/server.ts",
    find: "    this.#raft.onStart();",
    replace: `    if (this.#env.id === "${host}") { ${code} }\n    this.#raft.onStart();`,
  };
}

describe("verify", () => {
  it("says of plans that are the same run each time that they are, and ends with 0", async () => {
    const { status, stdout, stderr } = await callCli("verify", SCENARIO, "--seeds", "2");
    expect(stderr).toBe("");
    expect(stdout).toMatch(new RegExp(`^${SCENARIO}: 2 plans are the same run each time\n`));
    expect(status).toBe(0);
  });

  it("takes a plan from a file", async () => {
    const path = join(folder.path, "plan.json");
    writeFileSync(path, JSON.stringify(plan(findScenario(SCENARIO), "7")));
    const { status, stdout } = await callCli("verify", SCENARIO, "--plan", path, "--json");
    expect(JSON.parse(stdout)).toMatchObject({ scenario: SCENARIO, plans: 1, finding: null });
    expect(status).toBe(0);
  });

  it("shows where two runs part, what each did there, and why, and ends with 3", () => {
    const leak = doneBy("n2", 'this.#env.setTimer("pid", process.pid);');
    const { status, stdout } = spawnCli(folder.path, ["verify", SCENARIO], leak);
    const lines = stdout.split("\n");
    expect(lines[0]).toBe(`${SCENARIO} is not deterministic, seed 1`);
    expect(lines[1]).toMatch(/^ {2}plain, then in another process: fingerprint /);
    expect(lines[2]).toBe("  they are the same up to event #2 at 0 ms on n2 (start): start on n2");
    expect(lines[3]).toMatch(/^ {4}plain: +setTimer pid \d+$/);
    expect(lines[4]).toMatch(/^ {4}in another process: setTimer pid \d+$/);
    expect(lines[5]).toMatch(/^ {6}at KvServer\.onStart \(.*replicated\/server\.js:\d+:\d+\)$/);
    expect(lines[6]).toBe("    in this event it asks the machine: process.pid");
    expect(status).toBe(3);
  });

  it("shows what a promise does after its handler, and which event began it", () => {
    const late = `const env = this.#env;
      Promise.resolve().then(function goOn() { env.cancelTimer("late"); });`;
    const { status, stdout } = spawnCli(folder.path, ["verify", SCENARIO], doneBy("n2", late));
    const lines = stdout.split("\n");
    expect(lines[1]).toBe("  n2 calls its env while no handler of it runs: cancelTimer late");
    expect(lines[2]).toMatch(/^ {6}at goOn \(.*replicated\/server\.js:\d+:\d+\)$/);
    expect(lines[3]).toMatch(/^ {4}begun by event #2 at 0 ms on n2 \(start\); /);
    expect(status).toBe(3);
  });

  it.each([
    [["--seeds", "0"], "--seeds: expected a whole number of at least 1, got 0"],
    [["--seed", "x", "--seeds", "2"], '--seed: expected a whole number of at least 0, got "x"'],
    [
      ["--seed", "2", "--plan", "a.json"],
      "option '--plan <file>' cannot be used with option '--seed <seed>'",
    ],
  ])("is told what is wrong: %j", async (args, message) => {
    const { status, stderr } = await callCli("verify", SCENARIO, ...args);
    expect(stderr).toBe(`stormglass: ${message}\n`);
    expect(status).toBe(2);
  });
});
