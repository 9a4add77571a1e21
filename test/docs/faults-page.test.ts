// docs/faults.md and the code cannot disagree: which kinds there are, their fields, their tests.

import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { checkFault, FAULT_KINDS } from "../../src/sim/fault.ts";
import { faultNames } from "../../src/sim/targets.ts";
import { SAMPLES } from "../support/sample-faults.ts";

const targets = faultNames(["n1", "n2", "n3", "n4"], {}, ["lies"]);

interface Row {
  readonly kind: string;
  readonly fields: readonly string[];
  readonly file: string;
}

const HEAD = ["kind", "fields", "what happens", "effective when", "known as", "proved by"];
const cells = (line: string): string[] =>
  line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
const named = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);

const lines = readFileSync("docs/faults.md", "utf8")
  .split("\n")
  .filter((line) => line.startsWith("|"));
const rows = lines.slice(2).map((line): Row => {
  const [kind = "", fields = "", , , , proof = ""] = cells(line);
  return { kind: named(kind)[0] ?? "", fields: named(fields), file: named(proof)[0] ?? "" };
});

describe("the page of faults", () => {
  it("has a row for every kind, and for no other", () => {
    expect(cells(lines[0] ?? "")).toEqual(HEAD);
    expect(rows.map(({ kind }) => kind).sort()).toEqual([...FAULT_KINDS].sort());
  });

  it.each(rows)("names the fields of $kind", ({ kind, fields }) => {
    const sample = Object.values(SAMPLES).find((one) => one.kind === kind)!;
    const { kind: _, ...own } = sample;
    // A sample with any other fields would not be accepted.
    const checked = checkFault({ at: 0, lasting: 1, ...sample }, "fault", targets, 1);
    expect(checked).toEqual({ at: 0, lasting: 1, ...sample });
    expect([...fields].sort()).toEqual(Object.keys(own).sort());
  });

  it.each(rows)("leaves no cell of $kind empty", ({ kind }) => {
    const line = lines.find((text) => text.startsWith(`| \`${kind}\` |`)) ?? "";
    expect(cells(line)).toHaveLength(HEAD.length);
    expect(cells(line).filter((cell) => cell === "")).toEqual([]);
  });

  it.each(rows)("names a test of $kind that exists and runs", ({ kind, file }) => {
    expect(existsSync(file)).toBe(true);
    const text = readFileSync(file, "utf8");
    const named = text.includes(`\ndescribe("${kind}", `);
    const listed = new RegExp(`^describe\\.each\\(.*"${kind}".*\\)\\("%s", `, "m").test(text);
    expect([kind, named || listed]).toEqual([kind, true]);
    expect(text).not.toMatch(/\.(skip|todo|only)\b/);
  });
});
