// What holds of a storage quorum's blocks and replicas, whatever happens.

import type { NodeId } from "../sim/env.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import {
  type BlockView,
  backendOf,
  type ChunkView,
  dataOf,
  isDurable,
  type StorageView,
} from "./storage-view.ts";

/** The rule by which a chunk is confirmed: a share of its replicas, as an exact fraction. */
export interface QuorumRule {
  readonly confirmationsMin: number;
  readonly quorum: { readonly numerator: number; readonly denominator: number };
}

/** Whether a host may lie at any time of the run: what it says proves nothing. */
export type MayLie = (host: NodeId) => boolean;

/** Whether a host may lack what it has confirmed: it lies, or its disk is damaged. */
export type MayLack = (host: NodeId) => boolean;

/**
 * When a block is decided to be confirmed, every chunk of it has at least the required number of
 * distinct holders, and the replicas of those who lack nothing are durable.
 */
export function everyChunkHasItsQuorum(
  name: string,
  rule: QuorumRule,
  mayLack: MayLack,
): Invariant<StorageView> {
  return {
    name,
    onStep: (world) => {
      for (const { event, data } of world.emitted) {
        if (event !== "block decided") continue;
        const { file, status } = dataOf<{ file: string; status: string }>(data);
        const block = backendOf(world)?.get(file);
        if (status !== "confirmed" || block === undefined) continue;
        const wrong = wrongWith(block, rule, { world, mayLack });
        if (wrong !== undefined) return wrong;
      }
      return undefined;
    },
  };
}

function wrongWith(
  { file, chunks }: BlockView,
  rule: QuorumRule,
  seen: { readonly world: World<StorageView>; readonly mayLack: MayLack },
): string | undefined {
  for (const [index, chunk] of chunks.entries()) {
    const required = requiredOf(chunk, rule);
    const size = distinctHolders(chunk);
    const what = `chunk ${index} of ${file} is confirmed`;
    if (size < required) return `${what} by ${size}, and ${required} are required`;
    for (const { replica } of chunk.holders.values()) {
      const host = seen.world.servers.find(({ id }) => id === replica.node);
      const isThere = seen.mayLack(replica.node) || isDurable(host, replica, chunk.sizeBytes);
      if (!isThere) return `${what} by ${replica.node}, which does not have it on its disk`;
    }
  }
  return undefined;
}

/** How many nodes hold the chunk; one that is there twice counts once. */
export function distinctHolders({ holders }: ChunkView): number {
  return new Set([...holders.values()].map(({ replica }) => replica.node)).size;
}

/** How many distinct holders must confirm the chunk. */
export function requiredOf(
  { assigned }: ChunkView,
  { confirmationsMin, quorum }: QuorumRule,
): number {
  const { numerator, denominator } = quorum;
  return Math.max(confirmationsMin, Math.ceil((assigned * numerator) / denominator));
}

/**
 * A storage node says that it has stored a replica only once that is durable. Those who may
 * lack some are left out.
 */
export function confirmationsAreDurable(name: string, mayLack: MayLack): Invariant<StorageView> {
  interface Asked {
    readonly address: string;
    readonly sizeBytes: number;
  }
  const made = {
    name,
    /** What the backend has asked to store, by node and call. */
    state: new Map<string, Asked>(),
    onStep: ({ server, sent }: World<StorageView>) => {
      for (const { to, message } of sent) {
        const { type, call, address, data, error } = dataOf<StoreMessage>(message);
        if (type === "store") {
          made.state.set(`${to} ${call}`, { address, sizeBytes: data.length });
        } else if (type === "stored" && error === undefined && server !== undefined) {
          const asked = made.state.get(`${server.id} ${call}`);
          if (asked === undefined || mayLack(server.id)) continue;
          if (isDurable(server, asked, asked.sizeBytes)) continue;
          return `${server.id} confirms ${asked.address.slice(0, 8)}, which is not durable there`;
        }
      }
      return undefined;
    },
  };
  return made;
}

/** The fields of messages about storing; of other messages they are undefined. */
interface StoreMessage {
  readonly type: string;
  readonly call: number;
  readonly address: string;
  readonly data: Uint8Array;
  readonly error: unknown;
}

/**
 * A block that is confirmed or rejected stays so, and stays there, restarts included. A backend
 * that does not serve, as it starts or has halted, says nothing of any.
 */
export function statusIsFinal(name: string): Invariant<StorageView> {
  const made = {
    name,
    state: {
      /** The final ones, by file. */
      final: new Map<string, BlockView["status"]>(),
      isServing: false,
    },
    onStep: (world: World<StorageView>) => {
      const { state } = made;
      const { event: happened, server, emitted } = world;
      if (happened.kind === "start" && server?.node?.blocks !== undefined) state.isServing = false;
      for (const { event, data } of emitted) {
        if (event === "halted") state.isServing = false;
        if (event !== "block settled" && event !== "serving") continue;
        const blocks = backendOf(world);
        if (blocks === undefined) continue;
        state.isServing = true;
        const lost = firstChanged(state.final, blocks);
        if (lost !== undefined) return lost;
        if (event === "block settled") {
          const { file, status } = dataOf<{ file: string; status: BlockView["status"] }>(data);
          state.final.set(file, status);
        } else takeFinal(state.final, blocks);
      }
      return undefined;
    },
    onEnd: (world: World<StorageView>) => {
      const blocks = made.state.isServing ? backendOf(world) : undefined;
      return blocks === undefined ? undefined : firstChanged(made.state.final, blocks);
    },
  };
  return made;
}

/** What was settled as the power failed, so that nobody was told, is final as well. */
function takeFinal(
  final: Map<string, BlockView["status"]>,
  blocks: ReadonlyMap<string, BlockView>,
): void {
  for (const { file, status } of blocks.values()) if (status !== "pending") final.set(file, status);
}

function firstChanged(
  known: ReadonlyMap<string, BlockView["status"]>,
  blocks: ReadonlyMap<string, BlockView>,
): string | undefined {
  for (const [file, status] of known) {
    const now = blocks.get(file)?.status;
    if (now !== status) return `${file} was ${status}, and is ${now ?? "not there any more"}`;
  }
  return undefined;
}

/** No two files are encrypted with one key: their salts differ. */
export function saltsAreFresh(name: string): Invariant<StorageView> {
  const made = {
    name,
    /** By salt, the file that has it. */
    state: new Map<string, string>(),
    onStep: (world: World<StorageView>) => {
      for (const { event, data } of world.emitted) {
        if (event !== "block opened") continue;
        const { file } = dataOf<{ file: string }>(data);
        const block = backendOf(world)?.get(file);
        if (block === undefined) continue;
        const salt = block.salt.join(" ");
        const other = made.state.get(salt);
        if (other !== undefined && other !== file) return `${file} has the salt of ${other}`;
        made.state.set(salt, file);
      }
      return undefined;
    },
  };
  return made;
}
