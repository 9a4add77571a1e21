import type { Violation } from "../../sim/invariant.ts";
import type { Plan } from "../../sim/plan.ts";
import type { Scenario } from "../../sim/scenario.ts";
import { formatTime } from "../../sim/time.ts";
import { type Signature, signatureOf } from "../capsule/signature.ts";
import { reduceFaults, reduceOperations, reduceSites } from "./events.ts";
import { simplifyFaults } from "./fields.ts";
import { reduceClients, reduceServers } from "./hosts.ts";
import { payloadBytes, reducePayloads } from "./payloads.ts";
import { isQuiet, QUIET_PARTS, type QuietPart, quieten } from "./quiet.ts";
import { type Failure, Search } from "./search.ts";
import { closeGaps, restoreHorizon, roundTimes, shortenFaults } from "./times.ts";

export interface ShrinkOptions {
  /** Whether the time is up; asked before each run. The best plan so far is kept. */
  readonly isOver: () => boolean;
  /** After each run. Default: nobody is told. */
  readonly onStep?: (progress: ShrinkProgress) => void;
  /** Calls all that tries candidates, and may end it at any moment. Default: calls it. */
  readonly guard?: (act: () => void) => void;
}

export interface ShrinkProgress {
  readonly faults: number;
  readonly operations: number;
  readonly hosts: number;
  /** Runs so far. */
  readonly runs: number;
}

/**
 * What there is less of now. The seconds are those until the violation, in virtual time; the bytes
 * are of JSON, and of the operations that are left.
 */
export interface Reduction {
  readonly what: (typeof REDUCED)[number];
  readonly from: number;
  readonly to: number;
}

export const REDUCED = [
  ...(["faults", "operations", "hosts", "armed sites", "payload bytes", "seconds"] as const),
] as const;

/** A failing plan, as small as it could be made, and how that went; plain data. */
export interface Shrunk {
  readonly plan: Plan;
  /** As the shrunk plan's run shows it: same invariant, same property as before. */
  readonly violation: Violation;
  readonly fingerprint: string;
  /** Events of the shrunk plan's run. */
  readonly steps: number;
  readonly signature: Signature;
  /** The seed of the noise that was given; the plan has the one that it is left with. */
  readonly originalSeed: string;
  /** What there is less of; what is as it was is left out. */
  readonly reductions: readonly Reduction[];
  /** What is quiet now and was not. */
  readonly quiet: readonly QuietPart[];
  /** Plans that were tried, and runs: one for each seed that a plan was tried with. */
  readonly candidates: number;
  readonly runs: number;
  /** Plans that were taken over with another seed than that of the plan before. */
  readonly reseeded: number;
  /** Whether the time was up before nothing more could be left out. */
  readonly isCut: boolean;
}

type Pass = (search: Search) => void;

/** At first, in large parts, what makes runs short: a client goes with all that it asks for. */
const COARSE_PASSES: readonly Pass[] = [
  reduceClients,
  reduceFaults,
  reduceOperations,
  reduceServers,
  quieten,
];

/** In a round: first what takes most away, at last what only makes it easier to read. */
const PASSES: readonly Pass[] = [
  reduceFaults,
  reduceOperations,
  reduceClients,
  reduceServers,
  reduceSites,
  quieten,
  closeGaps,
  shortenFaults,
  simplifyFaults,
  roundTimes,
];

/**
 * Stages, each until it brings nothing more: at first only large parts are left out, at last each
 * candidate is tried with many other seeds.
 */
const STAGES: readonly { readonly isCoarse: boolean; readonly seeds: number }[] = [
  // What a busy system does changes altogether with each large part that is left out.
  { isCoarse: true, seeds: 3 },
  { isCoarse: false, seeds: 0 },
  { isCoarse: false, seeds: 4 },
  { isCoarse: false, seeds: 16 },
];

/** Of these there are fewer when runs are long: so many events for one candidate. */
const EVENTS_PER_CANDIDATE = 200_000;

/** A bound on what is finite anyway, as each round makes something smaller. */
const ROUNDS_MAX = 100;

