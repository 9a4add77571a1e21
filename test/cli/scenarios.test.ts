import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkConfig, defineConfig } from "../../src/campaign/project/config.ts";
import { configuredOptions } from "../../src/cli/config.ts";
import { resolveFamilies, resolveScenario, resolveSources } from "../../src/cli/scenarios.ts";
import { catalogue } from "../../src/scenarios/catalogue.ts";
import { formerNames } from "../../src/scenarios/former-names.ts";
import { UsageError } from "../../src/sim/assert.ts";
import { callCli, makeFolder, runBuilt } from "../support/cli.ts";
import { fileIn, MAKE } from "../support/own-scenarios.ts";

const folder = makeFolder();
afterAll(folder.remove);

const sim = join(folder.path, "sim");
const files = { one: "", two: "", twin: "" };

beforeAll(() => {
  mkdirSync(sim);
  files.one = fileIn(sim, "b-one.scenario.ts", `${MAKE}export default make("one");`);
  const two = 'export default [make("two"), make("two/variant"), make("third")];';
  files.two = fileIn(sim, "a-two.scenario.ts", MAKE + two);
  files.twin = fileIn(sim, "twin.ts", `${MAKE}export default make("one");`);
});

const namesOf = async (...names: readonly string[]): Promise<string[]> =>
  (await resolveFamilies(names)).map(({ scenario }) => scenario.name);

describe("the scenarios that a campaign is told to run", () => {
  it("are all of the catalogue when nothing is said", async () => {
    expect(await namesOf()).toEqual(catalogue.map(({ name }) => name));
  });

  it("are those of a name with its variants, of a file, or of a part of it", async () => {
    expect(await namesOf("raft-overload")).toContain("raft-overload");
    expect(await namesOf(files.two)).toEqual(["two", "two/variant", "third"]);
    expect(await namesOf(`${files.two}#two`)).toEqual(["two", "two/variant"]);
    expect(await namesOf(`${files.two}#third`)).toEqual(["third"]);
  });

  it("are those of all scenario files of a folder, in the order of the files' names", async () => {
    expect(await namesOf(sim)).toEqual(["two", "two/variant", "third", "one"]);
  });

  it("are in the order in which they are asked for, none twice, with their files", async () => {
    const found = await resolveFamilies([files.one, "raft-chaos-mode", sim]);
    expect(found.map(({ scenario, file }) => [scenario.name, file])).toEqual([
      ["one", files.one],
      ["raft-chaos-mode", undefined],
      ["two", files.two],
      ["two/variant", files.two],
      ["third", files.two],
    ]);
  });

  it("are all whose names fit a pattern, with variants where it says so", async () => {
    const partitions = await namesOf("raft-*partition*");
    expect(partitions).toEqual(
      catalogue.map(({ name }) => name).filter((name) => /^raft-.*partition/.test(name)),
    );
    expect(partitions.length).toBeGreaterThan(5);
    expect(await namesOf("bs-*reorg")).toEqual(["bs-fork-reorg"]);
    expect(await namesOf(`${files.two}#t*`)).toEqual(["two", "two/variant", "third"]);
    expect(await namesOf(`${files.two}#t*d`)).toEqual(["third"]);
  });

  it("are none of a pattern that no name fits", async () => {
    const message = (got: string): UsageError =>
      new UsageError(`scenario: expected a pattern that some name fits, got "${got}"`);
    await expect(namesOf("raft.*")).rejects.toThrow(message("raft.*"));
    await expect(namesOf(`${files.two}#x*`)).rejects.toThrow(message("x*"));
  });

  it("are those that stand for a test, or a suite, of another name", async () => {
    expect(await namesOf("test_linearizability")).toEqual([
      ...(await namesOf("orch-linearizability")),
    ]);
    expect(await namesOf("storage_edge_case")).toEqual(
      await namesOf(...formerNames.get("storage_edge_case")!),
    );
    for (const former of formerNames.keys()) expect(await namesOf(former)).not.toEqual([]);
  });

  it("are refused when two have one name", async () => {
    const message = `scenario: expected one "one", got two, of ${files.one} and ${files.twin}`;
    await expect(namesOf(files.one, files.twin)).rejects.toThrow(new UsageError(message));
  });
});

