/** A column of numbers, a row an event. */
type Column = Uint8Array | Int32Array | Float64Array;

/** Fills the beginning of a column with another one, no longer than it; returns it. */
export function copyInto<To extends Column>(to: To, from: Column): To {
  to.set(from);
  return to;
}
