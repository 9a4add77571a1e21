import { UsageError } from "../../sim/assert.ts";
import type { Scenario } from "../../sim/scenario.ts";
import type { Examined } from "../examine.ts";
import { countOf, type SeedRanges, type Shard, seedsOf, sharedSeed, unionOf } from "../seeds.ts";
import { VERSION } from "../version.ts";
import type { Casualty, Finding } from "./finding.ts";
import { Tally, type TallyState, type TallySummary } from "./tally.ts";

/** A scenario, and where workers find it. */
export interface ScenarioSource {
  readonly scenario: Scenario;
  /** The module that exports it, unless it comes with stormglass. */
  readonly file?: string | undefined;
}

/** What a campaign has run and seen so far, as plain data: what is kept, sent, merged, resumed. */
export interface CampaignReport {
  readonly kind: "stormglass report";
  /** Of this package. Reports of two versions do not add up. */
  readonly version: string;
  /** The code under test, such as a commit; empty if not known. */
  readonly code: string;
  /** The campaign's first seed. */
  readonly from: number;
  /** Of each scenario; undefined: as many as there was time for. */
  readonly seeds: number | undefined;
  /** The part of the campaign that is run; of merged parts, all of it. */
  readonly shard: Shard;
  /** In the order in which they were asked for. */
  readonly scenarios: readonly ScenarioReport[];
  /** By scenario and seed, in order. */
  readonly findings: readonly Finding[];
  readonly casualties: readonly Casualty[];
}

/** A scenario, and what its runs add up to. */
export interface ScenarioReport {
  readonly scenario: string;
  /** The module that it comes from, unless it comes with stormglass. */
  readonly file: string | undefined;
  /** Which seeds were run. */
  readonly ran: SeedRanges;
  readonly tally: TallyState;
  /** Real time. All but this is the same for the same seeds, whoever ran them. */
  readonly seconds: number;
}

type Head = Pick<CampaignReport, "code" | "from" | "seeds" | "shard">;

interface Row {
  readonly source: ScenarioSource;
  readonly tally: Tally;
  ran: SeedRanges;
  seconds: number;
}

/** Adds up the runs of a campaign, and the reports of its parts. */
export class CampaignSum {
  readonly #head: Head;
  readonly #rows: readonly Row[];
  readonly #findings: Finding[] = [];
  readonly #casualties: Casualty[] = [];
  #schedules = 0;

  constructor(sources: readonly ScenarioSource[], { code, from, seeds, shard }: Head) {
    this.#head = { code, from, seeds, shard };
    this.#rows = sources.map((source) => {
      return { source, tally: new Tally(source.scenario), ran: [], seconds: 0 };
    });
  }

  /** How many seeds were run, those without an end too. */
  get schedules(): number {
    return this.#schedules;
  }

  /** How many there are to run in all; undefined when there is no end of them. */
  get toRun(): number | undefined {
    const { from, seeds, shard } = this.#head;
    if (seeds === undefined) return undefined;
    return this.#rows.reduce((sum, _, n) => {
      return sum + countOf([...seedsOf({ from, seeds, shard }, n)]);
    }, 0);
  }

  /** How many runs show a bug. */
  get findingCount(): number {
    return this.#findings.length;
  }

  /** By scenario, the seeds that were run. */
  get ran(): readonly SeedRanges[] {
    return this.#rows.map(({ ran }) => ran);
  }

  /** Adds a seed of the n-th scenario. */
  add(n: number, seed: number, { tally, finding, casualty, seconds }: Examined): void {
    const row = this.#rows[n]!;
    this.#addRan(row, [[seed, seed + 1]]);
    row.tally.merge(tally);
    row.seconds += seconds;
    if (finding !== undefined) this.#findings.push(finding);
    if (casualty !== undefined) this.#casualties.push(casualty);
  }

  /**
   * Adds the report of another part of the same campaign. Throws a UsageError when it is none: of
   * another version, code, first seed or scenarios, or with a seed that was added before. `path`
   * names it.
   */
  merge(report: CampaignReport, path: string): void {
    const head = { version: VERSION, ...this.#head };
    for (const field of ["version", "code", "from", "seeds"] as const) {
      if (report[field] === head[field]) continue;
      const [mine, its] = [head[field], report[field]].map((value) => value ?? "no number");
      throw new UsageError(`${path}.${field}: expected ${mine}, as the others have, got ${its}`);
    }
    const names = this.#rows.map(({ source }) => source.scenario.name).join(", ");
    const its = report.scenarios.map(({ scenario }) => scenario).join(", ");
    if (its !== names) {
      throw new UsageError(`${path}.scenarios: expected ${names}, as the others have, got ${its}`);
    }
    report.scenarios.forEach(({ ran, tally, seconds }, n) => {
      const row = this.#rows[n]!;
      const goals = row.source.scenario.goals.length;
      if (tally.met.length !== goals) {
        const what = `expected a number for each goal, ${goals}, got ${tally.met.length}`;
        throw new UsageError(`${path}.scenarios[${n}].tally.met: ${what}`);
      }
      const shared = sharedSeed(row.ran, ran);
      if (shared !== undefined) {
        const what = `expected each seed once, got ${shared} again`;
        throw new UsageError(`${path}.scenarios[${n}].ran: ${what}`);
      }
      this.#addRan(row, ran);
      row.tally.merge(tally);
      row.seconds += seconds;
    });
    this.#findings.push(...report.findings);
    this.#casualties.push(...report.casualties);
  }

  get report(): CampaignReport {
    const rank = new Map(this.#rows.map(({ source }, n) => [source.scenario.name, n]));
    return {
      kind: "stormglass report",
      version: VERSION,
      ...this.#head,
      scenarios: this.#rows.map(({ source, ran, tally, seconds }) => {
        const { scenario, file } = source;
        return { scenario: scenario.name, file, ran, tally: tally.state, seconds };
      }),
      findings: inOrder(this.#findings, rank),
      casualties: inOrder(this.#casualties, rank),
    };
  }

  /** Seeds come in rising order mostly, and then the last range grows. */
  #addRan(row: Row, ranges: SeedRanges): void {
    this.#schedules += countOf(ranges);
    const last = row.ran.at(-1);
    const [first] = ranges;
    if (last !== undefined && first !== undefined && ranges.length === 1 && last[1] === first[0]) {
      row.ran = row.ran.with(-1, [last[0], first[1]]);
    } else row.ran = unionOf([...row.ran, ...ranges]);
  }
}

/** What each scenario's runs add up to, judged. */
export function summariesOf(
  { scenarios }: CampaignReport,
  sources: readonly ScenarioSource[],
): readonly TallySummary[] {
  return scenarios.map(({ tally: state }, n) => {
    const tally = new Tally(sources[n]!.scenario);
    tally.merge(state);
    return tally.summary();
  });
}

interface OfSeed {
  readonly scenario: string;
  readonly seed: string;
}

function inOrder<Item extends OfSeed>(
  items: readonly Item[],
  rank: ReadonlyMap<string, number>,
): readonly Item[] {
  const of = ({ scenario }: OfSeed): number => rank.get(scenario)!;
  return [...items].sort((a, b) => of(a) - of(b) || Number(a.seed) - Number(b.seed));
}
