import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DELIVER, NETWORK, STREAM, STREAM_DELIVER } from "../../../src/sim/event.ts";
import type { Fault } from "../../../src/sim/fault.ts";
import { Metrics } from "../../../src/sim/metrics.ts";
import { Network } from "../../../src/sim/network/network.ts";
import { networkOptions } from "../../../src/sim/network/network-options.ts";
import { enqueue, NEVER, newEnd } from "../../../src/sim/network/stream-connection.ts";
import { StreamLinks } from "../../../src/sim/network/stream-links.ts";
import type { StreamEvent } from "../../../src/sim/network/stream-segment.ts";
import { plainWire } from "../../../src/sim/network/wire.ts";
import { NONE, Scheduler } from "../../../src/sim/queue/scheduler.ts";
import { uniform } from "../../../src/sim/random/distribution.ts";
import { Simulation } from "../../../src/sim/simulation.ts";
import { ms, seconds } from "../../../src/sim/time.ts";
import { brief, heardBy, type ScriptedNode, scripted } from "../../support/scripted.ts";
import { cut, down, oneWay, ran, type Sending, sending, told } from "../../support/senders.ts";

describe("a connection", () => {
  it("opens at the first send, and messages wait one round trip for it", () => {
    expect(told(ran(sending([0, 1, 50])), "n2")).toEqual(["30 0", "30 1", "60 50"]);
  });

  it("is one for both directions", () => {
    const simulation = ran(sending([0], { back: [40] }));
    expect(told(simulation, "n1")).toEqual(["50 40"]);
  });

  it("is one also when both ends open it at once", () => {
    const simulation = ran(sending([0, 30], { back: [0, 30] }));
    expect(told(simulation, "n1")).toEqual(["20 0", "40 30"]);
    expect(told(simulation, "n2")).toEqual(["20 0", "40 30"]);
  });

  it("to oneself needs no handshake", () => {
    const n1 = scripted({ onStart: (env) => env.send("n1", "note") });
    const network = { transport: "stream", latency: uniform(5, 5) } as const;
    const simulation = new Simulation({ seed: "1", servers: { n1 }, network, trace: true });
    simulation.run(5);
    expect(heardBy(simulation, "n1")).toEqual(["start", "note from n1"]);
  });

  it("keeps messages in order although they overtake each other on the way", () => {
    const times = Array.from({ length: 100 }, (_, i) => i);
    const network = { latency: uniform(ms(1), ms(90)) };
    const heard = heardBy(ran(sending(times, { network })), "n2")!;
    expect(heard.slice(1)).toEqual(times.map((time) => `${time} from n1`));
  });

  it("does not deliver twice what the network has doubled", () => {
    const simulation = ran(sending([0, 50, 60], { network: { duplication: 1 } }));
    expect(told(simulation, "n2")).toEqual(["30 0", "60 50", "70 60"]);
  });
});

describe("of two copies", () => {
  it("the one that arrives first counts", () => {
    const times = Array.from({ length: 50 }, (_, i) => 1_000 + 200 * i);
    const latency = uniform(ms(1), ms(90));
    const arrivals = (duplication: number): number[] =>
      told(ran(sending([0, ...times], { network: { latency, duplication } })), "n2")
        .slice(1)
        .map((line) => Number(line.split(" ")[0]));
    const [alone, twice] = [arrivals(0), arrivals(1)];
    expect(twice.filter((at, i) => at > alone[i]!)).toEqual([]);
    expect(twice.filter((at, i) => at < alone[i]!).length).toBeGreaterThan(10);
  });
});

