import type { Outgoing } from "./stream-connection.ts";

/** What travels between the ends of a stream; `id` is the sender's number for the connection. */
export type Segment =
  /** SYN; `attempt` counts from 0. */
  | { readonly type: "connect"; readonly id: number; readonly attempt: number }
  /** SYN and ACK; `attempt` is that of the connect it answers. */
  | {
      readonly type: "accept";
      readonly id: number;
      readonly peerId: number;
      readonly attempt: number;
    }
  | {
      readonly type: "data";
      readonly id: number;
      readonly peerId: number;
      /** The sender's own record, in which the receiver notes when the acknowledgement arrives. */
      readonly outgoing: Outgoing;
    }
  | { readonly type: "acknowledge"; readonly id: number; readonly outgoing: Outgoing }
  /**
   * RST: the connection to which the receiver gave the number `peerId` is no more. `id` is 0 when
   * its sender knows of no such connection.
   */
  | {
      readonly type: "reset";
      readonly id: number;
      readonly peerId: number;
      readonly attempt: number;
    };

/** A segment that does not arrive. */
export const LOST = -1;

/** What an event of a stream carries: a segment arrives, a timer fires, a fault ends it. */
export type StreamEvent =
  | Segment
  | { readonly type: "timer"; readonly id: number }
  | { readonly type: "break"; readonly id: number; readonly fault: number };

/** What a person is shown of a segment: of a message itself, of others what they are. */
export function contentOf(segment: Segment): unknown {
  return segment.type === "data" ? segment.outgoing.message : segment.type;
}

/** Whether the event is the arrival of a segment. */
export function isSegment(event: StreamEvent): event is Segment {
  return event.type !== "timer" && event.type !== "break";
}
