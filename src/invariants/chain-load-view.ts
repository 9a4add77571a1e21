// What invariants of a chain under load see of a node, and of what clients submit to it.

import type { World } from "../sim/invariant.ts";
import type { ChainView } from "./chain-view.ts";

/** A node that shows what waits in it. */
export interface LoadView extends ChainView {
  /** What waits for a block, by hash. */
  readonly waiting: ReadonlyMap<string, unknown>;
  /** How many blocks wait for their execution. */
  readonly importsQueued: number;
  /** How many transactions of clients were not sent to peers yet. */
  readonly heldBack: number;
}

/** Of a transaction, what says which one it is. */
export interface ShownTransaction {
  readonly hash: string;
  /** The address of its sender. */
  readonly from: string;
  readonly nonce: number;
}

/** How transactions and accounts are read. */
export interface LoadSource<View extends LoadView> {
  /** Undefined for what is no transaction. */
  readonly read: (bytes: Uint8Array) => ShownTransaction | undefined;
  /** The nonce of an address's next transaction, after the tip of a node. */
  readonly nonceOf: (node: View, address: string) => number;
}

/** What a client has submitted in this step, and what was refused of it. */
export interface Submission {
  readonly transactions: readonly Uint8Array[];
  readonly refused: readonly Refused[];
}

/** One of these, by its place. */
export interface Refused {
  readonly index: number;
  readonly reason: { readonly kind: string; readonly rule?: string };
}

/** The clients' transactions of this step; undefined when there are none. */
export function submissionOf({ event, sent, server }: World<LoadView>): Submission | undefined {
  if (event.kind !== "deliver" || server?.node === undefined) return undefined;
  // Every message of the chain has a type, and these have what is named.
  const asked = event.payload as {
    readonly type: string;
    readonly transactions: readonly Uint8Array[];
  };
  if (asked.type !== "submit") return undefined;
  for (const { message } of sent) {
    const answer = message as { readonly type: string; readonly refused: readonly Refused[] };
    if (answer.type !== "submitted") continue;
    return { transactions: asked.transactions, refused: answer.refused };
  }
  return undefined;
}
