// What the backend tells of its files and its chain.

import { isBlock } from "./access.ts";
import type { BackendContext } from "./backend-context.ts";
import type { BackendState, Block } from "./backend-state.ts";
import { confirmationsOf, requiredFor } from "./blocks.ts";
import type { BlockInfo, ChainStats, ChunkInfo, FileInfo, UploadReceipt } from "./messages.ts";

/** What an upload has come to. */
export function receiptOf(block: Block): UploadReceipt {
  const { file, status, chunks, link } = block;
  const confirmations = confirmationsOf(block);
  return { file, status, chunkCount: chunks.length, blockIndex: link?.index, confirmations };
}

/** A file with its chunks, and who holds them. */
export function fileInfo(block: Block, context: BackendContext): FileInfo {
  const { file, status, sizeBytes, root } = block;
  const chunks = block.chunks.map((chunk, index): ChunkInfo => {
    const proven = [...chunk.holders.values()].filter(({ isProven }) => isProven);
    const holders = proven.map(({ replica }) => replica.node).sort();
    const intended = chunk.intended.map(({ node }) => node);
    const assigned = [...new Set([...intended, ...holders])].sort();
    const required = requiredFor(chunk, context);
    return { index, sizeBytes: chunk.sizeBytes, required, assigned, holders };
  });
  return { file, status, sizeBytes, root, chunks };
}

/** Blocks of the chain, the oldest first: at most `limit`, from the one at `offset` on. */
export function blocksOf(state: BackendState, limit: number, offset: number): BlockInfo[] {
  return chainOf(state)
    .slice(offset, offset + limit)
    .map((block) => {
      const { file, status, link } = block;
      return { ...link!, file, status, confirmations: confirmationsOf(block) };
    });
}

/** How many blocks there are, of each status. */
export function statsOf(state: BackendState): ChainStats {
  const chain = chainOf(state);
  const countOf = (status: Block["status"]): number =>
    chain.filter((block) => block.status === status).length;
  return {
    blocks: chain.length,
    pending: countOf("pending"),
    confirmed: countOf("confirmed"),
    rejected: countOf("rejected"),
    head: state.ledger.head,
  };
}

/** Its blocks, the oldest first, as far as they are durable. */
function chainOf({ chain, blocks }: BackendState): Block[] {
  return chain.map((file) => blocks.get(file)!).filter(isBlock);
}
