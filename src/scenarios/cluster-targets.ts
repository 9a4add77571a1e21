import type { NodeId } from "../sim/env.ts";
import type { World } from "../sim/invariant.ts";
import type { Targets } from "../sim/targets.ts";

/**
 * `leader` is the live server that leads in the highest term; `others` are the rest, and `follower
 * 1` to `follower 6` the live ones among them, one by one. `syncing` is one that is syncing;
 * `compacting` one whose own snapshot is on its way to the disk, `installing` one with a leader's;
 * `sending` the leader, and `receiving` who is sent one, while a part of it has left or arrived.
 */
export const clusterTargets: Targets<TargetView> = {
  leader: (world) => namesOf(leaders(world)),
  others: (world) => {
    const [leader] = leaders(world);
    return leader ? namesOf(world.servers.filter(({ id }) => id !== leader.id)) : [];
  },
  syncing: first((node) => node.isSyncing),
  compacting: first((node) => node.isCompacting),
  "compacting leader": first((node) => node.isCompacting && node.role === "leader"),
  installing: first((node) => node.isInstalling),
  sending: first((node) => node.isSending),
  receiving: first((node) => node.isReceiving),
  ...Object.fromEntries(
    [1, 2, 3, 4, 5, 6].map((number) => [
      `follower ${number}`,
      (world: World<TargetView>) => namesOf(followers(world).slice(number - 1, number)),
    ]),
  ),
};

/** What a server must show to be a target. */
interface TargetView {
  readonly role: string;
  readonly term: number;
  readonly isSyncing: boolean;
  readonly isCompacting: boolean;
  readonly isInstalling: boolean;
  readonly isSending: boolean;
  readonly isReceiving: boolean;
}

function leaders({ servers }: World<TargetView>): World<TargetView>["servers"] {
  const claimants = servers.filter(({ node }) => node?.role === "leader");
  return claimants.sort((a, b) => (b.node?.term ?? 0) - (a.node?.term ?? 0)).slice(0, 1);
}

function followers(world: World<TargetView>): World<TargetView>["servers"] {
  const [leader] = leaders(world);
  if (leader === undefined) return [];
  return world.servers.filter(({ id, node }) => id !== leader.id && node !== undefined);
}

/** The first live server of which something is true. */
function first(
  isSo: (node: TargetView) => boolean,
): (world: World<TargetView>) => readonly NodeId[] {
  return ({ servers }) =>
    namesOf(servers.filter(({ node }) => node !== undefined && isSo(node))).slice(0, 1);
}

function namesOf(servers: World<TargetView>["servers"]): NodeId[] {
  return servers.map(({ id }) => id);
}
