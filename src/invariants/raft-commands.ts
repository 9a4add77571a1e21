/** Whether two commands are the same: plain data, compared all through. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  // Else each byte would be a field with a name.
  if (a instanceof Uint8Array && b instanceof Uint8Array) return equalBytes(a, b);
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  const other = b as Readonly<Record<string, unknown>>;
  return keys.every((key) => isSame((a as typeof other)[key], other[key]));
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  // A call of `every` takes ten times as long, and there may be millions.
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
