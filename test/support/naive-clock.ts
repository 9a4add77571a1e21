// What a host's clock must show, in the plainest way: rational numbers, as BigInt fractions of a
// millionth, summed up over every piece of time in which nothing changes.

export type ClockCommand =
  | { readonly do: "pass"; readonly span: number }
  | { readonly do: "drift"; readonly ppm: number }
  | { readonly do: "step"; readonly by: number }
  | { readonly do: "slew"; readonly ppm: number }
  /** Ends what was begun as the so-many-th, modulo how many of them last. */
  | { readonly do: "end"; readonly number: number };

interface Lasting {
  readonly do: "drift" | "step" | "slew";
  readonly size: number;
  /** Monotonic millionths when it began. */
  readonly since: bigint;
}

const MILLION = 1_000_000n;

export class NaiveClock {
  lasting: Lasting[] = [];
  #now = 0;
  /** Monotonic time in millionths of a microsecond. */
  #age = 0n;
  /** The same without faults. */
  #plain = 0n;
  /** What the wall clock does not count of what drifts have gathered, in microseconds. */
  #lead = 0n;
  readonly #ownPpm: number;

  constructor(ownPpm: number) {
    this.#ownPpm = ownPpm;
  }

  get now(): number {
    return this.#now;
  }

  get monotonic(): number {
    return Number(this.#age / MILLION);
  }

  get wall(): number {
    const isDrifting = this.lasting.some((one) => one.do === "drift");
    let wall = isDrifting ? this.#age / MILLION - this.#lead : this.#plain / MILLION;
    for (const one of this.lasting) {
      if (one.do === "step") wall += BigInt(one.size);
      const span = this.#age / MILLION - one.since / MILLION;
      if (one.do === "slew") wall += floorDivide(span * BigInt(one.size), MILLION);
    }
    return Number(wall);
  }

  get rate(): bigint {
    const drifts = this.lasting.filter((one) => one.do === "drift");
    const ppm = drifts.reduce((sum, { size }) => sum + size, this.#ownPpm);
    return MILLION + BigInt(Math.min(Math.max(ppm, -500_000), 1_000_000));
  }

  pass(span: number): void {
    this.#now += span;
    this.#age += BigInt(span) * this.rate;
    this.#plain += BigInt(span) * (MILLION + BigInt(this.#ownPpm));
  }

  begin(kind: Lasting["do"], size: number): void {
    const isFirst = kind === "drift" && !this.lasting.some((one) => one.do === "drift");
    if (isFirst) this.#lead = this.#age / MILLION - this.#plain / MILLION;
    this.lasting.push({ do: kind, size, since: this.#age });
  }

  /** The true time at which the clock will have advanced by `delay`, counted whole. */
  timeAfter(delay: number): number {
    const missing = (this.#age / MILLION + BigInt(delay)) * MILLION - this.#age;
    return delay === 0 ? this.#now : this.#now + Number(-floorDivide(-missing, this.rate));
  }
}

function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}
