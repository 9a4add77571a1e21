import { assert } from "../assert.ts";
import type { SyncScope } from "../disk/disk.ts";
import type { DiskError } from "../env.ts";

/** A sync under way: what its completion event carries. */
export interface PendingSync {
  readonly token: string;
  /** Its place among all syncs of the host. */
  readonly number: number;
  /** What will be durable: changes in the scope, up to that number. */
  readonly scope: SyncScope;
  readonly covers: number;
  /** Its own slot in the scheduler. */
  slot: number;
  /** Once it has come back: why it has failed, if it has. */
  error: DiskError | undefined;
}

/** Takes a sync out of those that are under way: mostly it is the only one, else one of a few. */
export function takeOut(syncs: PendingSync[], sync: PendingSync): void {
  if (syncs.at(-1) === sync) {
    syncs.pop();
    return;
  }
  const place = syncs.indexOf(sync);
  assert(place !== -1, "a sync that is not under way:", sync.number);
  syncs.splice(place, 1);
}
