import { describe, expect, expectTypeOf, it } from "vitest";
import { UsageError } from "../../src/sim/assert.ts";
import { checkFault, FAULT_KINDS, type Fault } from "../../src/sim/fault.ts";
import { constant } from "../../src/sim/random/distribution.ts";
import { faultNames } from "../../src/sim/targets.ts";
import { ms, seconds } from "../../src/sim/time.ts";
import { type Moment, Weather } from "../../src/sim/weather.ts";
import { CHATTERERS, chatter, deliveries, EVERY } from "../support/chatter.ts";
import { SAMPLES } from "../support/sample-faults.ts";

const HORIZON = 12 * EVERY;

/** What is written at 500 ms and lasts for 2 s. */
function written(write: (moment: Moment) => { for(lasting: number): void }): readonly Fault[] {
  const weather = new Weather();
  write(weather.at(ms(500))).for(seconds(2));
  weather.close();
  return weather.faults;
}
const span = { at: 500_000, lasting: 2_000_000 };
const cut = { inFlight: "lose", types: [] };

describe("weather by hand", () => {
  it("needs of the commonest kinds only whom they strike", () => {
    expect(written((at) => at.crash("n1", "n2"))).toEqual([
      { ...span, kind: "crash", hosts: ["n1", "n2"] },
    ]);
    expect(written((at) => at.pause("n1"))).toEqual([{ ...span, kind: "pause", hosts: ["n1"] }]);
    expect(written((at) => at.stop("n1"))).toEqual([{ ...span, kind: "stop", hosts: ["n1"] }]);
    expect(written((at) => at.wipe("n1"))).toEqual([{ ...span, kind: "wipe", hosts: ["n1"] }]);
    expect(written((at) => at.isolate("leader"))).toEqual([
      { ...span, kind: "isolate", hosts: ["leader"], ...cut },
    ]);
    expect(written((at) => at.partition(["n1"], ["n2", "n3"]))).toEqual([
      { ...span, kind: "partition", groups: [["n1"], ["n2", "n3"]], ...cut },
    ]);
  });

  it("takes of other kinds their fields, and what is usual where nothing is said", () => {
    const added = constant(5);
    expect(written((at) => at.latency({ to: ["n1"], added }))).toEqual([
      {
        ...span,
        kind: "latency",
        from: ["everybody"],
        to: ["n1"],
        bothWays: false,
        types: [],
        added,
      },
    ]);
  });

  it("gives other values to single fields", () => {
    const held = written((at) =>
      at
        .isolate("n1")
        .with({ inFlight: "hold" })
        .with({ types: ["a"] }),
    );
    expect(held).toEqual([
      { ...span, kind: "isolate", hosts: ["n1"], inFlight: "hold", types: ["a"] },
    ]);
  });

  it.each(FAULT_KINDS)("knows %s, with fields that make a fault", (kind) => {
    const { kind: _, ...fields } = SAMPLES[kind];
    // A list of all methods; the shorthands take names and are tested above.
    const at = new Weather().at(0) as unknown as Record<string, (given: object) => object>;
    expect(typeof at[kind]).toBe("function");
    if (["crash", "stop", "wipe", "pause", "isolate", "partition"].includes(kind)) return;
    const [fault] = written((moment) => (moment as unknown as typeof at)[kind]!(fields) as never);
    const targets = faultNames(["n1", "n2", "n3", "n4"], {}, ["lies"]);
    expect(checkFault(fault, "fault", targets, 10 * span.lasting)).toEqual({
      ...span,
      ...SAMPLES[kind],
    });
  });

  it("has fields that the compiler knows", () => {
    expectTypeOf<Moment["loss"]>().parameter(0).toHaveProperty("probability");
    expectTypeOf<Moment["clog"]>().parameter(0).not.toHaveProperty("inFlight");
  });

  it("is refused when nobody says for how long", () => {
    const weather = new Weather();
    weather.at(ms(500)).isolate("n1");
    expect(() => weather.close()).toThrow(
      new UsageError("weather at 500 ms: isolate: expected for(…), how long it lasts"),
    );
  });
});

describe("a simulation with weather by hand", () => {
  const quiet = (): ReturnType<typeof chatter> => {
    const simulation = chatter([]);
    simulation.run(HORIZON);
    return simulation;
  };

  it("does what it does with the same weather in its plan", () => {
    const fault: Fault = { kind: "pause", hosts: ["n2"], at: 2_500, lasting: 3_000 };
    const planned = chatter([fault]);
    const byHand = chatter([]);
    byHand.at(fault.at).pause("n2").for(fault.lasting);
    for (const simulation of [planned, byHand]) simulation.run(HORIZON);
    expect(deliveries(byHand)).toEqual(deliveries(planned));
    expect(deliveries(byHand)).not.toEqual(deliveries(quiet()));
    expect(byHand.faults.get("pause")).toEqual({ offered: 1, injected: 1, effective: 1 });
  });

  it("may be given it while it runs, for all that is still to come", () => {
    const simulation = chatter([]);
    simulation.run(3 * EVERY + 500);
    simulation
      .at(3 * EVERY + 500)
      .partition(["n1"], ["n2", "n3", "n4"])
      .for(2 * EVERY);
    simulation.run(HORIZON);
    const stopped = deliveries(quiet()).length - deliveries(simulation).length;
    // Two rounds, in each of which three messages leave n1 and three do not reach it.
    expect(stopped).toBe(12);
  });

  it("knows it also after a snapshot", () => {
    const simulation = chatter([]);
    simulation
      .at(3 * EVERY + 500)
      .isolate("n1")
      .for(4 * EVERY);
    simulation.run(5 * EVERY);
    const forked = chatter([], {}, simulation.snapshot());
    simulation.run(HORIZON);
    forked.run(HORIZON);
    expect(forked.fingerprint).toBe(simulation.fingerprint);
    expect(forked.faults.get("isolate")).toEqual({ offered: 1, injected: 1, effective: 1 });
  });

  it.each<[string, (simulation: ReturnType<typeof chatter>) => void, string]>([
    [
      "is past",
      (simulation) => simulation.at(10).crash("n1").for(5),
      "weather at 0.01 ms: expected a time from now on, which is 5 ms",
    ],
    [
      "strikes nobody that there is",
      (simulation) => simulation.at(6_000).crash("n9").for(5),
      `weather at 6 ms.hosts[0]: expected one of ${CHATTERERS.join(", ")}, everybody, servers, ` +
        'clients, got "n9"',
    ],
    [
      "lasts for no time",
      (simulation) => simulation.at(6_000).crash("n1").for(0),
      "weather at 6 ms.lasting: expected a whole number in [1, 9007199254734991], got 0",
    ],
  ])("is refused when it %s", (_, write, message) => {
    const simulation = chatter([]);
    simulation.run(5_000);
    expect(() => write(simulation)).toThrow(new UsageError(message));
    expect([...simulation.faults]).toEqual([]);
  });

  it("does not run while something has begun and has no end", () => {
    const simulation = chatter([]);
    simulation.at(10).crash("n1");
    expect(() => simulation.run(20)).toThrow(/^weather at 0.01 ms: crash: expected for/);
  });
});
