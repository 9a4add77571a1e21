import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { findScenario, plan, run } from "../../src/index.ts";
import { packageWith } from "../support/changed-package.ts";
import type { Hunt } from "./hunt.ts";
import type { Catcher, Change, Mutant } from "./mutant.ts";
import type { Shrinking } from "./shrinking.ts";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, "..", "..");

/** What is planted in: three services on Raft, of which one is the store; the quorum, the chain. */
export const ROOMS = ["raft", "orchestrator", "lease", "storage-quorum", "block-sync"] as const;

/** All mutants of some rooms, room by room, by id. */
export async function loadMutants(
  rooms: readonly (typeof ROOMS)[number][] = ROOMS,
): Promise<readonly Mutant[]> {
  const files = rooms.flatMap((room) => {
    const folder = join(HERE, room);
    const names = readdirSync(folder).filter((name) => name.endsWith(".ts"));
    return names.sort().map((name) => join(folder, name));
  });
  const modules = files.map((file) => import(pathToFileURL(file).href));
  return (await Promise.all(modules)).map(({ default: mutant }) => mutant);
}

/** Runs the mutant's scenario on the mutated code. Throws when the mutant cannot be applied. */
export function huntMutant(mutant: Mutant, seeds: number): Hunt {
  const { id, scenario, invariant } = mutant;
  return hunt(mutant, [scenario, invariant, String(seeds), id]);
}

/** The same with an invariant that must catch it when it judges alone, and with its scenario. */
export function huntAlone(mutant: Mutant, { scenario, invariant }: Catcher, seeds: number): Hunt {
  return hunt(mutant, [scenario, invariant, String(seeds), mutant.id, "alone"]);
}

/** The unchanged code, which is that of this process. A seed is run once, whoever asks for it. */
export class UnchangedCode {
  /** Of each scenario, which invariants the seeds that were run have broken. */
  readonly #broken = new Map<string, Map<number, string | undefined>>();

  /**
   * The invariants that the first so many seeds break, none twice; but for those first seeds that
   * are run elsewhere.
   */
  broken(scenario: string, seeds: number, elsewhere = 0): readonly string[] {
    const found = findScenario(scenario);
    const known = this.#broken.get(scenario) ?? new Map<number, string | undefined>();
    this.#broken.set(scenario, known);
    const broken = new Set<string>();
    for (let seed = elsewhere + 1; seed <= seeds; seed++) {
      const invariant = known.has(seed)
        ? known.get(seed)
        : run(found, plan(found, String(seed))).violation?.invariant;
      known.set(seed, invariant);
      if (invariant !== undefined) broken.add(invariant);
    }
    return [...broken];
  }
}

/** Shrinks the failure of a seed on the mutated code, for so many seconds at most. */
export function shrinkMutant(mutant: Mutant, seed: number, secondsMax: number): Shrinking {
  const args = [mutant.scenario, String(seed), String(secondsMax), mutant.id];
  // What shrink-found.ts prints.
  return readJson(mutant, "shrink-found.js", args) as Shrinking;
}

/**
 * Runs a compiled program, such as `src/cli/main.js`, of the package with the change, or
 * (undefined) of the package as it is.
 */
export function runChanged(
  change: Change | undefined,
  [program = "", ...args]: readonly string[],
  folder = ROOT,
): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [join(packageWith(change), program), ...args], {
    cwd: folder,
    encoding: "utf8",
    // A plan may have thousands of operations.
    maxBuffer: 2 ** 28,
  });
}

function hunt(mutant: Mutant, args: readonly string[]): Hunt {
  // What hunt.ts prints.
  return readJson(mutant, "hunt.js", args) as Hunt;
}

/** What a program of this folder prints. */
function readJson(mutant: Mutant, program: string, args: readonly string[]): unknown {
  const child = runChanged(mutant, [`test/mutants/${program}`, ...args]);
  if (child.status !== 0) throw new Error(`${args.join(" ")}:\n${child.stderr}`);
  return JSON.parse(child.stdout);
}
