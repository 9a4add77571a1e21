import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, it } from "vitest";
import { loadMutants, runChanged } from "./mutants/harness.ts";
import { makeFolder } from "./support/cli.ts";

const readme = readFileSync("README.md", "utf8");
const folder = makeFolder();
afterAll(folder.remove);

/** The code blocks of a language, in order. */
function blocks(language: string): string[] {
  return [...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter((match) => match[1] === language)
    .map((match) => match[2]!);
}

/** A text as part of a regular expression. */
function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

it("shows first what is found and left of the bug that it names", async () => {
  const mutants = await loadMutants();
  const mutant = mutants.find(({ id }) => id === "commit-old-term-entries")!;
  const [block = ""] = blocks("console");

  const [, ...commands] = block.trimEnd().split(/^\$ npx stormglass /m);
  const runs = commands.map((text) => {
    const [command = "", ...shown] = text.trimEnd().split("\n");
    const { stdout } = runChanged(mutant, ["src/cli/main.js", ...command.split(" ")], folder.path);
    return { shown, printed: stdout.split("\n") };
  });

  expect(runs).toHaveLength(1);
  for (const { shown, printed } of runs) {
    for (const line of shown.filter((text) => text !== "" && text !== "…")) {
      // An ellipsis within a line stands for a number that any change of the search changes.
      const pattern = line.split("…").map(escaped).join("\\d+");
      expect(printed.join("\n")).toMatch(new RegExp(`^${pattern}$`, "m"));
    }
  }
});

it("shows a program that prints what the README says", () => {
  const [program = ""] = blocks("ts");
  const [printed] = blocks("text");
  const file = join(folder.path, "program.mts");
  const source = pathToFileURL("src/index.ts").href;
  writeFileSync(file, program.replace('"stormglass"', `"${source}"`));

  const child = spawnSync(process.execPath, ["--import", "tsx", file], { encoding: "utf8" });

  expect(child.stderr).toBe("");
  expect(child.stdout).toBe(printed);
});

it("names commands that exist", () => {
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
  const named = [...readme.matchAll(/npm (?:run )?([a-z]+)/g)].map((match) => match[1]);
  expect(named.filter((name) => name !== "ci" && !Object.hasOwn(scripts, name!))).toEqual([]);
});

it("counts the planted bugs", async () => {
  const mutants = await loadMutants();
  expect(readme).toContain(`plants ${mutants.length} bugs`);
});
