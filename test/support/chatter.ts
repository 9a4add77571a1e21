// Hosts that talk to everybody all the time, so that what weather stops shows.

import { constant } from "../../src/sim/distribution.ts";
import type { Env } from "../../src/sim/env.ts";
import type { Fault } from "../../src/sim/fault.ts";
import type { GivenNetwork } from "../../src/sim/network-options.ts";
import { Simulation } from "../../src/sim/simulation.ts";
import { type ScriptedNode, scripted } from "./scripted.ts";

export const CHATTERERS = ["n1", "n2", "n3", "n4"];
/** Each host sends to all, itself included, when its time is a multiple of this. */
export const EVERY = 1_000;

const program = scripted({
  onStart: (env) => env.setTimer("talk", EVERY - (env.now() % EVERY)),
  onTimer: (env: Env<string>) => {
    for (const to of CHATTERERS) env.send(to, String(env.now()));
    env.setTimer("talk", EVERY);
  },
});

/** A simulation of chatterers, traced. */
export function chatter(
  faults: readonly Fault[],
  network: GivenNetwork = {},
): Simulation<string, ScriptedNode> {
  return new Simulation({
    seed: "1",
    servers: Object.fromEntries(CHATTERERS.map((id) => [id, program])),
    network: { latency: constant(300), ...network },
    faults,
    trace: true,
  });
}

/** All that arrived, as `n1->n2 sent at 1000, arrived at 1300`. */
export function deliveries(
  simulation: Simulation<string, ScriptedNode>,
  isWanted: (from: string, to: string) => boolean = () => true,
): readonly string[] {
  return simulation.trace
    .filter(({ kind, peer, host }) => kind === "deliver" && isWanted(peer!, host!))
    .map(({ peer, host, payload, at }) => delivery(peer!, host!, Number(payload), at));
}

/** One arrival, as {@link deliveries} puts it. */
export function delivery(from: string, to: string, sentAt: number, at: number): string {
  return `${from}->${to} sent at ${sentAt}, arrived at ${at}`;
}

/** Whether a fault stops messages of a link, or one of its hosts. */
export function touches(fault: Fault, from: string, to: string): boolean {
  switch (fault.kind) {
    case "crash":
    case "stop":
      return fault.hosts.includes(from) || fault.hosts.includes(to);
    case "isolate":
      return from !== to && (fault.hosts.includes(from) || fault.hosts.includes(to));
    case "oneWay":
      return from !== to && fault.from.includes(from) && fault.to.includes(to);
    case "partition": {
      const groupOf = (host: string): number =>
        fault.groups.findIndex((group) => group.includes(host));
      return groupOf(from) >= 0 && groupOf(to) >= 0 && groupOf(from) !== groupOf(to);
    }
    default: {
      if (!("bothWays" in fault)) throw new RangeError(`what does a ${fault.kind} touch?`);
      const isThere = fault.from.includes(from) && fault.to.includes(to);
      const isBack = fault.from.includes(to) && fault.to.includes(from);
      return from !== to && (isThere || (fault.bothWays && isBack));
    }
  }
}
