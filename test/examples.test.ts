import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const examples = readdirSync("examples").filter((name) => name.endsWith(".ts"));

it.each(examples)("examples/%s prints what examples/expected says", (name) => {
  const child = spawnSync(process.execPath, ["--import", "tsx", `examples/${name}`]);
  const expected = readFileSync(`examples/expected/${name.replace(".ts", ".txt")}`, "utf8");
  expect(child.stderr.toString()).toBe("");
  expect(child.stdout.toString()).toBe(expected);
  expect(child.status).toBe(0);
});
