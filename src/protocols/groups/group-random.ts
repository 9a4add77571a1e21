import { assert } from "../../sim/assert.ts";
import type { Env } from "../../sim/env.ts";
import type { GroupName } from "./scope.ts";

type Random = Env<never>["random"];

/** Where the random numbers of a host's groups stand, as plain data. */
export interface GroupDraws {
  /** Drawn anew in each life of the host, from its own stream. */
  key: number;
  /** By group, how many words were drawn. */
  readonly drawn: Map<GroupName, number>;
}

/** Before the first draw. */
export function initialGroupDraws(): GroupDraws {
  return { key: 0, drawn: new Map() };
}

/**
 * A group's own random numbers: its n-th word follows from the host's key, its name and n alone, so
 * that what one group draws, and whether there is another, shifts nobody's draws. `draws` gives the
 * current memory.
 */
export function groupRandom(group: GroupName, draws: () => GroupDraws): Random {
  const nameKey = keyOf(group);
  const word = (): number => {
    const { key, drawn } = draws();
    const n = (drawn.get(group) ?? 0) + 1;
    drawn.set(group, n);
    return wordOf(key, nameKey, n);
  };
  const int = (low: number, high: number): number => {
    const count = high - low + 1;
    assert(count >= 1 && count <= WORDS, "not a range:", low, high);
    return low + Math.floor((word() / WORDS) * count);
  };
  return {
    int,
    chance: (probability) => word() / WORDS < probability,
    pick: (items) => items[int(0, items.length - 1)]!,
    // Fisher and Yates, from the end.
    shuffle: (items) => {
      const shuffled = [...items];
      for (let i = shuffled.length - 1; i > 0; i--) {
        const j = int(0, i);
        [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
      }
      return shuffled;
    },
  };
}

const WORDS = 0x1_0000_0000;

/** 32 random bits, in [0, 2^32): the finalizer of MurmurHash3, once for each of the three. */
function wordOf(key: number, nameKey: number, n: number): number {
  return mixed(mixed(mixed(key) ^ nameKey) ^ Math.imul(n, 0x9e3779b9)) >>> 0;
}

function mixed(word: number): number {
  let hash = word ^ (word >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** FNV-1a over the characters. */
function keyOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash;
}
