// Proof that a fault has struck a storage node at the moment that its scenario names.

import type { NodeId } from "../sim/env.ts";
import type { HostView, Invariant, World } from "../sim/invariant.ts";
import { formatTime, type Micros } from "../sim/time.ts";
import { dataOf, isDurable, type StorageView } from "./storage-view.ts";

/** What a storage node had done for the replicas of an upload when it was struck. */
export interface Deeds {
  /** Whether a replica had come to it. */
  readonly hasReceived: boolean;
  /** Whether the first one that had come is durable; not synced, it may outlast a power failure. */
  readonly isDurable: boolean;
  /** Whether it had said that it has stored one. */
  readonly hasConfirmed: boolean;
}

/** When it is to be struck; what is left out may be either way. */
export type Moment = Partial<Deeds>;

/**
 * A node stops, dies or stands still for the first time, in a run, at that moment, and has been
 * sent a replica by the end; a run in which it does not has tested nothing of what it is meant to
 * test.
 */
export function isStruckAt(name: string, node: NodeId, moment: Moment): Invariant<StorageView> {
  const made = {
    name,
    supposes: ["servers", "operations", "faults", "conditions"] as const,
    state: {
      isSent: false,
      ...{ first: undefined, hasConfirmed: false, struckAt: undefined },
    } as Strike & { isSent: boolean },
    onStep: (world: World<StorageView>) => {
      made.state.isSent ||= world.sent.some((one) => one.to === node && isStore(one));
      const host = world.servers.find(({ id }) => id === node);
      // Before its first start it has not been switched on.
      if (host !== undefined && host.life > 0) observe(made.state, host, world);
      return undefined;
    },
    onEnd: () => {
      const { struckAt, isSent } = made.state;
      if (struckAt === undefined) return `${node} was not struck`;
      if (!isSent) return `${node} was never sent a replica`;
      const isSame = DEEDS.every(
        (deed) => moment[deed] === undefined || moment[deed] === struckAt[deed],
      );
      if (isSame) return undefined;
      return `${node} was struck at "${words(struckAt)}", expected "${words(moment)}"`;
    },
  };
  return made;
}

/** What is known of a node until it is struck. */
interface Strike {
  /** The first replica that has come to it. */
  first: { readonly address: string; readonly sizeBytes: number } | undefined;
  hasConfirmed: boolean;
  struckAt: Deeds | undefined;
}

function observe(
  strike: Strike,
  host: HostView<StorageView>,
  { event, server, sent }: World<StorageView>,
): void {
  if (strike.struckAt !== undefined) return;
  if (server?.id === host.id) {
    const { type, address, data } = dataOf<StoreMessage>(event.payload ?? {});
    if (event.kind === "deliver" && type === "store") {
      strike.first ??= { address, sizeBytes: data.length };
    }
    strike.hasConfirmed ||= sent.some(isConfirmation);
  }
  // An event that has to wait on another host says nothing of this one.
  const isPaused = event.kind === "inbox" && event.host?.id === host.id;
  if (host.node !== undefined && !isPaused) return;
  const { first, hasConfirmed } = strike;
  strike.struckAt = {
    hasReceived: first !== undefined,
    isDurable: first !== undefined && isDurable(host, first, first.sizeBytes),
    hasConfirmed,
  };
}

function isConfirmation({ message }: { readonly message: unknown }): boolean {
  const { type, error } = dataOf<StoreMessage>(message);
  return type === "stored" && error === undefined;
}

/** The fields of messages about storing; of other messages they are undefined. */
interface StoreMessage {
  readonly type: string;
  readonly address: string;
  readonly data: Uint8Array;
  readonly error: unknown;
}

function isStore({ message }: { readonly message: unknown }): boolean {
  return dataOf<StoreMessage>(message).type === "store";
}

const DEEDS = ["hasReceived", "isDurable", "hasConfirmed"] as const;

const WORDS: Readonly<Record<keyof Deeds, string>> = {
  ...{ hasReceived: "received", isDurable: "durable", hasConfirmed: "confirmed" },
};

/** `received, not durable, not confirmed`. */
function words(moment: Moment): string {
  const known = DEEDS.filter((deed) => moment[deed] !== undefined);
  return known
    .map((deed) => (moment[deed] === true ? WORDS[deed] : `not ${WORDS[deed]}`))
    .join(", ");
}

/**
 * The first confirmation of one of these nodes, of any replica, comes to the backend exactly so
 * long after the first block was opened: the delay of a scenario is what it says.
 */
export function confirmationsComeAt(
  name: string,
  nodes: readonly NodeId[],
  after: Micros,
): Invariant<StorageView> {
  const made = {
    name,
    supposes: ["servers", "operations", "faults", "conditions"] as const,
    state: { openedAt: undefined as Micros | undefined, cameAt: undefined as Micros | undefined },
    onStep: ({ event, emitted, server, now }: World<StorageView>) => {
      const { state } = made;
      if (emitted.some((one) => one.event === "block opened")) state.openedAt ??= now;
      if (event.kind !== "deliver" || event.from === undefined) return undefined;
      if (server?.node?.blocks === undefined || !nodes.includes(event.from)) return undefined;
      const { type, error } = dataOf<StoreMessage>(event.payload);
      if (type === "stored" && error === undefined) state.cameAt ??= now;
      return undefined;
    },
    onEnd: () => {
      const { openedAt, cameAt } = made.state;
      if (openedAt === undefined || cameAt === undefined) return "none of them has confirmed any";
      const took = cameAt - openedAt;
      if (took === after) return undefined;
      return `the first confirmation came after ${formatTime(took)}, not ${formatTime(after)}`;
    },
  };
  return made;
}

/**
 * From a time on the backend says that it serves no more: no `serving`, and `halted` by the end.
 */
export function isNeverUpAgain(name: string, from: Micros): Invariant<StorageView> {
  const made = {
    name,
    supposes: ["servers", "operations", "faults", "conditions"] as const,
    state: { isHalted: false },
    onStep: ({ emitted, now }: World<StorageView>) => {
      if (now < from) return undefined;
      made.state.isHalted ||= emitted.some(({ event }) => event === "halted");
      if (!emitted.some(({ event }) => event === "serving")) return undefined;
      return "the backend serves on the strength of a ledger that has rotted";
    },
    onEnd: () => (made.state.isHalted ? undefined : "the backend did not halt"),
  };
  return made;
}

/**
 * `openWhenDown`: how many blocks were undecided, summed over the times that the host went down.
 */
export function measureWaiting(host: NodeId): Invariant<StorageView> {
  const made = {
    name: "measures of waiting blocks",
    state: { open: 0, isUp: false },
    onStep: ({ servers, emitted, metrics }: World<StorageView>) => {
      const { state } = made;
      const node = servers.find(({ id }) => id === host)?.node;
      if (node === undefined && state.isUp) metrics.count("openWhenDown", state.open);
      state.isUp = node !== undefined;
      if (node?.blocks === undefined || emitted.length === 0) return undefined;
      state.open = [...node.blocks.values()].filter(({ status }) => status === "pending").length;
      return undefined;
    },
  };
  return made;
}
