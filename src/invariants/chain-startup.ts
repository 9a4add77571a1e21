// What holds of nodes of a chain that have just started: who makes the first block, and how soon
// they know each other.

import type { NodeId } from "../sim/env.ts";
import type { HostView, Invariant, World } from "../sim/invariant.ts";
import { eventually } from "../sim/temporal/liveness.ts";
import { inMs, type Micros } from "../sim/time.ts";
import { type ChainView, told } from "./chain-view.ts";

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
  { from, within }: { readonly from: Micros; readonly within: Micros },
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
