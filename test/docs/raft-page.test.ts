// docs/raft.md and the code cannot disagree on options and messages.

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { defaultRaftOptions } from "../../src/protocols/raft/options.ts";

const page = readFileSync("docs/raft.md", "utf8");

/** The names in the first column of a section's table. */
function names(section: string): string[] {
  const [, text = ""] = new RegExp(`\\n## ${section}\\n([\\s\\S]*?)(?=\\n## |$)`).exec(page)!;
  const rows = [...text.matchAll(/^\| (`.*?) \|/gm)].map(([, cell]) => cell!);
  return rows.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name!));
}

it("the page has every option", () => {
  expect(names("Options")).toEqual(Object.keys(defaultRaftOptions));
});

it("the page has every message, or the answer to one", () => {
  const source = readFileSync("src/protocols/raft/messages.ts", "utf8");
  const types = [...source.matchAll(/readonly type: "(\w+)"/g)].map(([, type]) => type!);
  const [, text = ""] = /\n## Messages\n([\s\S]*?)(?=\n## )/.exec(page)!;
  expect(new Set(types.filter((type) => !text.includes(`\`${type}\``)))).toEqual(new Set());
});
