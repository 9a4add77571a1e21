// Plans, faults and workloads for property tests with fast-check: `stormglass/fast-check`.

import {
  Arbitrary,
  constantFrom,
  type Value as Drawn,
  integer,
  nat,
  noShrink,
  type Random,
  record,
  type Stream,
  stream,
  tuple,
  uniqueArray,
  Value,
} from "fast-check";
import { compatible, type FaultField, faultsArbitrary } from "./fast-check/faults.ts";
import { Spans, simplerSpans, simplerTimes } from "./fast-check/spans.ts";
import { UsageError } from "./sim/assert.ts";
import type { NodeId, Plain } from "./sim/env.ts";
import type { Fault, FaultKind } from "./sim/fault.ts";
import type { Plan } from "./sim/plan.ts";
import type { Scenario } from "./sim/scenario.ts";
import type { PlannedOperation } from "./sim/simulation-options.ts";
import type { Micros } from "./sim/time.ts";

export { type FaultField, faultArbitrary, faultsArbitrary } from "./fast-check/faults.ts";

/** What plans are drawn of. */
export interface PlanField {
  /** The seeds whose plans are varied. Default: 1 to 1,000,000. */
  readonly seeds?: { readonly min: number; readonly max: number };
  /** Kinds of faults to add, up to ten that end by the calm. Default: none. */
  readonly kinds?: readonly FaultKind["kind"][];
}

/**
 * Plans of a scenario: that of a seed, with some of its faults left out or at other times, some of
 * its operations left out or earlier, and other noise. What had ended by the calm still has. All
 * of them pass the scenario's check, as does what they shrink to: fewer faults and operations, at
 * earlier and rounder times.
 */
export function planArbitrary(scenario: Scenario, field: PlanField = {}): Arbitrary<Plan> {
  return new Plans(scenario, field);
}

/** What operations are drawn for. */
export interface OperationField<Fields> {
  readonly clients: readonly NodeId[];
  /** When the first falls due, at the earliest. Default: 0. */
  readonly from?: Micros;
  /** When the last falls due, at the latest. */
  readonly until: Micros;
  /** What an operation is, but for its id. */
  readonly operation: Arbitrary<Fields>;
  /** Default: 50. */
  readonly countMax?: number;
}

/** Workloads in order of time. They shrink to fewer operations, which keep their ids. */
export function operationsArbitrary<Fields extends Readonly<Record<string, Plain>>>({
  clients,
  from = 0,
  until,
  operation,
  countMax = 50,
}: OperationField<Fields>): Arbitrary<readonly PlannedOperation[]> {
  const drawn = record({
    at: integer({ min: from, max: until }),
    client: constantFrom(...clients),
    id: noShrink(nat()),
    operation,
  });
  const list = uniqueArray(drawn, { selector: ({ id }) => id, maxLength: countMax, size: "max" });
  return list.map((all) =>
    all
      .map(({ at, client, id, operation: asked }) => {
        return { at, client, operation: { ...asked, id: `o${id}` } };
      })
      .sort((a, b) => a.at - b.at),
  );
}

/** Drawn by arbitraries, and shrunk by what a plan is: lists in halves, then times one by one. */
class Plans extends Arbitrary<Plan> {
  readonly #scenario: Scenario;
  readonly #drawn: Arbitrary<Plan>;

  constructor(scenario: Scenario, { seeds = { min: 1, max: 1_000_000 }, kinds = [] }: PlanField) {
    super();
    this.#scenario = scenario;
    this.#drawn = integer(seeds).chain((seed) => varied(scenario, String(seed), kinds));
  }

  override generate(random: Random, biasFactor: number | undefined): Drawn<Plan> {
    return new Value(this.#drawn.generate(random, biasFactor).value, undefined);
  }

  override canShrinkWithoutContext(value: unknown): value is Plan {
    return this.#checked(value) !== undefined;
  }

  override shrink(plan: Plan): Stream<Drawn<Plan>> {
    return stream(this.#simpler(plan));
  }

  *#simpler(plan: Plan): IterableIterator<Drawn<Plan>> {
    for (const simpler of simplerPlans(plan)) {
      const checked = this.#checked(simpler);
      if (checked !== undefined) yield new Value(checked, undefined);
    }
  }

  /** The plan, if it is one. */
  #checked(plan: unknown): Plan | undefined {
    try {
      return this.#scenario.check(plan);
    } catch (error) {
      if (error instanceof UsageError) return undefined;
      throw error;
    }
  }
}

/** The seed's plan, varied. */
function varied(
  scenario: Scenario,
  seed: string,
  kinds: readonly FaultKind["kind"][],
): Arbitrary<Plan> {
  const plan = scenario.plan(seed);
  const { servers, clients, calm, operations } = plan;
  const { behaviours } = scenario;
  const field: FaultField = { servers, clients, horizon: calm, kinds, behaviours };
  const last = operations.reduce((latest, { at }) => Math.max(latest, at), 0);
  const drawn = tuple(
    nat(9),
    tuple(...plan.faults.map((fault) => tuple(nat(9), spansFor(fault, plan)))),
    kinds.length === 0 || calm === 0 ? tuple() : faultsArbitrary(field),
    tuple(...operations.map(() => tuple(nat(9), nat(last)))),
  );
  return drawn.map(([noise, spans, added, times]) => {
    // A tenth is left out, two tenths are moved.
    const kept = plan.faults.flatMap((fault, i): Fault[] => {
      const [fate, span] = spans[i]!;
      return fate === 9 ? [] : [fate < 7 ? fault : { ...fault, ...span }];
    });
    const asked = operations.flatMap((operation, i) => {
      const [fate, at] = times[i]!;
      return fate === 9 ? [] : [fate < 7 ? operation : { ...operation, at }];
    });
    return scenario.check({
      ...plan,
      seed: noise === 0 ? seed : `${seed}.${noise}`,
      faults: compatible([...kept, ...added]),
      operations: asked.sort((a, b) => a.at - b.at),
    });
  });
}

/** Where a fault may be moved: one that had ended by the calm stays before it, others stay put. */
function spansFor({ at, lasting }: Fault, { calm }: Plan): Spans {
  return at + lasting <= calm ? new Spans(0, calm) : new Spans(at, at + lasting);
}

/** Plans with less in them, those with the least first. */
function* simplerPlans(plan: Plan): IterableIterator<Plan> {
  for (const faults of shorterLists(plan.faults)) yield { ...plan, faults };
  for (const operations of shorterLists(plan.operations)) yield { ...plan, operations };
  for (const [i, fault] of plan.faults.entries()) {
    for (const span of simplerSpans(fault, 0)) {
      yield { ...plan, faults: plan.faults.with(i, { ...fault, ...span }) };
    }
  }
  for (const [i, operation] of plan.operations.entries()) {
    // Not before the one before it, so that their order stays.
    for (const at of simplerTimes(operation.at, plan.operations[i - 1]?.at ?? 0)) {
      yield { ...plan, operations: plan.operations.with(i, { ...operation, at }) };
    }
  }
}

/** The list without all, each half, each quarter, and at last each single item. */
function* shorterLists<Item>(list: readonly Item[]): IterableIterator<readonly Item[]> {
  for (let size = list.length; size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < list.length; at += size) {
      yield [...list.slice(0, at), ...list.slice(at + size)];
    }
  }
}