describe("what is lost", () => {
  it("is sent again after a timeout, and what comes behind it waits", () => {
    const simulation = ran(sending([0, 120, 160], { faults: [cut(100, 150)] }));
    expect(told(simulation, "n2")).toEqual(["30 0", "330 120", "330 160"]);
    expect(simulation.faults.get("partition")?.effective).toBe(1);
  });

  it("is sent again after twice the time each time: 200, 400, 800, 1600 ms", () => {
    const simulation = ran(sending([0, 120], { faults: [cut(100, 2_000)] }));
    expect(told(simulation, "n2")).toEqual(["30 0", "3130 120"]);
  });

  it("takes with it what was sent meanwhile, in order", () => {
    const simulation = ran(sending([0, 120, 500, 600], { faults: [cut(100, 650)] }));
    expect(told(simulation, "n2")).toEqual(["30 0", "730 120", "730 500", "730 600"]);
    // Only the first is tried: at 120 and 320 ms.
    expect(simulation.trace.filter(({ kind }) => kind === "drop").length).toBe(2);
  });

  it("does not slow down what is lost after it", () => {
    const faults = [cut(100, 150), cut(500, 550)];
    const simulation = ran(sending([0, 120, 520], { faults }));
    expect(told(simulation, "n2")).toEqual(["30 0", "330 120", "730 520"]);
  });

  it("is sent again later where the round trip is long", () => {
    // 600 ms measured once: 600 + 4 * 300 ms, by RFC 6298.
    const network = { latency: uniform(ms(300), ms(300)) };
    const simulation = ran(sending([0, 3_000], { network, faults: [cut(2_990, 3_010)] }));
    expect(told(simulation, "n2")).toEqual(["900 0", "5100 3000"]);
  });

  it("holds up the rest no longer than until the first answer that covers it", () => {
    const faults = [oneWay("n2->n1", 125, 135), oneWay("n1->n2", 315, 325)];
    const simulation = ran(sending([0, 120, 312, 328, 400], { faults }));
    expect(told(simulation, "n2")).toEqual([
      ...["30 0", "130 120", "322 312", "342 328", "410 400"],
    ]);
  });

  it("was not lost if it had come when the cut began, at the same instant", () => {
    const n1 = scripted({
      onStart: (env) => {
        env.send("n2", "first");
        env.setTimer("send", ms(120));
      },
      onTimer: (env) => env.send("n2", "second"),
    });
    // Its event at 130 ms lets the fault begin, right when the message has come.
    const n2 = scripted({ onStart: (env) => env.setTimer("wake", ms(130)), onTimer: () => {} });
    const span = { at: ms(50), lasting: seconds(1) };
    const simulation = new Simulation<string, ScriptedNode>({
      ...{ seed: "1", servers: { n1, n2 } },
      network: { transport: "stream", latency: uniform(ms(10), ms(10)) },
      targets: { late: ({ now }) => (now < ms(130) ? [] : ["n1"]) },
      faults: [{ ...span, kind: "isolate", hosts: ["late"], inFlight: "lose", types: [] }],
    });
    simulation.run(ms(131));
    expect(simulation.faults.get("isolate")!.injected).toBe(1);
    expect(heardBy(simulation, "n2")).toEqual([
      ...["start", "first from n1", "timer wake", "second from n1"],
    ]);
  });

  it("was under way when a cut began that loses such messages", () => {
    const inFlight = (what: "lose" | "deliver") =>
      told(ran(sending([0, 120], { faults: [cut(125, 150, what)] })), "n2");
    expect(inFlight("deliver")).toEqual(["30 0", "130 120"]);
    expect(inFlight("lose")).toEqual(["30 0", "330 120"]);
  });

  it("may be a connect: it is sent again after 1 s and 3 s", () => {
    const simulation = ran(sending([0], { faults: [cut(0, 1_500)] }));
    expect(told(simulation, "n2")).toEqual(["3030 0"]);
  });

  it("may be an answer: the receiver has the message once, and the sender goes on", () => {
    const simulation = ran(sending([0, 120, 400], { faults: [oneWay("n2->n1", 100, 200)] }));
    expect(told(simulation, "n2")).toEqual(["30 0", "130 120", "410 400"]);
    expect(told(simulation, "n1")).toEqual([]);
    const { ends } = simulation.snapshot().streamLinks;
    expect([...ends.values()].map(({ early }) => early.size)).toEqual([0, 0]);
  });
});

