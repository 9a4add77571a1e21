/** Whether two pieces of a plan are the same data. */
export function isEqual(a: unknown, b: unknown): boolean {
  // Fields in the order in which the checks of plans and the defaults make them may differ.
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([field, item]) => [field, sorted(item)]);
}
