// Wrong usage: one line that names path, expectation and value, exit code 2, and no stack.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { findScenario } from "../../src/scenarios/catalogue.ts";
import { plan } from "../../src/sim/scenario.ts";
import { callCli, type Ended, makeFolder, spawnCli } from "../support/cli.ts";

const folder = makeFolder();
afterAll(folder.remove);

const SCENARIO = "raft-initial-election";

function fileOf(name: string, text: string): string {
  const path = join(folder.path, name);
  writeFileSync(path, text);
  return path;
}

function expectComplaint({ status, stdout, stderr }: Ended, message: string): void {
  expect(stderr).toBe(`stormglass: ${message}\n`);
  expect(stdout).toBe("");
  expect(status).toBe(2);
}

const NO_MATCH = "scenario: expected a name that `stormglass list` shows, got";
const NO_SCENARIO = `${NO_MATCH} "nope"`;
const NO_TIME = "--for: expected a time such as 500ms, 30s or 10m, got";
const NO_PART = "--shard: expected a part such as 3/16, from 1/n to n/n, got";
const NO_REPORTER = "--reporter: expected one of text, json, junit, github, html, got";

const CAPSULE = "test/capsules/commit-old-term-entries.json";

describe("a summary that GitHub asks for and that cannot be written", () => {
  const asked = ["--seeds", "1", "--reporter", "github"];

  beforeEach(() => void vi.stubEnv("GITHUB_STEP_SUMMARY", join(folder.path, "none", "sum.md")));
  afterEach(() => void vi.unstubAllEnvs());

  it.each([
    ["fuzz", SCENARIO, ...asked],
    ["merge", folder.path, ...asked.slice(2)],
  ])("is told of before the work: %s", async (...args) => {
    const { status, stdout, stderr } = await callCli(...args);
    expect(stderr).toMatch(/^stormglass: \S+sum\.md: expected a place to write: ENOENT[^\n]*\n$/);
    expect([status, stdout]).toEqual([2, ""]);
  });

  it("is nobody's concern when another reporter was chosen", async () => {
    const { status, stderr } = await callCli("merge", folder.path, "--reporter", "text");
    expect(stderr).toBe(`stormglass: ${folder.path}: expected reports, *.json, got none\n`);
    expect(status).toBe(2);
  });
});

describe("the command line", () => {
  it.each([
    ["nonsense", "unknown command 'nonsense'"],
    ["fuz", "unknown command 'fuz' (Did you mean fuzz?)"],
    ["run", "missing required argument 'scenario'"],
    ["run nope", NO_SCENARIO],
    [`run ${SCENARIO} more`, "too many arguments for 'run'. Expected 1 argument but got 2."],
    [`run ${SCENARIO} --seed`, "option '--seed <seed>' argument missing"],
    [`run ${SCENARIO} --seed=`, '--seed: expected a text, got ""'],
    [`run ${SCENARIO} --trace=1 --sed 2`, "unknown option '--trace=1' (Did you mean --trace?)"],
    [
      `run ${SCENARIO} --seed 2 --plan a.json`,
      "option '--plan <file>' cannot be used with option '--seed <seed>'",
    ],
    ["run raft-choas-mode", `${NO_MATCH} "raft-choas-mode", did you mean raft-chaos-mode?`],
    ["run ./nope.ts", "nope.ts: expected a file to import, found none"],
    ["run ./src", "src: expected a file to import, found a folder"],
    [`fuzz ${SCENARIO} --report src`, "src: expected a file to write, found a folder"],
    ["merge docs --report src", "src: expected a file to write, found a folder"],
    ["replay package.json", 'package.json.kind: expected "stormglass capsule", got nothing'],
    [`shrink ${CAPSULE} --as-test src`, "src: expected a file to write, found a folder"],
    [`shrink ${CAPSULE} -o src`, "src: expected a file to write, found a folder"],
    [
      `run ${SCENARIO} --plan ${CAPSULE}`,
      `${CAPSULE}: expected a plan, got a capsule: npx stormglass replay ${CAPSULE}`,
    ],
    ["fuzz nope.mjs#nope", "nope.mjs: expected a file to import, found none"],
    ["fuzz src", "src: expected files *.scenario.ts in the folder, found none"],
    ["list ./nope.ts", "nope.ts: expected a file to import, found none"],
    ["fuzz nope", NO_SCENARIO],
    [`fuzz ${SCENARIO} nope`, NO_SCENARIO],
    ["fuzz --seeds 0", "--seeds: expected a whole number of at least 1, got 0"],
    ["fuzz --seeds -3", '--seeds: expected a whole number of at least 1, got "-3"'],
    ["fuzz --seeds 2.5", '--seeds: expected a whole number of at least 1, got "2.5"'],
    ["fuzz --seeds many", '--seeds: expected a whole number of at least 1, got "many"'],
    ["fuzz --from -1", '--from: expected a whole number of at least 0, got "-1"'],
    ["fuzz --from abc", '--from: expected a whole number of at least 0, got "abc"'],
    ["fuzz --for 10", `${NO_TIME} "10"`],
    ["fuzz --for 0s", `${NO_TIME} "0s"`],
    ["fuzz --for -5s", `${NO_TIME} "-5s"`],
    ["fuzz --for 5d", `${NO_TIME} "5d"`],
    ["fuzz --shard 0/4", `${NO_PART} "0/4"`],
    ["fuzz --shard 5/4", `${NO_PART} "5/4"`],
    ["fuzz --shard 3", `${NO_PART} "3"`],
    [
      "fuzz --shard index/4",
      "JOB_COMPLETION_INDEX: expected a whole number from 0 to 3, got nothing",
    ],
    ["fuzz --shard index/0", `${NO_PART} "index/0"`],
    ["fuzz --jobs 0", "--jobs: expected a whole number of at least 1, got 0"],
    ["fuzz --run-budget 1", '--run-budget: expected a time such as 500ms, 30s or 10m, got "1"'],
    ["fuzz --reporter xml", `${NO_REPORTER} "xml"`],
    ["fuzz --reporter junit=", '--reporter: expected a file after "junit=", got none'],
    [
      "fuzz --fingerprints a.json",
      "a.json: expected a file to read: ENOENT: no such file or directory, open 'a.json'",
    ],
    ["fuzz --fingerprints package.json", 'package.json.name: expected a list, got "stormglass"'],
    ["fuzz --bogus", "unknown option '--bogus'"],
    ["replay", "missing required argument 'capsule'"],
    ["replay a b", "too many arguments for 'replay'. Expected 1 argument but got 2."],
    ["list more", `${NO_MATCH} "more"`],
  ])("%s", async (line, message) => {
    expectComplaint(await callCli(...line.split(" ")), message);
  });

  it.each(["-1", "4", "two", ""])("names the pod of a job that is none: %j", async (pod) => {
    vi.stubEnv("JOB_COMPLETION_INDEX", pod);
    const ended = await callCli("fuzz", SCENARIO, "--shard", "index/4");
    vi.unstubAllEnvs();
    const expected = "expected a whole number from 0 to 3";
    expectComplaint(ended, `JOB_COMPLETION_INDEX: ${expected}, got "${pod}"`);
  });

  it("shows its help when there is no command", async () => {
    const { status, stdout, stderr } = await callCli();
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^Usage: stormglass /);
    expect(stderr.trimEnd()).toMatch(/70 a bug of stormglass\.$/);
  });

  it("complains in the same way in a process of its own", () => {
    expectComplaint(spawnCli(folder.path, ["run", "nope"]), NO_SCENARIO);
  });
});