describe("a cut that outlasts the connection", () => {
  const network = { connectTimeout: seconds(2), streamTimeout: seconds(1) };

  it("is told to the end that has sent; the other learns of it when it sends", () => {
    const faults = [cut(100, 5_000)];
    const simulation = ran(sending([0, 120], { network, faults, back: [6_000] }));
    expect(told(simulation, "n1")).toEqual(["1120 disconnect"]);
    expect(told(simulation, "n2")).toEqual(["30 0", "6020 disconnect"]);
  });

  it("is told to the other end by the next connection, before its messages", () => {
    const simulation = ran(sending([0, 120, 6_000], { network, faults: [cut(100, 5_000)] }));
    expect(told(simulation, "n2")).toEqual(["30 0", "6010 disconnect", "6030 6000"]);
  });

  it("loses what was not delivered, and the next send connects anew", () => {
    const simulation = ran(sending([0, 120, 1_130], { network, faults: [cut(100, 1_121)] }));
    expect(told(simulation, "n1")).toEqual(["1120 disconnect"]);
    expect(told(simulation, "n2").at(-1)).toEqual("1160 1130");
  });

  it("is told to an end that connects in vain", () => {
    const simulation = ran(sending([0], { network, faults: [cut(0, 9_000)] }));
    expect(told(simulation, "n1")).toEqual(["2000 disconnect"]);
    expect(told(simulation, "n2")).toEqual([]);
  });

  it("of the way back makes the sender give up a message that was delivered", () => {
    const simulation = ran(sending([0, 120], { network, faults: [oneWay("n2->n1", 100, 5_000)] }));
    expect(told(simulation, "n2")).toEqual(["30 0", "130 120"]);
    expect(told(simulation, "n1")).toEqual(["1120 disconnect"]);
  });
});

describe("a process that stops", () => {
  const faults = [down("stop", "n2", 100, 200)];

  it("resets its connections, and its host refuses new ones at once", () => {
    const simulation = ran(sending([0, 150, 250], { faults }));
    expect(told(simulation, "n1")).toEqual(["110 disconnect", "170 disconnect"]);
    expect(told(simulation, "n2")).toEqual(["30 0", "280 250"]);
  });

  it("leaves its peer in the dark when the reset is lost", () => {
    const simulation = ran(sending([0, 250], { faults: [...faults, cut(90, 150)] }));
    expect(told(simulation, "n1")).toEqual(["270 disconnect"]);
  });

  it("is not told to a program that has not heard of the connection", () => {
    const simulation = ran(sending([0], { faults: [down("stop", "n1", 15, 50)] }));
    expect(told(simulation, "n2")).toEqual([]);
  });
});

describe("a machine that crashes", () => {
  const faults = [down("crash", "n2", 100, 200)];

  it("tells nobody: its peer learns of it from the host that is up again", () => {
    const simulation = ran(sending([0, 300, 350], { faults }));
    expect(told(simulation, "n1")).toEqual(["320 disconnect"]);
    expect(told(simulation, "n2")).toEqual(["30 0", "380 350"]);
  });

  it("answers nothing while it is off", () => {
    const simulation = ran(sending([0, 120], { faults }));
    expect(told(simulation, "n1")).toEqual(["340 disconnect"]);
  });

  it("is connected to when it is up again", () => {
    const simulation = ran(sending([120], { faults }));
    expect(told(simulation, "n2")).toEqual(["1150 120"]);
  });

  it("leaves behind a connection that its own next life ends", () => {
    const faults = [down("crash", "n1", 100, 200)];
    const simulation = ran(sending([0], { faults, back: [300] }));
    expect(told(simulation, "n2")).toEqual(["30 0", "320 disconnect"]);
    expect(told(simulation, "n1")).toEqual([]);
  });
});

