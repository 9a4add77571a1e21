import { type Choice, decide, imageAfter, type Volatile } from "./disk-crash.ts";

/** More ways than these to arrive at the outcomes are not gone through. */
const WAYS_MAX = 1 << 16;

/**
 * Every distinct outcome of a crash, as bytes by name of file; undefined when there are more than
 * `limit`, or more than 65,536 ways to arrive at them. The files are split. O(ways * size).
 */
export function allImages(
  disk: Volatile,
  limit: number,
): ReadonlyMap<string, Uint8Array>[] | undefined {
  const images = new Map<string, ReadonlyMap<string, Uint8Array>>();
  const odometer = new Odometer();
  for (let ways = 0; ways < WAYS_MAX; ways++) {
    const image = imageAfter(disk, decide(disk, odometer.choice));
    images.set(keyOf(image), image);
    if (images.size > limit) return undefined;
    if (!odometer.advance()) return [...images.values()];
  }
  return undefined;
}

/** Goes through all sequences of answers to questions that may depend on the answers before. */
class Odometer {
  readonly #digits: { value: number; readonly max: number }[] = [];
  #asked = 0;

  readonly choice: Choice = {
    sizesKept: ({ pending }) => this.#ask(pending.length),
    versionsKept: (_file, _sector, writers) => this.#ask(writers.length),
    keepsName: () => this.#ask(1) === 1,
  };

  /** The next sequence; false when that was the last. */
  advance(): boolean {
    const digits = this.#digits;
    while (digits.length > 0 && digits.at(-1)!.value === digits.at(-1)!.max) digits.pop();
    this.#asked = 0;
    if (digits.length === 0) return false;
    digits.at(-1)!.value++;
    return true;
  }

  #ask(max: number): number {
    const place = this.#asked++;
    if (place === this.#digits.length) this.#digits.push({ value: 0, max });
    return this.#digits[place]!.value;
  }
}

function keyOf(image: ReadonlyMap<string, Uint8Array>): string {
  const files = [...image].map(([name, bytes]): [string, string] => [name, bytes.join(" ")]);
  return JSON.stringify(files.sort(([a], [b]) => (a < b ? -1 : 1)));
}
