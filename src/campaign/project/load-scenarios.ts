// Scenarios of one's own, from a module in a file. TypeScript is read by Node itself (22.18 or
// newer) or by tsx.

import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { UsageError } from "../../sim/assert.ts";
import type { Scenario } from "../../sim/scenario.ts";

/**
 * Imports a module and collects the scenarios among its exports, alone or in lists: the default
 * export first, the others by name. One that is exported twice counts once. Throws a UsageError, in
 * one line, when the file is missing, does not load, has no scenario, or two of one name.
 */
export async function loadScenarios(file: string): Promise<readonly Scenario[]> {
  const exported = exportsOf(await loadModule(file));
  const found = exported.flatMap(([name, value]) => scenariosIn(value, name, file));
  const scenarios = [...new Set(found)];
  if (scenarios.length === 0) {
    const names = exported.map(([name]) => name).join(", ") || "nothing";
    throw new UsageError(`${file}: expected an export made by defineScenario, got ${names}`);
  }
  const seen = new Set<string>();
  for (const { name } of scenarios) {
    if (seen.has(name)) {
      throw new UsageError(`${file}: expected scenarios of distinct names, got "${name}" twice`);
    }
    seen.add(name);
  }
  return scenarios;
}

/**
 * Imports a module by its path, from the working directory if it is relative. Throws a UsageError,
 * in one line that ends with the place, when it is missing or does not load.
 */
export async function loadModule(file: string): Promise<Module> {
  const path = isAbsolute(file) ? file : resolve(file);
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isFile()) {
    const what = found?.isDirectory() ? "a folder" : "none";
    throw new UsageError(`${file}: expected a file to import, found ${what}`);
  }
  const { href } = pathToFileURL(path);
  let loading = modules.get(href);
  if (loading === undefined) {
    loading = importModule(href, path);
    modules.set(href, loading);
  }
  try {
    return await loading;
  } catch (error) {
    throw failure(file, path, error);
  }
}

type Module = Readonly<Record<string, unknown>>;

/**
 * By address, as Node keeps them anyway, also those that have failed; so that what is asked for
 * again is not read for types again.
 */
const modules = new Map<string, Promise<Module>>();

async function importModule(href: string, path: string): Promise<Module> {
  const needsTsx = /\.[mc]?ts$/.test(path) && !readsTypeScript();
  const unregister = needsTsx ? await registerTsx(path) : undefined;
  try {
    return await import(/* @vite-ignore */ href);
  } finally {
    await unregister?.();
  }
}

/** Whether Node itself strips types; its types of version 20 do not know of it. */
export function readsTypeScript(): boolean {
  return "typescript" in process.features && Boolean(process.features.typescript);
}

/**
 * Lets this thread import TypeScript with tsx, ours or that of the file's project, until what it
 * returns is called. Not after an import has failed: Node does not try that one again.
 */
async function registerTsx(path: string): Promise<(() => Promise<void>) | undefined> {
  try {
    const [esm, cjs] = await importTsx(path);
    // A package that is not of type "module" has its files read as CommonJS.
    const unregister = cjs.register();
    const unregisterEsm = esm.register();
    return async () => {
      unregister();
      await unregisterEsm();
    };
  } catch {
    // Perhaps something else has been registered that reads TypeScript.
    return undefined;
  }
}

type Tsx = [esm: typeof import("tsx/esm/api"), cjs: typeof import("tsx/cjs/api")];

async function importTsx(path: string): Promise<Tsx> {
  try {
    return [await import("tsx/esm/api"), await import("tsx/cjs/api")];
  } catch {
    // This package may live elsewhere, linked.
    const manifest = createRequire(path).resolve("tsx/package.json");
    const { exports } = JSON.parse(readFileSync(manifest, "utf8"));
    const [esm, cjs] = ["./esm/api", "./cjs/api"].map((name) =>
      pathToFileURL(join(dirname(manifest), exports[name].import.default)),
    );
    return [await import(/* @vite-ignore */ esm!.href), await import(/* @vite-ignore */ cjs!.href)];
  }
}

