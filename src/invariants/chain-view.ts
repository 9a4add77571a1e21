// What invariants of a chain see of a node, and what nodes tell by their events.

import type { Plain } from "../sim/env.ts";
import type { EmittedEvent, HostView, World } from "../sim/invariant.ts";

/** A node with a chain; hosts that have none, such as collectors, show nothing. */
export interface ChainView {
  readonly chain: ShownChain | undefined;
}

export interface ShownChain {
  readonly blocks: ReadonlyMap<string, ShownBlock>;
  /** Hashes by height less `base`. */
  readonly canonical: readonly string[];
  readonly base: number;
  /** By hash, the blocks of all transactions of the chain whose bodies are not pruned. */
  readonly transactions: ReadonlyMap<string, string>;
  /** Of all known blocks above the finalized one, whatever their branch, by height. */
  readonly branches: ReadonlyMap<number, readonly string[]>;
  readonly justified: ShownCheckpoint;
  readonly finalized: ShownCheckpoint;
}

export interface ShownBlock {
  readonly header: ShownHeader;
  /** Undefined when it is not in memory. */
  readonly body: readonly Uint8Array[] | undefined;
  /** Hashes, in order. */
  readonly transactions: readonly string[];
}

export interface ShownHeader {
  readonly hash: string;
  readonly parent: string;
  readonly height: number;
  readonly timestamp: number;
  readonly producer: string;
  readonly stateRoot: string;
}

export interface ShownCheckpoint {
  readonly height: number;
  readonly hash: string;
}

/** Everything that a node tells of its chain, by name of the event. */
export interface ChainEvents {
  /** The chain ends with another block now: how many left it, and how many joined. */
  readonly "tip changed": {
    readonly height: number;
    readonly hash: string;
    readonly orphaned: number;
    readonly adopted: number;
  };
  /** A block of this node's own is durable, and sent. */
  readonly "block proposed": { readonly height: number; readonly hash: string };
  readonly "block imported": {
    readonly height: number;
    readonly hash: string;
    readonly from: string;
  };
  /** A block of a peer's breaks a rule; it has no hash if not even its header can be read. */
  readonly "block refused": {
    readonly peer: string;
    readonly hash: string | undefined;
    readonly rule: string;
  };
  /** Blocks up to and with this one are on the disk for good. */
  readonly "block durable": { readonly height: number; readonly hash: string };
  readonly "sync began": { readonly kind: "blocks" | "checkpoint"; readonly target: number };
  /** How many blocks were fetched and have become known since it began. */
  readonly "sync ended": {
    readonly kind: "blocks" | "checkpoint";
    readonly reason: string;
    readonly imported: number;
  };
  /** The target of a validator's own vote, and the height of its source. */
  readonly "vote cast": { readonly height: number; readonly hash: string; readonly source: number };
  /** Somebody was found to break the rules, of which kind, and by which key. */
  readonly evidence: { readonly kind: string; readonly offender: string };
  readonly finalized: { readonly height: number; readonly hash: string };
  /** What the disk gave back at a start. */
  readonly recovered: { readonly height: number; readonly hash: string };
}

/** The data of all events of a name that were emitted in this step. */
export function told<Name extends keyof ChainEvents>(
  emitted: readonly EmittedEvent[],
  name: Name,
): readonly ChainEvents[Name][] {
  // What programs emit under a name is what they say they do; tests of the node hold them to it.
  return emitted
    .filter(({ event }) => event === name)
    .map(({ data }) => data as Plain as ChainEvents[Name]);
}

/** The last block of a chain. */
export function tipOfShown({ canonical, base }: ShownChain): ShownCheckpoint {
  return { height: base + canonical.length - 1, hash: canonical[canonical.length - 1]! };
}

/** The server of this step and its chain, if it has one and does not lie. */
export function chainOfStep(
  { server }: World<ChainView>,
  mayLie: (host: string) => boolean,
): { readonly host: HostView<ChainView>; readonly chain: ShownChain } | undefined {
  const chain = server?.node?.chain;
  if (server === undefined || chain === undefined || mayLie(server.id)) return undefined;
  return { host: server, chain };
}
