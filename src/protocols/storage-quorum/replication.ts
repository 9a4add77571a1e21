import type { NodeId } from "../../sim/env.ts";
import { hexOf } from "../hex.ts";
import type { BackendContext } from "./backend-context.ts";
import type { Block, Chunk, StoreQuestion } from "./backend-state.ts";
import { isOpen } from "./blocks.ts";
import type { Calls } from "./calls.ts";
import { addressOf, sealReplica } from "./cipher.ts";
import type { Replica } from "./entries.ts";
import { leavesOf, merkleRoot } from "./merkle.ts";
import type { Address, FileId, StoreError } from "./messages.ts";
import type { StorageNodes } from "./nodes.ts";
import { type Candidate, placeReplicas } from "./placement.ts";
import type { Retrievals } from "./retrievals.ts";

/** A chunk as its owner's key has made it. */
export interface Ciphertext {
  readonly address: Address;
  readonly bytes: Uint8Array;
}

/** A chunk's ciphertext made ready for one node. */
export interface Sealed {
  readonly replica: Replica;
  readonly bytes: Uint8Array;
}

/** What becomes of replicas that have arrived. */
export interface ReplicationEvents {
  readonly onHeld: (file: FileId, chunk: number, replica: Replica) => void;
  /** Somebody did not take a replica, or did not say so in time. */
  readonly onTrouble: (file: FileId) => void;
}

/** Brings chunks to as many nodes as there should be: of new files, and of those that lack some. */
export class Replication {
  readonly #context: BackendContext;
  readonly #calls: Calls;
  readonly #nodes: StorageNodes;
  readonly #retrievals: Retrievals;
  readonly #events: ReplicationEvents;

  constructor(
    context: BackendContext,
    { calls, nodes, retrievals }: { calls: Calls; nodes: StorageNodes; retrievals: Retrievals },
    events: ReplicationEvents,
  ) {
    this.#context = context;
    this.#calls = calls;
    this.#nodes = nodes;
    this.#retrievals = retrievals;
    this.#events = events;
  }

