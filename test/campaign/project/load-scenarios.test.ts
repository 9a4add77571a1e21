import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { loadScenarios } from "../../../src/campaign/project/load-scenarios.ts";
import { UsageError } from "../../../src/sim/assert.ts";
import { run } from "../../../src/sim/scenario.ts";
import { BUILT } from "../../support/build.ts";
import { makeFolder } from "../../support/cli.ts";
import { fileIn, MAKE, makeFrom } from "../../support/own-scenarios.ts";

const folder = makeFolder();
afterAll(folder.remove);
mkdirSync(join(folder.path, "node_modules"));

const fileOf = (name: string, text: string): string => fileIn(folder.path, name, text);

const namesOf = async (file: string): Promise<string[]> =>
  (await loadScenarios(file)).map(({ name }) => name);

describe("scenarios of a file", () => {
  it("are the default export, then the others by name, lists in order, none twice", async () => {
    const exports = `
export const zeta = make("z");
export const family = [make("b"), make("b/second"), make("a")];
const main = make("main");
export default main;
export { main as again };
export const helper = 3, settings = { name: "no scenario" }, list = [1, 2], none = undefined;`;
    const file = fileOf("order.ts", MAKE + exports);
    expect(await namesOf(file)).toEqual(["main", "b", "b/second", "a", "z"]);
  });

  it("run like any others", async () => {
    const file = fileOf("runs.mts", `${MAKE}export default make("runs");`);
    const [scenario] = await loadScenarios(file);
    expect(run(scenario!, scenario!.plan("1")).plan.scenario).toBe("runs");
  });

  it("may be made by another copy of this package, and be plain JavaScript", async () => {
    const parts = "immuneTo: [], goals: [], plan() {}, check() {}, simulate() {}";
    const text = `export default { name: "other", about: "", ${parts} };`;
    expect(await namesOf(fileOf("other.mjs", text))).toEqual(["other"]);
    const broken = text.replace("goals: []", "goals: {}");
    await expect(namesOf(fileOf("broken.mjs", broken))).rejects.toThrow(UsageError);
  });
});

describe("a file that gives no scenarios is told so in one line:", () => {
  const places: readonly [what: string, name: string, text: string, message: string][] = [
    [
      "no scenario in it",
      "none.ts",
      "export const x = 1; export default { y: [2] };",
      "expected an export made by defineScenario, got default, x",
    ],
    [
      "nothing in it",
      "empty.ts",
      "export {};",
      "expected an export made by defineScenario, got nothing",
    ],
    [
      "two of one name",
      "twice.ts",
      `${MAKE}export const a = make("same"), b = [make("same")];`,
      'expected scenarios of distinct names, got "same" twice',
    ],
    [
      "a list with something else in it",
      "mixed.ts",
      `${MAKE}export const all = [make("one"), 2];`,
      "all[1]: expected a scenario like the others of the list, got number",
    ],
    [
      "an error, with its first line and its place",
      "throws.ts",
      'const x: number = 1;\n\nthrow new Error("first\\nsecond");',
      "does not load: first (throws.ts:3:7)",
    ],
    ["something else thrown", "odd.ts", 'throw "text";', "does not load: text"],
  ];

  it.each(places)("%s", async (_, name, text, message) => {
    const file = fileOf(name, text);
    const loading = loadScenarios(file);
    await expect(loading).rejects.toThrow(UsageError);
    await expect(loading).rejects.toThrow(new UsageError(`${file}: ${message}`));
  });

  it("missing", async () => {
    const message = "gone.ts: expected a file to import, found none";
    await expect(loadScenarios("gone.ts")).rejects.toThrow(new UsageError(message));
    await expect(loadScenarios("src")).rejects.toThrow(/^src: expected a file/);
  });
});

describe("in a process without a loader for TypeScript", () => {
  const built = join(folder.path, "node_modules", "stormglass");
  cpSync(join(BUILT, "dist"), join(built, "dist"), { recursive: true });
  writeFileSync(join(built, "package.json"), '{ "type": "module" }');
  symlinkSync(join(process.cwd(), "node_modules"), join(built, "node_modules"));
  const module = pathToFileURL(join(built, "dist/campaign/project/load-scenarios.js")).href;
  const load = `import { loadScenarios } from "${module}";
const tell = (file) => loadScenarios(file).then((all) => all[0].name, ({ message }) => message);`;
  const own = makeFrom(pathToFileURL(join(built, "dist/sim/scenario.js")).href);

  function runFile(text: string, flags: readonly string[] = []) {
    const file = fileOf("main.mjs", `${load}\n${text}`);
    const child = spawnSync(process.execPath, [...flags, file], { cwd: folder.path });
    return { stdout: child.stdout.toString(), stderr: child.stderr.toString() };
  }

  it("reads it all the same, also in worker threads, and more than once", () => {
    fileOf("mine.ts", `${own}export default make("mine");`);
    fileOf("yours.mts", `${own}export default make("yours");`);
    const text = `
import { isMainThread, parentPort, Worker } from "node:worker_threads";
const names = [await tell("mine.ts"), await tell("yours.mts"), await tell("./mine.ts")];
if (!isMainThread) parentPort.postMessage(names);
else {
  console.log(...names);
  new Worker(new URL(import.meta.url)).on("message", (all) => console.log("worker", ...all));
}`;
    const said = "mine yours mine\nworker mine yours mine\n";
    expect(runFile(text)).toEqual({ stdout: said, stderr: "" });
    const tsx = pathToFileURL("node_modules/tsx/dist/esm/index.mjs").href;
    expect(runFile(text, ["--import", tsx])).toEqual({ stdout: said, stderr: "" });
  });

  it("reads it in a package that is of type module as well", () => {
    fileOf("package.json", '{ "type": "module" }');
    expect(runFile('console.log(await tell("mine.ts"))').stdout).toBe("mine\n");
  });

  it.each([
    ["imports.js", 'import "node:fs";'],
    ["exports.js", "export default 1;"],
  ])("says of %s what its package.json is to say", (name, text) => {
    mkdirSync(join(folder.path, "common"), { recursive: true });
    fileOf("common/package.json", '{ "type": "commonjs" }');
    const file = `common/${name}`;
    fileOf(file, text);
    const { stdout } = runFile(`console.log(await tell("${file}"))`);
    const what = "expected a module, and its package.json says CommonJS";
    const advice = `set "type": "module" there, or name it ${file.replace(".js", ".mjs")}`;
    expect(stdout).toBe(`${file}: ${what}: ${advice}\n`);
  });

  it.each([
    ["syntax.ts", "const x = ;", 'does not load: syntax.ts:1:10: ERROR: Unexpected ";"\n'],
    ["syntax.mjs", "\nconst x = ;", "does not load: Unexpected token ';' (syntax.mjs:2)\n"],
    ["lost.mjs", 'import "./nowhere.mjs";', "Cannot find module 'nowhere.mjs' imported from lost"],
  ])("says what is wrong with %s, and where", (name, text, message) => {
    fileOf(name, text);
    const { stdout } = runFile(`console.log(await tell("${name}"))`);
    expect(stdout).toContain(message);
    expect(stdout.trimEnd()).not.toContain("\n");
  });
});