describe("the scenario that one run is of", () => {
  it("is that of a test's former name, but not of a suite's", async () => {
    const { scenario } = await resolveScenario("benchmark_replication_latency_by_cluster_size");
    expect(scenario.name).toBe("orch-bench-replication-latency");
    await expect(resolveScenario("network_partition")).rejects.toThrow(
      /got "network_partition", which are orch-basic-network-partition, orch-split-/,
    );
    await expect(resolveScenario("test_linearisability")).rejects.toThrow(
      /did you mean test_linearizability/,
    );
  });

  it("is that of a name, of a file that has one only, or of a part", async () => {
    expect(await resolveScenario("raft-chaos-mode")).toMatchObject({
      scenario: { name: "raft-chaos-mode" },
    });
    expect(await resolveScenario(files.one)).toMatchObject({
      scenario: { name: "one" },
      file: files.one,
    });
    expect(await resolveScenario(`${files.two}#two/variant`)).toMatchObject({
      scenario: { name: "two/variant" },
      file: files.two,
    });
  });

  it("is refused when it is not one, with what there is", async () => {
    const { two } = files;
    const parts = `${two}#two, ${two}#two/variant, ${two}#third`;
    await expect(resolveScenario(two)).rejects.toThrow(
      new UsageError(`scenario: expected one of ${parts}, got ${two}`),
    );
    await expect(resolveScenario(`${two}#thrid`)).rejects.toThrow(
      new UsageError(
        `${two}: expected one of two, two/variant, third, got "thrid", did you mean third?`,
      ),
    );
  });

  it("is run and listed by the command line", async () => {
    const ran = await callCli("run", files.one, "--seed", "3");
    expect(ran.stdout).toMatch(/^one held, seed 3\n/);
    expect(ran.status).toBe(0);
    const { stdout } = await callCli("list", files.one, "raft-chaos-mode");
    const [head, own, known] = stdout.split("\n");
    expect(head).toMatch(/^scenario +about +file$/);
    expect(own).toMatch(/^one +One server that does nothing\. +\/.*b-one\.scenario\.ts$/);
    expect(known).toMatch(/^raft-chaos-mode .*\.$/);
  });
});

describe("a scenario of the config", () => {
  const before = process.cwd();
  beforeAll(() => {
    process.chdir(folder.path);
    fileIn(folder.path, "stormglass.config.mjs", 'export default { scenarios: ["./sim"] };');
  });
  afterAll(() => process.chdir(before));

  it("is known by its name, and to a campaign with its variants", async () => {
    const source = { scenario: { name: "two" }, file: "sim/a-two.scenario.ts" };
    expect(await resolveScenario("two")).toMatchObject(source);
    expect(await resolveSources([{ scenario: "two" }])).toMatchObject([source]);
    expect(await namesOf("two", "raft-chaos-mode")).toEqual([
      "two",
      "two/variant",
      "raft-chaos-mode",
    ]);
    const ran = await callCli("run", "two/variant");
    expect(ran.stdout).toMatch(/^two\/variant held, seed 1\n/);
    expect(ran.status).toBe(0);
  });

  it("is offered for a name that is nearly its own", async () => {
    const expected = "scenario: expected a name that `stormglass list` shows";
    const message = (got: string, near: string): UsageError =>
      new UsageError(`${expected}, got "${got}", did you mean ${near}?`);
    await expect(resolveScenario("thrid")).rejects.toThrow(message("thrid", "third"));
    await expect(namesOf("two/varaint")).rejects.toThrow(message("two/varaint", "two/variant"));
    await expect(resolveScenario("raft-chaos-mood")).rejects.toThrow(
      message("raft-chaos-mood", "raft-chaos-mode"),
    );
  });
});

