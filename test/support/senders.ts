import type { Fault, InFlight } from "../../src/sim/fault.ts";
import type { GivenNetwork } from "../../src/sim/network/network-options.ts";
import { constant } from "../../src/sim/random/distribution.ts";
import { Simulation } from "../../src/sim/simulation.ts";
import type { Snapshot } from "../../src/sim/snapshot.ts";
import { ms } from "../../src/sim/time.ts";
import type { TraceEntry } from "../../src/sim/trace.ts";
import { type Script, type ScriptedNode, scripted } from "./scripted.ts";

export interface Sending {
  readonly network?: GivenNetwork;
  readonly faults?: readonly Fault[];
  /** When `n2` sends to `n1`, in ms. Default: never. */
  readonly back?: readonly number[];
  readonly record?: boolean;
  readonly snapshot?: Snapshot;
}

/**
 * Two hosts on a stream of 10 ms each way: `n1` sends a message at each of these times, in ms of
 * its first life, named by its time.
 */
export function sending(times: readonly number[], sending: Sending = {}) {
  const { network, faults = [], back = [], record = false } = sending;
  const servers = { n1: scripted(sends("n2", times)), n2: scripted(sends("n1", back)) };
  return new Simulation<string, ScriptedNode>(
    {
      ...{ seed: "1", servers, faults, record, trace: true },
      disk: { damagedHostsMax: 1 },
      network: { transport: "stream", latency: constant(ms(10)), ...network },
    },
    sending.snapshot,
  );
}

/** Runs to a time in ms; nothing may go wrong. */
export function ran(simulation: Simulation<string, ScriptedNode>, until = 60_000) {
  simulation.run(ms(until));
  if (simulation.violation !== undefined) throw new Error(simulation.violation.message);
  return simulation;
}

/** What a host was told of the other, each with its time in ms: `30 0`, `50 disconnect`. */
export function told({ trace }: { readonly trace: readonly TraceEntry[] }, id: string): string[] {
  return trace
    .filter(({ kind, host }) => host === id && (kind === "deliver" || kind === "disconnect"))
    .map(({ at, kind, payload }) => `${at / 1_000} ${kind === "deliver" ? payload : kind}`);
}

/** The hosts are cut from each other between two times, in ms. */
export function cut(from: number, to: number, inFlight: InFlight = "deliver"): Fault {
  const groups = [["n1"], ["n2"]];
  return { kind: "partition", at: ms(from), lasting: ms(to - from), groups, inFlight, types: [] };
}

/** One way between the hosts is cut between two times, in ms. */
export function oneWay(way: string, from: number, to: number): Fault {
  const [sender, receiver] = way.split("->");
  return {
    ...{ kind: "oneWay", at: ms(from), lasting: ms(to - from), inFlight: "deliver", types: [] },
    ...{ from: [sender!], to: [receiver!] },
  };
}

/** A host is down between two times, in ms. */
export function down(kind: "crash" | "stop", host: string, from: number, to: number): Fault {
  return { kind, at: ms(from), lasting: ms(to - from), hosts: [host] };
}

function sends(to: string, times: readonly number[]): Script {
  return {
    onStart: (env) => {
      if (env.now() > 0) return;
      for (const at of times) env.setTimer(String(at), ms(at));
    },
    onTimer: (env, name) => env.send(to, name),
  };
}
