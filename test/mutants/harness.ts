import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Hunt } from "./hunt.ts";
import type { Change, Mutant } from "./mutant.ts";
import type { Shrinking } from "./shrinking.ts";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, "..", "..");

/** All mutants, by id. */
export async function loadMutants(): Promise<readonly Mutant[]> {
  const folder = join(HERE, "raft");
  const files = readdirSync(folder).filter((name) => name.endsWith(".ts"));
  const modules = files.sort().map((name) => import(pathToFileURL(join(folder, name)).href));
  return (await Promise.all(modules)).map(({ default: mutant }) => mutant);
}

/** Runs the mutant's scenario on the mutated code. Throws when the mutant cannot be applied. */
export function huntMutant(mutant: Mutant, seeds: number): Hunt {
  const { id, scenario, invariant } = mutant;
  return hunt([scenario, invariant, String(seeds), id], mutant);
}

/** The same with the invariant that must catch it when it judges alone, and with its scenario. */
export function huntAlone(mutant: Mutant, seeds: number): Hunt {
  const { scenario, invariant } = mutant.alone ?? mutant;
  return hunt([scenario, invariant, String(seeds), mutant.id, "alone"], mutant);
}

/** Runs the mutant's scenario on the unchanged code. */
export function huntUnchanged(
  { scenario, invariant }: Pick<Mutant, "scenario" | "invariant">,
  seeds: number,
): Hunt {
  return hunt([scenario, invariant, String(seeds), "none"], undefined);
}

/** Shrinks the failure of a seed on the mutated code, for so many seconds at most. */
export function shrinkMutant(mutant: Mutant, seed: number, secondsMax: number): Shrinking {
  const args = [mutant.scenario, String(seed), String(secondsMax), mutant.id];
  // What shrink-found.ts prints.
  return readJson(mutant, "shrink-found.ts", args) as Shrinking;
}

/** Runs a program, `node`'s arguments, on the changed code or (undefined) on the unchanged one. */
export function runChanged(
  change: Change | undefined,
  args: readonly string[],
  folder = ROOT,
): SpawnSyncReturns<string> {
  const { STORMGLASS_MUTANT: _, ...environment } = process.env;
  const imports = [join(HERE, "register.mjs"), createRequire(import.meta.url).resolve("tsx/esm")];
  const flags = imports.flatMap((path) => ["--import", pathToFileURL(path).href]);
  return spawnSync(process.execPath, [...flags, ...args], {
    cwd: folder,
    encoding: "utf8",
    // A plan may have thousands of operations.
    maxBuffer: 2 ** 28,
    env: change === undefined ? environment : { ...environment, STORMGLASS_MUTANT: data(change) },
  });
}

/** What register.mjs reads. */
function data({ id, file, find, replace }: Change): string {
  const url = pathToFileURL(join(ROOT, file)).href;
  return JSON.stringify({ id, url, find, replace });
}

function hunt(args: readonly string[], mutant: Mutant | undefined): Hunt {
  // What hunt.ts prints.
  return readJson(mutant, "hunt.ts", args) as Hunt;
}

/** What a program of this folder prints. */
function readJson(mutant: Mutant | undefined, program: string, args: readonly string[]): unknown {
  const child = runChanged(mutant, [join(HERE, program), ...args]);
  if (child.status !== 0) throw new Error(`${args.join(" ")}:\n${child.stderr}`);
  return JSON.parse(child.stdout);
}