/** The default export first. What a CommonJS module exports is all under its default. */
function exportsOf(module: Module): [name: string, value: unknown][] {
  const { default: main, ...named } = module;
  const isWrapped = typeof main === "object" && main !== null && "__esModule" in main;
  const inner = isWrapped ? exportsOf({ ...main, __esModule: undefined }) : [["default", main]];
  const own = Object.entries(named).sort(([a], [b]) => (a < b ? -1 : 1));
  // The entries of a record are pairs of a name and a value.
  const all = [...inner, ...own] as [string, unknown][];
  return all.filter(([, value]) => value !== undefined);
}

/** The scenario, or the list of scenarios; none if it is something else. */
function scenariosIn(value: unknown, name: string, file: string): readonly Scenario[] {
  if (isScenario(value)) return [value];
  if (!Array.isArray(value) || !value.some(isScenario)) return [];
  return value.map((item: unknown, i) => {
    if (isScenario(item)) return item;
    const path = `${file}: ${name}[${i}]`;
    throw new UsageError(
      `${path}: expected a scenario like the others of the list, got ${typeof item}`,
    );
  });
}

/** By its shape: who made it may be another copy of this package. */
function isScenario(value: unknown): value is Scenario {
  if (typeof value !== "object" || value === null) return false;
  // The parse boundary: whatever these fields are, they are looked at before they are used.
  const { name, about, immuneTo, goals, plan, check, simulate } = value as Scenario;
  const isNamed = typeof name === "string" && name !== "" && typeof about === "string";
  const hasLists = [immuneTo, goals].every(Array.isArray);
  return isNamed && hasLists && [plan, check, simulate].every((it) => typeof it === "function");
}

/** Why a module does not load, in a line that ends with the place. */
function failure(file: string, path: string, error: unknown): UsageError {
  if (!(error instanceof Error)) return new UsageError(`${file}: does not load: ${String(error)}`);
  if ("code" in error && error.code === "ERR_UNKNOWN_FILE_EXTENSION") {
    return new UsageError(
      `${file}: expected JavaScript, as Node ${process.versions.node} reads no TypeScript: ` +
        "run `npm install --save-dev tsx`, or take Node 22.18 or newer",
    );
  }
  if (/^(Cannot use import statement outside|Unexpected token 'export')/.test(error.message)) {
    return new UsageError(
      `${file}: expected a module, and its package.json says CommonJS: ` +
        `set "type": "module" there, or name it ${file.replace(/\.([jt]s)$/, ".m$1")}`,
    );
  }
  const lines = `${error.message}`.split("\n").map((line) => line.trim());
  // Of esbuild the first line only counts errors, and the second is the first of them.
  const [first = "", second] = lines;
  const isCount = first.startsWith("Transform failed") && second !== undefined;
  const reason = shorten(isCount ? second : first || error.name, path);
  const place = placeIn(error, path);
  const isPlaced = place === undefined || reason.includes(place);
  return new UsageError(`${file}: does not load: ${reason}${isPlaced ? "" : ` (${place})`}`);
}

/** The first place in a file of the user's, as `name.ts:3:14`. */
function placeIn(error: Error, path: string): string | undefined {
  const [place] = [...placesOf(error.stack), ...(error instanceof SyntaxError ? check(path) : [])];
  return place === undefined ? undefined : shorten(place, path);
}

function placesOf(stack = ""): string[] {
  const places = stack.matchAll(/((?:\/|[A-Z]:[\\/])[^\s()]*?:\d+(?::\d+)?)/g);
  return [...places]
    .map(([place]) => place.replace(/^\/\//, ""))
    .filter((place) => !/node_modules|\/modules\/|load-scenarios/.test(place));
}

/** Of a syntax error an importer is told no place; Node itself says it first. */
function check(path: string): string[] {
  const { stderr } = spawnSync(process.execPath, ["--check", path], { encoding: "utf8" });
  return placesOf(stderr.split("\n", 1)[0]);
}

/** Paths from the working directory or, for the file itself, its mere name. */
function shorten(text: string, path: string): string {
  const name = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
  return text.replaceAll(path, name).replaceAll(join(process.cwd(), "/"), "");
}
