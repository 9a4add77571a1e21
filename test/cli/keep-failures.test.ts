import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseCapsule } from "../../src/campaign/capsule/capsule.ts";
import type { Failure } from "../../src/campaign/report/failures.ts";
import type { ScenarioSource } from "../../src/campaign/report/report.ts";
import type { Shrunk } from "../../src/campaign/shrink/shrink.ts";
import { shrinkFailure } from "../../src/campaign/shrink/shrink-failure.ts";
import { FirstFindings, keepFailures } from "../../src/cli/keep-failures.ts";
import type { KeptFailure } from "../../src/cli/reporters/reporter.ts";
import type { Plan } from "../../src/sim/plan.ts";
import { plan, run } from "../../src/sim/scenario.ts";
import { formatTime } from "../../src/sim/time.ts";
import { makeFolder } from "../support/cli.ts";
import { ticking } from "../support/small-scenarios.ts";

/** A finding of other code: here the seed holds. */
const finding = {
  ...{ scenario: "ticking", seed: "2", fingerprint: "0123456789abcdef", events: 10 },
  violation: { invariant: "TICKS", message: "ten events", at: 5, step: 10, host: "n1" },
  ...{ difference: undefined, outside: [] },
};
const source = { scenario: ticking() };
const failure = { source, invariant: "TICKS", property: "ten events", findings: [finding] };

describe("a failure that holds when it is run again", () => {
  it("is reported as it was found, without a capsule", async () => {
    const [kept] = await keepFailures([failure], undefined);
    expect(kept).toMatchObject({ capsule: undefined, signature: undefined });
    expect(kept?.text).toBe(
      "ticking broke TICKS, and holds here\n  ten events\n  found with seed 2",
    );
  });

  it("is reported with why it is not shrunk", async () => {
    const shrink = (): Promise<never> => Promise.reject(new Error("no end after 180 s"));
    const [kept] = await keepFailures([failure], { pool: { shrink }, secondsMax: 60 });
    expect(kept?.text).toContain("\n  not shrunk: no end after 180 s\n  found with seed 2");
  });

  it("is told of at once all the same", () => {
    const line = new FirstFindings().keep(finding, source);
    expect(line).toBe("ticking broke TICKS, seed 2: not when run again");
  });
});

describe("failures that are shrunk", () => {
  const folder = makeFolder();
  const before = process.cwd();
  beforeAll(() => process.chdir(folder.path));
  afterAll(() => {
    process.chdir(before);
    folder.remove();
  });

  /** A failure of a scenario that breaks with seeds 1 to 9, found with so many of them. */
  function failureOf(name: string, count: number): Failure {
    const brokenSeeds = Array.from({ length: 9 }, (_, i) => String(i + 1));
    const scenario = ticking({ name, brokenSeeds });
    const findings = brokenSeeds.slice(0, count).map((seed) => {
      const { fingerprint, steps, violation } = run(scenario, plan(scenario, seed));
      const base = { scenario: name, seed, fingerprint, events: steps };
      return { ...base, violation: violation!, difference: undefined, outside: [] };
    });
    const { invariant, message } = findings[0]!.violation;
    return { source: { scenario }, invariant, property: message, findings };
  }

  /** Shrinks to what is left of seed 9: of one shape for those seeds, of another for the rest. */
  const shrinkerFor = (odd: readonly string[]) => ({
    secondsMax: 1,
    pool: {
      shrink: async ({ scenario }: ScenarioSource, { seed }: Plan): Promise<Shrunk> => {
        const shrunk = shrinkFailure(scenario, plan(scenario, "9"), {
          ...{ secondsMax: 9, seconds: () => 0 },
        });
        const { signature } = shrunk;
        return odd.includes(seed)
          ? { ...shrunk, signature: { ...signature, id: "0ddba115", shape: "crash" } }
          : shrunk;
      },
    },
  });

  it("are one if they have one signature, in whichever scenarios, with one capsule", async () => {
    const failures = [failureOf("lock", 2), failureOf("lock/small", 1)];
    const kept = await keepFailures(failures, shrinkerFor([]));
    expect(kept).toHaveLength(1);
    const [{ seen, capsule, text }] = kept as [KeptFailure];
    expect(seen.map(({ source, findings }) => [source.scenario.name, findings.length])).toEqual([
      ["lock", 2],
      ["lock/small", 1],
    ]);
    expect(text).toContain("\n  found with 3 seeds of 2 scenarios: lock 1, 2; lock/small 1\n");
    expect(readdirSync("failures")).toEqual([basename(capsule!)]);
  });

  it("stay apart if their shapes differ, each with its seeds, in order of the first", async () => {
    const failures = [failureOf("lock", 3), failureOf("lock/small", 3)];
    const kept = await keepFailures(failures, shrinkerFor(["1"]));
    const seedsOf = ({ seen }: KeptFailure) =>
      seen.map(({ findings }) => findings.map(({ seed }) => seed));
    expect(kept.map(({ signature }) => signature?.id === "0ddba115")).toEqual([true, false]);
    expect(kept.map(seedsOf)).toEqual([
      [["1"], ["1"]],
      [
        ["2", "3"],
        ["2", "3"],
      ],
    ]);
  });

  it("tell how many more seeds there are that were not shrunk", async () => {
    const [kept] = await keepFailures([failureOf("lock", 8)], shrinkerFor([]));
    expect(kept?.text).toContain(
      "\n  found with 3 seeds: 1, 2, 3; and 5 more seeds break it, not shrunk\n",
    );
    expect(kept?.seen[0]?.unshrunk.map(({ seed }) => seed)).toEqual(["4", "5", "6", "7", "8"]);
  });

  it("tell first with which seed and when they were found, then of the shrunk plan", async () => {
    const failure = failureOf("lock", 1);
    const [kept] = await keepFailures([failure], shrinkerFor([]));
    const [head, shrunk, message] = kept!.text.split("\n");
    const found = failure.findings[0]!.violation.at;
    expect(head).toBe(`lock broke TICKS at ${formatTime(found)}, seed 1`);
    const time = formatTime(kept!.shrunk!.at);
    const { seed } = kept!.shrunk!;
    expect(seed).not.toBe("1");
    expect(shrunk).toBe(`  what is left of its plan breaks it at ${time}, with seed ${seed}:`);
    expect(message).toBe("  ten events are too many");
    // What replays the capsule says the same.
    const capsule = parseCapsule(
      readFileSync(kept!.capsule!, "utf8"),
      () => failure.source.scenario,
    );
    expect(capsule.found).toEqual({ scenario: "lock", seed: "1", at: found });
  });
});
