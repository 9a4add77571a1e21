import { assert } from "../assert.ts";

/**
 * A point of a program at which the power may fail: as it calls for a sync, before that counts;
 * when a sync has completed and the node has not been told; when it has handed a message to the
 * network and not gone on; as it emits an event, `emit <event>`.
 */
export type CrashPoint = "before sync" | "after sync" | "between sends" | `emit ${string}`;

/** What waits at a point. */
interface Trap {
  readonly point: CrashPoint;
  /** How many times the point may still be passed. */
  left: number;
  hasSprung: boolean;
}

/** The points of one host at which something waits, as plain data. */
export interface CrashPointsState {
  readonly traps: Map<number, Trap>;
  trapCount: number;
}

/** The points of one host's code at which its power will fail. */
export class CrashPoints {
  state: CrashPointsState = { traps: new Map(), trapCount: 0 };

  /** Whether some trap has not sprung yet. */
  get isArmed(): boolean {
    for (const { hasSprung } of this.state.traps.values()) if (!hasSprung) return true;
    return false;
  }

  /** Lets the point be passed `after` times; returns a number for {@link disarm}. */
  arm(point: CrashPoint, after: number): number {
    const number = this.state.trapCount++;
    this.state.traps.set(number, { point, left: after, hasSprung: false });
    return number;
  }

  hasSprung(number: number): boolean {
    return this.state.traps.get(number)?.hasSprung ?? false;
  }

  /** Takes a trap away; true if it had sprung. */
  disarm(number: number): boolean {
    const hasSprung = this.hasSprung(number);
    assert(this.state.traps.delete(number), "no such trap:", number);
    return hasSprung;
  }

  /** The program has come to a point; how many traps spring there. */
  pass(point: CrashPoint): number {
    let sprung = 0;
    for (const trap of this.state.traps.values()) {
      if (trap.hasSprung || trap.point !== point || trap.left-- > 0) continue;
      trap.hasSprung = true;
      sprung++;
    }
    return sprung;
  }
}

/** Whether a text from outside names a point. */
export function isCrashPoint(text: string): text is CrashPoint {
  const isPoint = text === "before sync" || text === "after sync" || text === "between sends";
  return isPoint || (text.startsWith("emit ") && text.length > "emit ".length);
}
