// `node --import tsx test/mutants/keep-capsule.ts <id>…`: finds the failures of planted bugs,
// shrinks them, and keeps them in test/capsules, where a test sees that the real code holds.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "../support/build.ts";
import { huntMutant, loadMutants, runChanged } from "./harness.ts";
import { type Mutant, SEEDS_MAX } from "./mutant.ts";

const MAIN = "src/cli/main.js";

function keep(mutant: Mutant): void {
  const { seed } = huntMutant(mutant, SEEDS_MAX);
  const folder = mkdtempSync(join(tmpdir(), "capsule-"));
  runChanged(mutant, [MAIN, "run", mutant.scenario, "--seed", String(seed)], folder);
  const found = join("failures", `${mutant.scenario.replaceAll("/", ".")}-${seed}.json`);
  const { stdout, stderr } = runChanged(
    mutant,
    [MAIN, "shrink", found, "-o", "small.json"],
    folder,
  );
  console.log(stdout || stderr);
  // Where it was written means nothing here.
  const { replay: _, ...capsule } = JSON.parse(readFileSync(join(folder, "small.json"), "utf8"));
  rmSync(folder, { recursive: true });
  const kept = { mended: true, reason: mutant.wrong, mutant: mutant.id, ...capsule };
  const path = join("test", "capsules", `${mutant.id}.json`);
  writeFileSync(path, JSON.stringify(kept));
  spawnSync("npx", ["biome", "check", "--write", path], { stdio: "inherit" });
}

build();
const ids = process.argv.slice(2);
for (const mutant of await loadMutants()) if (ids.includes(mutant.id)) keep(mutant);
