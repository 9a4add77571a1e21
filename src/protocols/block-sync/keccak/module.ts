// The WebAssembly module that takes blocks into the state of Keccak: made of the specification,
// FIPS 202 §3, so that it can be read and checked as source.

/** Bytes that one permutation takes in: 1600 bits less twice the 256 of the hash. */
export const RATE = 136;
export const STATE_BYTES = 200;
const ROUNDS = 24;

// Where things are in the memory.
export const STATE = 0;
export const ROUND_CONSTANTS = 256;
export const INPUT = 512;
export const MEMORY_BYTES = 65_536;

/**
 * What is to be at `ROUND_CONSTANTS`: of each round eight bytes, the lowest first. FIPS 202 §3.2.5:
 * a feedback shift register.
 */
export function roundConstants(): Uint8Array {
  const bytes = new Uint8Array(8 * ROUNDS);
  let register = 1;
  for (let round = 0; round < ROUNDS; round++) {
    for (let j = 0; j <= 6; j++) {
      const bit = 2 ** j - 1;
      if ((register & 1) === 1) bytes[8 * round + (bit >> 3)]! |= 1 << (bit & 7);
      register = (register << 1) ^ ((register & 0x80) === 0 ? 0 : 0x171);
    }
  }
  return bytes;
}

// WebAssembly core specification 1.0, §5: the binary format.

type Code = readonly number[];

const [I32, I64] = [0x7f, 0x7e];

/**
 * The module: it exports `memory`, of `MEMORY_BYTES`, and `absorb`, which takes in so many blocks
 * of `RATE` bytes that are at `INPUT`.
 */
export function moduleBytes(): Uint8Array {
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    // One function of a number, which gives none, and a memory of one page.
    ...section(1, [1, 0x60, 1, I32, 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 1]),
    ...section(7, [2, ...exported("memory", 2), ...exported("absorb", 0)]),
    ...section(10, [1, ...sized([2, 2, I32, WORDS, I64, ...absorbCode(), END])]),
  ]);
}

function section(id: number, content: Code): Code {
  return [id, ...sized(content)];
}

function sized(content: Code): Code {
  return [...leb128(content.length), ...content];
}

function exported(name: string, kind: number): Code {
  return [...sized([...name].map((letter) => letter.charCodeAt(0))), kind, 0];
}

function leb128(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb128(value >>> 7)];
}

// Locals: the parameter, two addresses, and the words of the state, its successor and its columns.
const BLOCKS = 0;
const BLOCK_AT = 1;
const CONSTANT_AT = 2;
const A = 3;
const B = A + 25;
const C = B + 25;
const D = C + 5;
const WORDS = D + 5 - A;

const END = 0x0b;
const XOR = 0x85;
const AND = 0x83;
const ROTATE_LEFT = 0x89;

const LANES = Array.from({ length: 25 }, (_, i) => i);
const COLUMNS = [0, 1, 2, 3, 4];

function get(local: number): Code {
  return [0x20, local];
}

function set(local: number, value: Code): Code {
  return [...value, 0x21, local];
}

function xor(...values: readonly Code[]): Code {
  return values.flatMap((value, i) => (i === 0 ? value : [...value, XOR]));
}

/** A constant of 32 bits; the extra zero byte keeps its sign bit clear. */
function address(value: number): Code {
  return [0x41, (value & 0x7f) | 0x80, ((value >>> 7) & 0x7f) | 0x80, value >>> 14];
}

function load(base: Code, offset: number): Code {
  return [...base, 0x29, 3, ...leb128(offset)];
}

function rotated(value: Code, bits: number): Code {
  // The number of bits is a signed constant of two bytes: 63 at most.
  return bits === 0 ? value : [...value, 0x42, bits | 0x80, 0, ROTATE_LEFT];
}

function advanced(local: number, by: number): Code {
  return set(local, [...get(local), ...address(by), 0x6a]);
}

/** Repeats until a condition is zero. */
function loop(body: Code, condition: Code): Code {
  return [0x03, 0x40, ...body, ...condition, 0x0d, 0, END];
}

function absorbCode(): Code {
  const block = [
    ...LANES.slice(0, RATE / 8).flatMap((i) => {
      return set(A + i, xor(get(A + i), load(get(BLOCK_AT), 8 * i)));
    }),
    ...set(CONSTANT_AT, address(ROUND_CONSTANTS)),
    ...loop(
      [...roundCode(), ...advanced(CONSTANT_AT, 8)],
      // Until the last constant is used: not equal.
      [...get(CONSTANT_AT), ...address(ROUND_CONSTANTS + 8 * ROUNDS), 0x47],
    ),
    ...advanced(BLOCK_AT, RATE),
    ...set(BLOCKS, [...get(BLOCKS), ...address(1), 0x6b]),
  ];
  return [
    ...LANES.flatMap((i) => set(A + i, load(address(STATE), 8 * i))),
    ...set(BLOCK_AT, address(INPUT)),
    ...loop(block, get(BLOCKS)),
    ...LANES.flatMap((i) => [...address(STATE), ...get(A + i), 0x37, 3, ...leb128(8 * i)]),
  ];
}

/** One round. FIPS 202 §3.2: lane (x, y) is word x + 5y. */
function roundCode(): Code {
  const theta = [
    ...COLUMNS.flatMap((x) => set(C + x, xor(...COLUMNS.map((y) => get(A + x + 5 * y))))),
    ...COLUMNS.flatMap((x) => {
      return set(D + x, xor(get(C + ((x + 4) % 5)), rotated(get(C + ((x + 1) % 5)), 1)));
    }),
  ];
  const offsets = rotationOffsets();
  const rhoAndPi = LANES.flatMap((i) => {
    const [x, y] = [i % 5, Math.floor(i / 5)];
    const moved = rotated(xor(get(A + i), get(D + x)), offsets[i]!);
    return set(B + y + 5 * ((2 * x + 3 * y) % 5), moved);
  });
  const chi = LANES.flatMap((i) => {
    const row = i - (i % 5);
    const [next, afterNext] = [B + row + ((i + 1) % 5), B + row + ((i + 2) % 5)];
    const not = xor(get(next), [0x42, 0x7f]);
    return set(A + i, xor(get(B + i), [...not, ...get(afterNext), AND]));
  });
  const iota = set(A, xor(get(A), load(get(CONSTANT_AT), 0)));
  return [...theta, ...rhoAndPi, ...chi, ...iota];
}

/** FIPS 202 §3.2.2, by lane. */
function rotationOffsets(): number[] {
  const offsets = new Array<number>(25).fill(0);
  let [x, y] = [1, 0];
  for (let t = 0; t < 24; t++) {
    offsets[x + 5 * y] = (((t + 1) * (t + 2)) / 2) % 64;
    [x, y] = [y, (2 * x + 3 * y) % 5];
  }
  return offsets;
}
