// A capsule as a test: what it says, and what real Vitest makes of it with and without the bug.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { asTest } from "../../../src/campaign/capsule/as-test.ts";
import { type Capsule, parseCapsule } from "../../../src/campaign/capsule/capsule.ts";
import { completePlan, findScenario, type Plan, plan, Weather } from "../../../src/index.ts";
import type { Fault } from "../../../src/sim/fault.ts";
import { loadMutants } from "../../mutants/harness.ts";
import { SAMPLES } from "../../support/sample-faults.ts";

const NAME = "commit-old-term-entries";
const file = readFileSync(join("test", "capsules", `${NAME}.json`), "utf8");
const capsule = parseCapsule(file, findScenario);
const place = { module: "stormglass", scenarioModule: undefined };

// In the repository, so that the test finds Vitest.
mkdirSync("build", { recursive: true });
const folder = mkdtempSync(join(process.cwd(), "build", "as-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("a capsule as a test", () => {
  const text = asTest(capsule, place);

  it("writes faults as weather, and the rest of the plan as data", () => {
    const lines = text.split("\n").map((line) => line.trim());
    expect(lines).toContain("const weather = new Weather();");
    expect(text).toMatch(/weather\.at\((?:ms|seconds)\([\d.]+\)\)\.crash\("n1"\)\.for\(ms\(1\)\);/);
    expect(text).toMatch(/weather\.at\(.*\)\.isolate\("leader"\)\.for\(ms\(1\)\);/);
    expect(lines).toContain('const scenario = findScenario("raft-rapid-leader-changes/figure-8");');
    expect(lines).toContain("faults: weather.faults,");
    expect(lines).toContain("horizon: seconds(16),");
  });

  it("leaves out what is the default, and names that it does not need", () => {
    expect(text).not.toMatch(/loss|sectorBytes|epoch|perEvent|operations: \[\]|\bus\b/);
  });

  it("says what was broken", () => {
    expect(text).toContain(`// ${capsule.violation.message}\n`);
    expect(text).toContain('it("no longer breaks RAFT-QUORUM: leader @ of term # commits');
  });

  it("may have a scenario of one's own", () => {
    const own = asTest(capsule, { ...place, scenarioModule: "./scenarios.ts" });
    expect(own).toContain('import * as scenarios from "./scenarios.ts";');
    expect(own).not.toContain("findScenario");
  });

  it("passes without the bug", () => {
    const { status, output } = runVitest(capsule);
    expect(output).toContain("1 passed");
    expect(status).toBe(0);
  });

  it("fails with the bug, as the capsule's run did", async () => {
    const mutant = (await loadMutants()).find(({ id }) => id === NAME)!;
    const { status, output } = runVitest(capsule, mutant);
    expect(output).toContain("1 failed");
    expect(output).toContain(capsule.violation.message);
    expect(status).toBe(1);
  });
});

describe("a plan as a test is the very same plan:", () => {
  const base = plan(findScenario("raft-random-failures-property/swarm"), "3");
  // A schedule may be any; these hosts are in every plan of that scenario, which has no liars.
  const faults = Object.values(SAMPLES)
    .filter(({ kind }) => kind !== "ring" && kind !== "byzantine")
    .map((sample, i): Fault => ({ at: 1_000 * i, lasting: 77, ...sample }));
  const fewOperations = base.operations.slice(0, 3);

  it.each<[string, Plan]>([
    ["one that was drawn", base],
    ["one with a fault of each kind", { ...base, faults, operations: fewOperations }],
    ["one with next to nothing", { ...base, faults: [], operations: [], clients: [], buggify: [] }],
    ["one that was altered", { ...base, altered: ["faults"] }],
    [
      "one whose cut is not as usual",
      { ...base, faults: [{ at: 5, lasting: 7, ...SAMPLES.isolate, inFlight: "hold" }] },
    ],
  ])("%s", (_, planned) => {
    const text = asTest({ ...capsule, plan: planned }, place);
    expect(planIn(text)).toEqual(planned);
  });

  it("and one with a Byzantine host says how it behaves", () => {
    const faults = [{ at: 5, lasting: 7, ...SAMPLES.byzantine }];
    const text = asTest({ ...capsule, plan: { ...base, faults } }, place);
    expect(text).toContain(
      'weather.at(us(5)).byzantine({ hosts: ["n1"], behaviour: "lies" }).for(us(7));',
    );
  });
});

/** The plan that the code of a test makes. */
function planIn(text: string): Plan {
  const body = text.slice(text.indexOf("() => {") + 7, text.indexOf("expect(run("));
  const names = ["completePlan", "findScenario", "ms", "seconds", "us", "Weather"];
  const micros = (unit: number) => (count: number) => Math.round(count * unit);
  const make = new Function(...names, `${body}\nreturn plan;`);
  const made: unknown = make(
    completePlan,
    findScenario,
    ...[micros(1_000), micros(1_000_000), micros(1)],
    Weather,
  );
  // What the test hands to `run`.
  return made as Plan;
}

/** Runs the test with Vitest, on this code or with a change of it. */
function runVitest(
  given: Capsule,
  change?: { readonly file: string; readonly find: string; readonly replace: string },
): { readonly status: number | null; readonly output: string } {
  const module = pathToFileURL("src/index.ts").href;
  const path = join(folder, "failure.test.ts");
  writeFileSync(
    path,
    asTest(given, { module: module.replace("file://", ""), scenarioModule: undefined }),
  );
  const config = join(folder, "vitest.config.mjs");
  const { file: changed = "", find = "", replace = "" } = change ?? {};
  writeFileSync(
    config,
    `export default { plugins: [{ name: "plant", enforce: "pre", transform: (code, id) =>
      id.endsWith(${JSON.stringify(changed || "no such file")})
        ? code.replace(${JSON.stringify(find)}, () => ${JSON.stringify(replace)})
        : undefined }] };`,
  );
  const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")));
  const args = ["run", "--root", folder, "--config", config, "--no-color"];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(vitest, "vitest.mjs"), ...args],
    { encoding: "utf8" },
  );
  return { status, output: stdout + stderr };
}
