import type { Signature } from "../../campaign/capsule/signature.ts";
import { shellWord } from "../../campaign/project/shell-word.ts";
import type { Failure } from "../../campaign/report/failures.ts";
import { isIndeterminate } from "../../campaign/report/finding.ts";
import type { Outcome } from "../../campaign/report/outcome.ts";
import type { CampaignReport, ScenarioSource } from "../../campaign/report/report.ts";
import {
  describeDifference,
  summarizeDifference,
} from "../../campaign/verify/describe-difference.ts";
import { formatTime, type Micros } from "../../sim/time.ts";
import { countOf } from "../table.ts";

/** A failure as one scenario has shown it. */
export interface Sighting {
  readonly source: ScenarioSource;
  /** Those that are known to be this failure, by rising seed. */
  readonly findings: Failure["findings"];
  /** More that break the same property, by rising seed; nobody has shrunk them to tell. */
  readonly unshrunk: Failure["findings"];
}

/** A failure with what was made of it; there is one for each signature. */
export interface KeptFailure {
  readonly invariant: string;
  /** See {@link Failure.property}. */
  readonly property: string;
  /** Where it was seen, in the order of the campaign's scenarios; at least one, with a finding. */
  readonly seen: readonly Sighting[];
  /** Of the shrunk plan; undefined when it was not shrunk. */
  readonly signature: Signature | undefined;
  /** The seed of the shrunk plan, and when its run breaks the invariant. */
  readonly shrunk: { readonly seed: string; readonly at: Micros } | undefined;
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

/** Where a failure was found first, and with which seed. */
export function firstOf({ seen }: Pick<KeptFailure, "seen">) {
  const { source, findings } = seen[0]!;
  return { source, finding: findings[0]! };
}

/** The command that replays a failure. */
export function replayCommand({ seen, capsule }: KeptFailure): string {
  if (capsule !== undefined) return `npx stormglass replay ${capsule}`;
  const { source, finding } = firstOf({ seen });
  return runCommand(source.scenario.name, source.file, finding.seed);
}

function runCommand(scenario: string, file: string | undefined, seed: string): string {
  const name = file === undefined ? scenario : `${file}#${scenario}`;
  return `npx stormglass run ${shellWord(name)} --seed ${shellWord(seed)}`;
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
  /** In a line. */
  readonly text: string;
  /** In lines. */
  readonly details: string;
}

/** What went wrong besides violations. */
export function troublesOf({ report, shortfalls }: Outcome): readonly Trouble[] {
  const { casualties, findings } = report;
  return [
    ...casualties.map(({ scenario, seed, what, message }): Trouble => {
      const text = `seed ${seed} ${what}: ${message}`;
      return { scenario, kind: "casualty", text: text.split("\n", 1)[0]!, details: text };
    }),
    ...findings.filter(isIndeterminate).map((finding): Trouble => {
      const [text, details] = [summarizeDifference(finding), describeDifference(finding)];
      return { scenario: finding.scenario, kind: "difference", text, details };
    }),
    ...shortfalls.map((one): Trouble => ({ ...one, kind: "shortfall", details: one.text })),
  ];
}

/** A trouble as a line. */
export function describeTrouble({ scenario, text }: Trouble): string {
  return `${scenario}: ${text}`;
}

/** What was broken, and where, in a line. */
export function titleOf({ invariant, seen }: KeptFailure): string {
  const others = seen.length === 1 ? "" : ` and ${countOf(seen.length - 1, "more scenario")}`;
  return `${firstOf({ seen }).source.scenario.name}${others} broke ${invariant}`;
}

/**
 * What is wrong, when, with which seed, and with how many more, in a line; and when and with which
 * seed the plan that was made of it shows the same.
 */
export function summaryOf(kept: KeptFailure): string {
  const { violation, seed } = firstOf(kept).finding;
  // Of some messages, the lines that follow the first are a picture.
  const [message] = violation.message.split("\n", 1);
  const isAlone = seedCountOf(kept) === 1;
  const seeds = isAlone ? "" : `; ${describeSeeds(kept)}`;
  const found = `${message} (found with seed ${seed} at ${formatTime(violation.at)}${seeds})`;
  if (kept.shrunk === undefined) return found;
  const { at, seed: other } = kept.shrunk;
  const whose = other === seed ? "the same seed" : `seed ${other}`;
  return `${found}; its shrunk plan breaks it at ${formatTime(at)}, with ${whose}`;
}

/** How many seeds show a failure, and in which scenarios if there are several, in words. */
export function describeSeeds({ seen }: Pick<KeptFailure, "seen">): string {
  const count = seen.reduce((sum, { findings }) => sum + findings.length, 0);
  const rest = seen.reduce((sum, { unshrunk }) => sum + unshrunk.length, 0);
  const more =
    rest === 0
      ? ""
      : `; and ${countOf(rest, "more seed")} break${rest === 1 ? "s" : ""} it, not shrunk`;
  const [{ findings }, ...others] = seen as [Sighting];
  if (others.length > 0) {
    const names = seen.map(({ source, findings }) => `${source.scenario.name} ${list(findings)}`);
    return `${count} seeds of ${seen.length} scenarios: ${names.join("; ")}${more}`;
  }
  return count === 1 ? `seed ${list(findings)}${more}` : `${count} seeds: ${list(findings)}${more}`;
}

function seedCountOf({ seen }: Pick<KeptFailure, "seen">): number {
  return seen.reduce((sum, { findings, unshrunk }) => sum + findings.length + unshrunk.length, 0);
}

function list(findings: Failure["findings"]): string {
  const shown = findings.slice(0, SHOWN_SEEDS).map(({ seed }) => seed);
  return `${shown.join(", ")}${findings.length > SHOWN_SEEDS ? ", …" : ""}`;
}

const SHOWN_SEEDS = 10;
