// When the blocks of a storage quorum are decided.

import type { Invariant, Verdict, World } from "../sim/invariant.ts";
import { eventually } from "../sim/temporal/liveness.ts";
import { formatTime, type Micros } from "../sim/time.ts";
import { distinctHolders, type QuorumRule, requiredOf } from "./storage-quorum.ts";
import { backendOf, type ChunkView, dataOf, type StorageView } from "./storage-view.ts";

const NEVER: Micros = Number.MAX_SAFE_INTEGER;

/**
 * Every block is settled within some time after it was opened, restarts of the backend included.
 */
export function blocksAreSettled(name: string, within: Micros): Invariant<StorageView> {
  const made = {
    name,
    supposes: ["servers", "faults", "conditions"] as const,
    /** By file, when it was opened; the oldest first. */
    state: new Map<string, Micros>(),
    onStep: (world: World<StorageView>) => {
      const { state } = made;
      for (const { event, data } of world.emitted) {
        if (event === "serving") forgetLost(state, world);
        if (event !== "block opened" && event !== "block settled") continue;
        const { file } = dataOf<{ file: string }>(data);
        if (event === "block settled") state.delete(file);
        else state.set(file, world.now);
      }
      return undefined;
    },
    onIdle: (_world: World<StorageView>, until: Micros): Verdict => {
      for (const [file, openedAt] of made.state) {
        const due = openedAt + within;
        if (until <= due) return undefined;
        const message = `${file} is still open ${formatTime(within)} after it was opened`;
        return [{ invariant: name, message, at: due }];
      }
      return undefined;
    },
    // What is opened from now on is due when that time is up.
    idleDue: (now: Micros) => {
      const [oldest = NEVER] = made.state.values();
      return Math.min(oldest, now) + within;
    },
  };
  return made;
}

/** At some time in a span no block is open. */
export function nothingIsOpen(
  name: string,
  { from, by }: { readonly from: Micros; readonly by: Micros },
): Invariant<StorageView> {
  const open = (world: World<StorageView>): readonly string[] | undefined => {
    const blocks = backendOf(world);
    if (blocks === undefined) return undefined;
    return [...blocks.values()].flatMap(({ file, status }) => (status === "pending" ? file : []));
  };
  return eventually(name, (world) => open(world)?.length === 0, {
    ...{ from, by },
    explain: (world) => `open are ${open(world)?.join(", ") ?? "those of a backend that is down"}`,
  });
}

/**
 * A block that was not durable before a crash has never been; and of one that was settled as the
 * power failed nobody was told.
 */
function forgetLost(open: Map<string, Micros>, world: World<StorageView>): void {
  const blocks = backendOf(world);
  for (const file of [...open.keys()]) {
    if (blocks?.get(file)?.status !== "pending") open.delete(file);
  }
}

/**
 * A block is decided to be confirmed in the very step in which its quorum is complete, and in no
 * other: it waits for no confirmation more. Not to be asked of a backend whose disk may be full, or
 * that may find confirmations anew after a restart.
 */
export function confirmsAtQuorum(name: string, rule: QuorumRule): Invariant<StorageView> {
  const made = {
    name,
    supposes: ["conditions"] as const,
    /** Files that are decided. */
    state: new Set<string>(),
    onStep: (world: World<StorageView>) => {
      const held = new Map<string, string>();
      for (const { event, data } of world.emitted) {
        const { file, node } = dataOf<{ file: string; node: string }>(data ?? {});
        if (event === "replica held") held.set(file, node);
        if (event !== "block decided") continue;
        made.state.add(file);
        const { status } = dataOf<{ status: string }>(data);
        const chunks = backendOf(world)?.get(file)?.chunks ?? [];
        const isEmpty = chunks.length === 0;
        if (status !== "confirmed" || isEmpty || held.has(file)) continue;
        return `${file} is confirmed, and nobody has confirmed anything of it just now`;
      }
      for (const [file, node] of held) {
        const chunks = backendOf(world)?.get(file)?.chunks;
        if (made.state.has(file) || chunks === undefined) continue;
        if (!chunks.every((chunk) => hasQuorum(chunk, rule))) continue;
        return `${file} has its quorum with ${node}, and is not confirmed`;
      }
      return undefined;
    },
  };
  return made;
}

function hasQuorum(chunk: ChunkView, rule: QuorumRule): boolean {
  return distinctHolders(chunk) >= requiredOf(chunk, rule);
}

/**
 * A block is told to be settled only once more of the backend's file is durable than there was of
 * it before that was decided.
 */
export function finalIsDurable(name: string, file: string): Invariant<StorageView> {
  const made = {
    name,
    state: {
      /** How large the file was after the last event. */
      sizeBytes: 0,
      /** By block, how large it was just before its decision. */
      decided: new Map<string, number>(),
    },
    onStep: ({ emitted, server }: World<StorageView>) => {
      const { state } = made;
      for (const { event, data } of emitted) {
        if (event !== "block decided" && event !== "block settled") continue;
        const { file: block } = dataOf<{ file: string }>(data);
        if (event === "block decided") state.decided.set(block, state.sizeBytes);
        const before = state.decided.get(block);
        const durable = server?.durable(file)?.sizeBytes ?? 0;
        if (event === "block decided" || before === undefined || durable > before) continue;
        return `${block} is settled, and its decision is not among the ${durable} durable bytes`;
      }
      if (server?.node?.ledgerBytes !== undefined) state.sizeBytes = server.node.ledgerBytes;
      return undefined;
    },
  };
  return made;
}

/** Whatever is confirmed was decided within so long after its upload had come. */
export function consensusTakesAtMost(name: string, bound: Micros): Invariant<StorageView> {
  return {
    name,
    supposes: ["servers", "faults", "conditions"],
    onStep: ({ emitted }) => {
      for (const { event, data } of emitted) {
        if (event !== "block settled") continue;
        const { file, status, took } = dataOf<Settled>(data);
        if (status !== "confirmed" || took === undefined || took <= bound) continue;
        return `${file} took ${formatTime(took)}, at most ${formatTime(bound)} is allowed`;
      }
      return undefined;
    },
  };
}

interface Settled {
  readonly file: string;
  readonly status: string;
  readonly took: Micros | undefined;
}

/**
 * Observes `confirmation 1`, `confirmation 2` and so on: how long after a file of one chunk was
 * opened the first node has confirmed it, another one, and so on; and counts `timeouts`: blocks
 * that were rejected.
 */
export function measureConfirmations(): Invariant<StorageView> {
  interface Opened {
    readonly openedAt: Micros;
    readonly nodes: Set<string>;
  }
  const made = {
    name: "measures of confirmations",
    /** By file, when it was opened, and who has confirmed it since. */
    state: new Map<string, Opened>(),
    onStep: (world: World<StorageView>) => {
      const { emitted, now, metrics } = world;
      for (const { event, data } of emitted) {
        const { file, node, status } = dataOf<Emitted>(data ?? {});
        if (event === "block settled" && status === "rejected") metrics.count("timeouts");
        if (event === "block opened" && backendOf(world)?.get(file)?.chunks.length === 1) {
          made.state.set(file, { openedAt: now, nodes: new Set() });
        }
        const opened = made.state.get(file);
        if (event !== "replica held" || opened === undefined || opened.nodes.has(node)) continue;
        opened.nodes.add(node);
        metrics.observe(`confirmation ${opened.nodes.size}`, now - opened.openedAt);
      }
      return undefined;
    },
  };
  return made;
}

/** The fields of what the backend emits; each event has some of these. */
interface Emitted {
  readonly file: string;
  readonly node: string;
  readonly status: string;
}
