// What docs/oracles.md shows of the command `check` is what it prints.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { HISTORY_FORMATS } from "../../src/histories/history-reader.ts";
import { callCli, makeFolder } from "../support/cli.ts";

const folder = makeFolder();
afterAll(folder.remove);

const page = readFileSync("docs/oracles.md", "utf8");
const [, section = ""] = /\n## The command check\n([\s\S]*?)(?=\n## |$)/.exec(page)!;

it("the page shows a picture that check prints", async () => {
  const [, picture = ""] = /^```text\n([\s\S]*?)^```$/m.exec(section)!;
  const path = join(folder.path, "history.jsonl");
  const events = ["write 1", "write 2", "read"].flatMap((text, i) => {
    const [f, value = null] = text.split(" ");
    const event = { process: i === 2 ? 1 : 0, f, value: value && Number(value) };
    return [
      { ...event, type: "invoke" },
      { ...event, type: "ok", value: event.value ?? 1 },
    ];
  });
  writeFileSync(path, events.map((event) => `${JSON.stringify(event)}\n`).join(""));

  const { stdout } = await callCli("check", path, "--model", "register");

  const withoutBlanks = stdout.replaceAll(/\n(?=\n)/g, "");
  expect(withoutBlanks).toContain(picture.trimEnd());
});

it("the page has a row for each format", () => {
  const rows = [...section.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name);
  expect(rows).toEqual([...HISTORY_FORMATS]);
});
