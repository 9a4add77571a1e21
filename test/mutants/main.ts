// `npm run mutants [-- --json] [-- <id>…]`: which planted bugs are caught, after how many seeds,
// and how fast. The unchanged code is run on the same seeds, and must hold.
// `npm run mutants -- --shrink [--json] [<id>…]`: each is found, and the failure shrunk.

import { formatTable } from "../../src/cli/table.ts";
import { build } from "../support/build.ts";
import { makePackages } from "../support/changed-package.ts";
import { huntAlone, huntMutant, loadMutants, UnchangedCode } from "./harness.ts";
import type { Hunt } from "./hunt.ts";
import { type Catcher, type Mutant, SEEDS_MAX } from "./mutant.ts";
import { formatShrinking, shrunkRowOf } from "./shrinking.ts";

interface Row {
  readonly id: string;
  readonly scenario: string;
  readonly invariant: string;
  /** The first seed that broke the invariant. */
  readonly caught: number | undefined;
  readonly seconds: number;
  /** Invariants that other seeds broke before it. */
  readonly others: Readonly<Record<string, number>>;
  /** Whether the unchanged code held on the same seeds. */
  readonly isControlClean: boolean;
}

/** One for each invariant that must catch it. */
function rowsOf(mutant: Mutant): readonly Row[] {
  const first = rowOf(mutant.id, mutant, huntMutant(mutant, SEEDS_MAX));
  const others = (mutant.alone ?? []).map((catcher) => {
    const name = `${mutant.id}, judged by ${catcher.invariant} alone`;
    return rowOf(name, catcher, huntAlone(mutant, catcher, SEEDS_MAX));
  });
  return [first, ...others];
}

function rowOf(id: string, catcher: Catcher, { seed: caught, seconds, others }: Hunt): Row {
  const { scenario, invariant } = catcher;
  const isControlClean = unchanged.broken(scenario, caught ?? SEEDS_MAX).length === 0;
  return { id, scenario, invariant, caught, seconds, others, isControlClean };
}

function cells(row: Row): string[] {
  const others = Object.entries(row.others).map(([name, count]) => `${name} ${count}`);
  return [
    row.id,
    row.scenario,
    row.invariant,
    row.caught === undefined ? "no" : String(row.caught),
    row.seconds.toFixed(1),
    others.join(", ") || "-",
    row.isControlClean ? "holds" : "BROKEN",
  ];
}

/** The command's own time, for each of them. */
const SHRINK_SECONDS_MAX = 60;

function shrinkAll(mutants: readonly Mutant[]): void {
  const rows = mutants
    .map((mutant) => shrunkRowOf(mutant, SHRINK_SECONDS_MAX))
    .filter((row) => row !== undefined);
  print(rows, formatShrinking);
  const isGood = rows.every(({ isSame, isControlClean }) => isSame && isControlClean);
  process.exitCode = isGood && rows.length === mutants.length ? 0 : 1;
}

function huntAll(mutants: readonly Mutant[]): void {
  const rows = mutants.flatMap(rowsOf);
  print(rows, formatHunts);
  const isGood = rows.every(({ caught, isControlClean }) => caught !== undefined && isControlClean);
  process.exitCode = isGood ? 0 : 1;
}

function formatHunts(rows: readonly Row[]): string {
  const head = ["mutant", "scenario", "invariant", "caught by seed", "seconds"];
  const more = ["other invariants broken before", "unchanged code"];
  return formatTable([[...head, ...more], ...rows.map(cells)]);
}

function print<Result>(rows: readonly Result[], format: (rows: readonly Result[]) => string): void {
  console.log(args.includes("--json") ? JSON.stringify(rows, undefined, 2) : format(rows));
}

const unchanged = new UnchangedCode();
const args = process.argv.slice(2);
const ids = args.filter((arg) => !arg.startsWith("--"));
const mutants = await loadMutants();
const unknown = ids.filter((id) => !mutants.some((mutant) => mutant.id === id));
if (unknown.length > 0) {
  console.error(`mutants: expected ids of test/mutants, got ${unknown.join(", ")}`);
  process.exit(2);
}
const chosen = mutants.filter(({ id }) => ids.length === 0 || ids.includes(id));
build();
makePackages(chosen);
if (args.includes("--shrink")) shrinkAll(chosen);
else huntAll(chosen);
