// docs/lease.md names every request, error, option and invariant that there is.

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { catalogue, plan } from "../../src/index.ts";
import { defaultLeaseOptions } from "../../src/protocols/lease/options.ts";
import { REQUESTS } from "../../src/protocols/lease/request.ts";
import { ERRORS } from "../../src/protocols/lease/types.ts";
import { formatTime } from "../../src/sim/time.ts";

const page = readFileSync("docs/lease.md", "utf8");

/** The first cells of a section's table, each with the second. */
function rowsOf(section: string): [string, string][] {
  const [, text = ""] = new RegExp(`\n## ${section}\n([\\s\\S]*?)(?=\n## |$)`).exec(page) ?? [];
  return [...text.matchAll(/^\| `([A-Za-z-]+)` \| (.*?) \|/gm)].map(([, a, b]) => [a!, b!]);
}

const namesOf = (section: string): string[] => rowsOf(section).map(([name]) => name);

it("has a row for each request and each error", () => {
  expect(namesOf("Requests")).toEqual([...REQUESTS]);
  expect(namesOf("Errors")).toEqual([...ERRORS]);
});

it("has every option with its default", () => {
  const options = Object.entries(defaultLeaseOptions).map(([name, time]) => [
    name,
    formatTime(time),
  ]);
  expect(rowsOf("Options")).toEqual(options);
});

it("has every invariant of the lease", () => {
  const sources = ["cluster", "failover", "fencing", "skew", "weather"].map((part) =>
    readFileSync(`src/scenarios/treasury-${part}.ts`, "utf8"),
  );
  const rules = readFileSync("src/invariants/treasury.ts", "utf8");
  const used = [...sources, rules].flatMap((text) => text.match(/"LEASE-[A-Z-]+"/g) ?? []);
  const named = new Set([...namesOf("What is checked"), "LEASE-STATE-EQ"]);
  expect(named).toEqual(new Set(used.map((name) => name.slice(1, -1))));
});

it("names scenarios that there are", () => {
  const named = [...page.matchAll(/`(tb-[a-z-]+)`/g)].map(([, name]) => name!);
  const known = catalogue.map(({ name }) => name);
  expect(named.filter((name) => !known.includes(name))).toEqual([]);
  expect(plan(catalogue.find(({ name }) => name === named[0])!, "1").servers).toHaveLength(3);
});
