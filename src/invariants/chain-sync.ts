// How one node follows another that makes all blocks.

import type { NodeId } from "../sim/env.ts";
import type { HostView, Invariant, World } from "../sim/invariant.ts";
import { type Micros, seconds } from "../sim/time.ts";
import { type ChainView, tipOfShown, told } from "./chain-view.ts";
import { isIn, type Phase, WHOLE_PLAN } from "./phases.ts";

/** Who makes the blocks, and who fetches them. */
export interface Following {
  readonly leader: NodeId;
  readonly follower: NodeId;
}

/** BS-PREFIX: whenever its tip changes, the chain of one node is a prefix of another's. */
export function followsAsPrefix(
  name: string,
  { leader, follower }: Following,
): Invariant<ChainView> {
  return {
    name,
    onStep: ({ server, servers, emitted }) => {
      if (server?.id !== follower || server.node?.chain === undefined) return undefined;
      const { canonical, base } = server.node.chain;
      for (const { adopted, orphaned } of told(emitted, "tip changed")) {
        if (orphaned > 0) return `${orphaned} blocks have left the chain of ${follower}`;
        const whole = hostOf(servers, leader)?.node?.chain;
        if (whole === undefined) continue;
        for (let at = canonical.length - adopted; at < canonical.length; at++) {
          const height = base + at;
          if (whole.canonical[height - whole.base] === canonical[at]) continue;
          return `${follower} has another block ${height} than ${leader}, or has it before`;
        }
      }
      return undefined;
    },
  };
}

/** Who lacks more blocks has fallen behind: a few are always under way to it. */
const BEHIND = 5;
/** Who was behind has caught up when it lacks no more. */
const ABREAST = 1;

/** A part of a run in which blocks are made at a rate. */
export interface RatePhase extends Phase {
  /** Blocks a second. */
  readonly rate: number;
  /** How far the follower may be behind at the end of it; undefined: it is only measured. */
  readonly lagMax: number | undefined;
}

/**
 * At the end of each phase the follower is no further behind than it may. Measures, by phases,
 * `syncLagBlocks, <phase>` at its end and `syncLagBlocksMax, <phase>`; and `breakEvenRate`: how
 * many blocks a second the follower takes from when it has fallen behind until it has caught up,
 * which is the rate from which on it can follow no more.
 */
export function lagShrinks(
  name: string,
  { leader, follower }: Following,
  phases: readonly RatePhase[],
): Invariant<ChainView> {
  const made = {
    name,
    supposes: WHOLE_PLAN,
    state: {
      ...{ isBehind: false, seenAt: 0, behind: 0, taken: 0 },
      largest: phases.map(() => 0),
      last: phases.map(() => 0),
    },
    onStep: ({ server, servers, emitted, now }: World<ChainView>) => {
      const { state } = made;
      if (server === undefined || told(emitted, "tip changed").length === 0) return undefined;
      const [whole, part] = [heightOf(servers, leader), heightOf(servers, follower)];
      if (whole === undefined || part === undefined) return undefined;
      const lag = whole - part;
      if (state.isBehind) {
        state.behind += now - state.seenAt;
        if (server.id === follower) state.taken += adoptedIn(emitted);
      }
      state.isBehind = lag > (state.isBehind ? ABREAST : BEHIND);
      state.seenAt = now;
      phases.forEach((phase, i) => {
        if (!isIn(phase, now)) return;
        state.largest[i] = Math.max(state.largest[i]!, lag);
        state.last[i] = lag;
      });
      return undefined;
    },
    onEnd: ({ metrics }: World<ChainView>) => {
      const { largest, last, behind, taken } = made.state;
      phases.forEach((phase, i) => {
        metrics.gauge(`syncLagBlocks, ${phase.name}`, last[i]!);
        metrics.gauge(`syncLagBlocksMax, ${phase.name}`, largest[i]!);
      });
      if (behind > 0) metrics.gauge("breakEvenRate", rateOf(taken, behind));
      const late = phases.findIndex(({ lagMax }, i) => lagMax !== undefined && last[i]! > lagMax);
      if (late === -1) return undefined;
      const { rate, lagMax } = phases[late]!;
      const found = `${follower} is ${last[late]} blocks behind`;
      return `${found} after ${rate} a second, expected ${lagMax} at most`;
    },
  };
  return made;
}

function adoptedIn(emitted: World["emitted"]): number {
  return told(emitted, "tip changed").reduce((sum, { adopted }) => sum + adopted, 0);
}

function rateOf(count: number, time: Micros): number {
  return Math.round((count * seconds(1)) / time);
}

function heightOf(servers: World<ChainView>["servers"], id: NodeId): number | undefined {
  const chain = hostOf(servers, id)?.node?.chain;
  return chain && tipOfShown(chain).height;
}

function hostOf(servers: World<ChainView>["servers"], id: NodeId): HostView<ChainView> | undefined {
  return servers.find((server) => server.id === id);
}
