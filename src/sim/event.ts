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
/** A cut that takes turns is laid on its links, or taken off them. */
export const LINK = 11;

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
  [LINK]: "link",
};
