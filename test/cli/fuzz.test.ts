import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { runBuilt } from "../support/cli.ts";

const SCENARIO = "raft-follower-restart";
const SMALL = "raft-initial-election/1-node";

describe("stormglass fuzz", () => {
  it("ends with tables: what it ran, faults by kind, and what came near its bound", async () => {
    const { status, stdout, stderr } = await runBuilt("fuzz", SCENARIO, "--seeds", "3");
    const lines = stdout.trimEnd().split("\n");
    const rows = lines.map((line) => line.trim().split(/ {2,}/));
    expect(rows[0]).toEqual([
      ...["scenario", "schedules", "events", "virtual time", "events/s"],
      ...["faults that bit", "violations"],
    ]);
    const seed = expect.stringMatching(/^[123]$/);
    const value = expect.stringMatching(/^[\d.]+ m?s of [\d.]+ s$/);
    const figure = expect.stringMatching(/^\d{1,3}(,\d{3})+$/);
    expect(rows.slice(1)).toEqual([
      [SCENARIO, "3", figure, "30 s", figure, "3 of 3", "0"],
      [`${SCENARIO}/graceful`, "3", figure, "30 s", figure, "3 of 3", "0"],
      ["all", "6", figure, "60 s", figure, "6 of 6", "0"],
      [""],
      ["fault", "planned", "begun", "bit"],
      ["crash", "3", "3", "3"],
      ["stop", "3", "3", "3"],
      [""],
      ["nearest to its bound", "value", "seed", "scenario"],
      ["eventually RETURN", value, seed, SCENARIO],
      ["eventually RETURN", value, seed, `${SCENARIO}/graceful`],
      ["eventually CATCH-UP", value, seed, SCENARIO],
      ["eventually CATCH-UP", value, seed, `${SCENARIO}/graceful`],
    ]);
    // No progress is shown where nobody sees it come and go.
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });

  it("takes each scenario once, however often it is named", async () => {
    const variant = `${SCENARIO}/graceful`;
    const { stdout } = await runBuilt("fuzz", variant, SCENARIO, variant, "--seeds", "1", "--json");
    const { scenarios } = JSON.parse(stdout);
    const names = scenarios.map(({ scenario }: { scenario: string }) => scenario);
    expect(names).toEqual([variant, SCENARIO]);
  });

  it("fails when a run has not the fingerprint that was kept", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "kept-")), "kept.json");
    writeFileSync(file, JSON.stringify({ [SMALL]: ["f00"] }));
    const { status, stdout } = await runBuilt(
      "fuzz",
      SMALL,
      "--seeds",
      "2",
      "--fingerprints",
      file,
    );
    rmSync(dirname(file), { recursive: true });
    expect(stdout).toMatch(
      /seed 1 changed: the run that was kept has the fingerprint f00, this one [0-9a-f]{16}\n/,
    );
    expect(stdout).not.toContain("seed 2");
    expect(status).toBe(1);
  });

  it("prints the report with --json", async () => {
    const args = [SMALL, "--seeds", "2", "--from", "5", "--json"];
    const { status, stdout, stderr } = await runBuilt("fuzz", ...args);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ from: 5, seeds: 2, isInterrupted: false, judgedFrom: 200 });
    expect([report.failures, report.differences, report.casualties]).toEqual([[], [], []]);
    expect(report.scenarios).toEqual([
      {
        scenario: SMALL,
        schedules: 2,
        events: expect.any(Number),
        virtualTime: 16_000_000,
        faults: {},
        emitted: expect.objectContaining({ "leader elected": 2 }),
        metrics: expect.objectContaining({ timeToLeaderMs: expect.objectContaining({ count: 2 }) }),
        isJudged: false,
        assertions: expect.arrayContaining([
          { name: "leader elected", kind: "reachable", runs: 2, seen: 2 },
        ]),
        immuneTo: [],
        goals: expect.any(Array),
        ran: [[5, 7]],
        seconds: expect.any(Number),
      },
    ]);
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });

  it("runs two hundred seeds when it is told nothing else, and judges the goals", async () => {
    const { status, stdout } = await runBuilt("fuzz", SMALL, "--json");
    const [row] = JSON.parse(stdout).scenarios;
    expect(row).toMatchObject({ schedules: 200, isJudged: true });
    expect(status).toBe(0);
  });

  it("runs what the time allows with --for", async () => {
    const { status, stdout } = await runBuilt("fuzz", SMALL, "--for", "2s", "--json");
    expect(JSON.parse(stdout).scenarios[0].schedules).toBeGreaterThan(0);
    expect(status).toBe(0);
  });

  it("refuses a time in which nothing can run", async () => {
    const { status, stdout, stderr } = await runBuilt("fuzz", "--for", "0.000001ms");
    expect(stderr).toBe("stormglass: --for: expected time for at least one schedule\n");
    expect(stdout).toBe("");
    expect(status).toBe(2);
  });
});
