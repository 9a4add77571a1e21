import { type Best, distanceOf, type Evidence } from "../../sim/evidence.ts";
import { formatTime } from "../../sim/time.ts";

/** What the runs of a scenario have to show for one of its assertions, as plain data. */
export interface AssertionSum extends Pick<Evidence, "name" | "kind"> {
  /** Runs that asked it. */
  readonly runs: number;
  /** Runs in which it was put to the test, or (`sometimes`, `reachable`) came true. */
  readonly seen: number;
  /** The best of all runs; of equal ones that of the lowest seed. */
  readonly best: BestOfSeed | undefined;
}

export interface BestOfSeed extends Best {
  readonly seed: string;
}

/** Adds up the evidence of runs; in what order makes no difference. */
export class AssertionSums {
  readonly #sums = new Map<string, AssertionSum>();

  /** Adds what a run of a seed has to show. */
  add(evidence: readonly Evidence[], seed: string): void {
    for (const { name, kind, isSeen, best } of evidence) {
      const seen = isSeen ? 1 : 0;
      this.#add({ name, kind, runs: 1, seen, best: best && { ...best, seed } });
    }
  }

  merge(sums: readonly AssertionSum[]): void {
    for (const sum of sums) this.#add(sum);
  }

  /** By name and kind. */
  get state(): readonly AssertionSum[] {
    return [...this.#sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
  }

  #add(added: AssertionSum): void {
    const { name, kind } = added;
    const key = `${name}\n${kind}`;
    const sum = this.#sums.get(key);
    this.#sums.set(key, {
      ...{ name, kind },
      runs: (sum?.runs ?? 0) + added.runs,
      seen: (sum?.seen ?? 0) + added.seen,
      best: betterOf(sum?.best, added.best),
    });
  }
}

/** The nearer one of two; a total order, so that it does not matter which comes first. */
function betterOf(a: BestOfSeed | undefined, b: BestOfSeed | undefined): BestOfSeed | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const order =
    distanceOf(a) - distanceOf(b) ||
    // Seeds of campaigns are whole numbers.
    a.seed.length - b.seed.length ||
    (a.seed < b.seed ? -1 : 1);
  return order <= 0 ? a : b;
}

/** As people read it: `847 of 1,000`, `812 ms of 2 s`. */
export function describeBest({ value, bound, unit }: Best): string {
  const show = unit === "time" ? formatTime : formatNumber;
  return `${show(value)} of ${show(bound)}`;
}

/** With thousands set apart, and three decimals at most. */
function formatNumber(number: number): string {
  const [whole = "", fraction] = String(Math.round(number * 1_000) / 1_000).split(".");
  const grouped = whole.includes("e") ? whole : whole.replaceAll(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}
