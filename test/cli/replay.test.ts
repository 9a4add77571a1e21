// What the command line says of runs that are not the same twice, and of capsules of other code.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { takeCheckpoints } from "../../src/campaign/capsule/capsule.ts";
import { VERSION } from "../../src/campaign/version.ts";
import { findScenario } from "../../src/scenarios/catalogue.ts";
import { plan, run } from "../../src/sim/scenario.ts";
import { AMNESIA, LEAK } from "../support/changes.ts";
import { callCli, makeFolder, spawnCli } from "../support/cli.ts";

const folder = makeFolder();
afterAll(folder.remove);

const SCENARIO = "raft-initial-election";

const HOLDS = "the plan holds now: what the capsule shows is broken no longer\n";

const pathIn = (name: string): string => join(folder.path, name);

describe("code that is not deterministic", () => {
  it("is reported by a campaign with the first difference, which ends with 3", () => {
    const { status, stdout } = spawnCli(folder.path, ["fuzz", SCENARIO, "--seeds", "1"], LEAK);
    expect(stdout).toContain(
      `${SCENARIO} is not deterministic, seed 1\n  plain, then recorded and strict: fingerprint `,
    );
    const [, plain = "", recorded = ""] = stdout.split(/^ {4}(?:plain|recorded and strict): +/m);
    expect(plain).toMatch(/^emit started \{starts: \d+\}\n$/);
    expect(recorded).toMatch(/^emit started \{starts: \d+\}\n/);
    expect(recorded).not.toContain(plain);
    expect(status).toBe(3);
  });

  it("is reported by a replay, which ends with 3", () => {
    const path = pathIn("leaky.json");
    writeFileSync(path, JSON.stringify(heldCapsule()));
    const { status, stdout, stderr } = spawnCli(folder.path, ["replay", path], LEAK);
    expect(stderr).toMatch(
      new RegExp(`^${SCENARIO} is not deterministic: run twice, it gave fingerprint `),
    );
    expect(stdout).toBe("");
    expect(status).toBe(3);
  });
});

describe("a capsule of other code", () => {
  it("is told what differs: both runs, both versions, and where they part", async () => {
    spawnCli(folder.path, ["run", SCENARIO, "--seed", "4"], AMNESIA);
    const path = pathIn(join("failures", `${SCENARIO}-4.json`));
    const capsule = JSON.parse(readFileSync(path, "utf8"));
    writeFileSync(path, JSON.stringify({ ...capsule, version: "9.9.9", node: "v1.2.3" }));
    const { status, stdout, stderr } = await callCli("replay", path);
    // A commit is known here and not in the folder where the capsule was made.
    const lines = stderr.split("\n").filter((line) => !/^ {2}(commit|now changes) /.test(line));
    expect(lines[0]).toBe("this code does not make the capsule's run:");
    expect(lines[1]).toBe(
      `  capsule: fingerprint ${capsule.fingerprint}, ${capsule.events} events, ` +
        capsule.violation.message,
    );
    expect(lines[2]).toMatch(/^ {2}now: {5}fingerprint [0-9a-f]{16}, \d+ events, nothing broken$/);
    expect(lines[3]).toBe(
      "  the capsule was made by stormglass 9.9.9 on Node v1.2.3; " +
        `this is stormglass ${VERSION} on Node ${process.version}`,
    );
    // The unchanged code goes on where the capsule's run has ended.
    const { events } = capsule;
    expect(lines[4]).toBe(`  the runs part between event ${events} and event ${events + 1}`);
    expect(lines[5]).toBe("  what now happens there begins with:");
    expect(lines[6]).toMatch(new RegExp(`^ +#${events + 1} `));
    expect(stdout).toBe(HOLDS);
    expect(status).toBe(0);
  });

  it("is told what differs first when an event is another", async () => {
    const capsule = heldCapsule();
    const fingerprints = capsule.checkpoints.fingerprints.with(2, "0000000000000000");
    const checkpoints = { ...capsule.checkpoints, fingerprints };
    const path = pathIn("other.json");
    const text = JSON.stringify({ ...capsule, checkpoints, fingerprint: "0123456789abcdef" });
    writeFileSync(path, text);
    const { status, stderr } = await callCli("replay", path);
    const { interval } = checkpoints;
    expect(stderr).toContain(
      `the runs part between event ${2 * interval} and event ${3 * interval}`,
    );
    expect(stderr).toContain(`\n${`#${2 * interval + 1}`.padStart(7)} `);
    expect(status).toBe(0);
  });

  it("is no longer failing when only the invariant has changed its mind", async () => {
    const path = pathIn("mended.json");
    writeFileSync(path, JSON.stringify(heldCapsule()));
    const { status, stdout, stderr } = await callCli("replay", path);
    expect(stderr).toContain("events, nothing broken\n");
    expect(stderr).toContain("all checkpoints agree: the runs part at their very end\n");
    expect(stdout).toBe(HOLDS);
    expect(status).toBe(0);
  });
});

describe("a capsule of code that breaks something else", () => {
  it("is told so, with the new failure, and ends with 1", () => {
    spawnCli(folder.path, ["run", SCENARIO, "--seed", "5"], AMNESIA);
    const path = pathIn(join("failures", `${SCENARIO}-5.json`));
    const change = {
      id: "boom",
      file: "src/protocols/raft/leader.ts",
      find: 'env.emit("leader elected", { term: state.term });',
      replace: 'throw new Error("boom");',
    };
    const { status, stdout, stderr } = spawnCli(folder.path, ["replay", path], change);
    expect(stderr).toContain("this code does not make the capsule's run:\n");
    expect(stdout).toContain(`${SCENARIO} broke EXCEPTION at `);
    expect(status).toBe(1);
  });
});

/** A capsule that says of a run that holds that it broke something at its end. */
function heldCapsule() {
  const scenario = findScenario(SCENARIO);
  const planned = plan(scenario, "2");
  const { steps, fingerprint, endedAt } = run(scenario, planned);
  return {
    kind: "stormglass capsule",
    version: VERSION,
    node: process.version,
    plan: planned,
    fingerprint,
    events: steps,
    violation: { invariant: "ACK", message: "something is lost", at: endedAt, step: steps },
    checkpoints: takeCheckpoints(scenario, planned, steps),
  };
}
