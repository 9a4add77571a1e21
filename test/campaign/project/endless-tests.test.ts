// What a test of somebody else's scenario says, and that it says something, when a run has no end.

import { afterAll, expect, it } from "vitest";
import { makeProject } from "../../support/own-project.ts";

const project = makeProject();
afterAll(project.remove);

/** By the name of a scenario, what the timer of its only server does. */
const HANDLERS = {
  synchronous: "onTimer() { for (;;); }",
  instant: "onTimer() { env.setTimer('tick', 0); }",
  pending: "async onTimer() { await new Promise(() => {}); }",
  rejecting: "onTimer() { Promise.reject(new Error('lost')); }",
  sound: "onTimer() {}",
};

/** A file of tests, one for each. */
function testsOf(handlers: Readonly<Record<string, string>>): string {
  const tests = Object.entries(handlers).map(
    ([name, onTimer]) => `
      simTest("${name}", defineScenario({
        name: "${name}", about: "${name}", invariants: () => [],
        plan: () => ({ servers: ["n1"], faults: [], horizon: seconds(1) }),
        server: (env) => ({
          state: {}, onStart() { env.setTimer("tick", ms(100)); }, onMessage() {}, ${onTimer}
        }),
      }), { seeds: 3, timeout: 2_000 });`,
  );
  return `import { defineScenario, ms, seconds } from "stormglass";
    import { simTest } from "stormglass/vitest";
    ${tests.join("")}`;
}

it("fails with one line that says where it stands, and the other tests go on", () => {
  project.write("endless.test.mjs", testsOf(HANDLERS));

  const { status, stdout, stderr } = project.run("vitest", ["run", "endless.test.mjs"]);

  expect(stdout).toMatch(/Tests +4 failed \| 1 passed/);
  const place = "#2 100.000 ms n1 timer tick";
  const left = "a promise or a timer that it began threw, and nobody caught it";
  for (const line of [
    `Error: synchronous: no end after 2 s, seed 1: this event has no end: ${place}\n`,
    "Error: instant broke ENDLESS-LOOP at 100 ms, seed 1\n",
    "Error: pending broke EXCEPTION at 100 ms, seed 1\n",
    "  AssertionError: a handler has returned a promise, and nobody waits: n1 timer\n",
    `Error: rejecting: ${left}, seed 1: lost (at `,
  ]) {
    expect(stderr).toContain(line);
  }
  expect(stderr).toContain("run it again: STORMGLASS_SEED=1 npx vitest run -t synchronous\n");
  expect(status).toBe(1);
});

it.each(["forks", "threads"])("says of a promise without an end what it was, in %s", (pool) => {
  const onTimer = "onTimer() { (async () => { for (;;) await undefined; })(); }";
  project.write("restless.test.mjs", testsOf({ restless: onTimer }));

  const { status, stderr } = project.run("vitest", ["run", "restless.test.mjs", "--pool", pool]);

  expect(stderr).toContain(
    "\nrestless: the run is over, and a promise that it began has no end after 2 s, seed 1\n\n" +
      "  run it again: STORMGLASS_SEED=1 npx vitest run -t restless\n",
  );
  expect(status).not.toBe(0);
});
