import { assert } from "../assert.ts";
import { checkCount, checkRecord } from "../check.ts";
import type { NodeId } from "../env.ts";
import type { Micros } from "../time.ts";

/** What hosts' clocks show. */
export interface ClockOptions {
  /** What a wall clock that is right shows when the run begins: microseconds since 1970. */
  readonly epoch: Micros;
  /**
   * The clocks that are not perfect. A host with an entry has a monotonic clock of its own, which
   * begins at 0 whenever the machine is switched on; that of a host without reads true time.
   */
  readonly hosts: Readonly<Record<NodeId, HostClockOptions>>;
}

export interface HostClockOptions {
  /** By which the wall clock is ahead from the beginning; in [-SHIFT_MAX, SHIFT_MAX]. */
  readonly offset: Micros;
  /** By how much the clock, monotonic and wall, runs fast; in [DRIFT_PPM_MIN, DRIFT_PPM_MAX]. */
  readonly driftPpm: number;
}

/** Perfect clocks; the wall clocks begin with the year 2026. */
export const defaultClockOptions: ClockOptions = { epoch: 1_767_225_600_000_000, hosts: {} };

/** Bounds of a rate, in millionths of true time: from half of it to twice as fast. */
export const DRIFT_PPM_MIN = -500_000;
export const DRIFT_PPM_MAX = 1_000_000;
/** How far a wall clock may be put forward or back: some three years, in microseconds. */
export const SHIFT_MAX = 100_000_000_000_000;

/** A clock as plain data. Its age is what it has counted since the run began, at its own rate. */
export interface ClockState {
  /** When the rate last changed, in true time, and the age that the clock had then. */
  since: Micros;
  age: Micros;
  /** What of the next microsecond had been counted by then, in millionths; in [0, MILLION). */
  phase: number;
  /** Microseconds that it counts in a second of true time. */
  rate: number;
  /** Drifts that faults cause: how many, and their sum. */
  drifts: number;
  driftPpm: number;
  /** By which the age was ahead of that of a clock without faults when the first of them began. */
  lead: Micros;
  /** The age at which the machine was switched on: zero of the monotonic clock. */
  zero: Micros;
  /** Sum of the steps of the wall clock. */
  stepped: Micros;
  /** What makes the wall clock run at another rate than the monotonic one, by number. */
  readonly slews: Map<number, { readonly ppm: number; readonly since: Micros }>;
  slewCount: number;
  /** How often somebody was told what a clock without faults would not have shown. */
  misreads: number;
  wallMisreads: number;
  /** How many timers will fire, or would have fired, at another true time because of a fault. */
  timersMoved: number;
}

/**
 * A host's time. All arithmetic is on whole numbers and exact: however often the rate changes, and
 * however long it runs, the clock loses nothing to rounding and never runs backwards.
 */
export class Clock {
  /** Whether the monotonic clock shows true time; then nobody needs to ask it. */
  isTrue = true;
  /** Whether it runs at another rate than true time. */
  isSkewed = false;
  state: ClockState;
  readonly #epoch: Micros;
  readonly #own: HostClockOptions | undefined;
  readonly #ownRate: number;