describe("cuts of the links of a stream", () => {
  const outcome = (fault: Fault) => {
    const simulation = ran(sending([0, 120], { faults: [fault] }));
    const { effective } = simulation.faults.get(fault.kind)!;
    return [told(simulation, "n2"), effective];
  };
  const clog = { kind: "clog" as const, from: ["n1"], to: ["n2"], bothWays: false };

  it("that hold messages have them sent again, as those that lose them", () => {
    const span = { at: ms(100), lasting: ms(50) };
    expect(outcome({ ...clog, ...span, types: [] })).toEqual([["30 0", "330 120"], 1]);
    expect(outcome(cut(100, 150, "hold"))).toEqual([["30 0", "330 120"], 1]);
  });

  it("that only lose what is under way are effective", () => {
    expect(outcome(cut(125, 128, "lose"))).toEqual([["30 0", "330 120"], 1]);
    expect(outcome(cut(125, 128, "deliver"))).toEqual([["30 0", "130 120"], 0]);
    expect(outcome(cut(145, 148, "lose"))).toEqual([["30 0", "130 120"], 0]);
  });

  it("of messages of other types let it be", () => {
    const span = { at: ms(5), lasting: ms(500) };
    expect(outcome({ ...clog, ...span, types: ["vote"] })).toEqual([["30 0", "130 120"], 0]);
  });
});

describe("weather on the links of a stream", () => {
  const scope = { from: ["n1"], to: ["n2"], bothWays: false, types: [] };
  const span = { ...scope, at: ms(100), lasting: ms(100) };
  const outcome = (fault: Fault, times: readonly number[]) => {
    const simulation = ran(sending(times, { faults: [fault] }));
    const { effective } = simulation.faults.get(fault.kind)!;
    return [told(simulation, "n2"), effective];
  };

  it.each<Fault>([
    { kind: "loss", probability: 1, ...span },
    { kind: "corruption", probability: 1, of: "fields", ...span },
    { kind: "corruption", probability: 1, of: "bytes", ...span },
    { kind: "burstLoss", enter: 1, leave: 0, loss: 1, ...span },
    { kind: "bandwidth", bytesPerSecond: 1_000, queueBytes: 1, per: "link", ...span },
  ])("that loses or damages it has it sent again, unchanged: $kind", (fault) => {
    expect(outcome(fault, [0, 120, 250])).toEqual([["30 0", "330 120", "330 250"], 1]);
  });

  it("that delays it delays what comes behind it", () => {
    const latency = { kind: "latency", added: uniform(ms(70), ms(70)), ...span } as const;
    expect(outcome(latency, [0, 190, 210])).toEqual([["30 0", "270 190", "270 210"], 1]);
    const bandwidth = { bytesPerSecond: 100, queueBytes: 99, per: "link" } as const;
    // 9 bytes take 90 ms.
    expect(outcome({ kind: "bandwidth", ...bandwidth, ...span }, [0, 120, 130])).toEqual([
      ...[["30 0", "220 120", "310 130"], 1],
    ]);
  });

  it.each<Fault>([
    { kind: "reorder", probability: 1, window: 2, holdMax: ms(90), ...span },
    { kind: "duplication", probability: 1, ...span },
    { kind: "sizeLimit", bytesMax: 1, ...span },
  ])("that a stream hides makes no difference: $kind", (fault) => {
    expect(outcome(fault, [0, 120, 130])).toEqual([["30 0", "130 120", "140 130"], 0]);
  });

  it("that comes in bursts does not end with the connection's own silence", () => {
    const fault: Fault = { kind: "burstLoss", enter: 1, leave: 0.5, loss: 1, ...span };
    const long = { ...fault, lasting: seconds(40) };
    const simulation = ran(sending([0, 120, 130], { faults: [long] }), 30_000);
    expect(heardBy(simulation, "n2")).toEqual(["start", "0 from n1", "120 from n1", "130 from n1"]);
  });
});

