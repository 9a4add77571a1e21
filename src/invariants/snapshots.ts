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

/** A chunk of a snapshot, as it is sent. */
interface ChunkView {
  readonly type: string;
  readonly data: Uint8Array;
}

/** What a server must show for {@link measureSnapshots}. */
interface InstalledView {
  readonly snapshot: SnapshotView | undefined;
}

/**
 * Measures the bytes of snapshots that are sent, `snapshot bytes sent`, and at the end what share
 * of the snapshots that were installed that is, `snapshot bytes sent %`.
 */
export function measureSnapshots(): Invariant<InstalledView> {
  const made = {
    name: "snapshots",
    state: { sentBytes: 0, installedBytes: 0 },
    onStep: ({ sent, server, emitted }: World<InstalledView>) => {
      const { state } = made;
      for (const { message } of sent) {
        // Only Raft's snapshots are of this type.
        const { type, data } = message as ChunkView;
        if (type === "snapshot") state.sentBytes += data.length;
      }
      for (const { event } of emitted) {
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
