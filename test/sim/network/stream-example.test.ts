// An example of streams: a client that asks, and a server that answers each request once. In order
// and exactly once holds within a connection; what a program has to do across connections is here.

import { describe, expect, it } from "vitest";
import type { Env, Node, NodeId } from "../../../src/sim/env.ts";
import type { Fault } from "../../../src/sim/fault.ts";
import { partitions } from "../../../src/sim/nemeses/cuts.ts";
import * as streams from "../../../src/sim/nemeses/streams.ts";
import { all, type Rhythm } from "../../../src/sim/nemesis.ts";
import { Streams } from "../../../src/sim/random/random.ts";
import { Simulation } from "../../../src/sim/simulation.ts";
import { ms, seconds } from "../../../src/sim/time.ts";

type Message =
  | { readonly type: "request"; readonly number: number }
  | { readonly type: "response"; readonly number: number };

const COUNT = 50;

interface Variant {
  /** Whether the client asks again when the connection is gone. */
  readonly asksAgain: boolean;
  /** Whether the server knows requests that it has executed. */
  readonly knowsOld: boolean;
}

class Client implements Node<Message> {
  state = { next: 0, open: new Set<number>() };
  readonly #env: Env<Message>;
  readonly #asksAgain: boolean;

  constructor(env: Env<Message>, { asksAgain }: Variant) {
    this.#env = env;
    this.#asksAgain = asksAgain;
  }

  onStart(): void {
    this.#env.setTimer("next", ms(50));
  }

  onTimer(): void {
    const number = this.state.next++;
    this.state.open.add(number);
    this.#ask(number);
    if (this.state.next < COUNT) this.#env.setTimer("next", ms(50));
  }

  onMessage(_from: NodeId, { number }: Message): void {
    this.state.open.delete(number);
  }

  /** Requests may have been executed or not: only the server can know. */
  onDisconnect(): void {
    if (!this.#asksAgain) return;
    for (const number of this.state.open) this.#ask(number);
  }

  #ask(number: number): void {
    this.#env.send("n2", { type: "request", number });
  }
}

class Server implements Node<Message> {
  state = { executed: [] as number[] };
  readonly #env: Env<Message>;
  readonly #knowsOld: boolean;

  constructor(env: Env<Message>, { knowsOld }: Variant) {
    this.#env = env;
    this.#knowsOld = knowsOld;
  }

  onStart(): void {}

  onMessage(from: NodeId, { number }: Message): void {
    const isOld = this.#knowsOld && this.state.executed.includes(number);
    if (!isOld) this.state.executed.push(number);
    this.#env.send(from, { type: "response", number });
  }
}

const rhythm: Rhythm = {
  every: { min: ms(200), max: ms(900) },
  lasting: { min: ms(50), max: ms(600) },
};
const weather = all(
  partitions(rhythm),
  streams.streamDowns(rhythm),
  streams.streamResets(rhythm, ms(100)),
  streams.streamTimeouts(rhythm, ms(100)),
  streams.slowCloses(rhythm, ms(300)),
  streams.slicers(rhythm, 10, ms(5)),
  streams.dataLimits(rhythm, 200),
  streams.halfOpens(rhythm),
);

/** What was executed by the end, and what is still open, for one seed. */
function outcome(seed: string, variant: Variant) {
  const field = { servers: ["n1", "n2"], from: 0, until: seconds(3) };
  const faults: readonly Fault[] = weather(new Streams(seed), field);
  const simulation = new Simulation<Message, Node<Message>>({
    ...{ seed, faults },
    servers: { n1: (env) => new Client(env, variant), n2: (env) => new Server(env, variant) },
    network: {
      ...{ transport: "stream", loss: 0.05 },
      ...{ connectTimeout: seconds(1), streamTimeout: seconds(1) },
    },
  });
  simulation.run(seconds(30));
  expect(simulation.violation).toBeUndefined();
  const [client, server] = simulation.hosts.map(({ node }) => node);
  expect(client).toBeInstanceOf(Client);
  expect(server).toBeInstanceOf(Server);
  return {
    open: (client as Client).state.open.size,
    executed: (server as Server).state.executed,
    faults: simulation.faults,
  };
}

const seeds = Array.from({ length: 40 }, (_, i) => String(i));
const isOnce = ({ executed }: { readonly executed: readonly number[] }): boolean =>
  new Set(executed).size === executed.length;

describe("requests over streams", () => {
  it("are executed once and all answered, by those who ask again and know what they did", () => {
    const outcomes = seeds.map((seed) => outcome(seed, { asksAgain: true, knowsOld: true }));
    expect(outcomes.map(({ open }) => open)).toEqual(seeds.map(() => 0));
    expect(outcomes.map(({ executed }) => executed.toSorted((a, b) => a - b))).toEqual(
      seeds.map(() => Array.from({ length: COUNT }, (_, i) => i)),
    );
    const bitten = new Set(
      outcomes.flatMap(({ faults }) =>
        [...faults].filter(([, { effective }]) => effective > 0).map(([kind]) => kind),
      ),
    );
    expect([...bitten].sort()).toEqual([
      ...["halfOpen", "limitData", "network loss", "partition", "slicer", "slowClose"],
      ...["streamDown", "streamReset", "streamTimeout"],
    ]);
  });

  it("are lost by a client that trusts the stream", () => {
    const outcomes = seeds.map((seed) => outcome(seed, { asksAgain: false, knowsOld: true }));
    expect(outcomes.filter(({ open }) => open > 0).length).toBeGreaterThan(25);
    expect(outcomes.filter((each) => !isOnce(each))).toEqual([]);
  });

  it("are executed twice by a server that trusts the stream", () => {
    const outcomes = seeds.map((seed) => outcome(seed, { asksAgain: true, knowsOld: false }));
    expect(outcomes.filter((each) => !isOnce(each)).length).toBeGreaterThan(10);
    expect(outcomes.filter(({ open }) => open > 0)).toEqual([]);
  });
});
