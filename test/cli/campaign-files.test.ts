// Reports on disk: kept while a campaign runs, resumed after its end by whatever means, merged.

import { spawn } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import type { CampaignReport } from "../../src/campaign/report/report.ts";
import { RandomStream } from "../../src/sim/random/random.ts";
import { BUILT_MAIN, callCli, makeFolder, runBuilt } from "../support/cli.ts";
import { fileIn, MAKE } from "../support/own-scenarios.ts";

const folder = makeFolder();
afterAll(folder.remove);
const at = (name: string): string => join(folder.path, name);

const SCENARIO = "raft-initial-election";

/** All of a kept report but how long it took. */
function read(path: string): unknown {
  const report = JSON.parse(readFileSync(path, "utf8")) as CampaignReport;
  const scenarios = report.scenarios.map(({ seconds: _, ...row }) => row);
  return { ...report, scenarios };
}

function schedulesIn(path: string): number {
  const { scenarios } = JSON.parse(readFileSync(path, "utf8")) as CampaignReport;
  return scenarios.reduce((sum, { tally }) => sum + tally.schedules, 0);
}

async function fuzz(...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await runBuilt("fuzz", ...args);
  expect([status, stderr]).toEqual([0, ""]);
  return stdout;
}

/** When a file was last written; 0 if it was not. */
const writtenAt = (path: string): number => (existsSync(path) ? statSync(path).mtimeMs : 0);

interface Kill {
  /** A file that is to be written first. */
  readonly once: string | undefined;
  /** In milliseconds. */
  readonly after: number;
}

/** Runs a campaign in a process of its own, and kills it without warning. */
async function killed(args: readonly string[], { once, after }: Kill): Promise<void> {
  const before = once === undefined ? 0 : writtenAt(once);
  const child = spawn(process.execPath, [BUILT_MAIN, "fuzz", ...args]);
  while (once !== undefined && writtenAt(once) === before) await setTimeout(10);
  await setTimeout(after);
  const isOver = new Promise((resolve) => child.once("close", resolve));
  child.kill("SIGKILL");
  await isOver;
}

describe("a campaign that is killed", () => {
  it("goes on from its report, again and again, and ends as if nothing had been", async () => {
    const whole = [SCENARIO, "--seeds", "300", "--jobs", "2"];
    const [path, uninterrupted] = [at("killed.json"), at("whole.json")];
    const random = new RandomStream("moments");
    const begun = () => (existsSync(path) ? ["--resume", path] : [...whole, "--report", path]);
    const progress: number[] = [];
    for (let i = 0; i < 10; i++) {
      // Half of them at any moment, from the start on; half while it is at work.
      const once = i % 2 === 0 ? path : undefined;
      await killed(begun(), { once, after: random.int(1, once === undefined ? 900 : 300) });
      progress.push(existsSync(path) ? schedulesIn(path) : 0);
    }
    expect(progress.some((schedules) => schedules > 0 && schedules < 1_800)).toBe(true);
    await fuzz(...begun());
    await fuzz(...whole, "--report", uninterrupted);
    expect(read(path)).toEqual(read(uninterrupted));
  }, 240_000);
});

describe("a campaign that is interrupted", () => {
  it("ends with the report so far, and says how to go on with it", async () => {
    const path = at("interrupted.json");
    const args = ["fuzz", SCENARIO, "--seeds", "100000", "--jobs", "1", "--report", path];
    const child = spawn(process.execPath, [BUILT_MAIN, ...args]);
    const written = child.stdout.toArray();
    while (!existsSync(path)) await setTimeout(10);
    child.kill("SIGINT");
    const status = await new Promise((resolve) => child.once("close", resolve));
    const stdout = (await written).join("");
    expect(stdout).toContain("\ninterrupted: this is what was run until then\n");
    expect(stdout).toContain(`\ngo on with: npx stormglass fuzz --resume ${path}\n`);
    expect(status).toBe(130);
    expect(schedulesIn(path)).toBeGreaterThan(0);
  });
});

describe("a campaign that is interrupted while a run has no end", () => {
  const hung = at("hung");
  const marker = join(hung, "marker");
  mkdirSync(hung);
  const file = fileIn(
    hung,
    "hung.ts",
    `${MAKE}
import { writeFileSync } from "node:fs";
const fine = make("fine");
const simulate: typeof fine.simulate = (plan, ...more) => {
  if (plan.seed !== "3") return fine.simulate(plan, ...more);
  writeFileSync(${JSON.stringify(marker)}, "");
  for (;;);
};
export default { ...fine, simulate };`,
  );

  it("ends it, names its seed, and keeps a report that goes on with it", async () => {
    const args = ["fuzz", file, "--seeds", "4", "--jobs", "1", "--run-budget", "10m"];
    const child = spawn(process.execPath, [BUILT_MAIN, ...args], { cwd: hung });
    const written = child.stdout.toArray();
    while (!existsSync(marker) && child.exitCode === null) await setTimeout(10);
    child.kill("SIGINT");
    const status = await new Promise((resolve) => child.once("close", resolve));
    const stdout = (await written).join("");
    const kept = join("failures", "interrupted.json");
    // The first one may have waited to be compared with a run in another process.
    expect(stdout).toMatch(/\nended while under way, and to be run again: (.*; )?fine, seed 3\n/);
    expect(stdout).toContain(`\ngo on with: npx stormglass fuzz --resume ${kept}`);
    expect(status).toBe(130);
    const { scenarios } = JSON.parse(readFileSync(join(hung, kept), "utf8")) as CampaignReport;
    expect((scenarios[0]?.ran ?? []).every(([, to]) => to <= 3)).toBe(true);
  });
});

