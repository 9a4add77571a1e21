import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import * as api from "../../src/index.ts";
import type { Invariant } from "../../src/sim/invariant.ts";
import { makeFolder } from "../support/cli.ts";

const folder = makeFolder();
afterAll(folder.remove);

const page = readFileSync("docs/oracles.md", "utf8");
const [, overTime = ""] = /^## Over time\n(.*?)(?=^## |$(?![\s\S]))/ms.exec(page)!;

describe("what the page of oracles says of assertions over time", () => {
  it("has an example that makes its assertions", async () => {
    const [, program = ""] = /^```ts\n(.*?)^```$/ms.exec(overTime)!;
    const file = join(folder.path, "example.mts");
    const source = pathToFileURL("src/index.ts").href;
    writeFileSync(file, program.replace('"stormglass"', `"${source}"`));
    // What the example exports.
    const { invariants } = (await import(file)) as { invariants: () => Invariant[] };
    expect(invariants().map(({ name, kind }) => `${kind} ${name}`)).toEqual([
      "always queue length",
      "leadsTo DONE",
      "reachable job retried",
    ]);
  });

  it("names only functions that there are, and all of them", () => {
    const rows = [...overTime.matchAll(/^\| (`.*?) \|/gm)].map(([, cell]) => cell!);
    const named = rows.flatMap((cell) => cell.match(/\w+(?=\(|`$)/g) ?? []);
    const made = Object.keys(api).filter((name) =>
      /always|never|reach|event|leads|some/i.test(name),
    );
    expect(named.sort()).toEqual(made.sort());
  });
});
