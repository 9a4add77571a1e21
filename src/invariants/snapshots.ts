// How logs are compacted, and what it costs to send a snapshot.

import type { Invariant, World } from "../sim/invariant.ts";
import { alwaysAtMost } from "../sim/temporal/safety.ts";
import type { PlaceView, SnapshotView } from "./raft-view.ts";

/** What a server must show for {@link logStaysWithin}. */
interface LogView {
  readonly lastIndex: number;
  readonly base: PlaceView;
}

/** No server that is up ever has a log of more than so many entries. */
export function logStaysWithin(name: string, entriesMax: number): Invariant<LogView> {
  const lengthOf = ({ server }: World<LogView>): number | undefined =>
    server?.node && server.node.lastIndex - server.node.base.index;
  const explain = ({ server }: World<LogView>): string => `entries in the log of ${server?.id}`;
  return alwaysAtMost(name, lengthOf, entriesMax, { explain });
}

/** What a server must show for {@link memoryStaysWithin}. */
interface MemoryView extends LogView {
  readonly machine: { readonly sessions: ReadonlyMap<unknown, unknown> };
  readonly waitingRequests: number;
}

/** How much of each kind a server may keep. */
export interface MemoryBounds {
  readonly entries: number;
  readonly sessions: number;
  readonly requests: number;
}

/**
 * No server that is up ever keeps more than so much: entries in its log, sessions of clients, and
 * requests that wait. Each is judged by itself, as `<name>-ENTRIES` and so on.
 */
export function memoryStaysWithin(
  name: string,
  { entries, sessions, requests }: MemoryBounds,
): readonly Invariant<MemoryView>[] {
  const explain = ({ server }: World<MemoryView>): string => `on ${server?.id}`;
  const judge = (of: string, most: number, count: (node: MemoryView) => number) =>
    alwaysAtMost<MemoryView>(
      `${name}-${of}`,
      ({ server }) => server?.node && count(server.node),
      most,
      { explain },
    );
  return [
    judge("ENTRIES", entries, ({ lastIndex, base }) => lastIndex - base.index),
    judge("SESSIONS", sessions, ({ machine }) => machine.sessions.size),
    judge("REQUESTS", requests, ({ waitingRequests }) => waitingRequests),
  ];
}

/** A chunk of a snapshot, as it is sent. */
interface ChunkView {
  readonly type: string;
  readonly data: Uint8Array;
}

/** What a server must show for {@link measureSnapshots}. */
interface InstalledView {
  readonly snapshot: SnapshotView | undefined;
  /** Whether it leads, and a part of a snapshot has left it. */
  readonly isSending: boolean;
}

/**
 * Measures the bytes of snapshots that are sent, `snapshot bytes sent`, and at the end what share
 * of the snapshots that were installed that is, `snapshot bytes sent %`; and counts those that a
 * leader takes while it sends an earlier one, `snapshots taken while sending`.
 */
export function measureSnapshots(): Invariant<InstalledView> {
  const made = {
    name: "snapshots",
    state: { sentBytes: 0, installedBytes: 0 },
    onStep: ({ sent, server, emitted, metrics }: World<InstalledView>) => {
      const { state } = made;
      for (const { message } of sent) {
        // Only Raft's snapshots are of this type.
        const { type, data } = message as ChunkView;
        if (type === "snapshot") state.sentBytes += data.length;
      }
      for (const { event } of emitted) {
        const isAnother = event === "snapshot taken" && server?.node?.isSending === true;
        if (isAnother) metrics.count("snapshots taken while sending");
        if (event !== "snapshot installed") continue;
        state.installedBytes += server?.node?.snapshot?.bytes.length ?? 0;
      }
      return undefined;
    },
    onEnd: ({ metrics }: World<InstalledView>) => {
      const { sentBytes, installedBytes } = made.state;
      metrics.gauge("snapshot bytes sent", sentBytes);
      if (installedBytes > 0) {
        metrics.gauge("snapshot bytes sent %", (100 * sentBytes) / installedBytes);
      }
      return undefined;
    },
  };
  return made;
}

/** What a server must show for {@link measureHeldSnapshots}. */
interface HeldView {
  readonly commit: number;
  readonly lastIndex: number;
}

/**
 * Measures how often a part of a snapshot arrives where its last entry is not known to be
 * committed, and is in the log with more behind it, as `snapshots held`: the log stays, and the
 * entry counts as committed.
 */
export function measureHeldSnapshots(): Invariant<HeldView> {
  const made = {
    name: "held snapshots",
    /** By host index, what was committed before the step. */
    state: { commits: [] as number[] },
    onStep: ({ event, server, metrics }: World<HeldView>) => {
      if (server?.node === undefined) return undefined;
      const { commits } = made.state;
      const { commit, lastIndex } = server.node;
      const before = commits[server.index] ?? 0;
      commits[server.index] = commit;
      if (event.kind !== "deliver" || commit === before) return undefined;
      // Only Raft's snapshots are of this type.
      const { type, index } = event.payload as { readonly type: string; readonly index: number };
      if (type === "snapshot" && index === commit && lastIndex > index) {
        metrics.count("snapshots held");
      }
      return undefined;
    },
  };
  return made;
}

/** What a server must show for {@link measureInterruptedInstalls}. */
interface InstallingView {
  readonly isInstalling: boolean;
  readonly lastIndex: number;
}

/**
 * Measures how often entries that the log could take reach a server while a leader's snapshot is on
 * its way to the disk there, as `entries while installing`: they must not count as held, as the
 * snapshot will stand in the log's place.
 */
export function measureInterruptedInstalls(): Invariant<InstallingView> {
  return {
    name: "interrupted installs",
    onStep: ({ event, server, metrics }: World<InstallingView>) => {
      if (event.kind !== "deliver" || server?.node?.isInstalling !== true) return undefined;
      // Only Raft's appends are of this type.
      const { type, prevIndex, entries } = event.payload as {
        readonly type: string;
        readonly prevIndex: number;
        readonly entries: readonly unknown[];
      };
      if (type !== "append" || entries.length === 0) return undefined;
      if (prevIndex <= server.node.lastIndex) metrics.count("entries while installing");
      return undefined;
    },
  };
}
