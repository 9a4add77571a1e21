import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Hunt } from "./hunt.ts";
import type { Mutant } from "./mutant.ts";

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
  const { id, file, find, replace, scenario, invariant } = mutant;
  const url = pathToFileURL(join(ROOT, file)).href;
  return hunt([scenario, invariant, String(seeds), id], JSON.stringify({ id, url, find, replace }));
}

/** Runs the mutant's scenario on the unchanged code. */
export function huntUnchanged({ scenario, invariant }: Mutant, seeds: number): Hunt {
  return hunt([scenario, invariant, String(seeds), "none"], undefined);
}

function hunt(args: readonly string[], mutant: string | undefined): Hunt {
  const imports = ["--import", pathToFileURL(join(HERE, "register.mjs")).href, "--import", "tsx"];
  const { STORMGLASS_MUTANT: _, ...environment } = process.env;
  const child = spawnSync(process.execPath, [...imports, join(HERE, "hunt.ts"), ...args], {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...environment, ...(mutant === undefined ? {} : { STORMGLASS_MUTANT: mutant }) },
  });
  if (child.status !== 0) throw new Error(`${args.join(" ")}:\n${child.stderr}`);
  // What hunt.ts prints.
  return JSON.parse(child.stdout) as Hunt;
}
