// What becomes of the failures of planted bugs when they are shrunk: `npm run mutants -- --shrink`.

import { describeShrunk, type Shrunk } from "../../src/campaign/shrink/shrink.ts";
import { formatTable } from "../../src/cli/table.ts";
import { findScenario } from "../../src/scenarios/catalogue.ts";
import { run } from "../../src/sim/scenario.ts";
import { huntMutant, shrinkMutant } from "./harness.ts";
import { type Mutant, SEEDS_MAX } from "./mutant.ts";

/** What a shrinking in a child process prints. */
export interface Shrinking {
  readonly shrunk: Shrunk;
  readonly seconds: number;
  /** Faults and operations of the plan that was found. */
  readonly eventsBefore: number;
  /** Whether a run of the shrunk plan is the promised one, with the property that was found. */
  readonly isSame: boolean;
}

/** A mutant's failure, shrunk. */
export interface ShrunkRow extends Shrinking {
  readonly id: string;
  readonly seed: number;
  /** Faults and operations that are left. */
  readonly eventsAfter: number;
  /** Whether the shrunk plan holds on the unchanged code: it is the bug that it shows. */
  readonly isControlClean: boolean;
}

/** Finds the mutant's failure and shrinks it, for so many seconds at most. */
export function shrunkRowOf(mutant: Mutant, secondsMax: number): ShrunkRow | undefined {
  const { seed } = huntMutant(mutant, SEEDS_MAX);
  if (seed === undefined) return undefined;
  const shrinking = shrinkMutant(mutant, seed, secondsMax);
  const { plan } = shrinking.shrunk;
  // This process has the unchanged code.
  const { violation } = run(findScenario(mutant.scenario), plan);
  return {
    id: mutant.id,
    seed,
    ...shrinking,
    eventsAfter: plan.faults.length + plan.operations.length,
    isControlClean: violation === undefined,
  };
}

/** The rows as a table, with the medians. */
export function formatShrinking(rows: readonly ShrunkRow[]): string {
  const head = ["mutant", "seed", "events", "left", "hosts", "runs", "seconds", "same"];
  const table = formatTable([
    [...head, "unchanged code", "signature", "what it did"],
    ...rows.map((row) => {
      const { plan, runs, isCut, signature } = row.shrunk;
      return [
        row.id,
        ...[row.seed, row.eventsBefore, row.eventsAfter].map(String),
        ...[plan.servers.length + plan.clients.length, runs].map(String),
        `${row.seconds.toFixed(1)}${isCut ? " cut" : ""}`,
        row.isSame ? "yes" : "NO",
        row.isControlClean ? "holds" : "BROKEN",
        signature.id,
        describeShrunk(row.shrunk),
      ];
    }),
  ]);
  const events = median(rows.map(({ eventsAfter }) => eventsAfter));
  const seconds = median(rows.map((row) => row.seconds));
  const other = rows.filter(({ isSame }) => !isSame).length;
  const broken = rows.filter(({ isControlClean }) => !isControlClean).length;
  return [
    table,
    "",
    `${rows.length} shrunk; median of events left ${events}, of seconds ${seconds.toFixed(1)}`,
    `another signature: ${other}; broken on the unchanged code as well: ${broken}`,
  ].join("\n");
}

/** The lower of the two in the middle of an even number. */
function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;
}
