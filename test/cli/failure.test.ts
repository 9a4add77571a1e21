// What the command line makes of code that is broken on purpose, while it loads.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { takeCheckpoints } from "../../src/campaign/capsule.ts";
import { VERSION } from "../../src/campaign/version.ts";
import { findScenario } from "../../src/scenarios/catalogue.ts";
import { plan, run } from "../../src/sim/scenario.ts";
import { type Change, callCli, makeFolder, spawnCli } from "../support/cli.ts";

const folder = makeFolder();
afterAll(folder.remove);

const SCENARIO = "raft-initial-election";

/** The vote is written to disk without the candidate. */
const AMNESIA: Change = {
  file: "src/protocols/raft/storage.ts",
  find: 'writer.text(votedFor ?? "");',
  replace: 'writer.text("");',
};

/** Each server that starts counts itself, across the runs of a process, and says so. */
const LEAK: Change = {
  file: "src/protocols/kv/server.ts",
  find: "    this.#raft.onStart();",
  replace: `    globalThis.starts = (globalThis.starts ?? 0) + 1;
    this.#env.emit("started", { starts: globalThis.starts });
    this.#raft.onStart();`,
};

const pathIn = (name: string): string => join(folder.path, name);

/** The arguments of the command that a report says to paste. */
function replayCommand(report: string): string[] {
  return /replay it: npx stormglass (.*)$/m.exec(report)?.[1]?.split(" ") ?? [];
}

describe("a run that breaks an invariant", () => {
  const { status, stdout, stderr } = spawnCli(
    folder.path,
    ["run", SCENARIO, "--seed", "3"],
    AMNESIA,
  );

  it("ends with 1", () => {
    expect(status).toBe(1);
    expect(stderr).toBe("");
  });

  it("prints scenario, seed, invariant, time and what is wrong", () => {
    expect(stdout).toContain(`${SCENARIO} broke RAFT-VOTE, seed 3\n`);
    expect(stdout).toMatch(
      new RegExp(
        `^${SCENARIO} broke RAFT-VOTE at [\\d.]+ s, seed 3\\n {2}n\\d votes for n\\d`,
        "m",
      ),
    );
  });

  it("prints the last twelve events, with the vote at their end", () => {
    const events = stdout.split("\n").filter((line) => /^ +#\d+ /.test(line));
    const numbers = [...new Set(events.map((line) => Number(/#(\d+)/.exec(line)?.[1])))];
    expect(numbers).toEqual(Array.from({ length: 12 }, (_, i) => numbers[0]! + i));
    expect(events.at(-1)).toMatch(/send to n\d \{type: voteReply, term: 1, granted: true\}$/);
  });

  it("prints the command that replays it, and that command does", () => {
    const command = replayCommand(stdout);
    expect(command).toEqual(["replay", join("failures", `${SCENARIO}-3.json`)]);
    const replayed = spawnCli(folder.path, command, AMNESIA);
    expect(replayed.stderr).toBe("");
    expect(replayed.status).toBe(1);
    const [head, ...report] = replayed.stdout.split("\n");
    expect(head).toMatch(/^the same run: fingerprint [0-9a-f]{16}, \d+ events$/);
    // But for the head, what it prints is what the run has printed.
    expect(stdout.endsWith(report.join("\n"))).toBe(true);
  });
});

describe("a campaign that breaks an invariant", () => {
  const args = ["fuzz", "raft-initial-election/5-nodes", "--seeds", "3"];

  it("ends with 1, a violation in the table, and a report with its replay", () => {
    const { status, stdout, stderr } = spawnCli(folder.path, args, AMNESIA);
    expect(stdout).toMatch(/^raft-initial-election\/5-nodes +1 .* 1$/m);
    expect(stdout).toContain("raft-initial-election/5-nodes broke RAFT-VOTE at ");
    const [, path = ""] = replayCommand(stdout);
    expect(path).toBe(join("failures", "raft-initial-election.5-nodes-1.json"));
    expect(existsSync(pathIn(path))).toBe(true);
    expect(stderr).toBe("");
    expect(status).toBe(1);
  });

  it("prints findings as JSON with their capsules", () => {
    const { status, stdout } = spawnCli(folder.path, [...args, "--json"], AMNESIA);
    expect(JSON.parse(stdout).findings).toEqual([
      {
        scenario: "raft-initial-election/5-nodes",
        seed: "1",
        violation: expect.objectContaining({ invariant: "RAFT-VOTE" }),
        difference: null,
        capsule: join("failures", "raft-initial-election.5-nodes-1.json"),
      },
    ]);
    expect(status).toBe(1);
  });

  it("ends with 1 when all runs hold and what is expected of them is not seen", () => {
    const blind: Change = {
      file: "src/scenarios/raft-elections.ts",
      find: 'expects: ["leader elected"],',
      replace: 'expects: ["leader elected", "sunrise"],',
    };
    const name = "raft-initial-election/1-node";
    const { status, stdout } = spawnCli(folder.path, ["fuzz", name], blind);
    expect(stdout).toMatch(new RegExp(`^${name} +200 .* 0$`, "m"));
    expect(stdout).toContain(`${name}: in 200 schedules nobody has seen "sunrise", as expected\n`);
    expect(status).toBe(1);
  });
});

describe("a seed that is no file name", () => {
  it("leaves a capsule that replays all the same", () => {
    const args = ["run", SCENARIO, "--seed", "../a b/c"];
    const { status, stdout } = spawnCli(folder.path, args, AMNESIA);
    expect(status).toBe(1);
    const command = replayCommand(stdout);
    expect(command).toEqual(["replay", join("failures", `${SCENARIO}-.._a_b_c.json`)]);
    const replayed = spawnCli(folder.path, command, AMNESIA);
    expect(replayed.stdout).toContain("seed ../a b/c\n");
    expect(replayed.status).toBe(1);
  });
});

describe("code that is not deterministic", () => {
  it("is reported by a campaign with the first difference, which ends with 3", () => {
    const { status, stdout } = spawnCli(folder.path, ["fuzz", SCENARIO, "--seeds", "1"], LEAK);
    expect(stdout).toContain(`${SCENARIO} is not deterministic, seed 1\n  fingerprint `);
    const [, plain = "", recorded = ""] = stdout.split(/^ {4}(?:plain|recorded): +/m);
    expect(plain).toMatch(/^#1 .*emit started \{starts: \d+\}\n$/);
    expect(recorded).toMatch(/^#1 .*emit started \{starts: \d+\}\n/);
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
    const lines = stderr.split("\n");
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
    expect(stdout).toBe("");
    expect(status).toBe(2);
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
    expect(status).toBe(2);
  });

  it("is no longer failing when only the invariant has changed its mind", async () => {
    const path = pathIn("mended.json");
    writeFileSync(path, JSON.stringify(heldCapsule()));
    const { status, stdout, stderr } = await callCli("replay", path);
    expect(stderr).toContain("events, nothing broken\n");
    expect(stderr).toContain("all checkpoints agree: the runs part at their very end\n");
    expect(stdout).toBe("");
    expect(status).toBe(2);
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
