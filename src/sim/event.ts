import type { EventKind } from "./invariant.ts";

// Kinds of events, as the scheduler keeps them; 0 is the scheduler's own.
export const START = 1;
export const DELIVER = 2;
export const TIMER = 3;
export const SYNCED = 4;
export const OPERATION = 5;
export const FAULT_BEGINS = 6;
export const FAULT_ENDS = 7;
/** An inbox has finished with an event, or may begin. */
export const WAKE = 8;
/** A message that the network held back is let go. */
export const NETWORK = 9;
/** A program is told that the connection of a stream is gone. */
export const DISCONNECT = 10;
/** A cut that takes turns is laid on its links, or taken off them. */
export const LINK = 11;
/** Of a stream, what no program sees: a segment arrives, a timer fires. */
export const STREAM = 12;
/** A stream hands a message to a program. It has arrived before, so no cut concerns it. */
export const STREAM_DELIVER = 13;

/** By kind. */
export const EVENT_KINDS: Readonly<Record<number, EventKind>> = {
  [START]: "start",
  [DELIVER]: "deliver",
  [TIMER]: "timer",
  [SYNCED]: "synced",
  [OPERATION]: "operation",
  [FAULT_BEGINS]: "fault begins",
  [FAULT_ENDS]: "fault ends",
  [WAKE]: "inbox",
  [NETWORK]: "network",
  [DISCONNECT]: "disconnect",
  [LINK]: "link",
  [STREAM]: "stream",
  [STREAM_DELIVER]: "deliver",
};
