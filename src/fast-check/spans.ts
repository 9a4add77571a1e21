import { Arbitrary, type Random, Stream, Value } from "fast-check";
import { type Micros, ms, seconds, us } from "../sim/time.ts";

/** When a fault begins, and for how long it lasts. */
export interface Span {
  readonly at: Micros;
  readonly lasting: Micros;
}

/** Spans in [from, until), in microseconds; they shrink to earlier, briefer and rounder ones. */
export class Spans extends Arbitrary<Span> {
  readonly #from: Micros;
  readonly #until: Micros;

  constructor(from: Micros, until: Micros) {
    super();
    this.#from = from;
    this.#until = until;
  }

  /** Of any beginning; half of them short beside what is left. */
  override generate(random: Random): Value<Span> {
    const at = random.nextInt(this.#from, this.#until - 1);
    const left = this.#until - at;
    const lasting = random.nextInt(1, random.nextInt(0, 1) === 0 ? left : Math.ceil(left / 20));
    return new Value({ at, lasting }, undefined);
  }

  override canShrinkWithoutContext(value: unknown): value is Span {
    // The parse boundary of fast-check: whatever it is, its fields are looked at.
    const { at, lasting } = (value ?? {}) as Span;
    if (!Number.isSafeInteger(at) || !Number.isSafeInteger(lasting)) return false;
    return at >= this.#from && lasting >= 1 && at + lasting <= this.#until;
  }

  override shrink(span: Span): Stream<Value<Span>> {
    const simpler = simplerSpans(span, this.#from).map((other) => new Value(other, undefined));
    return Stream.of(...simpler);
  }
}

/** Spans that begin earlier or last less, none ends later; first those that are simplest. */
export function simplerSpans({ at, lasting }: Span, from: Micros): readonly Span[] {
  return [
    ...simplerTimes(at, from).map((earlier) => ({ at: earlier, lasting })),
    ...simplerTimes(lasting, 1).map((briefer) => ({ at, lasting: briefer })),
  ];
}

/** Smaller times, at least `low`: the least, half, and round ones up to the nearest. */
export function simplerTimes(time: Micros, low: Micros): readonly Micros[] {
  const round = UNITS.map((unit) => Math.floor(time / unit) * unit);
  const grain = UNITS.find((unit) => time % unit === 0) ?? us(1);
  const half = Math.floor(time / 2 / grain) * grain;
  const times = [low, half, ...round, time - grain];
  const fitting = times.filter((other) => other >= low && other < time);
  return [...new Set(fitting)].sort((a, b) => a - b);
}

const UNITS = [seconds(10), seconds(1), ms(100), ms(10), ms(1), us(100), us(10), us(1)];
