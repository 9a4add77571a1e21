import type { DiskError, Env, Node, NodeId, Operation } from "../../src/sim/env.ts";
import type { Simulation } from "../../src/sim/simulation.ts";
import type { TraceEntry } from "../../src/sim/trace.ts";

/** What a scripted node does; each handler is given its Env. */
export interface Script {
  readonly onStart?: (env: Env<string>, state: Memory) => void;
  readonly onMessage?: (env: Env<string>, from: NodeId, message: string) => void;
  readonly onTimer?: (env: Env<string>, name: string) => void;
  readonly onSynced?: (env: Env<string>, token: string, error?: DiskError) => void;
  readonly onDisconnect?: (env: Env<string>, peer: NodeId) => void;
  readonly onOperation?: (env: Env<string>, operation: Operation) => void;
}

/** What a scripted node remembers: all that its handlers were told in this life. */
export interface Memory {
  heard: string[];
}

export interface ScriptedNode extends Node<string, Memory> {
  state: Memory;
}

/** A program that does what its script says and remembers what it heard. */
export function scripted(script: Script = {}): (env: Env<string>) => ScriptedNode {
  return (env) => ({
    state: { heard: [] },
    onStart() {
      this.state.heard.push("start");
      script.onStart?.(env, this.state);
    },
    onMessage(from, message) {
      this.state.heard.push(`${message} from ${from}`);
      script.onMessage?.(env, from, message);
    },
    onTimer(name) {
      this.state.heard.push(`timer ${name}`);
      script.onTimer?.(env, name);
    },
    onSynced(token, error) {
      this.state.heard.push(`synced ${token}`);
      script.onSynced?.(env, token, error);
    },
    onDisconnect(peer) {
      this.state.heard.push(`disconnect ${peer}`);
      script.onDisconnect?.(env, peer);
    },
    onOperation(operation) {
      this.state.heard.push(`operation ${operation.id}`);
      script.onOperation?.(env, operation);
    },
  });
}

/** What a node that is up has heard in this life; undefined while it is down. */
export function heardBy(
  simulation: Simulation<string, ScriptedNode>,
  id: NodeId,
): readonly string[] | undefined {
  return simulation.hosts.find((host) => host.id === id)?.node?.state.heard;
}

/** A trace in short: `5 n1 crash`, the time in microseconds. */
export function brief(entries: readonly TraceEntry[]): readonly string[] {
  return entries.map(({ at, host, kind }) => `${at} ${host ?? "weather"} ${kind}`);
}
