// The yardstick: what the same machine does at the same time without any simulator.

const HOSTS = 100;
const CAPACITY = 256;

/**
 * 100 messages in flight between 100 hosts, each with a random receiver and a random delay of 1 to
 * 10 ms: a binary heap on typed arrays, xorshift, and a checksum. Returns the checksum.
 */
export function bareLoop(deliveries: number): number {
  const times = new Float64Array(CAPACITY);
  const sequences = new Uint32Array(CAPACITY);
  const receivers = new Uint8Array(CAPACITY);
  const received = new Uint32Array(HOSTS);
  let size = 0;
  let sequence = 0;
  let random = 2463534242;
  let checksum = 0;

  const below = (bound: number): number => {
    random ^= random << 13;
    random ^= random >>> 17;
    random ^= random << 5;
    return (random >>> 0) % bound;
  };
  const isBefore = (a: number, b: number): boolean =>
    times[a]! < times[b]! || (times[a] === times[b] && sequences[a]! < sequences[b]!);
  const swap = (a: number, b: number): void => {
    const [time, order, receiver] = [times[a]!, sequences[a]!, receivers[a]!];
    times[a] = times[b]!;
    sequences[a] = sequences[b]!;
    receivers[a] = receivers[b]!;
    times[b] = time;
    sequences[b] = order;
    receivers[b] = receiver;
  };
  const send = (now: number): void => {
    let at = size++;
    times[at] = now + 1_000 + below(9_001);
    sequences[at] = sequence++;
    receivers[at] = below(HOSTS);
    while (at > 0 && isBefore(at, (at - 1) >> 1)) {
      swap(at, (at - 1) >> 1);
      at = (at - 1) >> 1;
    }
  };
  const removeFirst = (): void => {
    swap(0, --size);
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= size) return;
      const child = left + 1 < size && isBefore(left + 1, left) ? left + 1 : left;
      if (!isBefore(child, at)) return;
      swap(at, child);
      at = child;
    }
  };

  for (let i = 0; i < HOSTS; i++) send(0);
  for (let i = 0; i < deliveries; i++) {
    const now = times[0]!;
    const receiver = receivers[0]!;
    removeFirst();
    received[receiver]!++;
    checksum = (Math.imul(checksum ^ now, 0x9e3779b1) + receiver) | 0;
    send(now);
  }
  return checksum;
}
