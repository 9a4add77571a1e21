// What the command line does about what a program leaves behind when its run is over.

import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { BUILT } from "../support/build.ts";
import { BUILT_MAIN, makeFolder } from "../support/cli.ts";

const folder = makeFolder();
afterAll(folder.remove);

const INDEX = JSON.stringify(join(BUILT, "dist/index.js"));

/** A scenario in JavaScript whose nodes do this as they start. */
function scenarioOf(name: string, onStart: string, beforePlan = ""): string {
  const path = join(folder.path, `${name}.scenario.mjs`);
  writeFileSync(
    path,
    `import { defineScenario, seconds } from ${INDEX};
    export default defineScenario({
      name: "${name}", about: "${name}", invariants: () => [],
      plan: () => { ${beforePlan} return { servers: ["n1"], faults: [], horizon: seconds(1) }; },
      server: () => ({ state: {}, onMessage() {}, onStart() { ${onStart} } }),
    });`,
  );
  return path;
}

/** The command, which is killed after half a minute, as a program without an end has to be. */
function runIn(...args: readonly string[]) {
  const options = { cwd: folder.path, encoding: "utf8", timeout: 30_000 } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [BUILT_MAIN, ...args], options);
  return { status, stdout, stderr };
}

describe("a run that leaves a promise without an end", () => {
  const path = scenarioOf("restless", "(async () => { for (;;) await undefined; })();");
  const what = "the run is over, and a promise that it began has no end after 0.5 s, seed 7";

  it.each(["run", "verify"])("ends %s with one line and 1", (command) => {
    expect(runIn(command, path, "--seed", "7", "--run-budget", "500ms")).toEqual({
      status: 1,
      stdout: "",
      stderr: `restless: ${what}\n`,
    });
  });
});

it("tells of a rejection that nobody hears, with its seed and place", () => {
  const path = scenarioOf("unheard", "Promise.reject(new Error('lost'));");
  const { status, stdout, stderr } = runIn("run", path, "--seed", "7");
  expect(stderr).toMatch(
    /^unheard: .* threw, and nobody caught it, seed 7: lost \(at .*mjs:\d.*\n$/,
  );
  expect(stdout).toBe("");
  expect(status).toBe(1);
});

it("ends, and says so, though timers of Node's are left", () => {
  const path = scenarioOf("ticking", "setInterval(() => {}, 10);");
  const { status, stdout, stderr } = runIn("run", path);
  expect(stdout).toContain("ticking held, seed 1\n");
  expect(stderr).toMatch(/^stormglass: something that was run is still at work, .*Timeout\n$/);
  expect(status).toBe(0);
});

it("gives up a plan that has no end to be drawn", () => {
  const path = scenarioOf("endless", "", "for (;;);");
  expect(runIn("run", path, "--run-budget", "500ms")).toEqual({
    status: 1,
    stdout: "",
    stderr: 'endless: its plan of seed "1" has no end after 0.5 s\n',
  });
});
