/**
 * A text that says all of a value: two values have the same text just if their contents are equal.
 * Knows plain data; anything else (a function, a symbol) throws a TypeError. With `isSorted` false
 * the order of an object's fields counts, which is quicker.
 */
export function contentOf(value: unknown, isSorted = true): string {
  switch (typeof value) {
    case "string":
      return `"${value.length}:${value}`;
    case "number":
      return `${value};`;
    case "boolean":
      return value ? "t" : "f";
    case "undefined":
      return "u";
    case "bigint":
      return `${value}n`;
    case "object":
      return value === null ? "z" : contentOfObject(value, isSorted);
    default:
      throw new TypeError(`expected plain data, got a ${typeof value}`);
  }
}

/** Whether two values are one, or have equal contents. */
export function isSameContent(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) {
    return Number.isNaN(a) && Number.isNaN(b);
  }
  return contentOf(a) === contentOf(b);
}

function contentOfObject(value: object, isSorted: boolean): string {
  if (Array.isArray(value)) {
    let text = "[";
    for (const item of value) text += contentOf(item, isSorted);
    return `${text}]`;
  }
  if (value instanceof Uint8Array) return `b${value.length}:${value.join()}`;
  if (value instanceof Map) return `m${contentOfSet([...value], isSorted)}`;
  if (value instanceof Set) return `s${contentOfSet([...value], isSorted)}`;
  const fields = Object.entries(value);
  // By code units: the same everywhere.
  if (isSorted) fields.sort(([a], [b]) => (a < b ? -1 : 1));
  let text = "{";
  for (const [name, field] of fields) text += contentOf(name) + contentOf(field, isSorted);
  return `${text}}`;
}

/** Without an order: that in which things were put in is no part of what a set or a map holds. */
function contentOfSet(items: readonly unknown[], isSorted: boolean): string {
  const texts = items.map((item) => contentOf(item, isSorted));
  return `(${texts.sort().join("")})`;
}