  /** Who is to hold each of a new file's chunks, of these sizes. */
  place(sizes: readonly number[]): readonly (readonly NodeId[])[] {
    const rooms = this.#nodes.alive().map(roomOf);
    const { replication } = this.#context.options;
    return sizes.map((sizeBytes) => this.#choose(rooms, replication, sizeBytes, new Set()));
  }

  /** A chunk's ciphertext as that node is to hold it, under a new seal. */
  seal(node: NodeId, { address, bytes: ciphertext }: Ciphertext): Sealed {
    const { state, options } = this.#context;
    const number = this.#context.env.random.int(0, 0xffff_ffff);
    const bytes = sealReplica(ciphertext, state.secret, { node, chunk: address, number });
    const root = hexOf(merkleRoot(leavesOf(bytes, options.leafBytes)));
    return { replica: { node, address: addressOf(bytes), root, seal: number }, bytes };
  }

  /** Sends a replica on its way. */
  send(file: FileId, chunk: number, { replica, bytes }: Sealed): void {
    const { state } = this.#context;
    const { node, address } = replica;
    const name = jobName(file, chunk, node);
    const firstCall = state.jobs.get(name)?.firstCall ?? state.lastCall + 1;
    state.jobs.set(name, { file, chunk, replica, firstCall, isOverdue: false });
    const about = { kind: "store", file, chunk, replica } as const;
    this.#calls.ask(node, { type: "store", address, data: bytes }, about, bytes.length);
  }

  /** Sees to it that every chunk of the file has its replicas, or that they are on their way. */
  tend(file: FileId): void {
    const block = this.#context.state.blocks.get(file);
    if (block === undefined) return;
    if (!isOpen(block) && block.status !== "confirmed") return;
    const rooms = this.#nodes.available().map(roomOf);
    for (const index of block.chunks.keys()) this.#tendChunk(block, index, rooms);
  }

  /** Whether a chunk of it lacks a replica that has been proven. */
  isThin({ chunks }: Block): boolean {
    const { replication } = this.#context.options;
    return chunks.some(({ holders }) => provenCount(holders) < replication);
  }

  /** Whether replicas of the file are on their way to somebody who may yet answer in time. */
  isUnderWay(file: FileId): boolean {
    return [...this.#context.state.jobs.values()].some(
      (job) => job.file === file && !job.isOverdue,
    );
  }

  /** A node says that it holds a replica, or why not; `call` is what it answers. */
  onStored({ file, chunk, replica }: StoreQuestion, call: number, error?: StoreError): void {
    const { state, env } = this.#context;
    const name = jobName(file, chunk, replica.node);
    const job = state.jobs.get(name);
    // Of a job that was given up: what it has brought is an orphan by now, and may be gone.
    if (job === undefined || call < job.firstCall) {
      const isLate = error === undefined && state.blocks.get(file)!.decision === "rejected";
      if (isLate) env.emit("late confirmation", { file, chunk, node: replica.node });
      return;
    }
    state.jobs.delete(name);
    if (error === undefined) {
      this.#events.onHeld(file, chunk, replica);
      return;
    }
    env.emit("replica refused", { file, chunk, node: replica.node, error });
    if (error === "full") this.#isFull(replica.node);
    this.#nodes.onSilence(replica.node);
    this.#events.onTrouble(file);
  }

  /** A node has not answered in time; if it does later, that counts. */
  onOverdue({ file, chunk, replica }: StoreQuestion): void {
    const { state } = this.#context;
    const name = jobName(file, chunk, replica.node);
    const job = state.jobs.get(name);
    if (job === undefined) return;
    state.jobs.set(name, { ...job, isOverdue: true });
    this.#nodes.onSilence(replica.node);
    this.#events.onTrouble(file);
  }

  /** A ciphertext was found for a replica that is missing. */
  onRetrieved(file: FileId, chunk: number, node: NodeId, ciphertext: Uint8Array): void {
    if (this.#context.state.blocks.get(file)!.chunks[chunk]!.holders.has(node)) return;
    this.#send(file, chunk, node, ciphertext);
  }

  #tendChunk(block: Block, index: number, rooms: readonly Room[]): void {
    const { state, options } = this.#context;
    const { file } = block;
    const chunk = block.chunks[index]!;
    const coming = [...state.peers.keys()].filter((node) => this.#isComing(file, index, node));
    const missing = options.replication - provenCount(chunk.holders) - coming.length;
    if (missing <= 0) return;
    const free = rooms.filter(({ name }) => !chunk.holders.has(name) && !coming.includes(name));
    const chosen = this.#choose(free, missing, chunk.sizeBytes, chunk.failed);
    chunk.assigned = Math.max(chunk.assigned, chunk.holders.size + coming.length + chosen.length);
    const ciphertext = state.uploads.get(file)?.ciphertexts[index];
    for (const node of chosen) {
      if (ciphertext !== undefined) this.#send(file, index, node, ciphertext);
      else if (chunk.holders.size > 0) {
        this.#retrievals.begin(file, index, { kind: "repair", node });
      }
    }
  }

  /** Sends a replica; the same one again, if it is one that was not answered in time. */
  #send(file: FileId, chunk: number, node: NodeId, ciphertext: Uint8Array): void {
    const { state } = this.#context;
    const { address } = state.blocks.get(file)!.chunks[chunk]!;
    const known = state.jobs.get(jobName(file, chunk, node))?.replica;
    if (known === undefined) {
      this.send(file, chunk, this.seal(node, { address, bytes: ciphertext }));
      return;
    }
    const seal = { node, chunk: address, number: known.seal };
    this.send(file, chunk, {
      replica: known,
      bytes: sealReplica(ciphertext, state.secret, seal),
    });
  }

  /** Those of good reputation who have not lost the chunk before come first. */
  #choose(
    rooms: readonly Room[],
    count: number,
    sizeBytes: number,
    failed: ReadonlySet<NodeId>,
  ): readonly NodeId[] {
    const { reputationMin } = this.#context.options;
    const isGood = ({ name, reputation }: Room): boolean =>
      reputation >= reputationMin && !failed.has(name);
    const good = placeReplicas(rooms.filter(isGood), count, sizeBytes);
    const others = rooms.filter((room) => !isGood(room));
    const chosen = [...good, ...placeReplicas(others, count - good.length, sizeBytes)];
    for (const room of rooms) if (chosen.includes(room.name)) room.freeBytes -= sizeBytes;
    return chosen;
  }

  /** Whether a replica is on its way to that node, or a ciphertext for it is being looked for. */
  #isComing(file: FileId, chunk: number, node: NodeId): boolean {
    const job = this.#context.state.jobs.get(jobName(file, chunk, node));
    return (job !== undefined && !job.isOverdue) || this.#retrievals.isForRepair(file, chunk, node);
  }

  /** It says that it has no room, whatever it has said before. */
  #isFull(node: NodeId): void {
    const peer = this.#context.state.peers.get(node);
    if (peer !== undefined) peer.freeBytes = 0;
  }
}

/** How many of the holders have proven their replica since they started. */
export function provenCount(holders: Chunk["holders"]): number {
  let count = 0;
  for (const { isProven } of holders.values()) if (isProven) count++;
  return count;
}

/** A job brings a chunk to a node. */
function jobName(file: FileId, chunk: number, node: NodeId): string {
  return `${file}#${chunk}@${node}`;
}

/** What is planned for a node counts as its room at once. */
interface Room extends Candidate {
  freeBytes: number;
  readonly reputation: number;
}

function roomOf([name, { freeBytes, reputation }]: readonly [
  NodeId,
  { readonly freeBytes: number; readonly reputation: number },
]): Room {
  return { name, freeBytes, reputation };
}
