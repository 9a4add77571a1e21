// Keccak-256 in WebAssembly, which has the words of 64 bits that Keccak is made of: JavaScript has
// to put them together of halves, and takes about ten times as long. A trie does little but hash.

import {
  INPUT,
  MEMORY_BYTES,
  moduleBytes,
  RATE,
  ROUND_CONSTANTS,
  roundConstants,
  STATE,
  STATE_BYTES,
} from "./module.ts";

/** What is used of WebAssembly; its types come with those of browsers only. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

const HASH_BYTES = 32;

/** How much is taken in at once: what is longer comes in parts. */
const INPUT_MAX = Math.floor((MEMORY_BYTES - INPUT) / RATE) * RATE;

interface Exports {
  /** Takes in so many blocks. */
  readonly absorb: (blocks: number) => void;
  readonly memory: { readonly buffer: ArrayBuffer };
}

const {
  absorb,
  memory,
} = // What `moduleBytes` says that it exports.
  new WebAssembly.Instance(new WebAssembly.Module(moduleBytes())).exports as Exports;

/** Scratch: each message begins with a cleared state, and overwrites what it reads. */
const MEMORY = new Uint8Array(memory.buffer);
MEMORY.set(roundConstants(), ROUND_CONSTANTS);

/** Keccak-256 as Ethereum uses it (padding 0x01, not the 0x06 of SHA3-256): 32 bytes. */
export function keccak256(bytes: Uint8Array): Uint8Array {
  MEMORY.fill(0, STATE, STATE + STATE_BYTES);
  let at = 0;
  for (; bytes.length - at >= INPUT_MAX; at += INPUT_MAX) {
    MEMORY.set(bytes.subarray(at, at + INPUT_MAX), INPUT);
    absorb(INPUT_MAX / RATE);
  }
  const rest = bytes.length - at;
  const blocks = Math.floor(rest / RATE) + 1;
  const end = INPUT + blocks * RATE;
  MEMORY.set(at === 0 ? bytes : bytes.subarray(at), INPUT);
  MEMORY.fill(0, INPUT + rest, end);
  MEMORY[INPUT + rest] = 0x01;
  MEMORY[end - 1]! |= 0x80;
  absorb(blocks);
  return MEMORY.slice(STATE, STATE + HASH_BYTES);
}
