/** A point or a span of virtual time in whole microseconds; never a fraction, never negative. */
export type Micros = number;

/** Microseconds, checked: a whole number of them. */
export function us(count: number): Micros {
  return whole(count, count, "us");
}

/** Milliseconds as {@link Micros}; at most three decimals. */
export function ms(count: number): Micros {
  return whole(count * 1_000, count, "ms");
}

/** Seconds as {@link Micros}; at most six decimals. */
export function seconds(count: number): Micros {
  return whole(count * 1_000_000, count, "seconds");
}

/** Minutes as {@link Micros}. */
export function minutes(count: number): Micros {
  return whole(count * 60_000_000, count, "minutes");
}

/** A time in milliseconds, for metrics. */
export function inMs(time: Micros): number {
  return time / 1_000;
}

/** A time as people read it: `12.5 ms` below a second, `3.25 s` from there on. */
export function formatTime(time: Micros): string {
  return time < 1_000_000 ? `${time / 1_000} ms` : `${time / 1_000_000} s`;
}

function whole(micros: number, given: number, unit: string): Micros {
  const rounded = Math.round(micros);
  // 0.1 + 0.2 style residue is forgiven, a half microsecond is not.
  if (!(Math.abs(micros - rounded) < 1e-6) || rounded < 0 || !Number.isSafeInteger(rounded)) {
    throw new RangeError(`${unit}(${given}): expected a whole, positive number of microseconds`);
  }
  return rounded;
}