  constructor(host: NodeId, { epoch, hosts }: ClockOptions) {
    this.#own = Object.hasOwn(hosts, host) ? hosts[host] : undefined;
    this.#ownRate = MILLION + (this.#own?.driftPpm ?? 0);
    this.#epoch = epoch;
    this.state = {
      ...{ since: 0, age: 0, phase: 0, rate: this.#ownRate },
      ...{ drifts: 0, driftPpm: 0, lead: 0, zero: 0 },
      ...{ stepped: 0, slews: new Map(), slewCount: 0 },
      ...{ misreads: 0, wallMisreads: 0, timersMoved: 0 },
    };
    this.#look();
  }

  /** The monotonic time that a program is told, at a true time. */
  read(now: Micros): Micros {
    const { state } = this;
    const { drifts, lead } = state;
    if (drifts > 0 && this.age(now) - lead !== this.#plainAge(now)) state.misreads++;
    return this.monotonic(now);
  }

  /** What the monotonic clock shows at a true time. */
  monotonic(now: Micros): Micros {
    return this.age(now) - this.state.zero;
  }

  /** The wall time that a program is told, at a true time. */
  readWall(now: Micros): Micros {
    const wall = this.wall(now);
    if (wall !== this.#plainWall(now)) this.state.wallMisreads++;
    return wall;
  }

  /** What the wall clock shows at a true time. */
  wall(now: Micros): Micros {
    const { drifts, lead, stepped, slews } = this.state;
    let wall = this.#plainWall(now) + stepped;
    if (drifts > 0) wall += this.age(now) - lead - this.#plainAge(now);
    if (slews.size === 0) return wall;
    const age = this.age(now);
    for (const { ppm, since } of slews.values()) wall += scaled(age - since, ppm, 0);
    return wall;
  }

  /** What the clock has counted by a true time, which is not before the last change of rate. */
  age(now: Micros): Micros {
    const { since, age, phase, rate } = this.state;
    return age + scaled(now - since, rate, phase);
  }

  /** The first true time at which the clock has counted so much; `since` when it has already. */
  timeOf(age: Micros): Micros {
    const { state } = this;
    return state.since + timeToCount(age - state.age, state.rate, state.phase);
  }

  /** When a timer that is set now would fire if no fault had changed the rate. */
  plainTimeOf(delay: Micros, now: Micros): Micros {
    return now + timeToCount(delay, this.#ownRate, this.#phaseAt(now));
  }

  /** A fault makes it run faster, or slower if negative. Rates add up, within the bounds. */
  beginDrift(ppm: number, now: Micros): void {
    const { state } = this;
    if (state.drifts++ === 0) state.lead = this.age(now) - this.#plainAge(now);
    this.#changeRate(ppm, now);
  }

  /** Undoes {@link beginDrift}. With the last of several the wall clock is set right. */
  endDrift(ppm: number, now: Micros): void {
    assert(this.state.drifts > 0, "no drift to end:", ppm);
    this.state.drifts--;
    this.#changeRate(-ppm, now);
  }

  /** Puts the wall clock forward, or back if negative. */
  step(by: Micros): void {
    this.state.stepped += by;
  }

  /** Lets the wall clock run faster than the monotonic one, or slower; returns a number for it. */
  beginSlew(ppm: number, now: Micros): number {
    const { state } = this;
    const number = state.slewCount++;
    state.slews.set(number, { ppm, since: this.age(now) });
    return number;
  }

  /** Undoes {@link beginSlew}: the wall clock steps to where it would be without it. */
  endSlew(number: number): void {
    assert(this.state.slews.delete(number), "no such slew:", number);
  }

  /** The machine is switched on: a clock of its own begins at 0. */
  powerOn(now: Micros): void {
    if (this.#own === undefined) return;
    this.state.zero = this.age(now);
    this.#look();
  }

  /** Goes on from the state of another run. */
  restore(state: ClockState): void {
    this.state = state;
    this.#look();
  }

  #changeRate(ppm: number, now: Micros): void {
    const { state } = this;
    const age = this.age(now);
    state.phase = this.#phaseAt(now);
    state.age = age;
    state.since = now;
    state.driftPpm += ppm;
    const sum = this.#ownRate - MILLION + state.driftPpm;
    state.rate = MILLION + Math.min(Math.max(sum, DRIFT_PPM_MIN), DRIFT_PPM_MAX);
    this.#look();
  }

  #look(): void {
    const { since, age, rate, zero } = this.state;
    this.isSkewed = rate !== MILLION;
    this.isTrue = !this.isSkewed && age === since && zero === 0;
  }

  /** What a clock that no fault has touched would have counted. */
  #plainAge(now: Micros): Micros {
    return scaled(now, this.#ownRate, 0);
  }

  #plainWall(now: Micros): Micros {
    return this.#epoch + (this.#own?.offset ?? 0) + this.#plainAge(now);
  }

  #phaseAt(now: Micros): number {
    const { since, phase, rate } = this.state;
    return (((now - since) % MILLION) * rate + phase) % MILLION;
  }
}

/** Millionths in a whole. */
const MILLION = 1_000_000;

/**
 * floor((span * ppm + phase) / MILLION). The product is never formed: of a span of hours it would
 * be beyond the whole numbers that a double can hold.
 */
function scaled(span: Micros, ppm: number, phase: number): number {
  if (ppm === MILLION) return span;
  const rest = span % MILLION;
  return ((span - rest) / MILLION) * ppm + Math.floor((rest * ppm + phase) / MILLION);
}

/** The least span with `scaled(span, rate, phase) >= count`; 0 when there is nothing to count. */
function timeToCount(count: number, rate: number, phase: number): Micros {
  if (count <= 0) return 0;
  if (rate === MILLION) return count;
  const rest = count % rate;
  const whole = ((count - rest) / rate) * MILLION;
  const span = whole + Math.ceil((rest * MILLION - phase) / rate);
  return Math.min(Math.max(span, 0), Number.MAX_SAFE_INTEGER / 4);
}

/** Checks clock options from outside; throws a UsageError that names the path. */
export function checkClockOptions(
  value: unknown,
  path: string,
  hosts: readonly NodeId[],
): ClockOptions {
  const fields = checkRecord(value, path, ["epoch", "hosts"]);
  const given = Object.entries(checkRecord(fields.hosts, `${path}.hosts`, hosts));
  const clocks = given.map(
    ([host, clock]) => [host, checkHostClock(clock, `${path}.hosts.${host}`)] as const,
  );
  return {
    epoch: checkCount(fields.epoch, `${path}.epoch`, 0, EPOCH_MAX),
    hosts: Object.fromEntries(clocks),
  };
}

/** The year 2112: far enough from what a double can count to add steps and a long run. */
const EPOCH_MAX = 4_500_000_000_000_000;

function checkHostClock(value: unknown, path: string): HostClockOptions {
  const { offset, driftPpm } = checkRecord(value, path, ["offset", "driftPpm"]);
  return {
    offset: checkCount(offset, `${path}.offset`, -SHIFT_MAX, SHIFT_MAX),
    driftPpm: checkCount(driftPpm, `${path}.driftPpm`, DRIFT_PPM_MIN, DRIFT_PPM_MAX),
  };
}
