// A store that forgets in a crash what it was told, for tests of shrinking: it takes a put, a crash
// of the same server, and a get of the same key.

import type { Env, Node, Operation } from "../../src/sim/env.ts";
import type { Fault } from "../../src/sim/fault.ts";
import { isolate } from "../../src/sim/faults/cuts-by-hand.ts";
import type { Premise, World } from "../../src/sim/invariant.ts";
import { uniform } from "../../src/sim/random/distribution.ts";
import { defineScenario, type Scenario } from "../../src/sim/scenario.ts";
import { ms, seconds } from "../../src/sim/time.ts";

interface Message {
  readonly type: "put" | "get";
  readonly key: string;
}

class Store implements Node<Message, { keys: string[]; missed: string | undefined }> {
  /** What it was told, and what it was asked for last and does not know. */
  state = { keys: [] as string[], missed: undefined as string | undefined };

  onStart(): void {}

  onMessage(_from: string, { type, key }: Message): void {
    if (type === "put") this.state.keys.push(key);
    else this.state.missed = this.state.keys.includes(key) ? undefined : key;
  }

  onTimer(): void {}
}

class Asker implements Node<Message, null> {
  state = null;
  readonly #env: Env<Message>;

  constructor(env: Env<Message>) {
    this.#env = env;
  }

  onStart(): void {}

  onMessage(): void {}

  onTimer(): void {}

  onOperation({ op, key, to }: Operation): void {
    // What this workload asks for.
    const type = op as Message["type"];
    this.#env.send(String(to), { type, key: String(key) });
  }
}

export interface ForgetfulOptions {
  /** What the invariant says that it takes for granted. */
  readonly supposes?: readonly Premise[];
  /** Whether it is judged only at the end of the run. */
  readonly isAtEnd?: boolean;
  /** Whether servers forget; otherwise nothing is ever found. Default: they do. */
  readonly isBroken?: boolean;
}

/**
 * Five servers, two clients, 60 operations, 40 faults of which few matter, and a noisy network. It
 * breaks MEMORY when somebody asks for a key that was put there and is gone.
 */
export function forgetful(options: ForgetfulOptions = {}): Scenario {
  const { supposes = [], isAtEnd = false, isBroken = true } = options;
  return defineScenario<Message, Store>({
    name: "forgetful",
    about: "A store that forgets.",
    plan: (streams) => {
      const servers = ["n1", "n2", "n3", "n4", "n5"];
      const random = streams.stream("forgetful");
      const faults = Array.from({ length: 40 }, (_, n): Fault => {
        const hosts = [random.pick(servers), "c1"].slice(0, random.int(1, 2));
        const span = { at: ms(random.int(1, 9_000)), lasting: ms(random.int(1, 300)) };
        return n % 2 === 0 ? { ...span, kind: "crash", hosts } : { ...span, ...isolate(hosts) };
      });
      const operations = Array.from({ length: 60 }, (_, n) => {
        const [key, to] = [`k${random.int(1, 2)}`, random.pick(servers)];
        const operation = { id: `o${n}`, op: n < 20 ? "put" : "get", key, to };
        return { at: ms(150 * n + random.int(0, 99)), client: `c${(n % 2) + 1}`, operation };
      });
      const network = { latency: uniform(ms(1), ms(20)), duplication: 0.1 };
      return { servers, clients: ["c1", "c2"], faults, operations, network, horizon: seconds(10) };
    },
    server: () => new Store(),
    client: (env) => new Asker(env),
    invariants: () => {
      const made = {
        name: "MEMORY",
        supposes,
        state: { put: [] as string[], wrong: undefined as string | undefined },
        onStep: ({ server }: World<Store>) => {
          if (server?.node === undefined || !isBroken) return undefined;
          const { keys, missed } = server.node.state;
          const nameOf = (key: string): string => `${key} of ${server.id}`;
          made.state.put = [...new Set([...made.state.put, ...keys.map(nameOf)])];
          if (missed !== undefined && made.state.put.includes(nameOf(missed))) {
            made.state.wrong ??= `${server.id} forgot ${missed}`;
          }
          return isAtEnd ? undefined : made.state.wrong;
        },
        onEnd: () => (isAtEnd ? made.state.wrong : undefined),
      };
      return [made];
    },
  });
}
