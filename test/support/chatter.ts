// Hosts that talk to everybody all the time, so that what weather stops shows.

import type { Env, Node } from "../../src/sim/env.ts";
import type { Fault } from "../../src/sim/fault.ts";
import type { GivenNetwork } from "../../src/sim/network/network-options.ts";
import { constant } from "../../src/sim/random/distribution.ts";
import { Simulation } from "../../src/sim/simulation.ts";
import type { Snapshot } from "../../src/sim/snapshot.ts";

export const CHATTERERS = ["n1", "n2", "n3", "n4"];
/** Each host sends to all, itself included, when its time is a multiple of this. */
export const EVERY = 1_000;

/** What a chatterer says; the type is that of the time. */
export interface Chat {
  readonly type: "even" | "odd";
  readonly sentAt: number;
}

/** In turns, the second, the fourth and so on being even. */
export function typeAt(sentAt: number): Chat["type"] {
  return (sentAt / EVERY) % 2 === 0 ? "even" : "odd";
}

const program = (env: Env<Chat>): Node<Chat, undefined> => ({
  state: undefined,
  onStart: () => env.setTimer("talk", EVERY - (env.now() % EVERY)),
  onMessage: () => {},
  onTimer: () => {
    const sentAt = env.now();
    for (const to of CHATTERERS) env.send(to, { type: typeAt(sentAt), sentAt });
    env.setTimer("talk", EVERY);
  },
});

/** A simulation of chatterers, traced. */
export function chatter(
  faults: readonly Fault[],
  network: GivenNetwork = {},
  snapshot?: Snapshot,
): Chatter {
  const options = {
    seed: "1",
    servers: Object.fromEntries(CHATTERERS.map((id) => [id, program])),
    network: { latency: constant(300), ...network },
    faults,
    trace: true,
  };
  return new Simulation<Chat>(options, snapshot);
}

export type Chatter = Simulation<Chat>;

/** All that arrived, as `n1->n2 sent at 1000, arrived at 1300`. */
export function deliveries(
  simulation: Chatter,
  isWanted: (from: string, to: string) => boolean = () => true,
): readonly string[] {
  return (
    simulation.trace
      .filter(({ kind, peer, host }) => kind === "deliver" && isWanted(peer!, host!))
      // The payload of this kind is the message.
      .map(({ peer, host, payload, at }) => delivery(peer!, host!, (payload as Chat).sentAt, at))
  );
}

/** One arrival, as {@link deliveries} puts it. */
export function delivery(from: string, to: string, sentAt: number, at: number): string {
  return `${from}->${to} sent at ${sentAt}, arrived at ${at}`;
}

/** Whether a fault stops or holds messages of a link, or stops one of its hosts. */
export function touches(fault: Fault, from: string, to: string): boolean {
  switch (fault.kind) {
    case "crash":
    case "stop":
      return fault.hosts.includes(from) || fault.hosts.includes(to);
    case "isolate":
      return from !== to && (fault.hosts.includes(from) || fault.hosts.includes(to));
    case "oneWay":
      return from !== to && fault.from.includes(from) && fault.to.includes(to);
    case "partition":
      return areApart(fault.groups, from, to);
    case "bridge":
      return areApart(fault.halves, from, to);
    case "ring": {
      // Of four hosts, those on opposite sides; of fewer none.
      const [one, other] = [fault.hosts.indexOf(from), fault.hosts.indexOf(to)];
      return fault.hosts.length === 4 && Math.abs(one - other) === 2;
    }
    default: {
      if (!("bothWays" in fault)) throw new RangeError(`what does a ${fault.kind} touch?`);
      const isThere = fault.from.includes(from) && fault.to.includes(to);
      const isBack = fault.from.includes(to) && fault.to.includes(from);
      return from !== to && (isThere || (fault.bothWays && isBack));
    }
  }
}

function areApart(groups: readonly (readonly string[])[], from: string, to: string): boolean {
  const groupOf = (host: string): number => groups.findIndex((group) => group.includes(host));
  return groupOf(from) >= 0 && groupOf(to) >= 0 && groupOf(from) !== groupOf(to);
}
