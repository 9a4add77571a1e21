// Runs that are to stay as they are: whatever changes them changes what the system does.

import { checkJson, checkList, checkRecord, checkText } from "../sim/check.ts";
import type { Runner } from "./campaign.ts";
import type { Examined } from "./examine.ts";
import type { ScenarioSource } from "./report/report.ts";
import type { Turn } from "./seeds.ts";

/** By scenario, the fingerprints of its runs with the seeds 1, 2 and so on. */
export type KeptFingerprints = Readonly<Record<string, readonly string[]>>;

/** Reads fingerprints that were kept as JSON; throws a UsageError that names the path. */
export function parseKeptFingerprints(text: string, path: string): KeptFingerprints {
  const lists = Object.entries(checkRecord(checkJson(text, path), path));
  const fingerprints = lists.map(([scenario, list]) => {
    const at = `${path}.${scenario}`;
    return [scenario, checkList(list, at).map((one, i) => checkText(one, `${at}[${i}]`))] as const;
  });
  return Object.fromEntries(fingerprints);
}

/** Lets another run seeds, and holds the runs against those that were kept. */
export class KeptRuns implements Runner {
  readonly #runner: Runner;
  readonly #sources: readonly ScenarioSource[];
  readonly #kept: KeptFingerprints;

  constructor(runner: Runner, sources: readonly ScenarioSource[], kept: KeptFingerprints) {
    this.#runner = runner;
    this.#sources = sources;
    this.#kept = kept;
  }

  get width(): number {
    return this.#runner.width;
  }

  async examine(turn: Turn, n: number, count?: number): Promise<Examined | undefined> {
    const examined = await this.#runner.examine(turn, n, count);
    if (examined === undefined) return undefined;
    const scenario = this.#sources[turn.scenario]!.scenario.name;
    const kept = Object.hasOwn(this.#kept, scenario) ? this.#kept[scenario] : undefined;
    const before = kept?.[turn.seed - 1];
    const now = examined.outcome?.fingerprint;
    if (before === undefined || now === undefined || before === now) return examined;
    const message = `the run that was kept has the fingerprint ${before}, this one ${now}`;
    return {
      ...examined,
      casualty: { scenario, seed: String(turn.seed), what: "changed", message },
    };
  }
}
