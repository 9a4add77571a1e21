import { describe, expect, it } from "vitest";
import { AssertionError } from "../../src/sim/assert.ts";
import type { Env, Node, Plain } from "../../src/sim/env.ts";
import type { Fault } from "../../src/sim/fault.ts";
import { constant } from "../../src/sim/random/distribution.ts";
import { Simulation } from "../../src/sim/simulation.ts";
import { brief, heardBy, type Script, type ScriptedNode, scripted } from "../support/scripted.ts";

const network = { latency: constant(10) };
const crash: Fault = { kind: "crash", at: 5, lasting: 50, hosts: ["n2"] };

function simulate(
  n1: Script,
  n2: Script = {},
  faults: readonly Fault[] = [],
): Simulation<string, ScriptedNode> {
  const servers = { n1: scripted(n1), n2: scripted(n2) };
  return new Simulation({ seed: "1", servers, network, faults, trace: true });
}

describe("a handler that throws", () => {
  const broken = (): never => {
    throw new RangeError("term is 3.5");
  };

  it.each<[string, Script, Script]>([
    ["start", { onStart: broken }, {}],
    ["timer", { onStart: (env) => env.setTimer("tick", 3), onTimer: broken }, {}],
    ["message", { onMessage: broken }, { onStart: (env) => env.send("n1", "hello") }],
    ["sync", { onStart: (env) => env.disk.sync("log"), onSynced: broken }, {}],
  ])("on a %s ends the run as a violation that names node, error and place", (_what, n1, n2) => {
    const simulation = simulate(n1, n2);
    expect(() => simulation.run(10_000)).not.toThrow();
    const { violation } = simulation;
    expect(violation?.invariant).toBe("EXCEPTION");
    expect(violation?.message).toBe("RangeError: term is 3.5");
    expect(violation?.host).toBe("n1");
    expect(violation?.stack).toContain("stage.test.ts");
    expect(violation?.step).toBe(simulation.steps);
    expect(violation?.at).toBe(simulation.now);
  });

  it("is the last thing that happens", () => {
    const simulation = simulate({ onStart: broken }, { onStart: (env) => env.send("n1", "hello") });
    simulation.run(10_000);
    expect(brief(simulation.trace)).toEqual(["0 n1 start"]);
    expect(simulation.step()).toBe(false);
    expect(simulation.now).toBe(0);
  });

  it("is told apart by what it throws: an assertion by its name, and any value at all", () => {
    const assertion = simulate({
      onStart: () => {
        throw new AssertionError("match < next: 4 4");
      },
    });
    const text = simulate({
      onStart: () => {
        throw "a text";
      },
    });
    assertion.run(1);
    text.run(1);
    expect(assertion.violation?.message).toBe("AssertionError: match < next: 4 4");
    expect(text.violation?.message).toBe("Error: a text");
  });
});

