import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, it, vi } from "vitest";
import { makeFolder } from "../support/cli.ts";

const folder = makeFolder();
afterAll(folder.remove);

it("the first example of the page of oracles prints what stands below it", async () => {
  const page = readFileSync("docs/oracles.md", "utf8");
  const [, program = "", printed] = /^```ts\n(.*?)^```\n\n```text\n(.*?)^```$/ms.exec(page)!;
  const file = join(folder.path, "example.mts");
  const source = pathToFileURL("src/oracles.ts").href;
  writeFileSync(file, program.replace('"stormglass/oracles"', `"${source}"`));
  const log = vi.spyOn(console, "log").mockReturnValue();
  await import(file);
  const lines = log.mock.calls.map(([line]) => `${line}\n`);
  log.mockRestore();
  expect(lines.join("")).toBe(printed);
});