describe("other faults of hosts", () => {
  const on = (host: string, from: number, to: number) => ({
    ...{ hosts: [host], at: ms(from), lasting: ms(to - from) },
  });

  it("a machine that is wiped falls silent like one that crashes", () => {
    const faults: Fault[] = [{ kind: "wipe", ...on("n2", 100, 200) }];
    expect(told(ran(sending([0, 120], { faults })), "n1")).toEqual(["340 disconnect"]);
  });

  it("a program that is paused hears late, and in order, of messages and of the end", () => {
    const faults: Fault[] = [
      { kind: "pause", ...on("n1", 100, 500) },
      down("stop", "n2", 200, 250),
    ];
    const simulation = ran(sending([0], { faults, back: [110, 120] }));
    expect(told(simulation, "n1")).toEqual(["500 110", "500 120", "500 disconnect"]);
  });

  it("a process without memory is killed, and its host resets what was open", () => {
    const gauge = { name: "log", entries: 1, bytes: 100 };
    const n2 = scripted({ onMessage: (env) => env.emit("gauge", gauge) });
    const servers = { n1: scripted({ onStart: (env) => env.send("n2", "x") }), n2 };
    const network = { transport: "stream", latency: uniform(ms(10), ms(10)) } as const;
    const faults: Fault[] = [{ kind: "memoryLimit", bytesMax: 50, ...on("n2", 0, 500) }];
    const simulation = new Simulation({ seed: "1", servers, network, faults, trace: true });
    simulation.run(seconds(1));
    expect(simulation.violation).toBeUndefined();
    expect(told(simulation, "n1")).toEqual(["40 disconnect"]);
  });
});

describe("a disconnect", () => {
  it("is an event that the program handles, and may answer by connecting anew", () => {
    const n1 = scripted({
      onStart: (env) => env.send("n2", "hello"),
      onDisconnect: (env, peer) => env.send(peer, "again"),
    });
    const servers = { n1, n2: scripted() };
    const network = { transport: "stream", latency: uniform(ms(10), ms(10)) } as const;
    const faults = [down("stop", "n2", 0, 25)];
    const simulation = new Simulation<string, ScriptedNode>({
      ...{ seed: "1", servers, network, faults, trace: true, record: true },
    });
    simulation.run(seconds(1));
    expect(heardBy(simulation, "n1")).toEqual(["start", "disconnect n2"]);
    expect(heardBy(simulation, "n2")).toEqual(["start", "again from n1"]);
    expect(brief(simulation.trace)).toContain("20000 n1 disconnect");
    expect(simulation.timeline!.steps.map(({ kind }) => kind)).toContain("disconnect");
    expect(simulation.metrics.counted("disconnects")).toBe(1);
  });

  it("is shown to invariants with its peer", () => {
    const seen: unknown[] = [];
    const servers = { n1: scripted({ onStart: (env) => env.send("n2", "x") }), n2: scripted() };
    const simulation = new Simulation<string, ScriptedNode>({
      ...{ seed: "1", servers, faults: [down("stop", "n2", 0, 25)] },
      network: { transport: "stream" },
      invariants: [
        {
          name: "SEES",
          onStep: ({ event: { kind, from, host } }) => {
            if (kind === "disconnect") seen.push([host?.id, from]);
            return undefined;
          },
        },
      ],
    });
    simulation.run(seconds(1));
    expect(seen).toEqual([["n1", "n2"]]);
  });
});

