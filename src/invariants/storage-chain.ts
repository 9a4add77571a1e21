// The chain of blocks as clients are shown it, page by page.

import type { HistoryEntry } from "../sim/history.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import { dataOf } from "./storage-view.ts";

/** A block as a client is shown it. */
interface ShownBlock {
  readonly index: number;
  readonly previous: string;
  readonly hash: string;
  readonly file: string;
}

/** What an upload and a page of blocks came to; each has some of these. */
interface Answer {
  readonly file?: string;
  readonly blockIndex?: number;
  readonly blocks?: readonly ShownBlock[];
}

/** Before the first block. */
const GENESIS = "0".repeat(64);

/**
 * Whatever pages of the chain clients are shown, they are of one chain that only grows: each block
 * has the hash of the one before it, and an index of its own; a file has one block at most, and it
 * is the one that its uploader was told. Measures how many blocks were shown: `chainBlocks`.
 */
export function chainIsLinear(name: string): Invariant {
  const made = {
    name,
    state: {
      returned: 0,
      /** By index, what was shown there. */
      blocks: new Map<number, ShownBlock>(),
      /** By file, its block as it was shown or told. */
      indexOf: new Map<string, number>(),
    },
    onStep: ({ history, metrics }: World) => {
      const { state } = made;
      for (; state.returned < history.returned.length; state.returned++) {
        const wrong = wrongWith(history.returned[state.returned]!, state);
        if (wrong !== undefined) return wrong;
        metrics.gauge("chainBlocks", state.blocks.size);
      }
      return undefined;
    },
  };
  return made;
}

interface Shown {
  readonly blocks: Map<number, ShownBlock>;
  readonly indexOf: Map<string, number>;
}

function wrongWith(
  { id, operation, outcome, result }: HistoryEntry,
  shown: Shown,
): string | undefined {
  if (outcome !== "ok") return undefined;
  const { op, offset } = dataOf<{ op: string; offset: number }>(operation);
  const { file, blockIndex, blocks } = dataOf<Answer>(result ?? {});
  if (op === "upload" && blockIndex !== undefined) return place(file!, blockIndex, shown);
  if (op !== "blocks") return undefined;
  for (const [i, block] of blocks!.entries()) {
    if (block.index !== offset + i) {
      return `${id}: the block at ${offset + i} has the index ${block.index}`;
    }
    const wrong = place(block.file, block.index, shown) ?? link(block, shown.blocks);
    if (wrong !== undefined) return `${id}: ${wrong}`;
  }
  return undefined;
}

/** A file has one block. */
function place(file: string, index: number, { indexOf, blocks }: Shown): string | undefined {
  const known = indexOf.get(file);
  if (known !== undefined && known !== index) return `${file} is block ${known}, and ${index} too`;
  const other = blocks.get(index);
  if (other !== undefined && other.file !== file) {
    return `block ${index} is of ${other.file}, and of ${file} too`;
  }
  indexOf.set(file, index);
  return undefined;
}

/** Its neighbours are linked by hashes, and it is the one that was shown before. */
function link(block: ShownBlock, blocks: Map<number, ShownBlock>): string | undefined {
  const { index, hash, previous } = block;
  const known = blocks.get(index);
  if (known !== undefined && known.hash !== hash) return `block ${index} has another hash now`;
  const before = index === 0 ? GENESIS : blocks.get(index - 1)?.hash;
  if (before !== undefined && before !== previous) {
    return `block ${index} does not have the hash of the one before it`;
  }
  const after = blocks.get(index + 1);
  if (after !== undefined && after.previous !== hash) {
    return `block ${index + 1} does not have the hash of the one before it`;
  }
  blocks.set(index, block);
  return undefined;
}
