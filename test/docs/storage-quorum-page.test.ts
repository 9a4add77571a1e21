// docs/storage-quorum.md names every message, refusal, option and lie, with what they are.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { catalogue } from "../../src/index.ts";
import {
  defaultStorageQuorumOptions,
  type StorageQuorumOptions,
} from "../../src/protocols/storage-quorum/options.ts";
import { LYING_BEHAVIOURS } from "../../src/scenarios/lying-storage/lies.ts";
import { formatTime } from "../../src/sim/time.ts";

const page = readFileSync("docs/storage-quorum.md", "utf8");
const messages = readFileSync("src/protocols/storage-quorum/messages.ts", "utf8");

/** The rows of a section's tables, each as its cells. */
function rowsOf(section: string): string[][] {
  const [, text = ""] = new RegExp(`\n## ${section}\n([\\s\\S]*?)(?=\n## |$)`).exec(page) ?? [];
  const rows = [...text.matchAll(/^\| (`.*) \|$/gm)];
  return rows.map(([, row]) => row!.split(/ ?\| ?/));
}

/** The names that a cell has in backticks. */
function namesIn(cell: string | undefined): string[] {
  return [...cell!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
}

/** An option as the page has it. */
function shown(name: string, value: StorageQuorumOptions[keyof StorageQuorumOptions]): string {
  if (name === "quorum") return "2/3, exact";
  if (name === "scrypt") return Object.values(value).join(", ");
  if (name === "uploadsPerMinute") return `${value}, no limit`;
  if (name === "bandwidthMin") return `${value} bytes/s`;
  return TIMES.test(name) ? formatTime(Number(value)) : String(value);
}

const TIMES = /(Timeout|Delay|Interval|After|ttl)$/;

describe("the page of the storage quorum", () => {
  it("has every message, and no other", () => {
    const types = [...messages.matchAll(/readonly type: "(\w+)"/g)].map(([, type]) => type!);
    const named = rowsOf("Messages").flatMap(([cell]) => namesIn(cell));
    expect(named.sort()).toEqual([...new Set(types)].sort());
  });

  it("has every refusal, and no other", () => {
    const [, union = ""] = /export type Refusal =([\s\S]*?);\n\n/.exec(messages)!;
    const refusals = [...union.matchAll(/"([a-z ]+)"/g)].map(([, refusal]) => refusal!);
    expect(rowsOf("Refusals").map(([cell]) => namesIn(cell)[0])).toEqual(refusals);
  });

  it("has every option with its default", () => {
    const { ...defaults } = defaultStorageQuorumOptions;
    const expected = Object.entries(defaults).map(([name, value]) => [
      `\`${name}\``,
      shown(name, value),
    ]);
    expect(rowsOf("Options")).toEqual(expected);
  });

  it("has every lie", () => {
    expect(rowsOf("Lies").map(([cell]) => namesIn(cell)[0])).toEqual([...LYING_BEHAVIOURS]);
  });

  it("names scenarios and invariants that there are", () => {
    const names = new Set(catalogue.map(({ name }) => name));
    const scenarios = [...page.matchAll(/`(sq-[a-z/-]+)`/g)].map(([, name]) => name!);
    expect(scenarios.filter((name) => !names.has(name))).toEqual([]);
    const sources = readdirSync("src/scenarios").filter((file) => file.startsWith("storage-"));
    const text = sources.map((file) => readFileSync(`src/scenarios/${file}`, "utf8")).join("");
    const invariants = [...page.matchAll(/`(SQ-[A-Z-]+)`/g)].map(([, name]) => name!);
    expect(invariants.length).toBeGreaterThan(15);
    expect(invariants.filter((name) => !text.includes(`"${name}"`))).toEqual([]);
  });
});
