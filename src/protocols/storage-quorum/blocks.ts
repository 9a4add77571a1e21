// What the ledger's entries make of the backend's memory; and what is asked of a block.

import type { NodeId } from "../../sim/env.ts";
import { bytesOf, hexOf } from "../hex.ts";
import type { BackendContext } from "./backend-context.ts";
import type { BackendState, Block, Chunk, Holder } from "./backend-state.ts";

import type { HolderChange, OpenedBlock, Replica, Settlement } from "./entries.ts";
import { type LinkedEntry, NO_ENTRY } from "./ledger.ts";
import { sha256 } from "./merkle.ts";
import type { Address, FileId } from "./messages.ts";
import { requiredConfirmations } from "./quorum.ts";

/** Does to the memory what an entry says; the entry may be a new one, or read back. */
export function applyEntry(state: BackendState, { entry, hash }: LinkedEntry): void {
  switch (entry.kind) {
    case "founded":
      state.secret = entry.secret;
      break;
    case "registered":
      state.users.set(entry.user, entry);
      break;
    case "opened":
      state.blocks.set(entry.file, openedBlock(entry, hash));
      if (!entry.isStrict) addToChain(state, entry.file);
      break;
    case "settled":
      settle(state, entry);
      break;
    case "held":
      addHolder(state, entry);
      break;
    case "lost":
      removeHolder(state, entry.file, entry.chunk, entry.replica.node);
      break;
  }
}

/** A node holds a replica more. */
export function addHolder(state: BackendState, { file, chunk, replica }: HolderChange): void {
  const { holders } = state.blocks.get(file)!.chunks[chunk]!;
  holders.set(replica.node, { replica, isProven: true });
  const held = state.holdings.get(replica.node) ?? new Map();
  held.set(replica.address, { file, chunk, since: state.lastCall });
  state.holdings.set(replica.node, held);
}

/** A node holds a replica no more. */
export function removeHolder(
  state: BackendState,
  file: FileId,
  chunk: number,
  node: NodeId,
): Holder | undefined {
  const { holders } = state.blocks.get(file)!.chunks[chunk]!;
  const holder = holders.get(node);
  if (holder === undefined) return undefined;
  holders.delete(node);
  state.holdings.get(node)?.delete(holder.replica.address);
  return holder;
}

/** What was stored of a rejected file belongs to nobody. */
export function forgetReplicas(state: BackendState, file: FileId): void {
  for (const { holders } of state.blocks.get(file)!.chunks) {
    for (const { replica } of holders.values()) {
      state.holdings.get(replica.node)?.delete(replica.address);
    }
  }
  for (const [name, job] of state.jobs) if (job.file === file) state.jobs.delete(name);
}

/** Whether it is not settled yet, not even in what the ledger has to make durable. */
export function isOpen({ decision }: Block): boolean {
  return decision === undefined;
}

/** How many distinct holders must confirm a chunk. */
export function requiredFor({ assigned }: Chunk, { options }: BackendContext): number {
  return requiredConfirmations(assigned, options.quorum, options.confirmationsMin);
}

/** Whether every chunk of the file has its quorum. */
export function hasQuorum({ chunks }: Block, context: BackendContext): boolean {
  return chunks.every((chunk) => chunk.holders.size >= requiredFor(chunk, context));
}

/**
 * The fewest confirmations that any of its chunks has, or had when it was decided; 0 for a file
 * without chunks.
 */
export function confirmationsOf({ chunks, confirmedBy }: Block): number {
  if (chunks.length === 0) return 0;
  const counts = confirmedBy ?? chunks.map(({ holders }) => holders.size);
  return counts.reduce((least, count) => Math.min(least, count));
}

/** Who has confirmed each of its chunks, by name. */
export function confirmationLists({ chunks }: Block): readonly (readonly Replica[])[] {
  return chunks.map(({ holders }) =>
    [...holders.values()].map(({ replica }) => replica).sort((a, b) => (a.node < b.node ? -1 : 1)),
  );
}

function openedBlock({ chunks, ...opened }: OpenedBlock, openedBy: Address): Block {
  return {
    ...opened,
    openedBy,
    link: undefined,
    chunks: chunks.map(({ address, sizeBytes, replicas }) => ({
      ...{ address, sizeBytes, intended: replicas, assigned: replicas.length },
      holders: new Map(),
      failed: new Set(),
    })),
    status: "pending",
    decision: undefined,
    confirmedBy: undefined,
  };
}

/** The file's block follows on the last one of the chain. */
function addToChain(state: BackendState, file: FileId): void {
  const block = state.blocks.get(file)!;
  const last = state.chain.at(-1);
  const previous = last === undefined ? NO_ENTRY : state.blocks.get(last)!.link!.hash;
  const index = state.chain.length;
  const hash = hexOf(sha256(bytesOf(previous), bytesOf(block.openedBy)));
  block.link = { index, previous, hash };
  state.chain.push(file);
}

function settle(state: BackendState, { file, status, confirmations }: Settlement): void {
  const block = state.blocks.get(file)!;
  if (block.link === undefined && status === "confirmed") addToChain(state, file);
  block.decision = status;
  block.confirmedBy = confirmations.map(({ length }) => length);
  for (const [chunk, replicas] of confirmations.entries()) {
    const { holders } = block.chunks[chunk]!;
    for (const replica of replicas) {
      if (!holders.has(replica.node)) addHolder(state, { file, chunk, replica });
    }
  }
}
