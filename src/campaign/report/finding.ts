import type { Violation } from "../../sim/invariant.ts";
import type { OutsideCall } from "../verify/account.ts";
import type { Difference } from "../verify/in-process.ts";

/**
 * A run that shows a bug, as plain data: of the system under test, or (a difference) of
 * determinism. The plan is what the scenario draws from the seed.
 */
export interface Finding {
  readonly scenario: string;
  readonly seed: string;
  readonly fingerprint: string;
  readonly events: number;
  /** Without its stack, which tells where code lies and not what it did. */
  readonly violation: Omit<Violation, "stack"> | undefined;
  readonly difference: Difference | undefined;
  /** Calls of an env while no handler of its host ran: from promises, or real timers. */
  readonly outside: readonly OutsideCall[];
}

/** Whether it shows that something besides the plan decides what happens. */
export function isIndeterminate({ difference, outside }: Finding): boolean {
  return difference !== undefined || outside.length > 0;
}

/** A seed that could not be run to its end, or whose run is not the one that it was to be. */
export interface Casualty {
  readonly scenario: string;
  readonly seed: string;
  /**
   * `hung`: it took longer than a run may; `died`: its worker did, of it or beside it; `threw`: its
   * plan could not be drawn or simulated; `changed`: its run is another than the one that was kept.
   */
  readonly what: (typeof CASUALTIES)[number];
  readonly message: string;
}

export const CASUALTIES = ["hung", "died", "threw", "changed"] as const;