describe("a plan", () => {
  const good = plan(findScenario(SCENARIO), "1");
  const network = { ...good.network, loss: 1.5 };
  const crash = { kind: "crash", at: 0, lasting: 1, hosts: ["n9"] };

  it.each([
    [{ ...good, scenario: "nope" }, `plan.scenario: expected "${SCENARIO}", got "nope"`],
    [{ ...good, horizon: 0 }, "plan.horizon: expected a whole number of at least 1, got 0"],
    [{ ...good, servers: [] }, "plan.servers: expected at least one, got none"],
    [{ ...good, servers: "n1" }, 'plan.servers: expected a list, got "n1"'],
    [{ ...good, network }, "plan.network.loss: expected a probability in [0, 1], got 1.5"],
    [{ ...good, clients: ["n1"] }, 'plan.clients: expected distinct ids, got "n1" twice'],
    [[good], expect.stringMatching(/^plan: expected an object, got \[\{"scenario":.*\.\.\.$/)],
  ])("that is wrong is told so by its path: %#", async (value, message) => {
    const path = fileOf("plan.json", JSON.stringify(value));
    const { status, stdout, stderr } = await callCli("run", SCENARIO, "--plan", path);
    expect(stderr.replace(/^stormglass: /, "").trimEnd()).toEqual(message);
    expect(stdout).toBe("");
    expect(status).toBe(2);
  });

  it("with a fault that hits nobody is told so by its path", async () => {
    const path = fileOf("plan.json", JSON.stringify({ ...good, faults: [crash] }));
    const { status, stderr } = await callCli("run", SCENARIO, "--plan", path);
    expect(stderr).toMatch(/^stormglass: plan\.faults\[0\]\.hosts.*expected .*got "n9"\n$/);
    expect(status).toBe(2);
  });

  it("that is no JSON is told so in one line", async () => {
    const path = fileOf("plan.json", "one\ntwo\n");
    const { status, stderr } = await callCli("run", SCENARIO, "--plan", path);
    expect(stderr).toMatch(/^stormglass: [^\n]*plan\.json: expected JSON: [^\n]*\n$/);
    expect(status).toBe(2);
  });
});

describe("a file that cannot be read", () => {
  it.each([
    ["run", SCENARIO, "--plan", "none.json"],
    ["run", SCENARIO, "--plan", ""],
    ["run", SCENARIO, "--plan", "."],
    ["replay", "none.json"],
    ["replay", "."],
  ])("%s %s %s %s", async (...args) => {
    const { status, stderr } = await callCli(...args);
    expect(stderr).toMatch(/^stormglass: [^\n]*: expected a file to read: E[^\n]*\n$/);
    expect(stderr).toContain(`stormglass: ${args.at(-1)}:`);
    expect(status).toBe(2);
  });
});

describe("a capsule", () => {
  it.each([
    ["", ": expected JSON: Unexpected end of JSON input"],
    ["[]", ": expected an object, got []"],
    ["{}", '.kind: expected "stormglass capsule", got nothing'],
    ['{"kind":"x"}', '.kind: expected "stormglass capsule", got "x"'],
    ['{"kind":"stormglass capsule"}', ".plan: expected an object, got nothing"],
  ])("that holds %s is told so", async (text, message) => {
    const path = fileOf("capsule.json", text);
    expectComplaint(await callCli("replay", path), `${path}${message}`);
  });
});
