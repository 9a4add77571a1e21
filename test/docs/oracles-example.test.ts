import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it, vi } from "vitest";

it("the first example of the page of oracles prints what stands below it", async () => {
  const page = readFileSync("docs/oracles.md", "utf8");
  const [, program = "", printed] = /^```ts\n(.*?)^```\n\n```text\n(.*?)^```$/ms.exec(page)!;
  const file = join(mkdtempSync(join(tmpdir(), "oracles-")), "example.mts");
  const source = pathToFileURL("src/oracles.ts").href;
  writeFileSync(file, program.replace('"stormglass/oracles"', `"${source}"`));
  const log = vi.spyOn(console, "log").mockReturnValue();
  await import(file);
  const lines = log.mock.calls.map(([line]) => `${line}\n`);
  log.mockRestore();
  expect(lines.join("")).toBe(printed);
});
