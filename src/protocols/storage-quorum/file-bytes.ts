/**
 * The content of a file that a workload uploads: `sizeBytes` bytes that follow from `fill`, a whole
 * number. They look random, and other fills give others. xorshift32: Marsaglia, Xorshift RNGs,
 * 2003.
 */
export function fileBytes(fill: number, sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  // Odd, so that it is never 0, from which xorshift would never move on.
  let word = (Math.imul(fill, 2) ^ Math.imul(Math.floor(fill / 0x8000_0000), 0x9e37_79b6)) | 1;
  // Fills that are close give beginnings that are not.
  for (let i = 0; i < 8; i++) word = next(word);
  const words = new DataView(bytes.buffer);
  let i = 0;
  for (; i + 3 < sizeBytes; i += 4) {
    word = next(word);
    words.setInt32(i, word, true);
  }
  for (word = next(word); i < sizeBytes; i++) {
    bytes[i] = word;
    word >>>= 8;
  }
  return bytes;
}

function next(word: number): number {
  let mixed = word ^ (word << 13);
  mixed ^= mixed >>> 17;
  return mixed ^ (mixed << 5);
}
