import { assert } from "../../sim/assert.ts";
import type { Disk } from "../../sim/env.ts";
import type { GroupName } from "./scope.ts";

/** A sync that a group has asked for. */
export interface AskedSync {
  readonly group: GroupName;
  readonly token: string;
}

/** Which syncs were asked for, as plain data. */
export interface SharedSyncsState {
  /** Those that the sync under way serves; none: there is none under way. */
  serving: readonly AskedSync[];
  /** Those asked for since it began: what they are to cover was written after that. */
  waiting: AskedSync[];
}

/** The token of the host's own syncs; no group's, as those have a blank. */
export const SHARED_SYNC = "groups";

/** Nothing was asked for. */
export function initialSharedSyncs(): SharedSyncsState {
  return { serving: [], waiting: [] };
}

/**
 * One sync of the disk at a time, for all groups that have asked for one until it began: a host
 * makes no more syncs for many groups than for one that writes as much.
 */
export class SharedSyncs {
  readonly #disk: Disk;
  readonly #state: () => SharedSyncsState;

  /** `state` gives the current memory. */
  constructor(disk: Disk, state: () => SharedSyncsState) {
    this.#disk = disk;
    this.#state = state;
  }

  /** A group asks for a sync of all that was written so far. */
  ask(asked: AskedSync): void {
    this.#state().waiting.push(asked);
  }

  /** The sync under way is over; returns those whom it has served, to be told. */
  end(): readonly AskedSync[] {
    const state = this.#state();
    const { serving } = state;
    assert(serving.length > 0, "a sync that was not asked for");
    state.serving = [];
    return serving;
  }

  /** At the end of a handler: begins a sync for those who wait, unless one is under way. */
  flush(): void {
    const state = this.#state();
    if (state.serving.length > 0 || state.waiting.length === 0) return;
    state.serving = state.waiting;
    state.waiting = [];
    this.#disk.sync(SHARED_SYNC);
  }
}