describe("sixteen shards of a campaign", () => {
  it("merged are the whole campaign", async () => {
    const whole = [SCENARIO, "--seeds", "20", "--jobs", "1"];
    const parts = at("parts");
    mkdirSync(parts);
    for (let i = 1; i <= 16; i++) {
      await fuzz(...whole, "--shard", `${i}/16`, "--report", join(parts, `${i}.json`));
    }
    await fuzz(...whole, "--report", at("unsharded.json"));
    const { status, stdout } = await callCli("merge", parts, "--report", at("merged.json"));
    expect(status).toBe(0);
    expect(stdout).toContain("all                                     120");
    expect(read(at("merged.json"))).toEqual(read(at("unsharded.json")));
  }, 240_000);

  it("with one missing leave its seeds to whoever resumes them", async () => {
    const one = at("one");
    mkdirSync(one);
    const part = join(one, "1.json");
    await fuzz(SCENARIO, "--seeds", "20", "--shard", "1/2", "--report", part);
    const merged = at("half.json");
    const { status, stdout } = await callCli("merge", one, "--report", merged);
    expect(stdout).toMatch(/\nno report of shard 2\/2$/m);
    expect(status).toBe(4);
    await fuzz("--resume", merged);
    expect(read(merged)).toEqual(read(at("unsharded.json")));
  });
});

describe("a folder of reports with capsules below it", () => {
  it("is merged without them; with nothing else in it, it is refused", async () => {
    const part = at("part");
    mkdirSync(join(part, "failures"), { recursive: true });
    const capsules = readdirSync("test/capsules").filter((name) => name.endsWith(".json"));
    copyFileSync(join("test/capsules", capsules[0]!), join(part, "failures", "lost.json"));
    const alone = await callCli("merge", part);
    expect(alone.stderr).toBe(`stormglass: ${part}: expected reports, got capsules only\n`);
    expect(alone.status).toBe(2);
    await fuzz(SCENARIO, "--seeds", "1", "--report", join(part, "1.json"));
    const { status, stdout } = await callCli("merge", part);
    expect(stdout).toMatch(/^all +6 /m);
    expect(status).toBe(0);
  });
});

describe("a shard that was ended early", () => {
  it("is told of when it is merged, with how to go on", async () => {
    const folder = at("early");
    mkdirSync(folder);
    const part = join(folder, "1.json");
    await fuzz(SCENARIO, "--seeds", "3", "--report", part);
    const report = JSON.parse(readFileSync(part, "utf8")) as CampaignReport;
    const [first, ...rest] = report.scenarios;
    const scenarios = [{ ...first, ran: [[1, 3]] }, ...rest];
    writeFileSync(part, JSON.stringify({ ...report, scenarios }));
    const { status, stdout } = await callCli("merge", folder);
    const resume = `npx stormglass fuzz --resume ${part}`;
    expect(stdout).toContain(`\n${part}: not run: 1 schedule; go on with: ${resume}\n`);
    expect(status).toBe(4);
  });
});

describe("a report that is no good", () => {
  const good = () => JSON.parse(readFileSync(at("unsharded.json"), "utf8"));

  it.each([
    [
      "version",
      (report: object) => ({ ...report, version: "9.9.9" }),
      /\.version: expected \d.*got 9/,
    ],
    [
      "code",
      (report: object) => ({ ...report, code: "0abc" }),
      /report\.code: expected .*got 0abc/,
    ],
    ["kind", (report: object) => ({ ...report, kind: "x" }), /\.kind: expected .*got "x"/],
    [
      "shard",
      (report: object) => ({ ...report, shard: { index: 5, count: 4 } }),
      /\.shard\.index: /,
    ],
    [
      "scenarios",
      (report: object) => ({ ...report, scenarios: [{}] }),
      /\[0\]\.scenario: expected/,
    ],
  ])("is told so by its path: %s", async (name, change, message) => {
    const path = at(`bad-${name}.json`);
    writeFileSync(path, JSON.stringify(change(good())));
    const { status, stdout, stderr } = await callCli("fuzz", "--resume", path);
    expect(stderr).toMatch(/^stormglass: [^\n]*\n$/);
    expect(stderr).toMatch(message);
    expect([status, stdout]).toEqual([2, ""]);
  });

  it.each([
    [["fuzz", SCENARIO, "--resume", "whole.json"], /--resume: expected the report alone/],
    [["fuzz", "--resume", "none.json"], /none\.json: expected a file to read/],
    [["fuzz", SCENARIO, "--seeds", "1", "--report", "none/r.json"], /expected a place to write/],
    [["fuzz", SCENARIO, "--seeds", "1", "--reporter", "html=none/r.html"], /a place to write/],
    [["merge", "none"], /none: expected a folder to read/],
  ])("%j", async (args, message) => {
    const { status, stderr } = await callCli(
      ...args.map((arg) => arg.replace(/(whole\.json|none\b.*)$/, (name) => at(name))),
    );
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^stormglass: [^\n]*\n$/);
    expect(status).toBe(2);
  });

  it("is refused when another one has run its seeds, or is of another campaign", async () => {
    const twice = at("twice");
    mkdirSync(twice);
    const report = good();
    writeFileSync(join(twice, "a.json"), JSON.stringify(report));
    writeFileSync(join(twice, "b.json"), JSON.stringify(report));
    const { status, stderr } = await callCli("merge", twice);
    expect(stderr).toMatch(/b\.json\.scenarios\[0\]\.ran: expected each seed once, got 1 again\n$/);
    expect(status).toBe(2);
    writeFileSync(join(twice, "b.json"), JSON.stringify({ ...report, from: 0, seeds: 21 }));
    const other = await callCli("merge", twice);
    expect(other.stderr).toMatch(/b\.json\.from: expected 1, as the others have, got 0\n$/);
  });
});