describe("a message", () => {
  it("reaches its host with its sender's name", () => {
    const simulation = simulate({ onStart: (env) => env.send("n2", "hello") });
    simulation.run(10);
    expect(heardBy(simulation, "n2")).toEqual(["start", "hello from n1"]);
  });

  it("to oneself travels like any other", () => {
    const simulation = simulate({ onStart: (env) => env.send("n1", "note") });
    simulation.run(9);
    expect(heardBy(simulation, "n1")).toEqual(["start"]);
    simulation.run(10);
    expect(heardBy(simulation, "n1")).toEqual(["start", "note from n1"]);
  });

  it("to a host that is down is lost there, and counted", () => {
    const simulation = simulate({ onStart: (env) => env.send("n2", "hello") }, {}, [crash]);
    simulation.run(100);
    expect(brief(simulation.trace)).toContain("10 n2 lost at a dead host");
    expect(simulation.metrics.counted("messages to a dead host")).toBe(1);
    expect(heardBy(simulation, "n2")).toEqual(["start"]);
  });

  it("of a host that has crashed since arrives all the same", () => {
    const simulation = simulate({}, { onStart: (env) => env.send("n1", "testament") }, [crash]);
    simulation.run(20);
    expect(heardBy(simulation, "n1")).toEqual(["start", "testament from n2"]);
  });

  it("to a host that does not exist is a bug of its sender", () => {
    const simulation = simulate({ onStart: (env) => env.send("n9", "hello") });
    simulation.run(1);
    expect(simulation.violation?.message).toContain("a host that does not exist: n1 n9");
  });

  it("is the sender's own no more in a strict run: to change it fails at that very step", () => {
    type Message = { readonly list: number[] };
    const servers = {
      n1: (): Node<Message> => ({
        state: undefined,
        onStart: () => {},
        onMessage: (_from, { list }) => void list.push(2),
      }),
    };
    const kick = (strict: boolean) => {
      const client = (env: { send(to: string, message: Message): void }): Node<Message> => ({
        state: undefined,
        onStart: () => env.send("n1", { list: [1] }),
        onMessage: () => {},
      });
      const simulation = new Simulation<Message>({
        ...{ seed: "1", servers, clients: { c1: client }, network, strict },
      });
      simulation.run(100);
      return simulation.violation;
    };
    expect(kick(true)).toMatchObject({ invariant: "EXCEPTION", host: "n1", at: 10 });
    expect(kick(false)).toBeUndefined();
  });
});

describe("an observation", () => {
  it("is counted by its name, and is in the trace with its data", () => {
    const simulation = simulate({
      onStart: (env) => {
        env.emit("leader", { term: 3 });
        env.emit("leader");
      },
    });
    simulation.run(1);
    const emitted = simulation.trace.filter(({ kind }) => kind === "emit");
    expect(simulation.metrics.state.emitted).toEqual(new Map([["leader", 2]]));
    expect(emitted.map(({ host, payload }) => [host, payload])).toEqual([
      ["n1", { event: "leader", data: { term: 3 } }],
      ["n1", { event: "leader", data: undefined }],
    ]);
  });

  it("makes history when it is a client's word on an operation", () => {
    const simulation = simulate({
      onStart: (env) => {
        env.emit("invoke", { id: "o1", operation: "read" });
        env.setTimer("answer", 7);
      },
      onTimer: (env) => env.emit("ok", { id: "o1", result: 42 }),
    });
    simulation.run(10);
    expect([...simulation.history.entries.values()]).toEqual([
      {
        ...{ id: "o1", client: "n1", operation: "read", invokedAt: 0 },
        ...{ returnedAt: 7, outcome: "ok", result: 42, invoked: 1, returned: 2 },
      },
    ]);
  });

  it.each<[string, string, Plain]>([
    ["name", "follower", { term: 3 }],
    ["data", "leader", { term: 4 }],
  ])("is in the fingerprint with its %s", (_what, event, data) => {
    const one = simulate({ onStart: (env) => env.emit("leader", { term: 3 }) });
    const other = simulate({ onStart: (env) => env.emit(event, data) });
    one.run(1);
    other.run(1);
    expect(other.fingerprint).not.toBe(one.fingerprint);
  });
});

describe("an operation", () => {
  const operations = [{ at: 20, client: "c1", operation: { id: "o1", key: "x" } }];
  const simulateClient = (
    faults: readonly Fault[],
    script: Script = {},
  ): Simulation<string, ScriptedNode> => {
    const clients = { c1: scripted(script) };
    return new Simulation({ seed: "1", clients, network, operations, faults, trace: true });
  };

  it("is handed to its client at its time, with all its fields", () => {
    const seen: unknown[] = [];
    const simulation = simulateClient([], {
      onOperation: (env, operation) => void seen.push([env.now(), operation]),
    });
    simulation.run(100);
    expect(seen).toEqual([[20, { id: "o1", key: "x" }]]);
  });

  it("for a client that is down is passed over", () => {
    const simulation = simulateClient([{ kind: "stop", at: 15, lasting: 10, hosts: ["c1"] }]);
    simulation.run(100);
    expect(simulation.violation).toBeUndefined();
    expect(simulation.hosts[0]!.life).toBe(2);
    expect(brief(simulation.trace)).toContain("20 c1 operation");
  });
});

