// What holds of nodes of a chain that have just started: who makes the first block, and how soon
// they know each other.

import type { NodeId } from "../sim/env.ts";
import type { HistoryEntry } from "../sim/history.ts";
import type { HostView, Invariant, World } from "../sim/invariant.ts";
import { eventually } from "../sim/temporal/liveness.ts";
import { inMs, type Micros } from "../sim/time.ts";
import { type ChainView, told } from "./chain-view.ts";

/** When nodes are to know each other. */
export interface MeshDeadline {
  readonly from: Micros;
  readonly within: Micros;
}

/** A node that shows how many peers it can ask. */
export interface PeersView extends ChainView {
  readonly peersActive: number;
}

/**
 * Who knows of somebody when it starts makes no block before it has heard a status in this life:
 * there may be a chain that it has not heard of.
 */
export function nobodyBeginsAlone(
  name: string,
  bootstrapOf: (host: NodeId) => readonly NodeId[],
): Invariant<ChainView> {
  const made = {
    name,
    state: new Map<NodeId, number>(),
    onStep: ({ server, event, emitted }: World<ChainView>) => {
      if (server === undefined) return undefined;
      if (event.kind === "deliver" && isStatus(event.payload)) {
        made.state.set(server.id, server.life);
      }
      const [block] = emitted.length === 0 ? [] : told(emitted, "block proposed");
      if (block === undefined || bootstrapOf(server.id).length === 0) return undefined;
      if (made.state.get(server.id) === server.life) return undefined;
      return `${server.id} makes block ${block.height}, and has heard nobody`;
    },
  };
  return made;
}

function isStatus(message: unknown): boolean {
  // Every message of the chain has a type.
  return (message as { readonly type?: string }).type === "status";
}

/** There is one block of height 1, if who starts with whom is as it was planned. */
export function chainBeginsOnce(name: string): Invariant<ChainView> {
  const made = {
    name,
    supposes: ["faults"] as const,
    state: { first: undefined as string | undefined },
    onStep: ({ server, emitted }: World<ChainView>) => {
      if (emitted.length === 0) return undefined;
      const block = told(emitted, "block proposed").find(({ height }) => height === 1);
      if (block === undefined) return undefined;
      const { first } = made.state;
      made.state.first ??= block.hash;
      if (first === undefined || first === block.hash) return undefined;
      return `${server?.id} makes another first block`;
    },
  };
  return made;
}

/** At some time in a span every server can ask all others; measures `timeToFullMeshMs`. */
export function everybodyIsKnown<View extends PeersView>(
  name: string,
  { from, within }: MeshDeadline,
): Invariant<View> {
  const isFull = (
    { node }: HostView<View>,
    _: number,
    { length }: readonly HostView<View>[],
  ): boolean => node !== undefined && node.peersActive >= length - 1;
  return eventually<View>(
    name,
    ({ servers, metrics, now }) => {
      const holds = servers.every(isFull);
      if (holds) metrics.gauge("timeToFullMeshMs", inMs(now - from));
      return holds;
    },
    {
      ...{ from, within, supposes: ["servers"] },
      explain: ({ servers }) =>
        servers.map(({ id, node }) => `${id} knows ${node?.peersActive ?? "nothing"}`).join(", "),
    },
  );
}

/** What clients were told, as far as the history was read. */
interface Tales {
  read: number;
  /** By node, how many peers it has by its last answer. */
  readonly peers: Map<NodeId, number>;
}

/**
 * The same by what nodes answer to clients that ask for their health from then on, the last answer
 * of each; measures `timeToFullMeshToldMs`.
 */
export function everybodyTellsOfAll(
  name: string,
  { from, within }: MeshDeadline,
): Invariant<unknown> {
  return eventually<unknown, Tales>(
    name,
    ({ servers, history, metrics, now }, tales) => {
      const before = tales.read;
      for (; tales.read < history.returned.length; tales.read++) {
        const told = peersTold(history.returned[tales.read]!, from);
        if (told !== undefined) tales.peers.set(told.node, told.peersActive);
      }
      if (tales.read === before) return false;
      const holds = servers.every(({ id }) => (tales.peers.get(id) ?? 0) >= servers.length - 1);
      if (holds) metrics.gauge("timeToFullMeshToldMs", inMs(now - from));
      return holds;
    },
    {
      ...{ from, within, supposes: ["servers", "operations"] },
      memory: { read: 0, peers: new Map() },
      explain: ({ servers }, { peers }) =>
        servers.map(({ id }) => `${id} tells of ${peers.get(id) ?? "nothing"}`).join(", "),
    },
  );
}

function peersTold(
  { operation, outcome, invokedAt, result }: HistoryEntry,
  from: Micros,
): { readonly node: NodeId; readonly peersActive: number } | undefined {
  // The operations of a chain's clients have a name, and answers to questions have a kind.
  const { op, node } = operation as unknown as { readonly op: string; readonly node: NodeId };
  if (op !== "ask" || outcome !== "ok" || invokedAt < from) return undefined;
  const { kind, peersActive } = result as unknown as ShownHealth & { readonly kind: string };
  return kind === "health" ? { node, peersActive } : undefined;
}

/** What a node tells of its health, as far as it is looked at. */
interface ShownHealth {
  readonly peersActive: number;
}

/** Who is asked for its health tells of as many peers as it can ask. Counts `healthAnswers`. */
export function healthTellsOfPeers<View extends PeersView>(name: string): Invariant<View> {
  return {
    name,
    onStep: ({ sent, server, metrics }) => {
      if (sent.length === 0 || server?.node === undefined) return undefined;
      for (const { message } of sent) {
        // Every message of the chain has a type, and every answer is to a question of a kind.
        const { type, answer } = message as {
          readonly type?: string;
          readonly answer?: { readonly kind: string; readonly health?: ShownHealth };
        };
        const health = type === "answer" ? answer?.health : undefined;
        if (health === undefined) continue;
        metrics.count("healthAnswers");
        const { peersActive } = server.node;
        if (health.peersActive === peersActive) continue;
        return `${server.id} tells of ${health.peersActive} peers, and can ask ${peersActive}`;
      }
      return undefined;
    },
  };
}
