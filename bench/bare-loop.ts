// The yardstick: what the same machine does at the same time without any simulator.

const HOSTS = 100;
const CAPACITY = 256;

/**
 * 100 messages in flight between 100 hosts, each with a random receiver and a random delay of 1 to
 * 10 ms: a binary heap on typed arrays, xorshift, and a checksum.
 */
export class BareLoop {
  readonly #times = new Float64Array(CAPACITY);
  readonly #sequences = new Uint32Array(CAPACITY);
  readonly #receivers = new Uint8Array(CAPACITY);
  readonly #received = new Uint32Array(HOSTS);
  #size = 0;
  #sequence = 0;
  #random = 2463534242;

  /** Returns the checksum. */
  run(deliveries: number): number {
    let checksum = 0;
    for (let i = 0; i < HOSTS; i++) this.#send(0);
    for (let i = 0; i < deliveries; i++) {
      const now = this.#times[0]!;
      const receiver = this.#receivers[0]!;
      this.#removeFirst();
      this.#received[receiver]!++;
      checksum = (Math.imul(checksum ^ now, 0x9e3779b1) + receiver) | 0;
      this.#send(now);
    }
    return checksum;
  }

  #send(now: number): void {
    let at = this.#size++;
    this.#times[at] = now + 1_000 + this.#below(9_001);
    this.#sequences[at] = this.#sequence++;
    this.#receivers[at] = this.#below(HOSTS);
    while (at > 0 && this.#isBefore(at, (at - 1) >> 1)) {
      this.#swap(at, (at - 1) >> 1);
      at = (at - 1) >> 1;
    }
  }

  #removeFirst(): void {
    this.#swap(0, --this.#size);
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= this.#size) return;
      const isRight = left + 1 < this.#size && this.#isBefore(left + 1, left);
      const child = isRight ? left + 1 : left;
      if (!this.#isBefore(child, at)) return;
      this.#swap(at, child);
      at = child;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const times = this.#times;
    if (times[a] !== times[b]) return times[a]! < times[b]!;
    return this.#sequences[a]! < this.#sequences[b]!;
  }

  /** Written out: one function for columns of three kinds would be slower. */
  #swap(a: number, b: number): void {
    const time = this.#times[a]!;
    const sequence = this.#sequences[a]!;
    const receiver = this.#receivers[a]!;
    this.#times[a] = this.#times[b]!;
    this.#sequences[a] = this.#sequences[b]!;
    this.#receivers[a] = this.#receivers[b]!;
    this.#times[b] = time;
    this.#sequences[b] = sequence;
    this.#receivers[b] = receiver;
  }

  #below(bound: number): number {
    let random = this.#random;
    random ^= random << 13;
    random ^= random >>> 17;
    random ^= random << 5;
    this.#random = random;
    return (random >>> 0) % bound;
  }
}
