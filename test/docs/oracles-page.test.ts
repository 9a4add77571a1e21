// docs/oracles.md and the code cannot disagree on which models there are.

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { models } from "../../src/invariants/models.ts";

it("the page has a row for each model, in their order", () => {
  const page = readFileSync("docs/oracles.md", "utf8");
  const [, section] = /\n## Models\n([\s\S]*?)(?=\n## |$)/.exec(page)!;
  const rows = [...section!.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name);
  expect(rows).toEqual(models.map(({ model }) => model.name));
});
