// Messages without a protocol: what the simulator itself costs.

import type { Env, Node, NodeId } from "../src/sim/env.ts";
import { defaultNetworkOptions } from "../src/sim/network/network-options.ts";
import { uniform } from "../src/sim/random/distribution.ts";
import { Simulation } from "../src/sim/simulation.ts";
import { ms } from "../src/sim/time.ts";

interface Token {
  readonly type: "token";
  readonly hops: number;
}

/** As many tokens as hosts, each passed on to a random host, 1 to 10 ms away. */
export function tokenSimulation(hostCount: number): Simulation<Token> {
  const ids = Array.from({ length: hostCount }, (_, i) => `n${i + 1}`);
  const passer = (env: Env<Token>): Node<Token, { received: number }> => ({
    state: { received: 0 },
    onStart: () => env.send(pick(env, ids), { type: "token", hops: 0 }),
    onMessage(_from, { hops }) {
      this.state.received++;
      env.send(pick(env, ids), { type: "token", hops: hops + 1 });
    },
  });
  return new Simulation<Token>({
    seed: "1",
    servers: Object.fromEntries(ids.map((id) => [id, passer])),
    network: { ...defaultNetworkOptions, latency: uniform(ms(1), ms(10)) },
  });
}

function pick(env: Env<Token>, ids: readonly NodeId[]): NodeId {
  return ids[env.random.int(0, ids.length - 1)]!;
}
