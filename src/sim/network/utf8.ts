// Text as UTF-8. A lone surrogate, which has no UTF-8, takes the three bytes that its number would
// take, so that every text comes back as it was.

/** How many bytes a text takes. O(length). */
export function utf8Size(text: string): number {
  let size = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.codePointAt(i)!;
    if (code >= 0x80) size += code < 0x800 ? 1 : 2;
    // Two characters of the text become four bytes.
    if (code > 0xffff) i++;
  }
  return size;
}

/** Writes a text into bytes that have room for it, from `at` on; returns where it ends. */
export function writeUtf8(text: string, bytes: Uint8Array, at: number): number {
  let end = at;
  for (let i = 0; i < text.length; i++) {
    const code = text.codePointAt(i)!;
    if (code > 0xffff) i++;
    const more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x1_0000 ? 2 : 3;
    bytes[end++] = FIRST_BYTE[more]! | (code >> (6 * more));
    for (let k = more - 1; k >= 0; k--) bytes[end++] = 0x80 | ((code >> (6 * k)) & 0x3f);
  }
  return end;
}

/** The text of bytes that `writeUtf8` wrote; of others some text, or undefined. */
export function readUtf8(bytes: Uint8Array): string | undefined {
  const characters: string[] = [];
  for (let i = 0; i < bytes.length; ) {
    const first = bytes[i++]!;
    const more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    let code = more === 0 ? first : first & (0x3f >> more);
    for (let k = 0; k < more; k++) code = (code << 6) | ((bytes[i++] ?? 0) & 0x3f);
    if (code > 0x10_ffff) return undefined;
    characters.push(String.fromCodePoint(code));
  }
  return characters.join("");
}

/** By how many bytes follow, the bits that say so. */
const FIRST_BYTE = [0, 0xc0, 0xe0, 0xf0];
