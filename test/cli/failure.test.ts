// What the command line says of runs that break an invariant, in code broken while it loads.

import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { pathFor } from "../../src/cli/failure.ts";
import type { Change } from "../mutants/mutant.ts";
import { AMNESIA } from "../support/changes.ts";
import { makeFolder, spawnCli } from "../support/cli.ts";

const folder = makeFolder();
afterAll(folder.remove);

const SCENARIO = "raft-initial-election";

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
    expect(stdout).toMatch(/^raft-initial-election\/5-nodes +3 .* 3$/m);
    expect(stdout).toContain("raft-initial-election/5-nodes broke RAFT-VOTE at ");
    const [, path = ""] = replayCommand(stdout);
    expect(path).toMatch(/^failures.raft-initial-election\.5-nodes-[0-9a-f]{8}\.json$/);
    expect(existsSync(pathIn(path))).toBe(true);
    expect(stderr).toMatch(/^raft-[^\n]* broke RAFT-VOTE, seed 1: failures\/[^\n]*\.json\n/);
    expect(status).toBe(1);
  });

  it("prints findings as JSON with their capsules", () => {
    const { status, stdout } = spawnCli(folder.path, [...args, "--json"], AMNESIA);
    const [failure] = JSON.parse(stdout).failures;
    const { id } = failure.signature;
    const capsule = join("failures", `raft-initial-election.5-nodes-${id}.json`);
    expect(failure).toMatchObject({
      scenario: "raft-initial-election/5-nodes",
      violation: { invariant: "RAFT-VOTE" },
      ...{ capsule, replay: `npx stormglass replay ${capsule}` },
    });
    expect(status).toBe(1);
  });

  it("leaves a capsule of the first seed as it is when nothing is to be shrunk", () => {
    const { status, stdout } = spawnCli(folder.path, [...args, "--no-shrink"], AMNESIA);
    const [, path = ""] = replayCommand(stdout);
    expect(path).toBe(join("failures", "raft-initial-election.5-nodes-1.json"));
    expect(existsSync(pathIn(path))).toBe(true);
    expect(stdout).toContain("\n  found with 3 seeds: 1, 2, 3\n");
    expect(status).toBe(1);
  });

  it("ends with 1 when all runs hold and what is expected of them is not seen", () => {
    const blind: Change = {
      id: "blind",
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

describe("a capsule that cannot be written", () => {
  it("is complained of, and the violation reported all the same", () => {
    const blocked = makeFolder();
    writeFileSync(join(blocked.path, "failures"), "no folder");
    const args = ["run", SCENARIO, "--seed", "1"];
    const { status, stdout, stderr } = spawnCli(blocked.path, args, AMNESIA);
    blocked.remove();
    expect(stderr).toMatch(/^stormglass: failures\/.*: not written: E\w+: .*\n$/);
    expect(stdout).toContain(`${SCENARIO} broke RAFT-VOTE`);
    expect(status).toBe(1);
  });
});

describe("a name that is no file name", () => {
  it("leaves a capsule whose path can be pasted", () => {
    const path = pathFor({ name: "../my own/$lock" }, "a b");
    expect(path).toBe(join("failures", "...my_own._lock-a_b.json"));
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
