// What the command line says of shrinking, in code broken while it loads.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { makeCapsule, parseCapsule } from "../../src/campaign/capsule/capsule.ts";
import { VERSION } from "../../src/campaign/version.ts";
import { findScenario } from "../../src/scenarios/catalogue.ts";
import { plan, run } from "../../src/sim/scenario.ts";
import { loadMutants } from "../mutants/harness.ts";
import { callCli, makeFolder, spawnCli, spawnSource } from "../support/cli.ts";
import { ticking } from "../support/small-scenarios.ts";

const folder = makeFolder();
afterAll(folder.remove);

const pathIn = (name: string): string => join(folder.path, name);

const mutant = (await loadMutants()).find(({ id }) => id === "commit-old-term-entries")!;
const SCENARIO = "raft-rapid-leader-changes/figure-8";
const FOUND = join("failures", "raft-rapid-leader-changes.figure-8-1.json");
spawnCli(folder.path, ["run", SCENARIO], mutant);

describe("the shrinking of a capsule", () => {
  const { status, stdout, stderr } = spawnCli(
    folder.path,
    ["shrink", FOUND, "--as-test", "tests/figure-8.test.ts"],
    mutant,
  );
  const [, replay = ""] = /replay it: npx stormglass replay (.*)$/m.exec(stdout) ?? [];

  it("ends with 1, as the plan still fails", () => {
    expect(stderr).toBe("");
    expect(status).toBe(1);
  });

  it("prints what it did, the failure and the whole script", () => {
    const [first, , second, shrunk, message] = stdout.split("\n");
    expect(first).toMatch(/^shrunk in \d+ runs: 8 faults → \d, 1 operation → 0, 6 hosts → \d, /);
    expect(second).toMatch(
      /^raft-rapid-leader-changes\/figure-8 broke RAFT-QUORUM at [\d.]+ s, seed 1$/,
    );
    expect(shrunk).toMatch(/^ {2}what is left of its plan breaks it at [\d.]+ s, with seed \d+:$/);
    expect(message).toMatch(/^ {2}leader n\d of term \d commits entry \d of term \d$/);
    expect(stdout).toMatch(/^ {2}at [\d.]+ s for 1 ms: crash n1$/m);
    expect(stdout).toMatch(/^ {2}at [\d.]+ s for 1 ms: isolate leader, messages in flight /m);
  });

  it("leaves a capsule, named for its signature, that says how it was found", () => {
    const capsule = parseCapsule(readFileSync(pathIn(replay), "utf8"), findScenario);
    expect(replay).toBe(
      join("failures", `raft-rapid-leader-changes.figure-8-${capsule.signature.id}.json`),
    );
    expect(capsule).toMatchObject({
      found: { scenario: SCENARIO, seed: "1" },
      signature: { property: "leader @ of term # commits entry # of term #" },
      shrunk: { isCut: false },
      replay: `npx stormglass replay ${replay}`,
    });
  });

  it("leaves what it says it did as it was when it is asked again", () => {
    const shrunkOf = () => parseCapsule(readFileSync(pathIn(replay), "utf8"), findScenario).shrunk;
    const before = shrunkOf();
    expect(before?.reductions).not.toEqual([]);
    expect(spawnCli(folder.path, ["shrink", replay], mutant).status).toBe(1);
    expect(shrunkOf()).toEqual(before);
  });

  it("leaves a capsule that replays as the same run", () => {
    const replayed = spawnCli(folder.path, ["replay", replay], mutant);
    expect(replayed.stderr).toBe("");
    expect(replayed.stdout).toMatch(/^the same run: fingerprint /);
    expect(replayed.status).toBe(1);
  });

  it("leaves a capsule whose plan holds on the code without the bug", async () => {
    const { status, stdout } = await callCli("replay", pathIn(replay));
    expect(stdout).toBe("the plan holds now: what the capsule shows is broken no longer\n");
    expect(status).toBe(0);
  });

  it("writes a test, and says where", () => {
    expect(stdout).toContain("\n  as a test: tests/figure-8.test.ts\n");
    expect(readFileSync(pathIn("tests/figure-8.test.ts"), "utf8")).toContain(".crash(");
  });
});

describe("a shrinking that has little time", () => {
  it("says that there may be less, and writes where it was told", () => {
    const args = ["shrink", FOUND, "--for", "1ms", "-o", "small/one.json"];
    const { status, stdout } = spawnCli(folder.path, args, mutant);
    expect(stdout).toMatch(/^shrunk in \d+ runs: .*; the time was up, there may be less$/m);
    expect(stdout).toContain("replay it: npx stormglass replay small/one.json\n");
    expect(existsSync(pathIn("small/one.json"))).toBe(true);
    expect(status).toBe(1);
  });
});