describe("the scenario that a report or a capsule is of", () => {
  it("is found by its name, in its file or in the catalogue", async () => {
    const found = await resolveSources([
      { scenario: "two/variant", file: files.two },
      { scenario: "raft-chaos-mode" },
    ]);
    expect(found.map(({ scenario }) => scenario.name)).toEqual(["two/variant", "raft-chaos-mode"]);
    await expect(resolveSources([{ scenario: "one" }])).rejects.toThrow(
      /^scenario: expected a name/,
    );
  });
});

describe("a module that ends the process, or never ends to load", () => {
  it.each([
    ["exits.mjs", "process.exit(0);"],
    ["never.mjs", "await new Promise(() => {});"],
  ])("has not held: %s", async (name, text) => {
    const { status, stdout, stderr } = await runBuilt("fuzz", fileIn(folder.path, name, text));
    expect(stderr).toMatch(
      /^(Warning: [^\n]*\n[^\n]*\n)?stormglass: the process has ended before /,
    );
    expect(stdout).toBe("");
    expect(status).toBe(2);
  });
});

describe("a scenario whose plan throws", () => {
  const text = `${MAKE}
export const boom = { ...make("boom"), plan: () => { throw new Error("no plan today"); } };
export const odd = { ...make("odd"), plan: () => { throw 42; } };`;

  it.each([
    [
      "run",
      "boom",
      /^stormglass: boom: its plan of seed "1" threw: no plan today \(.*:\d+:\d+\)\n$/,
    ],
    ["verify", "odd", /^stormglass: odd: its plan of seed "1" threw: 42, which is no Error\n$/],
  ])("is told so by %s, of %s, in one line", async (command, name, message) => {
    const file = fileIn(folder.path, `${name}.ts`, text);
    const { status, stdout, stderr } = await callCli(command, `${file}#${name}`);
    expect(stderr).toMatch(message);
    expect([status, stdout]).toEqual([2, ""]);
  });
});

describe("a config", () => {
  const full = defineConfig({
    ...{ scenarios: ["./sim"], seeds: 5, from: 0, for: "10m", jobs: 2, runBudget: "30s" },
    shrinkFor: "20s",
    reporters: ["text", "junit=a.xml"],
  });

  it("is taken as it is, and as texts of the command line", () => {
    expect(checkConfig(full, "c.ts")).toEqual(full);
    expect(configuredOptions(full)).toEqual({
      ...{ seeds: "5", from: "0", for: "10m", jobs: "2", runBudget: "30s", shrinkFor: "20s" },
      reporter: ["text", "junit=a.xml"],
    });
    expect(checkConfig({}, "c.ts")).toEqual({});
    expect(configuredOptions({})).toEqual({});
  });

  const atLeast = (low: number): string => `expected a whole number of at least ${low}`;
  const aTime = "expected a time such as 500ms, 30s or 10m";

  it.each([
    [5, "c.ts: expected an object, got 5"],
    [{ seeds: 0 }, `c.ts: seeds: ${atLeast(1)}, got 0`],
    [{ seeds: "5" }, `c.ts: seeds: ${atLeast(1)}, got "5"`],
    [{ from: -1 }, `c.ts: from: ${atLeast(0)}, got -1`],
    [{ jobs: 0 }, `c.ts: jobs: ${atLeast(1)}, got 0`],
    [{ for: 10 }, `c.ts: for: ${aTime}, got 10`],
    [{ runBudget: "0s" }, `c.ts: runBudget: ${aTime}, got "0s"`],
    [{ for: "5d" }, `c.ts: for: ${aTime}, got "5d"`],
    [{ reporters: [""] }, 'c.ts: reporters[0]: expected a text, got ""'],
    [{ scenarios: "./a.ts" }, 'c.ts: scenarios: expected a list, got "./a.ts"'],
    [{ reporters: ["text", 1] }, "c.ts: reporters[1]: expected a text, got 1"],
    [{ seed: 5 }, "c.ts: seed: unknown field, did you mean seeds?"],
    [
      { toString: 1 },
      "c.ts: toString: unknown field, expected only scenarios, seeds, from, for, jobs, " +
        "runBudget, shrinkFor, reporters",
    ],
  ])("that is wrong is told so in one line: %j", (config, message) => {
    expect(() => checkConfig(config, "c.ts")).toThrow(new UsageError(message));
  });
});
