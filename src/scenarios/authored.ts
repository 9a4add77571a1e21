// What every kind of scenario here lets its authors say, and what becomes of it.

import type { FaultKind } from "../sim/fault.ts";
import type { Invariant } from "../sim/invariant.ts";
import type { SwarmOptions } from "../sim/nemeses/swarm.ts";
import type { Plan } from "../sim/plan.ts";
import type { Streams } from "../sim/random/random.ts";
import type { Goal, PlanParts } from "../sim/scenario.ts";
import { reachable } from "../sim/temporal/sometimes.ts";

/** A scenario as its author writes it; invariants come on top of those of its kind. */
export interface Authored<Settings, Server, Known extends readonly unknown[] = []> {
  readonly name: string;
  readonly about: string;
  readonly plan: (streams: Streams) => PlanParts<Settings>;
  readonly invariants?: (plan: Plan<Settings>, ...known: Known) => readonly Invariant<Server>[];
  /** What the weather is drawn of, if the plan leaves it open. Default: there is none. */
  readonly weather?: Partial<SwarmOptions>;
  /** Sites of its programs that may be armed. Default: none. */
  readonly sites?: readonly string[];
  /** Events that must be reachable. */
  readonly expects?: readonly string[];
  /** Kinds of faults that must make no difference. */
  readonly immuneTo?: readonly FaultKind["kind"][];
  readonly goals?: readonly Goal[];
}

/** The plan of a scenario, without weather unless its author says of what. */
export function planOf<Settings>(
  { plan, weather }: Pick<Authored<Settings, never>, "plan" | "weather">,
  streams: Streams,
): PlanParts<Settings> {
  return { ...(weather === undefined ? { faults: [] } : {}), ...plan(streams) };
}

/** What a scenario's own author asks of a run. */
export function ownInvariants<Settings, Server, Known extends readonly unknown[]>(
  { invariants, expects = [] }: Authored<Settings, Server, Known>,
  plan: Plan<Settings>,
  ...known: Known
): readonly Invariant<Server>[] {
  return [...(invariants?.(plan, ...known) ?? []), ...expects.map(reachable)];
}
