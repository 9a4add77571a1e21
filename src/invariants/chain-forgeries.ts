// What comes of blocks that liars have made.

import type { NodeId } from "../sim/env.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import type { Micros } from "../sim/time.ts";
import { type Kept, memoryOf, messageOf, saidOf } from "./chain-fetching.ts";
import { type ChainView, tipOfShown } from "./chain-view.ts";

type Liars = (host: NodeId) => boolean;

interface Rules {
  /** By rule, how often a block that breaks it has come, and how often it was told. */
  readonly came: Map<string, number>;
  readonly told: Map<string, number>;
  /** Nothing that they send is looked at. */
  readonly banned: Set<NodeId>;
}

/**
 * BS-RULES: each invalid block that was gossiped to a host is refused there once, by the rule that
 * it breaks. One whose parent is unknown has to wait, and is refused by nobody.
 */
export function rulesFire(name: string, mayLie: Liars): Invariant<ChainView> {
  const made = {
    name,
    supposes: ["servers"] as const,
    state: { forged: new Map<string, string>(), hosts: new Map<NodeId, Kept<Rules>>() },
    onStep: (world: World<ChainView>) => {
      const { server, event, emitted, metrics } = world;
      if (server === undefined) return undefined;
      if (mayLie(server.id)) noteForged(made.state.forged, world);
      else {
        const fresh = (): Rules => ({ came: new Map(), told: new Map(), banned: new Set() });
        const { came, told, banned } = memoryOf(made.state.hosts, server, fresh);
        const from = event.from ?? "";
        if (event.kind === "deliver" && mayLie(from) && !banned.has(from)) {
          const { type, header } = messageOf(event.payload);
          const rule = type === "block" ? made.state.forged.get(textOf(header)) : undefined;
          if (rule !== undefined && server.node?.chain !== undefined) count(came, rule);
        }
        for (const { peer } of saidOf(emitted, "peer banned")) banned.add(peer);
        for (const { peer, rule } of saidOf(emitted, "block refused")) {
          if (!mayLie(peer)) return `${server.id}: ${peer} does not lie, and is refused: ${rule}`;
          count(told, rule);
          metrics.count(`refused, ${rule}`);
        }
      }
      return undefined;
    },
    onEnd: (_: World<ChainView>) => {
      for (const [host, { memory }] of made.state.hosts) {
        for (const rule of new Set([...memory.came.keys(), ...memory.told.keys()])) {
          const [came, told] = [memory.came.get(rule) ?? 0, memory.told.get(rule) ?? 0];
          if (came !== told) return `${host}: ${came} blocks break "${rule}", ${told} were refused`;
        }
      }
      return undefined;
    },
  };
  return made;
}

/** What a liar has made, by what it sends of it. */
function noteForged(forged: Map<string, string>, { emitted, sent }: World<ChainView>): void {
  for (const { rule } of saidOf(emitted, "forged")) {
    if (rule === "unknown parent") continue;
    for (const { message } of sent) {
      const { type, header } = messageOf(message);
      if (type === "block") forged.set(textOf(header), rule);
    }
  }
}

function textOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** The chain of a host ends with the same block all the time of a span. */
export function tipStays(
  name: string,
  { host, from, until }: { readonly host: NodeId; readonly from: Micros; readonly until: Micros },
): Invariant<ChainView> {
  const made = {
    name,
    supposes: ["servers", "operations", "faults"] as const,
    state: { hash: undefined as string | undefined },
    onStep: ({ server, now }: World<ChainView>) => {
      const chain = server?.node?.chain;
      if (server?.id !== host || chain === undefined || now < from || now > until) return undefined;
      const { hash, height } = tipOfShown(chain);
      made.state.hash ??= hash;
      return made.state.hash === hash ? undefined : `${host}: its tip is another one, of ${height}`;
    },
  };
  return made;
}
