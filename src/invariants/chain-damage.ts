// What a node says of its disk, held against the bytes that are on it.

import type { NodeId, Plain } from "../sim/env.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import type { Micros } from "../sim/time.ts";
import type { ChainView } from "./chain-view.ts";

/** Files of blocks that rot on one host, and when it is known that they were whole. */
export interface Rot {
  readonly host: NodeId;
  /** By rising height: the first record of each is none of a block. */
  readonly files: readonly string[];
  /** Nothing is written in this span, and nothing rots before its end. */
  readonly from: Micros;
  readonly until: Micros;
  /** The question that is asked when the files have rotted. */
  readonly question: string;
}

/**
 * Asked to verify its chain, a host names the first block whose record is not what it was, the file
 * in which that is, and a reason. The height is counted on the disk: a record for each block, in
 * order. Counts `damagesNamed`.
 */
export function damageIsNamed(name: string, rot: Rot): Invariant<ChainView> {
  const made = {
    name,
    supposes: ["faults", "operations", "conditions"] as const,
    state: { whole: [] as Uint8Array[], rotten: [] as Uint8Array[] },
    onStep: (world: World<ChainView>) => {
      const { state } = made;
      const { now } = world;
      if (now < rot.from || state.rotten.length > 0) return undefined;
      if (now < rot.until && state.whole.length === 0) state.whole = filesOf(world, rot);
      if (now > rot.until) state.rotten = filesOf(world, rot);
      return undefined;
    },
    onEnd: ({ history, metrics }: World<ChainView>) => {
      const { whole, rotten } = made.state;
      const found = firstDamage(rot.files, whole, rotten);
      const asked = history.returned.find(({ id }) => id === rot.question);
      if (found === undefined) return "nothing has rotted";
      // An answer of the chain's has these fields, if it tells of damage.
      const { kind, file, height, reason } = (asked?.result ?? {}) as unknown as Damaged;
      const isNamed = kind === "damaged" && file === found.file && height === found.height;
      const what = `block ${found.height} in ${found.file} has rotted`;
      if (!isNamed || reason === undefined) return `${what}, and ${JSON.stringify(asked?.result)}`;
      metrics.count("damagesNamed");
      return undefined;
    },
  };
  return made;
}

interface Damaged {
  readonly kind?: Plain;
  readonly file?: Plain;
  readonly height?: Plain;
  readonly reason?: Plain;
}

function filesOf({ servers }: World<ChainView>, { host, files }: Rot): Uint8Array[] {
  const disk = servers.find(({ id }) => id === host)!;
  return files.map((file) => {
    const { bytes, sizeBytes } = disk.durable(file) ?? { bytes: new Uint8Array(0), sizeBytes: 0 };
    return bytes.slice(0, sizeBytes);
  });
}

/** Where a file's first record has rotted, which is of no block, the block behind it is lost. */
function firstDamage(
  files: readonly string[],
  whole: readonly Uint8Array[],
  rotten: readonly Uint8Array[],
): { readonly file: string; readonly height: number } | undefined {
  let below = 0;
  for (const [i, bytes] of whole.entries()) {
    const ends = recordEnds(bytes);
    const at = bytes.findIndex((byte, place) => byte !== rotten[i]?.[place]);
    if (at !== -1) {
      const record = ends.findIndex((end) => at < end);
      return { file: files[i]!, height: below + Math.max(1, record) };
    }
    below += ends.length - 1;
  }
  return undefined;
}

const HEADER_BYTES = 16;

/** Where the records of a journal end: each says first how long its payload is, twice and one. */
function recordEnds(bytes: Uint8Array): number[] {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ends: number[] = [];
  for (let at = 0; at + HEADER_BYTES <= bytes.length; ) {
    at += HEADER_BYTES + (words.getUint32(at, true) >>> 1);
    ends.push(at);
  }
  return ends;
}
