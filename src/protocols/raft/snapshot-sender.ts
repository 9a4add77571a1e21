// How a leader brings a snapshot to a member that lacks what its log has no more: in chunks, as
// many at a time as may be in flight. Raft §7.

import { assert } from "../../sim/assert.ts";
import { crc32c } from "../../sim/checksum.ts";
import type { NodeId } from "../../sim/env.ts";
import type { Member } from "./member.ts";
import type { SnapshotReply } from "./messages.ts";
import type { Progress, Sending } from "./progress.ts";

/** A leader's part when a member needs a snapshot. */
export class SnapshotSender<Command> {
  readonly #member: Member<Command>;

  constructor(member: Member<Command>) {
    this.#member = member;
  }

  /** Whether the log does not hold what is to be sent next. */
  isNeeded({ mode, next }: Progress): boolean {
    return mode === "snapshot" || next <= this.#member.state.log.base.index;
  }

  /** Begins with the newest snapshot. */
  #begin(to: NodeId, progress: Progress): void {
    const { state, env } = this.#member;
    const { current } = state.snapshots;
    assert(current !== undefined, "a compacted log without a snapshot, behind", progress.next);
    progress.mode = "snapshot";
    progress.sending = { snapshot: current, sentBytes: 0, heldBytes: 0 };
    env.emit("snapshot sent", { to, index: current.index, bytes: current.bytes.length });
  }

  /**
   * Asks how much has arrived. That is how sending begins, as some of it may be there already; and
   * each heartbeat, by which the leader finds out what was lost.
   */
  ask(to: NodeId, progress: Progress): void {
    if (this.#beginsAnew(progress)) this.#begin(to, progress);
    const sending = sendingOf(progress);
    if (sending.sentBytes === 0) progress.isPaused = true;
    this.#send(to, sending, sending.sentBytes, 0);
  }

  /** While nothing of one has left, as to a member that is down, a newer one is better. */
  #beginsAnew({ sending }: Progress): boolean {
    if (sending === undefined) return true;
    const newest = this.#member.state.snapshots.current;
    return sending.sentBytes === 0 && sending.snapshot.index !== newest?.index;
  }

  onReply(from: NodeId, progress: Progress, reply: SnapshotReply): void {
    const { sending } = progress;
    if (sending === undefined || sending.snapshot.index !== reply.index) return;
    const { heldBytes, askedBytes, isFull } = reply;
    // What is without room asks for nothing until it has some.
    if (isFull) {
      sending.sentBytes = 0;
      sending.heldBytes = 0;
      progress.isPaused = true;
      return;
    }
    // Less than before, by an answer to a question: it has crashed and begins anew.
    const isAnew = askedBytes > 0 && heldBytes < sending.heldBytes;
    if (progress.isPaused || isAnew) {
      sending.sentBytes = heldBytes;
      sending.heldBytes = heldBytes;
      progress.isPaused = false;
    } else {
      sending.heldBytes = Math.max(sending.heldBytes, heldBytes);
      // It was sent before the question left, on the same way, and is not there.
      if (heldBytes < askedBytes) this.#sendChunk(from, sending, heldBytes);
    }
    this.sendMore(from, progress);
  }

  /** Sends as many chunks as may be in flight, once it is known what has arrived. */
  sendMore(to: NodeId, progress: Progress): void {
    if (progress.sending === undefined) this.ask(to, progress);
    if (progress.isPaused) return;
    const { inflightBytesMax } = this.#member.config.options;
    const sending = sendingOf(progress);
    const { bytes } = sending.snapshot;
    while (sending.sentBytes < bytes.length) {
      const inflight = sending.sentBytes - sending.heldBytes;
      if (inflight > 0 && inflight >= inflightBytesMax) break;
      sending.sentBytes += this.#sendChunk(to, sending, sending.sentBytes);
    }
  }

  /** Sends the chunk at an offset; returns its size. */
  #sendChunk(to: NodeId, sending: Sending, offset: number): number {
    const { snapshotChunkBytes } = this.#member.config.options;
    const size = Math.min(snapshotChunkBytes, sending.snapshot.bytes.length - offset);
    this.#send(to, sending, offset, size);
    return size;
  }

  #send(to: NodeId, { snapshot, sentBytes }: Sending, offset: number, size: number): void {
    const { state } = this.#member;
    const { index, term: lastTerm, bytes, checksum } = snapshot;
    const data = bytes.slice(offset, offset + size);
    this.#member.send(to, {
      type: "snapshot",
      term: state.term,
      index,
      lastTerm,
      totalBytes: bytes.length,
      checksum,
      offset,
      data,
      dataChecksum: crc32c(data, 0, size, offset),
      askedBytes: size === 0 ? sentBytes : 0,
    });
  }
}

function sendingOf({ sending }: Progress): Sending {
  assert(sending !== undefined, "no snapshot is sent");
  return sending;
}
