import type { FaultCount } from "../../sim/faults/fault-count.ts";
import type { Percentiles } from "../../sim/metrics.ts";
import type { Goal, RunResult, Scenario } from "../../sim/scenario.ts";
import { type AssertionSum, AssertionSums } from "./assertions.ts";
import { Histogram, type HistogramState } from "./histogram.ts";

/** Runs needed before what all runs of a scenario together must show is judged. */
export const JUDGED_RUNS_MIN = 200;

/** A goal, and what became of it. */
export interface GoalVerdict {
  readonly goal: Goal;
  /** The share of runs that met it. */
  readonly share: number;
  readonly isMet: boolean;
}

/** The sum of runs as plain data, its names in order: equal runs, equal sums, however added up. */
export interface TallyState {
  readonly schedules: number;
  readonly events: number;
  /** Virtual time, in microseconds. */
  readonly virtualTime: number;
  /** By kind of fault; of what the network's options do all the time, as `network loss`. */
  readonly faults: Readonly<Record<string, FaultCount>>;
  /** How often nodes emitted each event. */
  readonly emitted: Readonly<Record<string, number>>;
  readonly values: Readonly<Record<string, HistogramState>>;
  /** By goal, the runs that met it. */
  readonly met: readonly number[];
  /** By name and kind. */
  readonly assertions: readonly AssertionSum[];
}

/** What the runs of one scenario add up to. */
export interface TallySummary extends Omit<TallyState, "values" | "met"> {
  readonly scenario: string;
  /**
   * Over the runs, each run's value of its counts, gauges and emitted events; of a distribution
   * its largest. Percentiles are as exact as {@link Histogram} says.
   */
  readonly metrics: Readonly<Record<string, Percentiles>>;
  /** Whether there were enough runs to judge what follows. */
  readonly isJudged: boolean;
  /** Kinds of faults that the scenario says make no difference. */
  readonly immuneTo: readonly string[];
  readonly goals: readonly GoalVerdict[];
}

/** Adds up the runs of one scenario, in memory that does not grow with their number. */
export class Tally {
  readonly #scenario: Scenario;
  #schedules = 0;
  #events = 0;
  #virtualTime = 0;
  readonly #faults = new Map<string, FaultCount>();
  readonly #emitted = new Map<string, number>();
  readonly #values = new Map<string, Histogram>();
  readonly #scratch = new DataView(new ArrayBuffer(8));
  readonly #met: number[];
  readonly #assertions = new AssertionSums();

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#met = scenario.goals.map(() => 0);
  }

  add(result: RunResult): void {
    this.#schedules++;
    this.#events += result.steps;
    this.#virtualTime += result.endedAt;
    for (const [kind, count] of result.faults) addFaults(this.#faults, kind, count);
    this.#assertions.add(result.evidence, result.plan.seed);
    const { counts, gauges, samples, emitted } = result.metrics.state;
    for (const [event, times] of emitted) increase(this.#emitted, event, times);
    const largest = [...samples].map(([name, values]) => [name, largestOf(values)] as const);
    const values = new Map([...counts, ...gauges, ...emitted, ...largest]);
    for (const [name, value] of values) this.#histogram(name).add(value);
    this.#scenario.goals.forEach((goal, i) => {
      if (isMet(goal, values.get(goal.metric))) this.#met[i]!++;
    });
  }

  /** Adds all runs of another sum of the same scenario. */
  merge(state: TallyState): void {
    this.#schedules += state.schedules;
    this.#events += state.events;
    this.#virtualTime += state.virtualTime;
    for (const [kind, count] of Object.entries(state.faults)) addFaults(this.#faults, kind, count);
    for (const [event, times] of Object.entries(state.emitted)) {
      increase(this.#emitted, event, times);
    }
    for (const [name, values] of Object.entries(state.values)) this.#histogram(name).merge(values);
    state.met.forEach((runs, i) => {
      this.#met[i]! += runs;
    });
    this.#assertions.merge(state.assertions);
  }

  get state(): TallyState {
    return {
      ...this.#sums(),
      values: Object.fromEntries(
        inOrder(this.#values).map(([name, histogram]) => [name, histogram.state]),
      ),
      met: [...this.#met],
    };
  }

  summary(): TallySummary {
    const scenario = this.#scenario;
    return {
      scenario: scenario.name,
      ...this.#sums(),
      metrics: Object.fromEntries(
        inOrder(this.#values).map(([name, values]) => [name, values.percentiles()]),
      ),
      isJudged: this.#schedules >= JUDGED_RUNS_MIN,
      immuneTo: scenario.immuneTo,
      goals: scenario.goals.map((goal, i) => {
        const share = this.#schedules === 0 ? 0 : this.#met[i]! / this.#schedules;
        return { goal, share, isMet: share >= goal.share };
      }),
    };
  }

  #sums(): Omit<TallyState, "values" | "met"> {
    return {
      schedules: this.#schedules,
      events: this.#events,
      virtualTime: this.#virtualTime,
      faults: Object.fromEntries(inOrder(this.#faults)),
      emitted: Object.fromEntries(inOrder(this.#emitted)),
      assertions: this.#assertions.state,
    };
  }

  #histogram(name: string): Histogram {
    let values = this.#values.get(name);
    if (values === undefined) {
      values = new Histogram(this.#scratch);
      this.#values.set(name, values);
    }
    return values;
  }
}

/** Adds to the account of a kind of fault. */
export function addFaults(
  sums: Map<string, FaultCount>,
  kind: string,
  { offered, injected, effective }: FaultCount,
): void {
  const sum = sums.get(kind) ?? { offered: 0, injected: 0, effective: 0 };
  sums.set(kind, {
    offered: sum.offered + offered,
    injected: sum.injected + injected,
    effective: sum.effective + effective,
  });
}

function increase(sums: Map<string, number>, name: string, by: number): void {
  sums.set(name, (sums.get(name) ?? 0) + by);
}

/** Entries by name, in the order of code units, which no locale changes. */
function inOrder<Value>(map: ReadonlyMap<string, Value>): [string, Value][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** A run without a value of that name does not meet the goal. */
function isMet({ atLeast = -Infinity, atMost = Infinity }: Goal, value?: number): boolean {
  return value !== undefined && value >= atLeast && value <= atMost;
}

/** Not `Math.max(...values)`: the values of a long run are too many for arguments. */
function largestOf(values: readonly number[]): number {
  return values.reduce((largest, value) => Math.max(largest, value));
}
