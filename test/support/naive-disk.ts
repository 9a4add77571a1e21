// What a disk must do, in the plainest way: a list of all writes, of which the first so many are
// durable; an image is made by applying writes to nothing, and all that a tear may leave is listed.

export type Write =
  | { readonly do: "append"; readonly file: string; readonly bytes: readonly number[] }
  /** `at` is a share of the file's size, in [0, 1]; so is `keep`. */
  | { readonly do: "write"; readonly file: string; readonly bytes: readonly number[]; at: number }
  | { readonly do: "truncate"; readonly file: string; readonly keep: number }
  | { readonly do: "rename"; readonly file: string; readonly to: string }
  | { readonly do: "remove"; readonly file: string };

/** By name, the bytes. */
export type Image = ReadonlyMap<string, readonly number[]>;

/** A write with its numbers worked out: from `offset` on, or the file cut to `sizeBytes`. */
type Change =
  | { readonly do: "put"; readonly file: string; readonly offset: number; bytes: readonly number[] }
  | { readonly do: "cut"; readonly file: string; readonly sizeBytes: number }
  | { readonly do: "rename"; readonly file: string; readonly to: string }
  | { readonly do: "remove"; readonly file: string };

/** The model. */
export class NaiveDisk {
  #durable: Image = new Map();
  #pending: Change[] = [];
  #written = 0;

  /** What the node reads. */
  get image(): Image {
    return this.#pending.reduce(apply, this.#durable);
  }

  get durable(): Image {
    return this.#durable;
  }

  /** Writes so far, durable, pending and lost. */
  get written(): number {
    return this.#written;
  }

  get pendingCount(): number {
    return this.#pending.length;
  }

  /** Notes the write; `size` is that of the file now. */
  write(write: Write, size: number): void {
    this.#written++;
    this.#pending.push(change(write, size));
  }

  /** The first `count` writes are durable. */
  settle(count: number): void {
    const first = this.#written - this.#pending.length;
    for (const write of this.#pending.splice(0, Math.max(0, count - first))) {
      this.#durable = apply(this.#durable, write);
    }
  }

  /** All that a crash may leave that keeps `kept` pending writes, and a part of the next one. */
  torn(kept: number, sectorBytes: number): readonly Image[] {
    const image = this.#pending.slice(0, kept).reduce(apply, this.#durable);
    const next = this.#pending[kept];
    if (next?.do !== "put") return [];
    const boundaries = next.bytes
      .map((_, i) => next.offset + i)
      .filter((place) => place % sectorBytes === 0);
    const heads = [0, ...boundaries.map((boundary) => boundary - next.offset)];
    return heads.flatMap((head) => {
      const part = apply(image, { ...next, bytes: next.bytes.slice(0, head) });
      const zeros = new Array<number>(next.bytes.length - head).fill(0);
      const end = part.get(next.file)!.length;
      const isLonger = next.offset + next.bytes.length > end;
      const tail = { ...next, offset: end, bytes: zeros.slice(end - next.offset - head) };
      return [...(head > 0 ? [part] : []), ...(isLonger ? [apply(part, tail)] : [])];
    });
  }

  /** What a crash leaves that keeps `kept` pending writes and tears none. */
  kept(kept: number): Image {
    return this.#pending.slice(0, kept).reduce(apply, this.#durable);
  }

  /** The crash has left this. */
  crashed(image: Image): void {
    this.#durable = image;
    this.#pending = [];
  }
}

function change(write: Write, size: number): Change {
  switch (write.do) {
    case "append":
      return { do: "put", file: write.file, offset: size, bytes: write.bytes };
    case "write":
      return { do: "put", file: write.file, offset: offsetOf(write.at, size), bytes: write.bytes };
    case "truncate":
      return { do: "cut", file: write.file, sizeBytes: offsetOf(write.keep, size) };
    default:
      return write;
  }
}

/** The place in a file of `size` bytes that a share of it means. */
export function offsetOf(share: number, size: number): number {
  return Math.floor(share * size);
}

function apply(image: Image, change: Change): Image {
  const next = new Map(image);
  const bytes = image.get(change.file) ?? [];
  switch (change.do) {
    case "put": {
      const end = change.offset + change.bytes.length;
      next.set(change.file, [
        ...bytes.slice(0, change.offset),
        ...change.bytes,
        ...bytes.slice(end),
      ]);
      break;
    }
    case "cut":
      next.set(change.file, bytes.slice(0, change.sizeBytes));
      break;
    case "rename":
      next.delete(change.file);
      next.set(change.to, bytes);
      break;
    case "remove":
      next.delete(change.file);
  }
  return next;
}
