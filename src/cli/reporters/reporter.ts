import type { Signature } from "../../campaign/capsule/signature.ts";
import type { Failure } from "../../campaign/report/failures.ts";
import { isIndeterminate } from "../../campaign/report/finding.ts";
import type { Outcome } from "../../campaign/report/outcome.ts";
import type { CampaignReport } from "../../campaign/report/report.ts";

/** A failure with what was made of it. */
export interface KeptFailure {
  readonly failure: Failure;
  /** Of the shrunk plan; undefined when it was not shrunk. */
  readonly signature: Signature | undefined;
  /** Path of the capsule; undefined when none could be written. */
  readonly capsule: string | undefined;
  /** What there is to say of it, in lines. */
  readonly text: string;
}

/** All that reporters show. */
export interface Shown {
  readonly outcome: Outcome;
  readonly kept: readonly KeptFailure[];
  /** Whether somebody has ended it early. */
  readonly isInterrupted: boolean;
  /** What else there is to know of what was not run, a line each. */
  readonly notes: readonly string[];
}

/** Shows a campaign in one of the forms that people and programs read. */
export type Reporter = (shown: Shown) => string;

/** The command that replays a failure. */
export function replayCommand({ failure, capsule }: KeptFailure): string {
  if (capsule !== undefined) return `npx stormglass replay ${capsule}`;
  const { source, findings } = failure;
  return runCommand(source.scenario.name, source.file, findings[0]!.seed);
}

function runCommand(scenario: string, file: string | undefined, seed: string): string {
  const name = file === undefined ? scenario : `${file}#${scenario}`;
  return `npx stormglass run ${name} --seed ${seed}`;
}

/** Of each scenario with such seeds the command that runs the first alone. */
export function casualtyCommands({ casualties, scenarios }: CampaignReport): readonly string[] {
  return scenarios.flatMap(({ scenario, file }) => {
    const first = casualties.find((one) => one.scenario === scenario);
    return first === undefined ? [] : [runCommand(scenario, file, first.seed)];
  });
}

/** Something wrong with a scenario that is no violation of an invariant. */
export interface Trouble {
  readonly scenario: string;
  readonly kind: "casualty" | "difference" | "shortfall";
  readonly text: string;
}

/** What went wrong besides violations. */
export function troublesOf({ report, shortfalls }: Outcome): readonly Trouble[] {
  const { casualties, findings } = report;
  return [
    ...casualties.map(({ scenario, seed, what, message }): Trouble => {
      return { scenario, kind: "casualty", text: `seed ${seed} ${what}: ${message}` };
    }),
    ...findings.filter(isIndeterminate).map(({ scenario, seed }): Trouble => {
      return { scenario, kind: "difference", text: `seed ${seed} is not the same run twice` };
    }),
    ...shortfalls.map((one): Trouble => ({ ...one, kind: "shortfall" })),
  ];
}

/** A trouble as a line. */
export function describeTrouble({ scenario, text }: Trouble): string {
  return `${scenario}: ${text}`;
}

/** How many seeds a failure has, in words. */
export function describeSeeds({ findings }: Failure): string {
  const seeds = findings.map(({ seed }) => seed);
  if (seeds.length === 1) return `seed ${seeds[0]}`;
  const shown = seeds.slice(0, SHOWN_SEEDS).join(", ");
  return `${seeds.length} seeds: ${shown}${seeds.length > SHOWN_SEEDS ? ", …" : ""}`;
}

const SHOWN_SEEDS = 10;
