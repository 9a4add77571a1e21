// Runs of one server that does what a list says, when it says so; and what assertions find in them.

import type { Evidence } from "../../src/sim/evidence.ts";
import type { Invariant, World } from "../../src/sim/invariant.ts";
import { Simulation } from "../../src/sim/simulation.ts";
import type { Snapshot } from "../../src/sim/snapshot.ts";
import type { Micros } from "../../src/sim/time.ts";
import { type ScriptedNode, scripted } from "./scripted.ts";

/** The end of a run. */
export const HORIZON = 100;

/** Something that the server does; `shows` is its state from then on. Times are from 1 on. */
export interface Act {
  readonly at: Micros;
  readonly shows?: readonly string[];
  /** Events that it emits. */
  readonly emits?: readonly string[];
}

export type ActedWorld = World<ScriptedNode>;

/** The run of acts in order of time, and what came of the assertions; anew or from a snapshot. */
export function acted(
  acts: readonly Act[],
  assertions: readonly Invariant<ScriptedNode>[],
  until: Micros = HORIZON,
  snapshot?: Snapshot,
): Simulation<string, ScriptedNode> {
  const actor = scripted({
    onStart: (env) => {
      acts.forEach(({ at }, i) => {
        env.setTimer(String(i), at);
      });
    },
    onTimer: (env, name) => {
      const { emits = [] } = acts[Number(name)]!;
      for (const event of emits) env.emit(event, { act: Number(name) });
    },
  });
  const servers = { n1: actor };
  const simulation = new Simulation({ seed: "1", servers, invariants: assertions }, snapshot);
  simulation.run(until);
  simulation.end();
  return simulation;
}

/** What the server's state shows now, by the last of its acts. */
export function shownBy(acts: readonly Act[]): (world: ActedWorld) => readonly string[] {
  return ({ servers }) => {
    const last = servers[0]?.node?.state.heard.at(-1);
    return acts[Number(last?.split(" ")[1])]?.shows ?? [];
  };
}

/** Whether the server's state shows something now. */
export function shows(acts: readonly Act[], what: string): (world: ActedWorld) => boolean {
  const shown = shownBy(acts);
  return (world) => shown(world).includes(what);
}

/** What the run has to show for the only assertion that has anything to show. */
export function evidenceOf({ evidence }: { evidence: readonly Evidence[] }): Evidence {
  const [only, ...rest] = evidence;
  if (only === undefined || rest.length > 0) throw new RangeError(`${evidence.length} found`);
  return only;
}

/** An instant of a run: what was shown then, between events too. */
export interface Moment {
  readonly at: Micros;
  readonly shown: readonly string[];
}

/** Every instant of a run, and several of one time if several acts were; in order. */
export function momentsOf(acts: readonly Act[]): readonly Moment[] {
  const changes: Moment[] = [
    { at: 0, shown: [] },
    ...acts.map(({ at, shows: shown = [] }) => ({ at, shown })),
  ];
  return changes.flatMap(({ at, shown }, i) => {
    const next = changes[i + 1]?.at ?? HORIZON + 1;
    const lasting = Math.max(1, next - at);
    return Array.from({ length: lasting }, (_, after) => ({ at: at + after, shown }));
  });
}
