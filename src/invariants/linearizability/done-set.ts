/**
 * Which operations are done: a set with an incremental hash (Zobrist 1970). Bits of those that must
 * be done come first, in order of invocation: as they are done in nearly that order, only the words
 * between the first that is not full and the last that is not empty say anything.
 */
export class DoneSet {
  readonly words: Int32Array;
  /** How many words are for those that must be done; the rest is for the others. */
  readonly requiredWords: number;
  /** The first of the required words that is not full, and the last that is not empty. */
  low = 0;
  high = 0;
  hash = 0;

  readonly #bits: Int32Array;
  readonly #random: Int32Array;

  constructor(isOptional: Uint8Array, required: number) {
    const count = isOptional.length;
    this.requiredWords = (required >>> 5) + 1;
    const optionalWords = (count - required + 31) >>> 5;
    this.words = new Int32Array(this.requiredWords + optionalWords);
    this.#bits = new Int32Array(count);
    this.#random = new Int32Array(count);
    let nextRequired = 0;
    let nextOptional = this.requiredWords << 5;
    for (let i = 0; i < count; i++) {
      this.#bits[i] = isOptional[i] === 1 ? nextOptional++ : nextRequired++;
      this.#random[i] = mix(i + 1);
    }
  }

  /** Whether an operation is done. */
  has(operation: number): boolean {
    const bit = this.#bits[operation]!;
    return ((this.words[bit >>> 5]! >>> (bit & 31)) & 1) === 1;
  }

  /** Adds an operation that is not in it. */
  add(operation: number): void {
    const { words } = this;
    const bit = this.#bits[operation]!;
    const word = bit >>> 5;
    words[word]! |= 1 << (bit & 31);
    this.hash ^= this.#random[operation]!;
    if (word >= this.requiredWords) return;
    if (word > this.high) this.high = word;
    // The last of the required words is never full: it has a bit too many.
    while (words[this.low] === -1) this.low++;
  }

  /** Takes out an operation that is in it. */
  remove(operation: number): void {
    const { words } = this;
    const bit = this.#bits[operation]!;
    const word = bit >>> 5;
    words[word]! &= ~(1 << (bit & 31));
    this.hash ^= this.#random[operation]!;
    if (word >= this.requiredWords) return;
    if (word < this.low) this.low = word;
    while (this.high > 0 && words[this.high] === 0) this.high--;
  }
}

/** A number that looks random, the same for the same: the finaliser of MurmurHash3. */
export function mix(value: number): number {
  let x = Math.imul(value, 0x9e3779b1);
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}