describe("a segment of another connection", () => {
  /** Two hosts in the middle of their second connection, `n1` having crashed in the first. */
  function second() {
    const [scheduler, nodes] = [new Scheduler(), [{}, {}]];
    const options = networkOptions({ ...{ transport: "stream" }, latency: uniform(10, 10) });
    const ids = ["n1", "n2"];
    const network = new Network(scheduler, ids, {
      ...{ seed: "1", options, wire: plainWire, metrics: new Metrics() },
      ...{ deliverKind: DELIVER, releaseKind: NETWORK },
    });
    const links = new StreamLinks(
      {
        ...{ scheduler, network, hosts: ids.map((id, i) => ({ id, node: nodes[i] })) },
        wire: plainWire,
      },
      { seed: "1", options },
    );
    const delivered: unknown[] = [];
    const run = (until: number): void => {
      for (let slot = scheduler.pop(until); slot !== NONE; slot = scheduler.pop(until)) {
        const [kind, from, to] = [scheduler.kind[slot], scheduler.from[slot], scheduler.host[slot]];
        const [payload, sequence] = [scheduler.payload[slot], scheduler.sequence[slot]!];
        scheduler.free(slot);
        // As StreamLinks has scheduled it.
        if (kind === STREAM) links.play(from!, to!, payload as StreamEvent, sequence);
        else delivered.push(kind === STREAM_DELIVER ? payload : "disconnect");
      }
      scheduler.advance(until);
    };
    links.send(0, 1, "a");
    run(35);
    links.send(0, 1, "b");
    links.goDown(0, "crash");
    links.boot(0);
    links.send(0, 1, "c");
    return { links, run, delivered, scheduler };
  }
  const other = newEnd(1, 1, 0);
  enqueue(other, "w", 8);
  // Its sequence number is the one that the second connection expects.
  const outgoing = enqueue(other, "x", 9);

  it("does not acknowledge what this one has sent", () => {
    const { links, run, delivered } = second();
    // The last message of the first connection and the connect of the second come together.
    run(45);
    expect(delivered).toEqual(["a", "b", "disconnect"]);
    expect(links.state.ends.get(1)!.unacked.map(({ ackedAt }) => ackedAt)).toEqual([NEVER]);
    run(100);
    expect(delivered.at(-1)).toBe("c");
  });

  it.each<[string, StreamEvent]>([
    ["a connect", { type: "connect", id: 1, attempt: 0 }],
    ["a reset", { type: "reset", id: 1, peerId: 1, attempt: 0 }],
    ["a message", { type: "data", id: 1, peerId: 2, outgoing }],
    ["a message from a later one", { type: "data", id: 9, peerId: 2, outgoing }],
  ])("does no harm: %s", (_what, segment) => {
    const { links, run, delivered } = second();
    run(100);
    const ids = () => [...links.state.ends.values()].map(({ id }) => id);
    expect(ids()).toEqual([2, 2]);
    links.play(0, 1, segment, 0);
    run(200);
    expect(ids()).toEqual([2, 2]);
    expect(delivered).toEqual(["a", "b", "disconnect", "c"]);
  });
});

describe("links", () => {
  it("may be streams by pairs of hosts", () => {
    const pair = (from: string, to: string) => ({ from, to, transport: "stream" }) as const;
    const network = {
      ...({ transport: "datagram", duplication: 1 } as const),
      links: [pair("n1", "n2"), pair("n2", "n1")],
    };
    expect(told(ran(sending([0], { network })), "n2")).toEqual(["30 0"]);
    const other = { ...network, links: [] };
    expect(told(ran(sending([0], { network: other })), "n2")).toEqual(["10 0", "10 0"]);
  });

  it.each([
    [{ transport: "tcp" }, 'network.transport: expected one of datagram, stream, got "tcp"'],
    [{ streamTimeout: 0 }, "network.streamTimeout: expected a whole number of at least 1, got 0"],
    [
      { transport: "datagram", links: [{ from: "n1", to: "n2", transport: "stream" }] },
      'network.links[0].transport: expected "datagram" as from n2 to n1, got "stream"',
    ],
  ])("are checked: %j", (network, message) => {
    // On purpose what the types refuse.
    expect(() => sending([0], { network: network as never })).toThrow(message);
  });
});

const COUNT = 40;
const EVERY = 25;
const TIMES = Array.from({ length: COUNT }, (_, i) => i * EVERY);
const arbitrarySpan = fc.tuple(fc.nat(COUNT * EVERY), fc.integer({ min: 1, max: 900 }));
const arbitraryCut = fc
  .tuple(arbitrarySpan, fc.constantFrom("both", "n1->n2", "n2->n1"), fc.boolean())
  .map(([[at, lasting], way, loses]): Fault => {
    if (way !== "both") return oneWay(way, at, at + lasting);
    return cut(at, at + lasting, loses ? "lose" : "deliver");
  });
