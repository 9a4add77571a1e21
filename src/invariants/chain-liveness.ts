// What must come to pass on a chain, in true time.

import type { NodeId } from "../sim/env.ts";
import type { HostView, Invariant, Premise, World } from "../sim/invariant.ts";
import { eventually } from "../sim/temporal/liveness.ts";
import type { Micros } from "../sim/time.ts";
import { type ChainView, tipOfShown } from "./chain-view.ts";

/** When which servers must have one tip. */
export interface Convergence {
  /** From when on it is looked. */
  readonly from: Micros;
  /** How much later they must have it, once at least. */
  readonly within: Micros;
  /** The tip is at least that high. Default: 1. */
  readonly heightMin?: number;
  /** Whom it is asked of, all of them up. Default: every server. */
  readonly among?: readonly NodeId[];
  /** Whose tips prove nothing. Default: nobody's. */
  readonly mayLie?: (host: NodeId) => boolean;
  /** Default: servers, and the operations by which blocks are made. */
  readonly supposes?: readonly Premise[];
}

/** BS-HEIGHT: at some time in a span all servers are up, and their chains end with one block. */
export function heightsConverge(
  name: string,
  { from, within, heightMin = 1, among, mayLie, supposes }: Convergence,
): Invariant<ChainView> {
  const asked = ({ servers }: World<ChainView>) =>
    servers.filter(({ id }) => among?.includes(id) !== false && mayLie?.(id) !== true);
  const holds = (world: World<ChainView>): boolean => {
    const [first, ...others] = asked(world).map(tipOfHost);
    if (first === undefined || first.height < heightMin) return false;
    return others.every((tip) => tip?.hash === first.hash);
  };
  return eventually(name, holds, {
    ...{ from, within, supposes: supposes ?? ["servers", "operations"] },
    explain: (world) => asked(world).map(describe).join(", "),
  });
}

function tipOfHost({ node }: HostView<ChainView>) {
  return node?.chain && tipOfShown(node.chain);
}

function describe(host: HostView<ChainView>): string {
  const tip = tipOfHost(host);
  return tip === undefined
    ? `${host.id} is not up`
    : `${host.id} is at ${tip.height} ${tip.hash.slice(0, 8)}`;
}
