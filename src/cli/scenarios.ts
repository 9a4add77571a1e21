// Which scenarios a command line means: those of the catalogue, and those of files.

import { readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { loadScenarios } from "../campaign/project/load-scenarios.ts";
import type { ScenarioSource } from "../campaign/report/report.ts";
import {
  catalogue,
  findFamily,
  findScenario,
  isVariantOf,
  unknownScenario,
} from "../scenarios/catalogue.ts";
import { formerNames } from "../scenarios/former-names.ts";
import { UsageError } from "../sim/assert.ts";
import { didYouMean } from "../sim/nearest.ts";
import type { Scenario } from "../sim/scenario.ts";
import { readConfig } from "./config.ts";

/**
 * The scenarios that are meant, in order, none twice. A name of the catalogue or, if it has none of
 * that name, of the config's files stands for itself and its variants, a file for all that it
 * exports, `file#name` for one of those and its variants, and a folder for its files
 * `*.scenario.ts`. In a name, `*` stands for any text: of all that the catalogue and the config
 * have. No names: what the config says, or else the whole catalogue. Throws a UsageError for what
 * is not there, and when two different scenarios have one name.
 */
export async function resolveFamilies(
  names: readonly string[],
): Promise<readonly ScenarioSource[]> {
  const isOfConfig = names.length === 0;
  const wanted = isOfConfig ? ((await readConfig()).scenarios ?? []) : names;
  if (wanted.length === 0) return ofCatalogue();
  const found = new Map<string, ScenarioSource>();
  for (const name of wanted) {
    for (const resolved of await resolve(name, isOfConfig)) {
      const { scenario } = resolved;
      const other = found.get(scenario.name);
      if (other !== undefined && other.scenario !== scenario) {
        const places = `${placeOf(other)} and ${placeOf(resolved)}`;
        throw new UsageError(`scenario: expected one "${scenario.name}", got two, of ${places}`);
      }
      found.set(scenario.name, other ?? resolved);
    }
  }
  return [...found.values()];
}

/**
 * The one scenario that is meant, by its name in the catalogue or, if that has none of it, in the
 * config's files, by a file that has one only, or as `file#name`. Throws a UsageError when it
 * is not there or not one.
 */
export async function resolveScenario(name: string): Promise<ScenarioSource> {
  if (!isFile(name)) {
    if (isOfCatalogue(name)) return { scenario: findScenario(name) };
    return (await familyOfConfig(name))[0]!;
  }
  const { file, part } = split(name);
  const scenarios = await loadScenarios(file);
  if (part !== undefined) return { scenario: pick(scenarios, part, file), file };
  const [first, second] = scenarios;
  if (second === undefined) return { scenario: first!, file };
  const parts = scenarios.map((scenario) => `${file}#${scenario.name}`).join(", ");
  throw new UsageError(`scenario: expected one of ${parts}, got ${file}`);
}

/**
 * Scenarios as reports and capsules have them, by name and file. One without a file is of the
 * catalogue or, if that has none of the name, of the config's files. Throws a UsageError when one
 * is not there.
 */
export async function resolveSources(
  wanted: readonly { readonly scenario: string; readonly file?: string | undefined }[],
): Promise<readonly ScenarioSource[]> {
  const found: ScenarioSource[] = [];
  for (const { scenario: name, file } of wanted) {
    if (file !== undefined) {
      found.push({ scenario: pick(await loadScenarios(file), name, file), file });
    } else found.push(await resolveScenario(name));
  }
  return found;
}

async function resolve(name: string, isOfConfig: boolean): Promise<readonly ScenarioSource[]> {
  if (!isFile(name) && name.includes("*")) return matching(name, await knownTo(isOfConfig));
  if (isFolder(name) && !catalogue.some((scenario) => scenario.name === name)) {
    const files = filesIn(name);
    const resolved: ScenarioSource[] = [];
    // One after another: loading changes, for a while, how Node reads TypeScript.
    for (const file of files) resolved.push(...(await resolve(file, isOfConfig)));
    return resolved;
  }
  if (!isFile(name)) {
    if (!isOfCatalogue(name) && !isOfConfig) return familyOfConfig(name);
    return findFamily(name).map((scenario) => ({ scenario }));
  }
  const { file, part } = split(name);
  const scenarios = await loadScenarios(file);
  if (part === undefined) return scenarios.map((scenario) => ({ scenario, file }));
  if (part.includes("*")) {
    return matching(
      part,
      scenarios.map((scenario) => ({ scenario, file })),
    );
  }
  const variants = scenarios.filter((scenario) => isVariantOf(part, scenario));
  return [pick(scenarios, part, file), ...variants].map((scenario) => ({ scenario, file }));
}

function ofCatalogue(): readonly ScenarioSource[] {
  return catalogue.map((scenario) => ({ scenario }));
}

/** What a pattern may mean: the config's own patterns mean the catalogue only. */
async function knownTo(isOfConfig: boolean): Promise<readonly ScenarioSource[]> {
  return isOfConfig ? ofCatalogue() : [...(await ownOfConfig()), ...ofCatalogue()];
}

/** The scenarios of the config's files. */
async function ownOfConfig(): Promise<readonly ScenarioSource[]> {
  return (await resolveFamilies([])).filter(({ file }) => file !== undefined);
}

/** Whether the catalogue has a scenario, or several, of that name. */
function isOfCatalogue(name: string): boolean {
  return formerNames.has(name) || catalogue.some((scenario) => scenario.name === name);
}

/** The scenario of that name of the config's files, and its variants; throws a UsageError. */
async function familyOfConfig(name: string): Promise<readonly ScenarioSource[]> {
  const own = await ownOfConfig();
  const found = own.find(({ scenario }) => scenario.name === name);
  if (found !== undefined) {
    return [found, ...own.filter(({ scenario }) => isVariantOf(name, scenario))];
  }
  const others = own.map(({ scenario }) => scenario.name);
  throw unknownScenario(name, others);
}

/** Throws a UsageError when there are none. */
function matching(pattern: string, known: readonly ScenarioSource[]): readonly ScenarioSource[] {
  const escaped = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  const expression = new RegExp(`^${escaped}$`);
  const found = known.filter(({ scenario }) => expression.test(scenario.name));
  if (found.length > 0) return found;
  throw new UsageError(`scenario: expected a pattern that some name fits, got "${pattern}"`);
}

/** Names of scenarios have no such beginning and no such end. */
function isFile(name: string): boolean {
  return /^\.{0,2}[/\\]|^[A-Za-z]:[/\\]|\.[mc]?[jt]s(#|$)/.test(name);
}

function isFolder(name: string): boolean {
  return statSync(name, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function filesIn(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => /\.scenario\.m?[jt]s$/.test(name));
  if (names.length > 0) return names.sort().map((name) => join(folder, name));
  throw new UsageError(`${folder}: expected files *.scenario.ts in the folder, found none`);
}

function split(name: string): { readonly file: string; readonly part: string | undefined } {
  const [path = "", part] = name.split("#", 2);
  const file = relative(".", path);
  // Within the working directory the same on any machine.
  return { file: file.startsWith("..") ? path : file.replaceAll("\\", "/"), part };
}

function pick(scenarios: readonly Scenario[], name: string, file: string): Scenario {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (found !== undefined) return found;
  const names = scenarios.map((scenario) => scenario.name);
  const hint = didYouMean(name, names);
  throw new UsageError(`${file}: expected one of ${names.join(", ")}, got "${name}"${hint}`);
}

function placeOf({ file }: ScenarioSource): string {
  return file ?? "the catalogue";
}
