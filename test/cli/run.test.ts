import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { describe as describeRun } from "../../src/cli/run.ts";
import { catalogue, findScenario } from "../../src/scenarios/catalogue.ts";
import { Metrics } from "../../src/sim/metrics.ts";
import { plan, run } from "../../src/sim/scenario.ts";
import { callCli, makeFolder, spawnCli, spawnForHead } from "../support/cli.ts";

const folder = makeFolder();
afterAll(folder.remove);

const SCENARIO = "raft-initial-election";
const FAULTY = "raft-follower-restart";
const scenario = findScenario(SCENARIO);
const expected = run(scenario, plan(scenario, "7"));

describe("stormglass list", () => {
  it("shows every scenario with a line about it, in a process of its own", () => {
    const { status, stdout, stderr } = spawnCli(folder.path, ["list"]);
    const [head, ...lines] = stdout.trimEnd().split("\n");
    expect(head).toMatch(/^scenario +about$/);
    expect(lines.map((line) => line.split(/ {2,}/))).toEqual(
      catalogue.map(({ name, about }) => [name, about]),
    );
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });
});

describe("stormglass run", () => {
  it("tells verdict, seed, events, virtual time, fingerprint and figures of a run", async () => {
    const { status, stdout, stderr } = await callCli("run", SCENARIO, "--seed", "7");
    const lines = stdout.trimEnd().split("\n");
    expect(lines[0]).toBe(`${SCENARIO} held, seed 7`);
    expect(lines[1]).toBe(`  ${expected.steps} events in 8 s, fingerprint ${expected.fingerprint}`);
    const { timeToLeaderMs } = expected.metrics.summary();
    expect(lines).toContain(`  timeToLeaderMs: ${timeToLeaderMs}`);
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });

  it("shows more percentiles of distributions with twenty values or more", () => {
    const metrics = new Metrics();
    for (let value = 1; value <= 20; value++) metrics.observe("many", value);
    for (let value = 1; value <= 19; value++) metrics.observe("few", value);
    const lines = describeRun({ ...expected, metrics }).split("\n");
    expect(lines).toContain("  many: p50 10, p90 18, p95 19, p99 20, max 20 (20)");
    expect(lines).toContain("  few: p50 10, p99 19, max 19 (19)");
  });

  it("takes seed 1 when none is given, and any text for a seed", async () => {
    expect((await callCli("run", SCENARIO)).stdout).toContain(`${SCENARIO} held, seed 1\n`);
    const odd = await callCli("run", SCENARIO, "--seed", "a/b c");
    expect(odd.stdout).toContain(`${SCENARIO} held, seed a/b c\n`);
  });

  it("leaves no capsule of a run that holds", () => {
    expect(spawnCli(folder.path, ["run", SCENARIO]).status).toBe(0);
    expect(existsSync(join(folder.path, "failures"))).toBe(false);
  });

  it("tells which faults bit", async () => {
    const { stdout } = await callCli("run", FAULTY);
    expect(stdout).toContain("  faults that bit: crash 1 of 1\n");
  });

  it("prints every event with --trace", async () => {
    const { stdout } = await callCli("run", SCENARIO, "--seed", "7", "--trace");
    const events = stdout.split("\n").filter((line) => /^ +#\d+ +\d+\.\d{3} ms /.test(line));
    const numbers = new Set(events.map((line) => /#(\d+)/.exec(line)?.[1]));
    expect(numbers.size).toBe(expected.steps);
    expect(stdout).toContain("emit leader elected");
    expect(stdout).toContain(`fingerprint ${expected.fingerprint}`);
  });

  it("does not mind a reader who has seen enough", async () => {
    const { status, stdout, stderr } = await spawnForHead("run", FAULTY, "--trace");
    expect(stdout).toContain("n1   start");
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });

  it("prints the result and the plan with --json", async () => {
    const { status, stdout } = await callCli("run", SCENARIO, "--seed", "7", "--json");
    expect(JSON.parse(stdout)).toEqual({
      scenario: SCENARIO,
      seed: "7",
      fingerprint: expected.fingerprint,
      events: expected.steps,
      endedAt: 8_000_000,
      violation: null,
      capsule: null,
      faults: {},
      metrics: JSON.parse(JSON.stringify(expected.metrics.summary())),
      assertions: JSON.parse(JSON.stringify(expected.evidence)),
      emitted: { "pre-vote started": 1, "election started": 1, "leader elected": 1 },
      operations: 0,
      plan: JSON.parse(JSON.stringify(expected.plan)),
    });
    expect(status).toBe(0);
  });

  it("prints the trace as JSON when both are asked for", async () => {
    const { stdout } = await callCli("run", SCENARIO, "--seed", "7", "--json", "--trace");
    const { trace } = JSON.parse(stdout);
    expect(trace[0]).toMatchObject({ step: 1, at: 0, host: "n1", kind: "start" });
    expect(trace.at(-1).step).toBe(expected.steps);
  });

  it("runs the plan that it has printed, and one that was edited", async () => {
    const { stdout } = await callCli("run", FAULTY, "--seed", "7", "--json");
    const { plan: printed, fingerprint } = JSON.parse(stdout);
    const path = join(folder.path, "plan.json");
    writeFileSync(path, JSON.stringify(printed));
    const same = await callCli("run", FAULTY, "--plan", path, "--json");
    expect(JSON.parse(same.stdout)).toEqual(JSON.parse(stdout));
    writeFileSync(path, JSON.stringify({ ...printed, faults: [] }));
    const calm = JSON.parse((await callCli("run", FAULTY, "--plan", path, "--json")).stdout);
    expect(calm.faults).toEqual({});
    expect(calm.fingerprint).not.toBe(fingerprint);
  });
});

describe("help", () => {
  it.each([
    [["run"], ["--seed <seed>", "--plan <file>", "--trace", "--json"]],
    [["fuzz"], ["--seeds <count>", "--from <seed>", "--for <time>", "--json"]],
    [["replay"], ["--trace"]],
    [[], ["list", "run [options] <scenario>", "fuzz [options] [scenario...]", "replay"]],
  ])("of %j names its options", async (command, options) => {
    const { status, stdout, stderr } = await callCli(...command, "--help");
    for (const option of options) expect(stdout).toContain(`  ${option}`);
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });

  it("tells the exit codes", async () => {
    expect((await callCli("--help")).stdout).toContain(
      "Exit codes: 0 held, 1 violated, 2 wrong usage, 3 not deterministic, 4 not decided,\n" +
        "130 interrupted and nothing found, 70 a bug of stormglass.",
    );
  });

  it("has the package's version beside it", async () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8"));
    expect(await callCli("--version")).toEqual({ status: 0, stdout: `${version}\n`, stderr: "" });
  });
});
