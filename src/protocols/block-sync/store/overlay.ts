import type { Disk, DiskError } from "../../../sim/env.ts";

/** A disk as it is, on which changes are made in memory only: for whoever wants to look. */
export class Overlay implements Disk {
  readonly #disk: Disk;
  /** What was changed; undefined when it was removed. */
  readonly #changed = new Map<string, Uint8Array | undefined>();

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  read(file: string): Uint8Array | undefined {
    return this.#changed.has(file) ? this.#changed.get(file)?.slice() : this.#disk.read(file);
  }

  sizeOf(file: string): number {
    return this.read(file)?.length ?? 0;
  }

  list(): readonly string[] {
    const files = new Set([...this.#disk.list(), ...this.#changed.keys()]);
    return [...files].filter((file) => this.read(file) !== undefined).sort();
  }

  append(file: string, bytes: Uint8Array, sizeBytes = bytes.length): DiskError | undefined {
    return this.write(file, bytes.subarray(0, sizeBytes), this.sizeOf(file));
  }

  write(file: string, bytes: Uint8Array, offset: number): undefined {
    const before = this.read(file) ?? new Uint8Array(0);
    const after = new Uint8Array(Math.max(before.length, offset + bytes.length));
    after.set(before);
    after.set(bytes, offset);
    this.#changed.set(file, after);
  }

  truncate(file: string, sizeBytes: number): undefined {
    this.#changed.set(file, this.read(file)?.subarray(0, sizeBytes));
  }

  rename(from: string, to: string): undefined {
    this.#changed.set(to, this.read(from));
    this.remove(from);
  }

  remove(file: string): undefined {
    this.#changed.set(file, undefined);
  }

  sync(): void {}

  syncDirectory(): void {}
}