it.each<[string, (env: Env<string>) => void, string]>([
  ["a timer", (env) => env.setTimer("tick", 1), "a timer was set without an onTimer: c1 tick"],
  ["an operation", () => {}, "a client without an onOperation: c1"],
])("says so when a program does not expect %s", (_what, onStart, message) => {
  const program = (env: Env<string>): Node<string> => ({
    state: undefined,
    onStart: () => onStart(env),
    onMessage: () => {},
  });
  const operations = [{ at: 5, client: "c1", operation: { id: "o1" } }];
  const simulation = new Simulation<string>({ seed: "1", clients: { c1: program }, operations });
  simulation.run(10);
  expect(simulation.violation?.message).toBe(`AssertionError: ${message}`);
});

describe("a handler that returns a promise, which nobody would wait for,", () => {
  const never = (): Promise<void> => new Promise(() => {});
  const greet = (env: Env<string>): void => {
    if (env.id === "n1") env.send("n2", "hello");
  };

  it.each<[string, Asynchronous, string]>([
    ["a start", { onStart: never }, "n1 start"],
    ["a message", { onStart: greet, onMessage: never }, "n2 deliver"],
    ["a timer", { onStart: (env) => env.setTimer("tick", 3), onTimer: never }, "n1 timer"],
    ["a sync", { onStart: (env) => env.disk.sync("log"), onSynced: never }, "n1 synced"],
    ["an operation", { onOperation: never }, "c1 operation"],
  ])("on %s breaks the run, by host and event", (_what, handlers, place) => {
    const program = (env: Env<string>): Node<string> => ({
      ...{ state: undefined, onMessage: () => {}, ...handlers },
      onStart: () => handlers.onStart?.(env),
    });
    const operations = [{ at: 5, client: "c1", operation: { id: "o1" } }];
    const hosts = { servers: { n1: program, n2: program }, clients: { c1: program } };
    const withClient = handlers.onOperation === undefined ? {} : { operations };
    const simulation = new Simulation<string>({ seed: "1", network, ...hosts, ...withClient });
    simulation.run(10_000);
    const said = "AssertionError: a handler has returned a promise, and nobody waits:";
    expect(simulation.violation).toMatchObject({
      invariant: "EXCEPTION",
      message: `${said} ${place}`,
      host: place.split(" ")[0],
    });
  });

  it("breaks it when it is a promise of somebody else's making, and nothing else does", () => {
    const simulationOf = (returned: unknown) => {
      const program = (): Node<string> => ({
        ...{ state: undefined, onMessage: () => {}, onStart: () => returned },
      });
      const simulation = new Simulation<string>({ seed: "1", servers: { n1: program } });
      simulation.run(10);
      return simulation;
    };
    expect(simulationOf(new Thenable(() => {})).violation?.message).toContain("n1 start");
    for (const other of [null, 5, "then", {}, new Thenable(5), new Map([["then", 5]])]) {
      expect(simulationOf(other).violation).toBeUndefined();
    }
  });
});

/** What has something under the name by which `await` knows a promise. */
class Thenable {
  constructor(field: unknown) {
    Reflect.set(this, "then", field);
  }
}

/** Handlers of which some are `async`; `onStart` is given what else a program keeps. */
type Asynchronous = Partial<Omit<Node<string>, "onStart" | "state">> & {
  readonly onStart?: (env: Env<string>) => void;
};

it("gives up a run of more events than its budget", () => {
  const tick: Script = {
    onStart: (env) => env.setTimer("tick", 1),
    onTimer: (env) => env.setTimer("tick", 1),
  };
  const servers = { n1: scripted(tick) };
  const simulation = new Simulation({ seed: "1", servers, eventsMax: 50 });
  simulation.run(1_000);
  expect(simulation.violation).toMatchObject({
    invariant: "EVENT-BUDGET",
    message: "more than 50 events",
    step: 51,
  });
});
