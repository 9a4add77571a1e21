// Bytes of files, whole and by sector.

/** A file as one image of the disk holds it; `bytes` may be longer, and is zero behind the file. */
export interface FileImage {
  bytes: Uint8Array;
  sizeBytes: number;
}

/** What the medium holds of a sector, as far as the disk's own image goes. */
export function sectorOf({ bytes }: FileImage, sector: number, sectorBytes: number): Uint8Array {
  const copied = new Uint8Array(sectorBytes);
  copied.set(bytes.subarray(sector * sectorBytes, (sector + 1) * sectorBytes));
  return copied;
}

/** Puts bytes into an image from a sector on; the image's size stays. */
export function putSector(image: FileImage, sector: number, bytes: Uint8Array): void {
  const from = sector * bytes.length;
  image.bytes = withRoom(image.bytes, from + bytes.length);
  image.bytes.set(bytes, from);
}

/** Zeros what lies in a sector at or behind a place in the file. */
export function maskSector(bytes: Uint8Array, sector: number, from: number): void {
  bytes.fill(0, Math.min(bytes.length, Math.max(0, from - sector * bytes.length)));
}

/** Cuts the file, or lengthens it with zeros. */
export function resize(image: FileImage, sizeBytes: number): void {
  if (sizeBytes < image.bytes.length) image.bytes.fill(0, sizeBytes);
  image.bytes = withRoom(image.bytes, sizeBytes);
  image.sizeBytes = sizeBytes;
}

/** The sectors of bytes [from, to), with what else of `bytes` lies in them. */
export function versionsOf(
  bytes: Uint8Array,
  from: number,
  to: number,
  sectorBytes: number,
): Map<number, Uint8Array> {
  const versions = new Map<number, Uint8Array>();
  const end = Math.ceil(to / sectorBytes);
  for (let sector = Math.floor(from / sectorBytes); sector < end; sector++) {
    const start = sector * sectorBytes;
    const version = new Uint8Array(sectorBytes);
    version.set(bytes.subarray(start, start + sectorBytes));
    versions.set(sector, version);
  }
  return versions;
}

/** The same bytes with room for `sizeBytes`; the rest is zero. */
export function withRoom(bytes: Uint8Array, sizeBytes: number): Uint8Array {
  if (sizeBytes <= bytes.length) return bytes;
  const larger = new Uint8Array(Math.max(sizeBytes, bytes.length * 2));
  larger.set(bytes);
  return larger;
}

/**
 * Puts the first `sizeBytes` bytes in place. A loop beats `set(subarray())` for the few dozen bytes
 * of a usual record, by three times; four bytes at a time, by four.
 */
export function copy(from: Uint8Array, to: Uint8Array, start: number, sizeBytes: number): void {
  if (sizeBytes > 64) {
    to.set(from.subarray(0, sizeBytes), start);
    return;
  }
  let i = 0;
  for (; i + 3 < sizeBytes; i += 4) {
    to[start + i] = from[i]!;
    to[start + i + 1] = from[i + 1]!;
    to[start + i + 2] = from[i + 2]!;
    to[start + i + 3] = from[i + 3]!;
  }
  for (; i < sizeBytes; i++) to[start + i] = from[i]!;
}
