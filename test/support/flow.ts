// Messages at a steady pace, so that what becomes of each can be counted.

import type { Env, Node, NodeId, Plain } from "../../src/sim/env.ts";
import type { Fault } from "../../src/sim/fault.ts";
import type { GivenNetwork } from "../../src/sim/network/network-options.ts";
import { plainWire, type Wire } from "../../src/sim/network/wire.ts";
import { constant } from "../../src/sim/random/distribution.ts";
import { Simulation } from "../../src/sim/simulation.ts";
import type { Snapshot } from "../../src/sim/snapshot.ts";

export interface Flow {
  readonly faults?: readonly Fault[];
  readonly network?: GivenNetwork;
  readonly wire?: Wire;
  /** How many messages each sender sends, one each `gap`, the first at `gap`. */
  readonly count?: number;
  readonly gap?: number;
  /** Each sender with those to whom it sends every message. Default: n1 to n2. */
  readonly links?: Readonly<Record<NodeId, readonly NodeId[]>>;
  /** Default: `{ type: "data", n }`. */
  readonly make?: (n: number) => Plain;
}

export interface Arrival {
  readonly at: number;
  readonly from: NodeId;
  readonly message: Plain;
}

interface FlowNode extends Node<Plain> {
  state: { sent: number; heard: Arrival[] };
}

export const HOSTS = ["n1", "n2", "n3"];

/** A simulation of the flow over links of 100 us. */
export function flow(given: Flow, snapshot?: Snapshot): Simulation<Plain, FlowNode> {
  const { faults = [], network = {}, wire = plainWire } = given;
  const program = (env: Env<Plain>): FlowNode => sender(env, given);
  return new Simulation<Plain, FlowNode>(
    {
      seed: "1",
      servers: Object.fromEntries(HOSTS.map((id) => [id, program])),
      network: { latency: constant(100), ...network },
      ...{ faults, wire },
    },
    snapshot,
  );
}

function sender(env: Env<Plain>, { count = 1_000, gap = 1_000, links, make }: Flow): FlowNode {
  const peers = (links ?? { n1: ["n2"] })[env.id] ?? [];
  return {
    state: { sent: 0, heard: [] },
    onStart: () => {
      if (peers.length > 0) env.setTimer("send", gap);
    },
    onTimer() {
      const n = this.state.sent++;
      for (const to of peers) env.send(to, make?.(n) ?? { type: "data", n });
      if (n + 1 < count) env.setTimer("send", gap);
    },
    onMessage(from, message) {
      this.state.heard.push({ at: env.now(), from, message });
    },
  };
}

/** All that a host has heard. */
export function heardAt(simulation: Simulation<Plain, FlowNode>, id: NodeId): readonly Arrival[] {
  return simulation.hosts.find((host) => host.id === id)!.node!.state.heard;
}

/** Runs the flow to its end and returns what n2 has heard. */
export function arrivals(given: Flow): readonly Arrival[] {
  const simulation = flow(given);
  simulation.run(Number.MAX_SAFE_INTEGER);
  return heardAt(simulation, "n2");
}

/** The numbers of messages, in order of arrival. */
export function numbers(found: readonly Arrival[]): readonly number[] {
  // What `make` makes by default.
  return found.map(({ message }) => (message as { readonly n: number }).n);
}