describe("what cannot be shrunk", () => {
  it("is a plan that holds: it is told so, and ends with 0", async () => {
    const { status, stdout } = await callCli("shrink", pathIn(FOUND));
    expect(stdout).toBe("the plan holds with this code: there is nothing to shrink\n");
    expect(status).toBe(0);
  });

  it.each([
    ["no file", ["shrink", pathIn("none.json")], /none\.json: expected a file to read/],
    [
      "no capsule",
      ["shrink", "package.json"],
      /package\.json\.kind: expected "stormglass capsule"/,
    ],
    ["no time", ["shrink", pathIn(FOUND), "--for", "soon"], /--for: expected a time such as /],
  ])("is %s: one line, and it ends with 2", async (_, args, message) => {
    const { status, stdout, stderr } = await callCli(...args);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stdout).toBe("");
    expect(status).toBe(2);
  });

  it("is a capsule of a file that has no such scenario", () => {
    writeFileSync(pathIn("empty.mjs"), "");
    writeOwn("empty.mjs");
    const { status, stderr } = spawnCli(folder.path, ["replay", "own.json"]);
    expect(stderr).toBe(
      "stormglass: empty.mjs: expected an export made by defineScenario, got nothing\n",
    );
    expect(status).toBe(2);
  });
});

describe("a scenario in a file of one's own", () => {
  const support = pathToFileURL("test/support/small-scenarios.ts").href;
  const text = `import { ticking } from ${JSON.stringify(support)};
     export const mine = ticking({ brokenSeeds: ["1"] });`;
  for (const name of ["mine.mjs", "typed.mts"]) writeFileSync(pathIn(name), text);

  it("is found by its capsule, to be replayed and shrunk", () => {
    writeOwn("typed.mts");
    const replayed = spawnSource(folder.path, ["replay", "own.json"]);
    const shrunk = spawnSource(folder.path, [
      ...["shrink", "own.json", "-o", "own-small.json", "--as-test", "tests/own.test.ts"],
    ]);
    expect(replayed.stdout).toMatch(/^the same run: fingerprint /);
    expect(shrunk.stdout).toContain("ticking broke TICKS at ");
    const { found } = JSON.parse(readFileSync(pathIn("own-small.json"), "utf8"));
    expect(found).toEqual({ scenario: "ticking", seed: "1", at: 20_000, file: "typed.mts" });
    // As tsc wants it, which refuses an import of .mts.
    expect(readFileSync(pathIn("tests/own.test.ts"), "utf8")).toContain(
      'import * as scenarios from "../typed.mjs";',
    );
    expect([replayed.status, shrunk.status]).toEqual([1, 1]);
  });

  it("is found by the config, when the capsule names no file", () => {
    writeOwn(undefined);
    writeFileSync(pathIn("stormglass.config.mjs"), 'export default { scenarios: ["./mine.mjs"] };');
    const { status, stdout } = spawnSource(folder.path, ["replay", "own.json"]);
    expect(stdout).toMatch(/^the same run: fingerprint /);
    expect(status).toBe(1);
  });
});

/** Writes own.json, the capsule of a scenario of a file or, without one, of the config. */
function writeOwn(file: string | undefined): void {
  const scenario = ticking({ brokenSeeds: ["1"] });
  const capsule = makeCapsule(scenario, run(scenario, plan(scenario, "1")), {
    code: { version: VERSION, node: process.version },
    found: { scenario: "ticking", seed: "1", file },
  });
  writeFileSync(pathIn("own.json"), JSON.stringify(capsule));
}

describe("a capsule of another commit", () => {
  it("that makes the same run is told so all the same", () => {
    const capsule = JSON.parse(readFileSync(pathIn(FOUND), "utf8"));
    writeFileSync(pathIn("elder.json"), JSON.stringify({ ...capsule, commit: "f".repeat(40) }));
    const { status, stdout, stderr } = spawnCli(folder.path, ["replay", "elder.json"], mutant);
    expect(stderr).toBe("the capsule is not of this very code: commit ffffffffffff, now unknown\n");
    expect(stdout).toMatch(/^the same run: fingerprint /);
    expect(status).toBe(1);
  });

  it("that makes another run is told that as well", async () => {
    const capsule = JSON.parse(readFileSync(pathIn(FOUND), "utf8"));
    writeFileSync(pathIn("elder.json"), JSON.stringify({ ...capsule, commit: "f".repeat(40) }));
    const { stderr } = await callCli("replay", pathIn("elder.json"));
    expect(stderr).toMatch(/^ {2}commit ffffffffffff, now [0-9a-f]{12}$/m);
  });
});
