// How a member gets a snapshot: in chunks, in any order, and all or nothing. Raft §7, figure 13.

import { crc32c } from "../../sim/checksum.ts";
import type { NodeId } from "../../sim/env.ts";
import { termAt } from "./log.ts";
import type { Member } from "./member.ts";
import type { SnapshotChunk } from "./messages.ts";
import { readSnapshot, type Snapshot } from "./snapshot.ts";
import type { Incoming } from "./snapshot-state.ts";

/** A member's part when a leader sends it a snapshot. */
export class SnapshotReceiver<Command> {
  readonly #member: Member<Command>;

  constructor(member: Member<Command>) {
    this.#member = member;
  }

  onChunk(from: NodeId, chunk: SnapshotChunk): void {
    const member = this.#member;
    const { state } = member;
    if (chunk.term < state.term) {
      // The sender learns of the newer term from the answer.
      this.#answer(from, chunk, 0);
      return;
    }
    if (!member.follow(from, chunk.term) || this.#has(from, chunk)) return;
    // All of it has come, and is not durable yet.
    if (state.durability.next?.from !== undefined) this.#answer(from, chunk, chunk.totalBytes);
    else if (!member.persistence.hasRoom()) this.#answer(from, chunk, 0, true);
    else this.#take(from, chunk);
  }

  /** Whether the member holds what the snapshot stands for: then it says so, and wants none. */
  #has(from: NodeId, { index, lastTerm }: SnapshotChunk): boolean {
    const { state, durability } = this.#member;
    const { log, term } = state;
    // Raft figure 13: with that entry in the log, what follows it there stays.
    const isHeld =
      index > state.commit && index <= log.lastIndex && termAt(log, index) === lastTerm;
    if (isHeld) this.#member.commitUpTo(index);
    if (index > state.commit) return false;
    state.snapshots.incoming = undefined;
    durability.promise(from, { type: "appendReply", term, accepted: true, match: state.commit });
    return true;
  }

  #take(from: NodeId, chunk: SnapshotChunk): void {
    const { snapshots } = this.#member.state;
    const { offset, data } = chunk;
    if (snapshots.incoming === undefined || !isSame(snapshots.incoming, chunk)) {
      snapshots.incoming = begin(chunk);
    }
    const { incoming } = snapshots;
    if (crc32c(data, 0, data.length, offset) !== chunk.dataChecksum) {
      this.#member.env.emit("snapshot chunk refused", { index: chunk.index, offset });
    } else if (data.length > 0 && offset >= incoming.heldBytes) {
      incoming.chunks.set(offset, data);
      incoming.heldBytes = heldBytes(incoming);
    }
    if (incoming.heldBytes === incoming.totalBytes) this.#complete(from, chunk, incoming);
    else this.#answer(from, chunk, incoming.heldBytes);
  }

  /** All bytes are there: if they are what was promised, they become the member's journal. */
  #complete(from: NodeId, chunk: SnapshotChunk, incoming: Incoming): void {
    const { state, env } = this.#member;
    state.snapshots.incoming = undefined;
    const snapshot = join(incoming);
    const { index } = incoming;
    if (snapshot === undefined) {
      env.emit("snapshot refused", { index, bytes: incoming.totalBytes });
      this.#answer(from, chunk, 0);
    } else if (this.#member.persistence.saveSnapshot(snapshot, index, from)) {
      env.emit("snapshot received", { index, bytes: incoming.totalBytes });
    } else {
      this.#answer(from, chunk, 0, true);
    }
  }

  #answer(to: NodeId, { index, askedBytes }: SnapshotChunk, heldBytes: number, isFull = false) {
    const { state, durability } = this.#member;
    durability.promise(to, {
      type: "snapshotReply",
      term: state.term,
      index,
      heldBytes,
      askedBytes,
      isFull,
    });
  }
}

function begin({ index, lastTerm, totalBytes, checksum }: SnapshotChunk): Incoming {
  return { index, lastTerm, totalBytes, checksum, chunks: new Map(), heldBytes: 0 };
}

function isSame(incoming: Incoming, chunk: SnapshotChunk): boolean {
  return (
    incoming.index === chunk.index &&
    incoming.lastTerm === chunk.lastTerm &&
    incoming.totalBytes === chunk.totalBytes &&
    incoming.checksum === chunk.checksum
  );
}

/** How far the chunks follow on each other. */
function heldBytes({ chunks, heldBytes: held }: Incoming): number {
  let end = held;
  for (let next = chunks.get(end); next !== undefined; next = chunks.get(end)) end += next.length;
  return end;
}

/** The snapshot that the chunks are; undefined if it is not the one that was announced. */
function join({ chunks, index, lastTerm, totalBytes, checksum }: Incoming): Snapshot | undefined {
  const bytes = new Uint8Array(totalBytes);
  for (const [offset, chunk] of chunks) {
    if (offset + chunk.length > totalBytes) return undefined;
    bytes.set(chunk, offset);
  }
  if (crc32c(bytes, 0, totalBytes) !== checksum) return undefined;
  const snapshot = readSnapshot(bytes);
  return snapshot.index === index && snapshot.term === lastTerm ? snapshot : undefined;
}
