import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Clock } from "../../../src/sim/host/clock.ts";
import { type ClockCommand, NaiveClock } from "../../support/naive-clock.ts";

const HOUR = 3_600_000_000;

/** Rates at the bounds, tiny ones, and any. */
const arbitraryPpm = fc.oneof(
  fc.constantFrom(-500_000, -1, 0, 1, 3, 200, 999_999, 1_000_000),
  fc.integer({ min: -500_000, max: 1_000_000 }),
);
const arbitrarySpan = fc.oneof(fc.nat(20), fc.nat(5_000_000), fc.nat(1_000 * HOUR));
const arbitraryCommand: fc.Arbitrary<ClockCommand> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("pass"), span: arbitrarySpan }) },
  fc.record({ do: fc.constantFrom("drift", "slew"), ppm: arbitraryPpm }),
  fc.record({ do: fc.constant("step"), by: fc.integer({ min: -HOUR, max: HOUR }) }),
  fc.record({ do: fc.constant("end"), number: fc.nat(5) }),
);

/** The clock and the model, obeying the same commands. */
class Pair {
  readonly naive: NaiveClock;
  clock: Clock;
  /** Of what lasts, in the model's order, the numbers of the slews. */
  #numbers: number[] = [];
  readonly #ownPpm: number;

  constructor(ownPpm: number) {
    this.#ownPpm = ownPpm;
    this.naive = new NaiveClock(ownPpm);
    this.clock = this.#make();
  }

  obey(command: ClockCommand): void {
    const { naive, clock } = this;
    switch (command.do) {
      case "pass":
        naive.pass(command.span);
        break;
      case "drift":
        naive.begin("drift", command.ppm);
        clock.beginDrift(command.ppm, naive.now);
        this.#numbers.push(0);
        break;
      case "step":
        naive.begin("step", command.by);
        clock.step(command.by);
        this.#numbers.push(0);
        break;
      case "slew":
        naive.begin("slew", command.ppm);
        this.#numbers.push(clock.beginSlew(command.ppm, naive.now));
        break;
      case "end":
        if (naive.lasting.length > 0) this.#end(command.number % naive.lasting.length);
        break;
    }
  }

  /** Goes on with another clock that has the state of the first. */
  resume(): void {
    const next = this.#make();
    next.restore(structuredClone(this.clock.state));
    this.clock = next;
  }

  endAll(): void {
    while (this.naive.lasting.length > 0) this.#end(0);
  }

  #end(place: number): void {
    const [ended] = this.naive.lasting.splice(place, 1);
    const [number] = this.#numbers.splice(place, 1);
    if (ended!.do === "drift") this.clock.endDrift(ended!.size, this.naive.now);
    if (ended!.do === "step") this.clock.step(-ended!.size);
    if (ended!.do === "slew") this.clock.endSlew(number!);
  }

  #make(): Clock {
    const own = { offset: 0, driftPpm: this.#ownPpm };
    return new Clock("n1", { epoch: 0, hosts: this.#ownPpm === 0 ? {} : { n1: own } });
  }
}

describe("a clock", () => {
  const arbitraryCommands = fc.array(arbitraryCommand, { maxLength: 30 });

  it("shows at any time what exact fractions add up to, whatever has happened to it", () => {
    const property = fc.property(arbitraryPpm, arbitraryCommands, (ownPpm, commands) => {
      const pair = new Pair(ownPpm);
      for (const command of commands) {
        pair.obey(command);
        const { naive, clock } = pair;
        expect(clock.age(naive.now)).toBe(naive.monotonic);
        expect(clock.isTrue ? naive.now : clock.read(naive.now)).toBe(naive.monotonic);
        expect(clock.monotonic(naive.now)).toBe(naive.monotonic);
        expect(clock.wall(naive.now)).toBe(naive.wall);
        pair.resume();
      }
    });
    fc.assert(property, { numRuns: 300 });
  });

  it("has advanced by a delay at the first true instant at which it has", () => {
    const property = fc.property(
      ...[arbitraryPpm, arbitraryCommands, arbitrarySpan],
      (ownPpm, commands, delay) => {
        const pair = new Pair(ownPpm);
        for (const command of commands) pair.obey(command);
        const { naive, clock } = pair;
        const due = clock.age(naive.now) + delay;
        const at = clock.timeOf(due);
        expect(Math.max(at, naive.now)).toBe(naive.timeAfter(delay));
        expect(clock.age(Math.max(at, naive.now))).toBeGreaterThanOrEqual(due);
        if (at > naive.now) expect(clock.age(at - 1)).toBeLessThan(due);
      },
    );
    fc.assert(property, { numRuns: 300 });
  });

  it("is right again, on the wall, when all that was wrong with it is over", () => {
    const property = fc.property(arbitraryPpm, arbitraryCommands, (ownPpm, commands) => {
      const [pair, untouched] = [new Pair(ownPpm), new Pair(ownPpm)];
      for (const command of commands) pair.obey(command);
      pair.endAll();
      expect(pair.clock.wall(pair.naive.now)).toBe(untouched.clock.wall(pair.naive.now));
      expect(pair.clock.state.rate).toBe(untouched.clock.state.rate);
    });
    fc.assert(property, { numRuns: 200 });
  });

  it("never runs backwards, nor stands still for two microseconds, at any rate", () => {
    const clock = new Clock("n1", { epoch: 0, hosts: { n1: { offset: 0, driftPpm: -333_333 } } });
    // Past ten hours, where the product of time and rate is beyond the whole numbers of a double.
    let before = clock.age(10 * HOUR);
    for (let now = 10 * HOUR + 2; now < 10 * HOUR + 2_000; now += 2) {
      if (now % 100 === 0) clock.beginDrift(now % 200 === 0 ? 7 : -7, now);
      expect(clock.age(now)).toBeGreaterThan(before);
      before = clock.age(now);
    }
  });

  it("counts only readings that a fault has made wrong", () => {
    const clock = new Clock("n1", { epoch: 0, hosts: {} });
    clock.beginDrift(1, 0);
    // At one in a million, nothing shows before a second has passed.
    clock.read(999_999);
    expect(clock.state.misreads).toBe(0);
    clock.read(1_000_000);
    expect(clock.state.misreads).toBe(1);
    clock.endDrift(1, 2_000_000);
    clock.readWall(3_000_000);
    clock.step(0);
    clock.readWall(3_000_000);
    expect(clock.state.wallMisreads).toBe(0);
    clock.step(1);
    clock.readWall(3_000_000);
    expect(clock.state.wallMisreads).toBe(1);
  });

  it("of a host without an entry is perfect; one of its own begins at 0 at every boot", () => {
    const own = { offset: -50, driftPpm: 0 };
    const [perfect, other] = [{}, { n1: own }].map(
      (hosts) => new Clock("n1", { epoch: 1_000, hosts }),
    );
    for (const clock of [perfect!, other!]) clock.powerOn(400);
    expect([perfect!.isTrue, perfect!.read(500), perfect!.readWall(500)]).toEqual([
      ...[true, 500, 1_500],
    ]);
    expect([other!.isTrue, other!.read(500), other!.readWall(500)]).toEqual([false, 100, 1_450]);
  });
});