/**
 * Makes a failing plan smaller: fewer faults and operations, then fewer hosts, then less noise,
 * then round times, at last smaller payloads. Each candidate is checked by the scenario and run,
 * and counts if its run breaks the same invariant with the same property; what the invariant
 * supposes is left as it is. Throws a UsageError when the plan's own run breaks nothing.
 */
export function shrink(scenario: Scenario, plan: Plan, options: ShrinkOptions): Shrunk {
  const { isOver, onStep, guard = (act) => act() } = options;
  const search = new Search(scenario, plan, {
    isOver,
    onStep: ({ plan: best, counts }) => onStep?.({ ...sizesOf(best), runs: counts.runs }),
  });
  const done = { isAll: false, wholePayload: 0 };
  const act = (): void => {
    search.trim();
    improve(search);
    done.wholePayload = payloadBytes(search.plan);
    reducePayloads(search);
    done.isAll = !search.isOver;
    restoreHorizon(search);
  };
  guard(act);
  return resultOf(search, done);
}

function resultOf(
  { best, first, counts }: Search,
  { isAll, wholePayload }: { readonly isAll: boolean; readonly wholePayload: number },
): Shrunk {
  const { candidates, runs, reseeded } = counts;
  return {
    plan: best.plan,
    violation: best.violation,
    fingerprint: best.fingerprint,
    steps: best.steps,
    signature: signatureOf(best.plan, best.violation),
    originalSeed: first.plan.seed,
    reductions: reductionsOf(first, best, wholePayload),
    quiet: QUIET_PARTS.filter((part) => isQuiet(best.plan, part) && !isQuiet(first.plan, part)),
    candidates,
    runs,
    reseeded,
    isCut: !isAll,
  };
}

/** What shrinking did, in a line: `412 faults → 2, 900 operations → 3, network quiet`. */
export function describeShrunk({
  reductions,
  quiet,
}: Pick<Shrunk, "reductions" | "quiet">): string {
  const describe = ({ what, from, to }: Reduction): string =>
    `${from} ${from === 1 ? what.slice(0, -1) : what} → ${to}`;
  const shown = [
    ...reductions.filter(({ what }) => what !== "seconds").map(describe),
    ...quiet.map((part) => `${part} quiet`),
    ...reductions.filter(({ what }) => what === "seconds").map(describe),
  ];
  return shown.length === 0 ? "nothing could be left out" : shown.join(", ");
}

/**
 * Whose run is shown when a plan has been shrunk, in a line: its time and its seed are others than
 * those with which the failure was found.
 */
export function describeShrunkRun(
  { seed }: Pick<Plan, "seed">,
  { at }: Pick<Violation, "at">,
): string {
  return `what is left of its plan breaks it at ${formatTime(at)}, with seed ${seed}:`;
}

/** Rounds until one changes nothing. */
function improve(search: Search): void {
  for (const { isCoarse, seeds } of STAGES) {
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const before = search.best;
      search.isCoarse = isCoarse;
      search.effort = Math.min(seeds, Math.floor(EVENTS_PER_CANDIDATE / (before.steps + 1)));
      for (const pass of isCoarse ? COARSE_PASSES : PASSES) pass(search);
      if (search.isOver) return;
      if (search.best === before) break;
    }
  }
}

function sizesOf({ faults, operations, servers, clients }: Plan): Omit<ShrinkProgress, "runs"> {
  return {
    faults: faults.length,
    operations: operations.length,
    hosts: servers.length + clients.length,
  };
}

function reductionsOf(first: Failure, best: Failure, wholePayload: number): Reduction[] {
  const [from, to] = [sizesOf(first.plan), sizesOf(best.plan)];
  const all: Reduction[] = [
    { what: "faults", from: from.faults, to: to.faults },
    { what: "operations", from: from.operations, to: to.operations },
    { what: "hosts", from: from.hosts, to: to.hosts },
    { what: "armed sites", from: first.plan.buggify.length, to: best.plan.buggify.length },
    { what: "payload bytes", from: wholePayload, to: payloadBytes(best.plan) },
    { what: "seconds", from: first.violation.at / 1_000_000, to: best.violation.at / 1_000_000 },
  ];
  return all.filter((reduction) => reduction.to < reduction.from);
}
