// What servers refuse, and who leads when the leader can no longer serve.

import type { NodeId } from "../sim/env.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import { formatTime, inMs, type Micros } from "../sim/time.ts";
import { type LeadershipView, quorumLeader } from "./liveness.ts";

/** Measures `refused, <reason>`: how many requests servers refuse, by the reason that they give. */
export function measureRefusals(): Invariant {
  return {
    name: "refusals",
    onStep: ({ sent, metrics }: World) => {
      for (const { message } of sent) {
        const reason = reasonOf(message);
        if (reason !== undefined) metrics.count(`refused, ${reason}`);
      }
      return undefined;
    },
  };
}

/**
 * When a server refuses a request for this reason, another one leads within a time. Measures
 * `handOverMs`, each time from the first refusal until a majority follows the other one.
 */
export function handsOver(name: string, reason: string, within: Micros): Invariant<LeadershipView> {
  const made = {
    name,
    supposes: ["servers"] as const,
    state: { refuser: undefined as NodeId | undefined, since: 0 },
    onStep: (world: World<LeadershipView>) => {
      const { state } = made;
      const { now, server, sent } = world;
      if (state.refuser === undefined) {
        if (!sent.some(({ message }) => reasonOf(message) === reason)) return undefined;
        state.refuser = server?.id;
        state.since = now;
      }
      const leader = quorumLeader(world)?.id;
      if (leader !== undefined && leader !== state.refuser) {
        world.metrics.observe("handOverMs", inMs(now - state.since));
        state.refuser = undefined;
        return undefined;
      }
      if (now - state.since <= within) return undefined;
      const since = formatTime(state.since);
      return `${state.refuser} refuses since ${since}, "${reason}", and nobody else leads`;
    },
  };
  return made;
}

/**
 * Of whoever leads at a time, another server takes over within a time, whatever the first one
 * believes. Measures `handOverMs`.
 */
export function anotherLeads(name: string, at: Micros, within: Micros): Invariant<LeadershipView> {
  const made = {
    name,
    supposes: ["servers", "faults"] as const,
    state: { leader: undefined as NodeId | undefined, isDone: false },
    onStep: (world: World<LeadershipView>) => {
      const { state } = made;
      if (state.isDone) return undefined;
      const leader = quorumLeader(world)?.id;
      if (world.now <= at) state.leader = leader;
      else if (leader !== undefined && leader !== state.leader) {
        world.metrics.observe("handOverMs", inMs(world.now - at));
        state.isDone = true;
      } else if (world.now - at > within) {
        return `${state.leader ?? "nobody"} led at ${formatTime(at)}, and nobody else does now`;
      }
      return undefined;
    },
    onEnd: () => (made.state.isDone ? undefined : "nobody else has led"),
  };
  return made;
}

function reasonOf(message: unknown): string | undefined {
  const isRefusal =
    typeof message === "object" &&
    message !== null &&
    "type" in message &&
    message.type === "refused" &&
    "reason" in message;
  return isRefusal ? String(message.reason) : undefined;
}
