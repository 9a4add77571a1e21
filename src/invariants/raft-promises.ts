// Messages by which a Raft server binds itself.

import type { NodeId } from "../sim/env.ts";
import type { SentMessage } from "../sim/invariant.ts";

/** What the invariants need to know of a Raft message; other messages lack these types. */
export interface MessageView {
  readonly type: string;
  readonly term: number;
  readonly granted?: boolean;
  readonly accepted?: boolean;
  readonly match?: number;
  /** For whom it is, if that is not plain from the host that it goes to. */
  readonly between?: { readonly to: NodeId };
}

/** Of the messages that left in the step, those of Raft proper; pre-votes promise nothing. */
export function promisesIn(sent: readonly SentMessage[]): readonly Promised[] {
  let count = 0;
  for (const { message } of sent) if (isPromise(message)) count++;
  // Every message of these types has the fields of MessageView, by the protocol's definition.
  const promised = count === sent.length ? sent : sent.filter(({ message }) => isPromise(message));
  return promised as readonly Promised[];
}

/** A message, and to whom it goes. */
export interface Promised {
  readonly to: NodeId;
  readonly message: MessageView;
}

function isPromise(message: unknown): boolean {
  const { type } = message as MessageView;
  return (
    type === "appendReply" ||
    type === "append" ||
    type === "voteReply" ||
    type === "vote" ||
    type === "snapshot" ||
    type === "snapshotReply"
  );
}
