import type { NodeId } from "../../sim/env.ts";
import { bytesUpTo, type RaftLog } from "./log.ts";
import type { RaftOptions } from "./options.ts";
import type { Snapshot } from "./snapshot.ts";

/** What a leader knows of one member of the cluster, itself included. */
export interface Progress {
  /** Highest index known replicated and durable there. Invariant: 0 <= match < next. */
  match: number;
  /** The next entry to send. */
  next: number;
  /**
   * `probe`: where the logs agree is not known; one append at a time looks for it.
   * `replicate`: entries are sent as they come, without waiting for answers.
   * `full`: it has no room for the next entry; that one goes with each heartbeat, until it has.
   * `snapshot`: the log has no more what it lacks; a snapshot is sent.
   */
  mode: "probe" | "replicate" | "full" | "snapshot";
  /** Only in `snapshot`: which, and how much of it. */
  sending: Sending | undefined;
  /** Not in `replicate`: an append is on its way, and the next waits for an answer or heartbeat. */
  isPaused: boolean;
  /** Whether it has answered since the leader last checked for its quorum. */
  isActive: boolean;
  /** Bytes of the entries that are sent, as they come, and not yet acknowledged. */
  readonly inflight: SizeGauge;
}

/** A snapshot on its way to a member. */
export interface Sending {
  readonly snapshot: Snapshot;
  /** Bytes that were sent, and that have arrived there. */
  sentBytes: number;
  heldBytes: number;
}

/** A size that is reported in steps, so that small changes cost nothing. */
export interface SizeGauge {
  readonly name: string;
  reportedBytes: number;
  readonly stepBytes: number;
}

/** What is limited to so many bytes, reported in steps of a 64th of that. */
export function newGauge(name: string, bytesMax: number): SizeGauge {
  return { name, reportedBytes: 0, stepBytes: Math.ceil(bytesMax / 64) };
}

/** What a new leader assumes of a member: their logs agree, until shown otherwise. */
export function newProgress(id: NodeId, lastIndex: number, { inflightBytesMax }: Limits): Progress {
  return {
    match: 0,
    next: lastIndex + 1,
    mode: "probe",
    sending: undefined,
    isPaused: false,
    isActive: false,
    inflight: newGauge(`inflight ${id}`, inflightBytesMax),
  };
}

type Limits = Pick<
  RaftOptions,
  "appendEntriesMax" | "appendBytesMax" | "inflightMax" | "inflightBytesMax"
>;

/**
 * The last entry that may go to a member in one append now; less than `next` when there is none.
 * The first one may be of any size, but while others are in flight it has to fit into the window.
 * Source: flow control of etcd/raft, `Inflights`, with entries in place of messages.
 */
export function sendableUpTo<Command>(
  log: RaftLog<Command>,
  { match, next, mode }: Progress,
  { appendEntriesMax, appendBytesMax, inflightMax, inflightBytesMax }: Limits,
): number {
  const before = bytesUpTo(log, next - 1);
  const countMax = mode === "full" ? 1 : appendEntriesMax;
  let last = Math.min(log.lastIndex, next - 1 + countMax);
  while (last > next && bytesUpTo(log, last) - before > appendBytesMax) last--;
  if (mode !== "replicate") return last;
  const acknowledged = bytesUpTo(log, Math.max(match, log.base.index));
  last = Math.min(last, match + inflightMax);
  while (last > match + 1 && bytesUpTo(log, last) - acknowledged > inflightBytesMax) last--;
  return last;
}

/** How many bytes are in flight to a member that is sent entries as they come. */
export function inflightBytes<Command>(log: RaftLog<Command>, progress: Progress): number {
  const { match, next, mode, sending } = progress;
  if (sending !== undefined) return sending.sentBytes - sending.heldBytes;
  if (mode !== "replicate" || next <= log.base.index) return 0;
  return bytesUpTo(log, next - 1) - bytesUpTo(log, Math.max(match, log.base.index));
}

/** What a member is known to hold; nothing of one that the leader does not know. */
export function matchOf(progress: ReadonlyMap<NodeId, Progress>, id: NodeId): number {
  return progress.get(id)?.match ?? 0;
}
