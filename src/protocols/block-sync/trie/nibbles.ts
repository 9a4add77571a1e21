// Half bytes, the digits of a key in base 16, and how a path of them is written. A path of our own
// is a Uint8Array of one nibble a byte.

/** How many nibbles a key has. */
export function nibbleCount(key: Uint8Array): number {
  return 2 * key.length;
}

/** The nibble of a key at an index, the high half of a byte first. */
export function nibbleAt(key: Uint8Array, index: number): number {
  const byte = key[index >> 1]!;
  return (index & 1) === 0 ? byte >> 4 : byte & 15;
}

/** The nibbles [start, end) of a key. */
export function nibblesOf(key: Uint8Array, start: number, end: number): Uint8Array {
  const path = new Uint8Array(end - start);
  for (let i = 0; i < path.length; i++) path[i] = nibbleAt(key, start + i);
  return path;
}

/** The first index from `start` at which two keys differ, or at which one ends. */
export function firstDifference(a: Uint8Array, b: Uint8Array, start: number): number {
  const end = Math.min(nibbleCount(a), nibbleCount(b));
  let index = start;
  while (index < end && nibbleAt(a, index) === nibbleAt(b, index)) index++;
  return index;
}

/** How many nibbles of a path are those of a key from an index on. */
export function matchLength(path: Uint8Array, key: Uint8Array, index: number): number {
  const end = Math.min(path.length, nibbleCount(key) - index);
  let length = 0;
  while (length < end && path[length] === nibbleAt(key, index + length)) length++;
  return length;
}

/**
 * Where the keys are that go on from an index with a path, as seen from a bound that has the same
 * nibbles up to there: all below it, all at or above it, or, when the path is the bound's, on both
 * sides.
 */
export function sideOf(
  path: Uint8Array,
  index: number,
  bound: Uint8Array,
): "below" | "above" | "both" {
  const length = matchLength(path, bound, index);
  if (length === path.length) return "both";
  if (index + length === nibbleCount(bound)) return "above";
  return path[length]! < nibbleAt(bound, index + length) ? "below" : "above";
}

/** A key's nibbles from `start` on, as the path of a leaf. Yellow paper, appendix C: hex prefix. */
export function leafPrefix(key: Uint8Array, start: number): Uint8Array {
  const isOdd = (start & 1) === 1;
  const rest = key.subarray((start + 1) >> 1);
  const bytes = new Uint8Array(rest.length + 1);
  bytes[0] = isOdd ? 0x30 | nibbleAt(key, start) : 0x20;
  bytes.set(rest, 1);
  return bytes;
}

/** A path as that of an extension. Yellow paper, appendix C. */
export function extensionPrefix(path: Uint8Array): Uint8Array {
  const isOdd = (path.length & 1) === 1;
  const bytes = new Uint8Array((path.length >> 1) + 1);
  if (isOdd) bytes[0] = 0x10 | path[0]!;
  for (let i = isOdd ? 1 : 0, at = 1; i < path.length; i += 2) {
    bytes[at++] = (path[i]! << 4) | path[i + 1]!;
  }
  return bytes;
}

/** What is in a hex prefix; undefined when it is not the one way to write a path. */
export function readPrefix(
  bytes: Uint8Array,
): { readonly isLeaf: boolean; readonly path: Uint8Array } | undefined {
  const flags = (bytes[0] ?? 0xff) >> 4;
  const isOdd = (flags & 1) === 1;
  if (flags > 3 || (!isOdd && (bytes[0]! & 15) !== 0)) return undefined;
  return { isLeaf: flags >= 2, path: nibblesOf(bytes, isOdd ? 1 : 2, nibbleCount(bytes)) };
}

/** The key of an even number of nibbles. */
export function keyOf(path: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: path.length / 2 }, (_, i) => {
    return (path[2 * i]! << 4) | path[2 * i + 1]!;
  });
}

/** A path and what comes below it. */
export function joinedPath(path: Uint8Array, below: Uint8Array): Uint8Array {
  return Uint8Array.of(...path, ...below);
}

/** Below zero, zero or above zero, as bytes are ordered; what is cut off comes first. */
export function compareKeys(a: Uint8Array, b: Uint8Array): number {
  const end = Math.min(a.length, b.length);
  for (let i = 0; i < end; i++) {
    if (a[i] !== b[i]) return a[i]! - b[i]!;
  }
  return a.length - b.length;
}
