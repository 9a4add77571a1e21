import { UsageError } from "../../sim/assert.ts";
import type { Operation, Plain } from "../../sim/env.ts";
import { hashPlain } from "../../sim/fingerprint.ts";
import type { Premise, Violation } from "../../sim/invariant.ts";
import type { Plan } from "../../sim/plan.ts";
import type { Scenario } from "../../sim/scenario.ts";
import { propertyOf } from "../capsule/signature.ts";
import { alteredParts } from "./altered.ts";
import { cutTo } from "./cut.ts";

/** A plan and what its run has shown. */
export interface Failure {
  readonly plan: Plan;
  readonly violation: Violation;
  readonly fingerprint: string;
  /** Events of its run. */
  readonly steps: number;
  /** Whether the run had to come to its horizon to be judged. */
  readonly isAtEnd: boolean;
}

/** What the search has done so far. */
export interface SearchCounts {
  /** Plans, each with whatever seeds. */
  candidates: number;
  /** Runs, of which a candidate takes one for each seed that it is tried with. */
  runs: number;
  /** Events of all runs together. */
  events: number;
  /** Candidates that failed with another seed than that of the plan before. */
  reseeded: number;
}

/** A way from the best plan to a smaller one; undefined: there is nothing to try. */
export type Step = (plan: Plan) => Plan | undefined;

/**
 * The smallest plan so far, and the test that a smaller one must pass: that its run breaks the same
 * invariant with the same property, in the same way (at a step, or only at the end).
 */
export class Search {
  readonly counts: SearchCounts = { candidates: 0, runs: 0, events: 0, reseeded: 0 };
  readonly first: Failure;
  /** With how many other seeds a candidate is tried; a pass may ask for fewer. */
  effort = 0;
  /** Whether only large parts of long lists are tried. */
  isCoarse = false;
  readonly #scenario: Scenario;
  readonly #property: string;
  readonly #isOver: () => boolean;
  readonly #onStep: (search: Search) => void;
  /** Of plans that have been run, or refused, a hash. */
  readonly #tried = new Set<string>();
  readonly #hashes = new WeakMap<Operation, readonly number[]>();
  #best: Failure;
  /** The first plan, cut to the horizon that candidates have now. */
  #original: Plan;

  /** Throws a UsageError when the plan's run breaks nothing. */
  constructor(
    scenario: Scenario,
    plan: Plan,
    { isOver, onStep }: { isOver: () => boolean; onStep: (search: Search) => void },
  ) {
    this.#scenario = scenario;
    this.#isOver = isOver;
    this.#onStep = onStep;
    const first = this.#run(scenario.check(plan));
    if (first === undefined) {
      throw new UsageError("plan: expected a run that breaks an invariant, got one that holds");
    }
    this.first = first;
    this.#best = first;
    this.#original = first.plan;
    this.#property = propertyOf(first.plan, first.violation);
  }

  get best(): Failure {
    return this.#best;
  }

  get plan(): Plan {
    return this.#best.plan;
  }

  /** Whether the time is up. */
  get isOver(): boolean {
    return this.#isOver();
  }

  /** Whether the broken invariant takes this part of the plan for granted. */
  supposes(premise: Premise): boolean {
    return this.first.violation.supposes?.includes(premise) ?? false;
  }

  /** Whether something bad happens, and not just nothing good by some deadline. */
  get isSafety(): boolean {
    return !this.first.isAtEnd && (this.first.violation.supposes ?? []).length === 0;
  }

