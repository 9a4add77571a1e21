// Every failure that is kept: what is mended must hold, what is not must fail as it did. Those of
// planted bugs are made by test/mutants/keep-capsule.ts; when a change of the protocols' code makes
// one of them hold with its bug, make it anew.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Capsule, parseCapsule } from "../src/campaign/capsule/capsule.ts";
import { signatureOf } from "../src/campaign/capsule/signature.ts";
import { findScenario } from "../src/scenarios/catalogue.ts";
import { checkFlag, checkJson, checkRecord, checkText } from "../src/sim/check.ts";
import { run } from "../src/sim/scenario.ts";
import { loadMutants } from "./mutants/harness.ts";
import { spawnCli } from "./support/cli.ts";

const FOLDER = join("test", "capsules");

/** A capsule, and what has become of it. */
interface Kept {
  readonly name: string;
  readonly path: string;
  readonly capsule: Capsule;
  /** Whether the bug is gone; otherwise it is known and still there. */
  readonly isMended: boolean;
  /** What was wrong, or why it is still there. */
  readonly reason: string;
  /** The planted bug that makes it fail. */
  readonly mutant: string | undefined;
}

function readKept(name: string): Kept {
  const path = join(FOLDER, name);
  const text = readFileSync(path, "utf8");
  const { mended, reason, mutant } = checkRecord(checkJson(text, name), name);
  return {
    name,
    path,
    capsule: parseCapsule(text, findScenario),
    isMended: checkFlag(mended, `${name}: mended`),
    reason: checkText(reason, `${name}: reason`),
    mutant: mutant === undefined ? undefined : checkText(mutant, `${name}: mutant`),
  };
}

const kept = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".json"))
  .sort()
  .map(readKept);
const planted = kept.filter(({ mutant }) => mutant !== undefined);
const mutants = await loadMutants();

describe("a failure that was found before", () => {
  it.each(kept)("$name: $reason", ({ capsule, isMended }) => {
    const result = run(findScenario(capsule.plan.scenario), capsule.plan);
    if (isMended) {
      expect(result.violation).toBeUndefined();
    } else {
      expect(result.fingerprint).toBe(capsule.fingerprint);
      expect(result.violation).toMatchObject(capsule.violation);
    }
  });

  it.each(kept)("$name says what it is", ({ capsule }) => {
    expect(signatureOf(capsule.plan, capsule.violation)).toEqual(capsule.signature);
  });

  it.each(planted)("$name is back when its bug is planted again", ({ capsule, path, mutant }) => {
    const change = mutants.find(({ id }) => id === mutant)!;
    const { status, stdout } = spawnCli(process.cwd(), ["replay", path], change);
    expect(status).toBe(1);
    const { invariant } = capsule.violation;
    expect(stdout).toContain(`${capsule.plan.scenario} broke ${invariant} at `);
    expect(stdout).toContain(capsule.violation.message);
  });
});

it("are three at least", () => {
  expect(kept.length).toBeGreaterThanOrEqual(3);
});
