// The package as built, with some places changed, to be run in processes of its own. Compiled, and
// not read from TypeScript, as a process that does that takes three times as long to start.

import { spawnSync } from "node:child_process";
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Change, Edit } from "../mutants/mutant.ts";
import { BUILT } from "./build.ts";

/** Programs that import the package, and are laid beside it: `test/mutants/hunt.js`. */
const PROGRAMS = ["test/mutants/hunt.ts", "test/mutants/shrink-found.ts"];

/** Of each change, where its package lies. */
const folders = new Map<string, string>();

/**
 * The folder of the package, with the change or (undefined) as it is: `src` and `test` as in the
 * repository, compiled. It is made when it is first asked for, in this process. Throws when the
 * text that is to be replaced is not found exactly once.
 */
export function packageWith(change: Change | undefined): string {
  const changes = change === undefined ? [] : [change];
  makePackages(changes);
  return folders.get(keyOf(change))!;
}

/** Makes the packages of many changes at once, which takes little more time than that of one. */
export function makePackages(changes: readonly Change[]): void {
  const wanted = [undefined, ...changes].filter((change) => !folders.has(keyOf(change)));
  if (wanted.length === 0) return;
  const batch = join(BUILT, "changed", `${process.pid}-${folders.size}`);
  const [written, compiled] = [join(batch, "written"), join(batch, "compiled")];
  wanted.forEach((change, i) => {
    const files = change === undefined ? PROGRAMS.map(programOf) : changedFiles(change);
    for (const { file, text } of files) write(join(written, String(i), file), text);
  });
  compile(written, compiled);
  wanted.forEach((change, i) => {
    const folder = join(compiled, String(i));
    linkAll(join(BUILT, "dist"), join(folder, "src"));
    const programs = folders.get(keyOf(undefined));
    if (programs !== undefined) linkAll(join(programs, "test"), join(folder, "test"));
    folders.set(keyOf(change), folder);
  });
}

function keyOf(change: Change | undefined): string {
  return JSON.stringify(change ?? "none");
}

interface Text {
  readonly file: string;
  readonly text: string;
}

function programOf(file: string): Text {
  return { file, text: readFileSync(file, "utf8") };
}

/** Each file that changes, once. */
function changedFiles(change: Change): Text[] {
  const { id, also = [] } = change;
  const texts = new Map<string, string>();
  const edits: readonly Edit[] = [change, ...also];
  for (const { file, find, replace } of edits) {
    const parts = (texts.get(file) ?? readFileSync(file, "utf8")).split(find);
    if (parts.length !== 2) {
      throw new Error(`${id}: its text is found ${parts.length - 1} times in ${file}`);
    }
    texts.set(file, parts.join(replace));
  }
  // A sign that the change is at work, for programs to see.
  const sign = `Reflect.set(globalThis, Symbol.for("stormglass.change"), ${JSON.stringify(id)});`;
  texts.set(change.file, `${texts.get(change.file)}\n${sign}\n`);
  return [...texts].map(([file, text]) => ({ file, text }));
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Takes the types away, and checks nothing: a planted bug may be one that types would show. */
function compile(from: string, to: string): void {
  const files = readdirSync(from, { recursive: true, encoding: "utf8" });
  const config = join(from, "tsconfig.json");
  const compilerOptions = {
    ...{ rootDir: ".", outDir: to, target: "ES2022", module: "ESNext", types: [] },
    ...{ noCheck: true, noResolve: true, rewriteRelativeImportExtensions: true },
    ...{ moduleResolution: "bundler", verbatimModuleSyntax: true, skipLibCheck: true },
  };
  const sources = files.filter((name) => name.endsWith(".ts"));
  write(config, JSON.stringify({ compilerOptions, files: sources }));
  const tsc = join("node_modules", "typescript", "bin", "tsc");
  const { stdout, status } = spawnSync(process.execPath, [tsc, "-p", config], { encoding: "utf8" });
  if (status !== 0) throw new Error(stdout);
}

/** Links what is not there yet: a copy that costs nothing, and has a path of its own. */
function linkAll(from: string, to: string): void {
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith(".js")) continue;
    const path = join(to, entry.parentPath.slice(from.length), entry.name);
    if (existsSync(path)) continue;
    mkdirSync(dirname(path), { recursive: true });
    linkSync(join(entry.parentPath, entry.name), path);
  }
}
