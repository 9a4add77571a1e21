// When things happen: sooner, for a shorter time, at round times, in a shorter run.

import type { Fault } from "../../sim/fault.ts";
import type { Plan } from "../../sim/plan.ts";
import type { PlannedOperation } from "../../sim/simulation-options.ts";
import { type Micros, ms, seconds } from "../../sim/time.ts";
import type { Search } from "./search.ts";

/** What times are rounded to, the coarsest first. */
const GRAINS: readonly Micros[] = [seconds(10), seconds(1), ms(100), ms(10), ms(1)];

/** Times are of less worth than events: fewer seeds are tried for them. */
const SEEDS = 2;

/**
 * Gives the run back the time that it had before it was shrunk, so that a system without the bug
 * has the time that the scenario grants it. A run that fails does not get that far.
 */
export function restoreHorizon(search: Search): void {
  const { plan, first, best } = search;
  if (best.isAtEnd || plan.horizon === first.plan.horizon) return;
  const { horizon, calm, operations, faults } = first.plan;
  const whole = {
    ...plan,
    horizon,
    // What the invariant supposes has lost nothing but what was to come after the search's horizon.
    ...(search.supposes("operations") ? { operations } : {}),
    ...(search.supposes("faults") ? { faults } : {}),
  };
  if (!search.tryLast({ ...whole, calm })) search.tryLast(whole);
}

/** Cuts out spans in which nothing begins, so that all that follows comes sooner. */
export function closeGaps(search: Search): void {
  if (search.supposes("faults") || search.supposes("operations")) return;
  for (let place = 0; place < MOMENTS_MAX; place++) {
    const moments = momentsOf(search.plan);
    const until = moments[place];
    if (until === undefined) return;
    const from = place === 0 ? 0 : moments[place - 1]!;
    for (const share of [1, 3 / 4, 1 / 2, 1 / 4]) {
      const length = Math.floor(((until - from) * share) / ms(1)) * ms(1);
      if (length > 0 && search.try(withoutSpan(search.plan, until, length), SEEDS)) break;
    }
  }
}

/** In a plan with more moments than this, it would take too long. */
const MOMENTS_MAX = 24;

/** Rounds down the times at which faults and operations begin, all at once or one by one. */
export function roundTimes(search: Search): void {
  for (const grain of GRAINS) {
    if (
      search.try(
        withTimes(search, (at) => at - (at % grain)),
        SEEDS,
      )
    )
      break;
  }
  const { faults, operations } = search.plan;
  if (faults.length + operations.length > MOMENTS_MAX) return;
  for (const grain of GRAINS) {
    for (const at of momentsOf(search.plan).filter((moment) => moment % grain !== 0)) {
      if (search.isOver) return;
      // A time that a coarser grain has given need not be made finer.
      if (GRAINS.some((coarser) => coarser > grain && at % coarser === 0)) continue;
      const down = at - (at % grain);
      // Later only where nothing is awaited by a deadline.
      for (const time of search.isSafety ? [down, down + grain] : [down]) {
        if (
          search.try(
            withTimes(search, (other) => (other === at ? time : other)),
            SEEDS,
          )
        )
          break;
      }
    }
  }
}

/** Shortens faults: the shortest round time that will do, or a rounder one than it is. */
export function shortenFaults(search: Search): void {
  if (search.supposes("faults")) return;
  for (let i = 0; i < search.plan.faults.length; i++) {
    const times = rounderThan(search.plan.faults[i]!.lasting, search.isSafety);
    for (const lasting of times) {
      const { plan } = search;
      const fault = plan.faults[i];
      if (search.isOver || fault === undefined) return;
      if (search.try({ ...plan, faults: plan.faults.with(i, { ...fault, lasting }) }, SEEDS)) break;
    }
  }
}

/** Shorter times, the shortest first, and perhaps the next whole millisecond. */
function rounderThan(lasting: Micros, mayGrow: boolean): readonly Micros[] {
  const short = [LASTING_MIN, ms(10), ms(100), seconds(1), seconds(10)];
  const round = GRAINS.map((grain) => lasting - (lasting % grain));
  const shorter = [...short, ...round].filter((time) => time > 0 && time < lasting);
  const rest = lasting % ms(1);
  return [...new Set(shorter), ...(mayGrow && rest > 0 ? [lasting - rest + ms(1)] : [])];
}

/** What lasts no longer has hardly begun. */
const LASTING_MIN: Micros = ms(1);

/** All times at which something begins, in order, each once. */
function momentsOf({ faults, operations }: Plan): readonly Micros[] {
  const all = [...faults, ...operations].map(({ at }) => at);
  return [...new Set(all)].sort((a, b) => a - b);
}

/** The plan with so much time cut out right before `until`; no fault vanishes by it. */
function withoutSpan(plan: Plan, until: Micros, length: Micros): Plan | undefined {
  const from = until - length;
  const moved = (at: Micros): Micros => (at <= from ? at : Math.max(from, at - length));
  const operations = plan.operations.map((planned) => ({ ...planned, at: moved(planned.at) }));
  if (!keepOrder(plan.operations, operations)) return undefined;
  return {
    ...plan,
    operations,
    faults: plan.faults.map((fault): Fault => {
      const at = moved(fault.at);
      const lasting = Math.max(moved(fault.at + fault.lasting) - at, LASTING_MIN);
      return { ...fault, at, lasting: Math.min(lasting, fault.lasting) };
    }),
  };
}

/** The plan with other times of beginning; undefined when they are what they were. */
function withTimes(search: Search, round: (at: Micros) => Micros): Plan | undefined {
  const { plan } = search;
  const faults = search.supposes("faults")
    ? plan.faults
    : plan.faults.map((fault): Fault => ({ ...fault, at: round(fault.at) }));
  const operations = search.supposes("operations")
    ? plan.operations
    : plan.operations.map((planned) => ({ ...planned, at: round(planned.at) }));
  if (!keepOrder(plan.operations, operations)) return undefined;
  const isChanged =
    faults.some(({ at }, i) => at !== plan.faults[i]!.at) ||
    operations.some(({ at }, i) => at !== plan.operations[i]!.at);
  return isChanged ? { ...plan, faults, operations } : undefined;
}

/**
 * Whether operations follow each other as before. Those of one client may fall together, as the
 * client keeps them in order; those of several may not, or the network would decide.
 */
function keepOrder(
  before: readonly PlannedOperation[],
  after: readonly PlannedOperation[],
): boolean {
  const order = before.map((_, i) => i).sort((a, b) => before[a]!.at - before[b]!.at);
  return order.every((index, place) => {
    if (place === 0) return true;
    const earlier = order[place - 1]!;
    const [first, second] = [after[earlier]!, after[index]!];
    if (first.at < second.at || before[earlier]!.at === before[index]!.at) {
      return first.at <= second.at;
    }
    return first.at === second.at && first.client === second.client;
  });
}
