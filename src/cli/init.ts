import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
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
  const cd = folder === "." ? [] : [`  cd ${folder}`];
  console.log(
    [
      ...paths.map((path) => `wrote ${path}`),
      "",
      "A register on three servers, to be replaced by what you want to test. Next:",
      ...cd,
      "  npx stormglass run ./my.scenario.ts --seed 7   # one run",
      "  npx stormglass fuzz                            # many, of what the config names",
      "  npx vitest run                                 # the same as a test",
      "",
      "TypeScript on Node before 22.18 needs: npm install --save-dev tsx",
      'From 22.18 on it needs no "type": "commonjs" in package.json.',
      "Then set READS_STORE in my.scenario.ts to false, and fuzz again.",
    ].join("\n"),
  );
}
