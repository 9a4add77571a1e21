// A property of all plans, and the smallest plan that breaks it.
//
// A server counts requests in memory, and a client believes that the count never goes back. Of the
// weather that a seed draws little matters here: fast-check takes away what does not.

import { assert, property } from "fast-check";
import { planArbitrary } from "../src/fast-check.ts";
import {
  defineScenario,
  type Env,
  ms,
  type Node,
  type NodeId,
  run,
  seconds,
} from "../src/index.ts";
import { describeFault } from "../src/sim/fault.ts";

type Message = { readonly type: "count" } | { readonly type: "counted"; readonly count: number };

class Counter implements Node<Message, { count: number }> {
  state = { count: 0 };
  readonly #env: Env<Message>;

  constructor(env: Env<Message>) {
    this.#env = env;
  }

  onStart(): void {}

  onMessage(from: NodeId, message: Message): void {
    if (message.type !== "count") return;
    this.state.count++;
    this.#env.send(from, { type: "counted", count: this.state.count });
  }
}

/** Asks, and throws when it is told less than before: a throw is a violation. */
class Asker implements Node<Message, { last: number }> {
  state = { last: 0 };
  readonly #env: Env<Message>;

  constructor(env: Env<Message>) {
    this.#env = env;
  }

  onStart(): void {}

  onOperation(): void {
    this.#env.send("n1", { type: "count" });
  }

  onMessage(_from: NodeId, message: Message): void {
    if (message.type !== "counted") return;
    const { last } = this.state;
    if (message.count < last) throw new Error(`counted ${message.count} after ${last}`);
    this.state.last = message.count;
  }
}

const counting = defineScenario<Message, Counter>({
  name: "counting",
  about: "A server that counts what a client asks it to.",
  plan: () => ({
    servers: ["n1"],
    clients: ["c1"],
    network: { transport: "stream" },
    operations: Array.from({ length: 40 }, (_, i) => {
      return { at: ms(100 * i), client: "c1", operation: { id: `o${i}` } };
    }),
    horizon: seconds(5),
  }),
  server: (env) => new Counter(env),
  client: (env) => new Asker(env),
  invariants: () => [],
});

try {
  const holds = property(planArbitrary(counting), (plan) => {
    const { violation } = run(counting, plan);
    if (violation === undefined) return;
    const { faults, operations } = plan;
    const asked = operations.map(({ at, operation }) => `${operation.id} at ${at / 1_000} ms`);
    const lines = [violation.message, ...faults.map(describeFault), asked.join(", ")];
    throw new Error(lines.join("\n"));
  });
  assert(holds, { seed: 1, numRuns: 100, includeErrorInReport: false });
} catch (error) {
  // The plan at the end of the shrinking, as the property has described it.
  console.log(((error as Error).cause as Error).message);
}
