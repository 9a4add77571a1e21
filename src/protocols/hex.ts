import { hexToBytes } from "@noble/hashes/utils.js";
import { assert } from "../sim/assert.ts";

/**
 * Bytes as lower-case hexadecimal digits, two each, without 0x. Made in one piece: a text that is
 * put together of two digits at a time stays a chain of 32 texts in memory, of a kilobyte.
 */
export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** What {@link hexOf} made of bytes, as bytes. For texts of our own making: asserts that it is. */
export function bytesOf(hex: string): Uint8Array {
  assert(isHex(hex), "expected lower-case hexadecimal digits in pairs, got", hex);
  return hexToBytes(hex);
}

/** Whether it is lower-case hexadecimal digits, two for each byte; of so many bytes, if given. */
export function isHex(text: string, sizeBytes: number = text.length / 2): boolean {
  return text.length === 2 * sizeBytes && text.length % 2 === 0 && /^[0-9a-f]*$/.test(text);
}
