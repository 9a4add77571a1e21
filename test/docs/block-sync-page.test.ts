// docs/block-sync.md names every message, rule and option, with what they are.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { catalogue } from "../../src/index.ts";
import { MESSAGE_CLASSES } from "../../src/protocols/block-sync/messages.ts";
import { defaultBlockSyncOptions } from "../../src/protocols/block-sync/options.ts";
import { LYING_BEHAVIOURS } from "../../src/scenarios/lying-chain/lies.ts";
import { formatTime } from "../../src/sim/time.ts";

const page = readFileSync("docs/block-sync.md", "utf8");

/** The rows of a section's tables, each as its cells. */
function rowsOf(section: string): string[][] {
  const [, text = ""] = new RegExp(`\n## ${section}\n([\\s\\S]*?)(?=\n## |$)`).exec(page) ?? [];
  return [...text.matchAll(/^\| (`.*) \|$/gm)].map(([, row]) => row!.split(/ ?\| ?/));
}

/** The names that a cell has in backticks. */
function namesIn(cell: string | undefined): string[] {
  return [...cell!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
}

/** The texts of a union type in a source file. */
function unionIn(file: string, type: string): string[] {
  const source = readFileSync(`src/protocols/block-sync/${file}`, "utf8");
  const [, union = ""] = new RegExp(`export type ${type} =([\\s\\S]*?);\n\n`).exec(source)!;
  return [...union.matchAll(/"([a-z ]+)"/g)].map(([, text]) => text!);
}

/** An option as the page has it. */
function shown(name: string, value: number): string {
  return TIMES.test(name) ? formatTime(value) : String(value);
}

const TIMES =
  /^(start|createBlock|importBlock|transaction|.*(Max|Age|Timeout|Delay|Interval|Time|grace))$/;
const COUNTS = ["reorgMax", "peersMax"];

describe("the page of the chain", () => {
  it("has every message in its class, and no other", () => {
    const named = rowsOf("Messages").flatMap(([cell, type]) =>
      namesIn(cell).map((name) => `${type} ${name}`),
    );
    const expected = Object.entries(MESSAGE_CLASSES).flatMap(([type, names]) =>
      names.map((name) => `${type} ${name}`),
    );
    expect(named.sort()).toEqual(expected.sort());
  });

  it("has every rule of blocks and transactions", () => {
    const rules = unionIn("validation.ts", "InvalidBlock").filter((rule) => rule !== "malformed");
    const named = rowsOf("Blocks").map(([cell]) => namesIn(cell)[0]);
    expect(named).toEqual([...rules, "transaction: …"]);
    const ofTransactions = namesIn(rowsOf("Blocks").at(-1)![1]);
    expect(ofTransactions).toEqual(["malformed", ...unionIn("executor.ts", "InvalidTransaction")]);
  });

  it("has every option with its default", () => {
    const { production, ...parts } = defaultBlockSyncOptions;
    const expected = Object.entries(parts).flatMap(([part, options]) =>
      Object.entries<number>({ ...options }).map(([name, value]) => [
        `\`${part}.${name}\``,
        COUNTS.includes(name) ? String(value) : shown(name, value),
      ]),
    );
    expect(rowsOf("Options")).toEqual([["`production`", production], ...expected]);
  });

  it("has every family of a node's metrics with its type", () => {
    const text = readFileSync("test/protocols/block-sync/page-of-a-node.txt", "utf8");
    const families = [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, ...told]) => told);
    expect(families.length).toBeGreaterThan(20);
    const named = rowsOf("Metrics").map(([cell, type]) => [namesIn(cell)[0], type]);
    expect(named).toEqual(families);
  });

  it("has every lie", () => {
    expect(rowsOf("Lies").map(([cell]) => namesIn(cell)[0])).toEqual([...LYING_BEHAVIOURS]);
  });

  it("names scenarios and invariants that there are", () => {
    const names = new Set(catalogue.map(({ name }) => name));
    const scenarios = [...page.matchAll(/`((?:bs|tb)-[a-z/-]{3,})`/g)].map(([, name]) => name!);
    expect(scenarios.filter((name) => !names.has(name))).toEqual([]);
    const folders = ["src/scenarios", "src/invariants"];
    const text = folders
      .flatMap((folder) => readdirSync(folder).map((file) => `${folder}/${file}`))
      .filter((file) => file.includes("/chain-"))
      .map((file) => readFileSync(file, "utf8"))
      .join("");
    const invariants = [...page.matchAll(/`((?:BS|OBS|TB|TX|VOTE|FORK)-[A-Z-]+)`/g)].map(
      ([, name]) => name!,
    );
    expect(invariants.length).toBeGreaterThan(30);
    expect(invariants.filter((name) => !text.includes(`"${name}"`))).toEqual([]);
  });
});