const arbitraryDown = fc
  .tuple(arbitrarySpan, fc.constantFrom("n1", "n2"), fc.constantFrom("stop", "crash"))
  .map(([[at, lasting], host, kind]) => down(kind as "stop", host, at, at + lasting));
const arbitraryNoise = fc.record({
  loss: fc.constantFrom(0, 0.1, 0.4),
  duplication: fc.constantFrom(0, 0.3),
  latency: fc.integer({ min: 0, max: 300 }).map((max) => uniform(0, ms(max))),
});
const received = (simulation: Simulation<string, ScriptedNode>, id: string): number[] =>
  simulation.trace
    .filter(({ kind, host }) => kind === "deliver" && host === id)
    .map(({ payload }) => Number(payload));

describe("in any weather", () => {
  it("that is shorter than the timeouts, all that is sent arrives, in order and once", () => {
    const timeouts = { connectTimeout: seconds(600), streamTimeout: seconds(600) };
    const property = fc.property(
      ...([arbitraryNoise, fc.array(arbitraryCut, { maxLength: 4 }), fc.nat(5_000)] as const),
      (noise, faults, until) => {
        const network = { ...noise, ...timeouts };
        const simulation = sending(TIMES, { network, faults, back: TIMES });
        for (const id of ["n1", "n2"]) {
          const early = received(ran(simulation, until), id);
          expect(early).toEqual(TIMES.slice(0, early.length));
        }
        ran(simulation, 600_000);
        expect(received(simulation, "n2")).toEqual(TIMES);
        expect(received(simulation, "n1")).toEqual(TIMES);
        expect(simulation.metrics.counted("disconnects")).toBe(0);
      },
    );
    fc.assert(property, { numRuns: 60 });
  });

  it("nothing arrives twice, or after what was sent later, and at last all is well", () => {
    const timeouts = { connectTimeout: ms(700), streamTimeout: ms(500) };
    const faults = fc.array(fc.oneof(arbitraryCut, arbitraryDown), { maxLength: 5 });
    const property = fc.property(arbitraryNoise, faults, (noise, weather) => {
      const network = { ...noise, ...timeouts, loss: 0 };
      const times = [...TIMES, 40_000];
      const simulation = ran(sending(times, { network, faults: weather, back: times }));
      for (const id of ["n1", "n2"]) {
        const found = received(simulation, id);
        expect(found).toEqual([...new Set(found)].sort((a, b) => a - b));
      }
      // Every message that is missing at the other end: the sender, or its own end, was told.
      const isTold = simulation.metrics.counted("disconnects") > 0;
      const isDown = weather.some(({ kind }) => kind === "stop" || kind === "crash");
      if (!isTold && !isDown) expect(received(simulation, "n2")).toEqual(times);
    });
    fc.assert(property, { numRuns: 100 });
  });
});

describe("a run with streams", () => {
  const setting: Sending = {
    network: { loss: 0.1, latency: uniform(ms(1), ms(80)), streamTimeout: ms(600) },
    faults: [cut(200, 400), down("crash", "n2", 500, 600), down("stop", "n1", 900, 950)],
    back: TIMES,
  };
  const whole = ran(sending(TIMES, setting));

  it("can be forked at any step, also within handshakes", () => {
    for (let steps = 0; steps < whole.steps; steps += 7) {
      const first = sending(TIMES, setting);
      for (let i = 0; i < steps; i++) first.step();
      const rest = ran(sending(TIMES, { ...setting, snapshot: first.snapshot() }));
      expect(rest.fingerprint).toBe(whole.fingerprint);
      expect(rest.steps).toBe(whole.steps);
    }
  });

  it("is the same when it is recorded", () => {
    expect(ran(sending(TIMES, { ...setting, record: true })).fingerprint).toBe(whole.fingerprint);
  });
});
