/**
 * CRC-32C (Castagnoli), reflected, of bytes [start, end), as a whole number in [0, 2^32). It finds
 * every change of up to three bits, and of up to five in at most 655 bytes; of others it misses one
 * in 2^32. `seed` makes equal bytes have different checksums in different places; 0 is the usual.
 * Source: RFC 3720 §B.4; Koopman, 32-Bit Cyclic Redundancy Codes for Internet Applications, 2002.
 */
export function crc32c(bytes: Uint8Array, start: number, end: number, seed = 0): number {
  let crc = ~seed;
  for (let i = start; i < end; i++) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ bytes[i]!) & 0xff]!;
  return ~crc >>> 0;
}

const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});