  /**
   * Tries a smaller plan, with its own seed and then with others, as many as the effort says or
   * `seeds` at most. If its run fails in the same way it is the best from now on.
   */
  try(candidate: Plan | undefined, seeds = Number.MAX_SAFE_INTEGER): boolean {
    if (candidate === undefined || this.#isOver()) return false;
    const checked = this.#check(candidate);
    if (checked === undefined) return false;
    this.counts.candidates++;
    const own = candidate.seed;
    const others = otherSeeds(own, Math.min(this.effort, seeds));
    const marked = this.#marked(checked);
    for (const seed of [own, ...others]) {
      if (this.#isOver()) return false;
      const plan = { ...marked, seed };
      if (!this.#isNew(plan)) continue;
      const failure = this.#attempt(plan);
      this.#onStep(this);
      if (failure === undefined || !this.#isSame(failure)) continue;
      if (seed !== own) this.counts.reseeded++;
      this.#best = failure;
      this.trim();
      return true;
    }
    return false;
  }

  /** Takes a plan over if it fails in the same way, whatever the time; it may be larger. */
  tryLast(candidate: Plan): boolean {
    const checked = this.#check(candidate);
    const failure = checked && this.#attempt(this.#marked(checked));
    if (failure === undefined || !this.#isSame(failure)) return false;
    this.#best = failure;
    return true;
  }

  /**
   * Cuts off what comes long after the violation, as it costs time in each candidate that does not
   * fail; not if the run had to come to its end to fail.
   */
  trim(): void {
    if (this.isOver) return;
    const { plan, violation, isAtEnd } = this.#best;
    if (isAtEnd) return;
    const horizon = Math.ceil(violation.at * TRIM_SLACK) + TRIM_REST;
    if (horizon > plan.horizon * TRIM_WORTH) return;
    const checked = this.#check(cutTo(plan, horizon));
    const trimmed = checked && this.#marked(checked);
    if (trimmed === undefined || !this.#isNew(trimmed)) return;
    const failure = this.#attempt(trimmed);
    if (failure !== undefined && this.#isSame(failure)) this.#best = failure;
  }

  #isSame({ plan, violation, isAtEnd }: Failure): boolean {
    const { first } = this;
    return (
      violation.invariant === first.violation.invariant &&
      isAtEnd === first.isAtEnd &&
      propertyOf(plan, violation) === this.#property
    );
  }

  #check(plan: Plan): Plan | undefined {
    try {
      return this.#scenario.check(plan);
    } catch {
      // It is no plan: a fault that names nobody, settings that name a host that is gone.
      return undefined;
    }
  }

  /** The plan with a note of what is no longer as it was, but for what an early end cuts off. */
  #marked(plan: Plan): Plan {
    if (this.#original.horizon !== plan.horizon) {
      this.#original = cutTo(this.first.plan, plan.horizon);
    }
    const altered = alteredParts(this.#original, plan);
    return altered.length === 0 ? plan : { ...plan, altered };
  }

  #isNew(plan: Plan): boolean {
    const operations = plan.operations.flatMap(({ at, client, operation }) => {
      return [at, client, ...this.#hashesOf(operation)];
    });
    // A plan is plain data, all of it.
    const data = { ...plan, operations } as unknown as Plain;
    const key = hashes(data).join(" ");
    if (this.#tried.has(key)) return false;
    this.#tried.add(key);
    return true;
  }

  /** Of what an operation asks for: the same object in all candidates, and it may be large. */
  #hashesOf(operation: Operation): readonly number[] {
    const known = this.#hashes.get(operation) ?? hashes(operation);
    this.#hashes.set(operation, known);
    return known;
  }

  /**
   * The run of a checked plan. What makes its files and invariants may still refuse it, and may
   * throw anything: its author knows the plans that are drawn, and not what is left of one here.
   */
  #attempt(plan: Plan): Failure | undefined {
    try {
      return this.#run(plan);
    } catch {
      return undefined;
    }
  }

  #run(plan: Plan): Failure | undefined {
    const simulation = this.#scenario.simulate(plan);
    simulation.run(plan.horizon);
    const isUnbroken = simulation.violation === undefined;
    simulation.end();
    const { violation, fingerprint, steps } = simulation;
    // What was due before the end is broken in a longer run as well.
    const isAtEnd = isUnbroken && violation?.at === plan.horizon;
    this.counts.runs++;
    this.counts.events += steps;
    return violation && { plan, violation, fingerprint, steps, isAtEnd };
  }
}

/** 64 bits, so that no two of some thousand plans share them. */
function hashes(data: Plain): readonly number[] {
  return [hashPlain(0, data), hashPlain(0x9e3779b9, data)];
}

/** A smaller plan may fail a little later than the one before it. */
const TRIM_SLACK = 1.25;
const TRIM_REST = 200_000;
const TRIM_WORTH = 0.85;

/** The seeds "1", "2" and so on, but for the plan's own. */
function otherSeeds(own: string, count: number): string[] {
  const seeds: string[] = [];
  for (let n = 1; seeds.length < count; n++) if (String(n) !== own) seeds.push(String(n));
  return seeds;
}
