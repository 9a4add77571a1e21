// What must come to pass on a chain, in true time.

import type { NodeId } from "../sim/env.ts";
import type { HostView, Invariant, Premise, World } from "../sim/invariant.ts";
import { eventually, leadsTo } from "../sim/temporal/liveness.ts";
import type { Micros } from "../sim/time.ts";
import { type ChainView, tipOfShown, told } from "./chain-view.ts";

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
export function heightsConverge(name: string, convergence: Convergence): Invariant<ChainView> {
  const { from, within, supposes = ["servers", "operations"] } = convergence;
  return eventually(name, (world) => areLevel(world, convergence), {
    ...{ from, within, supposes },
    explain: (world) => tipsOf(world, convergence),
  });
}

/**
 * BS-HEIGHT: once a block of this height is proposed, all servers end with one block at least that
 * high within some time. That it is proposed at all is for others to say.
 */
export function heightsFollow(
  name: string,
  {
    height,
    within,
    ...rest
  }: Omit<Convergence, "from" | "heightMin"> & {
    readonly height: number;
  },
): Invariant<ChainView> {
  const convergence = { ...rest, within, heightMin: height };
  const isProposed = ({ emitted }: World<ChainView>): boolean =>
    told(emitted, "block proposed").some((block) => block.height === height);
  return leadsTo(name, isProposed, (world) => areLevel(world, convergence), {
    ...{ within, supposes: rest.supposes ?? ["servers", "operations"] },
    explain: (world) => tipsOf(world, convergence),
  });
}

type Asked = Pick<Convergence, "among" | "mayLie" | "heightMin">;

function areLevel(world: World<ChainView>, asked: Asked): boolean {
  const [first, ...others] = hostsOf(world, asked).map(tipOfHost);
  if (first === undefined || first.height < (asked.heightMin ?? 1)) return false;
  return others.every((tip) => tip?.hash === first.hash);
}

function tipsOf(world: World<ChainView>, asked: Asked): string {
  return hostsOf(world, asked).map(describe).join(", ");
}

function hostsOf(
  { servers }: World<ChainView>,
  { among, mayLie }: Asked,
): readonly HostView<ChainView>[] {
  return servers.filter(({ id }) => among?.includes(id) !== false && mayLie?.(id) !== true);
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
