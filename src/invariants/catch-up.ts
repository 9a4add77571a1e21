// How long a server that joins takes to have what the others have, and what that costs.

import type { NodeId } from "../sim/env.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import { formatTime, inMs, type Micros, seconds } from "../sim/time.ts";
import { WHOLE_PLAN } from "./phases.ts";

/** A server that is asked to take part at a time, when there is so much. */
export interface Join {
  readonly server: NodeId;
  readonly at: Micros;
  /** How many things there are by then: by that its figures are known. */
  readonly count: number;
  /** Whether it catches up by a snapshot, or must need none; undefined: either will do. */
  readonly bySnapshot: boolean | undefined;
}

/** What a server must show to be seen to catch up. */
export interface CatchUpView {
  readonly commit: number;
  readonly applied: number;
  readonly snapshot: { readonly bytes: Uint8Array } | undefined;
}

interface CatchUp {
  /** What is committed when it is asked to join; 0 before. */
  target: number;
  sentBytes: number;
  /** When the first bytes of a snapshot leave for it. */
  sentAt: Micros | undefined;
  installedBytes: number;
  installs: number;
  levelAt: Micros | undefined;
}

/**
 * Each server that joins has applied, within a time, all that was committed when it was asked to;
 * by a snapshot or without one, as is said. Measures, by how many things there are: `catchUpMs,
 * <count>` from when it is asked; `snapshotBytes, <count>` that it installs first;
 * `snapshotBytesSent, <count>` until it is level, some of them perhaps twice; `transferMs, <count>`
 * from the first bytes that leave until then; and `bytesPerS, <count>` in that time.
 */
export function joinsCatchUp(
  name: string,
  joins: readonly Join[],
  within: Micros,
): Invariant<CatchUpView> {
  const made = {
    name,
    supposes: WHOLE_PLAN,
    state: joins.map(newCatchUp),
    onStep: (world: World<CatchUpView>) => {
      joins.forEach((join, i) => {
        if (world.now >= join.at) watch(made.state[i]!, join, world);
      });
      const late = joins.find(
        ({ at }, i) => made.state[i]!.levelAt === undefined && world.now > at + within,
      );
      return late && `${late.server} has not caught up ${formatTime(within)} after it was asked to`;
    },
    onEnd: ({ metrics }: World) => {
      joins.forEach((join, i) => {
        for (const [figure, value] of figuresOf(made.state[i]!, join)) {
          metrics.gauge(`${figure}, ${join.count}`, value);
        }
      });
      for (const [i, { server, bySnapshot }] of joins.entries()) {
        const { levelAt, installs } = made.state[i]!;
        if (levelAt === undefined) return `${server} has not caught up`;
        if (bySnapshot !== undefined && installs > 0 !== bySnapshot) {
          return `${server} has installed ${installs} snapshots`;
        }
      }
      return undefined;
    },
  };
  return made;
}

function newCatchUp(): CatchUp {
  const none = { sentAt: undefined, levelAt: undefined };
  return { ...none, target: 0, sentBytes: 0, installedBytes: 0, installs: 0 };
}

function watch(catchUp: CatchUp, join: Join, world: World<CatchUpView>): void {
  const { now, servers, server, sent, emitted } = world;
  if (catchUp.target === 0) {
    catchUp.target = Math.max(...servers.map(({ node }) => node?.commit ?? 0));
  }
  if (catchUp.levelAt !== undefined) return;
  for (const { to, message } of sent) {
    // Only Raft's snapshots are of this type.
    const { type, data } = message as { readonly type: string; readonly data: Uint8Array };
    if (to !== join.server || type !== "snapshot" || data.length === 0) continue;
    catchUp.sentAt ??= now;
    catchUp.sentBytes += data.length;
  }
  if (server?.id !== join.server) return;
  for (const { event } of emitted) {
    if (event !== "snapshot installed") continue;
    if (catchUp.installs++ === 0) catchUp.installedBytes = server.node?.snapshot?.bytes.length ?? 0;
  }
  if ((server.node?.applied ?? 0) >= catchUp.target) catchUp.levelAt = now;
}

type Figure = readonly [string, number];

function figuresOf({ levelAt, sentAt, ...bytes }: CatchUp, { at }: Join): readonly Figure[] {
  if (levelAt === undefined) return [];
  const catchUp: Figure = ["catchUpMs", inMs(levelAt - at)];
  if (sentAt === undefined || bytes.installs === 0) return [catchUp];
  const transfer = Math.max(1, levelAt - sentAt);
  return [
    catchUp,
    ["snapshotBytes", bytes.installedBytes],
    ["snapshotBytesSent", bytes.sentBytes],
    ["transferMs", inMs(transfer)],
    ["bytesPerS", Math.round((bytes.sentBytes * seconds(1)) / transfer)],
  ];
}

/**
 * Measures whether a figure of {@link joinsCatchUp} grows in proportion: by how much more it grows
 * per thing from the middle count to the largest than from the smallest to the middle one, as
 * `<figure>, slope %`: 100 where it is a straight line. To be asked after it.
 */
export function measureSlope(
  figure: string,
  [small, middle, large]: readonly [number, number, number],
): Invariant {
  return {
    name: `slope of ${figure}`,
    onEnd: ({ metrics }: World) => {
      const at = (count: number): number => metrics.gauged(`${figure}, ${count}`);
      const first = (at(middle) - at(small)) / (middle - small);
      const second = (at(large) - at(middle)) / (large - middle);
      if (first > 0) metrics.gauge(`${figure}, slope %`, (100 * second) / first);
      return undefined;
    },
  };
}
