import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { readsTypeScript } from "../campaign/project/load-scenarios.ts";
import { shellWord } from "../campaign/project/shell-word.ts";
import { UsageError } from "../sim/assert.ts";

const FILES = ["my.scenario.ts", "my.test.ts", "stormglass.config.ts"];

/** As far above this file in `dist` as in `src`. */
const TEMPLATES = fileURLToPath(new URL("../../templates/", import.meta.url));

/**
 * `stormglass init [folder]`: writes a scenario of one's own, its test and a config. Throws a
 * UsageError, with nothing written, when one of the files is there already.
 */
export function init(folder = "."): void {
  const paths = FILES.map((name) => join(folder, name));
  const there = paths.find((path) => existsSync(path));
  if (there !== undefined) throw new UsageError(`${there}: expected no such file, found one`);
  try {
    mkdirSync(folder, { recursive: true });
    FILES.forEach((name, i) => {
      copyFileSync(join(TEMPLATES, name), paths[i]!);
    });
  } catch (error) {
    throw new UsageError(`${folder}: expected a folder to write to: ${(error as Error).message}`);
  }
  const next = [
    ...(folder === "." ? [] : [[`cd ${shellWord(folder)}`, ""]]),
    ...preparations(folder),
    ["npx stormglass run ./my.scenario.ts --seed 7", "one run"],
    ["npx stormglass fuzz", "many, of what the config names"],
    ["npx vitest run", "the same as a test"],
  ] as const;
  console.log(
    [
      ...paths.map((path) => `wrote ${path}`),
      "",
      "A register on three servers, to be replaced by what you want to test. Next:",
      ...next.map(([command, why]) => `  ${command.padEnd(46)} ${why && `# ${why}`}`.trimEnd()),
      "",
      "Then set READS_STORE in my.scenario.ts to false, and fuzz again.",
    ].join("\n"),
  );
}

/** What the project lacks: commands, and what they are for. */
function preparations(folder: string): readonly (readonly [command: string, why: string])[] {
  const require = createRequire(join(resolve(folder), "package.json"));
  const lacks = (name: string): boolean => {
    try {
      return require.resolve(`${name}/package.json`) === "";
    } catch {
      return true;
    }
  };
  // With tsx the files may be either.
  const isWrong = readsTypeScript() && isCommonJs(resolve(folder));
  const tsx = !readsTypeScript() && lacks("tsx");
  const vitest = lacks("vitest");
  const why = [...(tsx ? ["to read TypeScript"] : []), ...(vitest ? ["to run the test"] : [])];
  const names = `${tsx ? " tsx" : ""}${vitest ? " vitest" : ""}`;
  return [
    ...(isWrong ? [["npm pkg set type=module", "as the files are"] as const] : []),
    ...(names === "" ? [] : [[`npm install --save-dev${names}`, why.join(", and ")] as const]),
  ];
}

/** Whether the nearest package.json says so; if none says anything, Node looks at the file. */
function isCommonJs(folder: string): boolean {
  const manifest = join(folder, "package.json");
  if (existsSync(manifest)) return /"type"\s*:\s*"commonjs"/.test(readFileSync(manifest, "utf8"));
  return dirname(folder) !== folder && isCommonJs(dirname(folder));
}
