import type { NodeId } from "./env.ts";
import type { EventKind } from "./invariant.ts";
import { formatTime, type Micros } from "./time.ts";

/** So many events at one instant, and virtual time is taken to stand still for good. */
export const EVENTS_AT_ONE_INSTANT_MAX = 100_000;
/** Of the last so many, the names are kept for the report. */
const NAMED_MAX = 1_000;

/** Finds events that beget events without delay, for ever. */
export class EndlessLoopWatch {
  #instant: Micros = -1;
  #count = 0;
  readonly #names = new Map<string, number>();

  /** Counts an event; true when there are so many at its instant that names should be taken. */
  isSuspicious(now: Micros): boolean {
    if (now !== this.#instant) {
      this.#instant = now;
      this.#count = 0;
    }
    return ++this.#count > EVENTS_AT_ONE_INSTANT_MAX - NAMED_MAX;
  }

  /** Takes the name of a suspicious event; says what is wrong once there are too many. */
  name(kind: EventKind, host: NodeId, payload: unknown): string | undefined {
    const name = `${host}: ${kind} ${payloadName(payload)}`.trimEnd();
    if (this.#count === EVENTS_AT_ONE_INSTANT_MAX - NAMED_MAX + 1) this.#names.clear();
    this.#names.set(name, (this.#names.get(name) ?? 0) + 1);
    if (this.#count < EVENTS_AT_ONE_INSTANT_MAX) return undefined;
    const names = [...this.#names].sort(([, a], [, b]) => b - a).slice(0, 5);
    const tally = names.map(([event, times]) => `${event} (${times}x)`).join(", ");
    const shown = `of the last ${NAMED_MAX}: ${tally}`;
    return `${this.#count} events at ${formatTime(this.#instant)} without time moving on; ${shown}`;
  }
}

/** What a person would call the event: the message's type, the timer's name, the sync's token. */
function payloadName(payload: unknown): string {
  if (typeof payload === "string") return payload;
  if (typeof payload !== "object" || payload === null) return "";
  if ("type" in payload && typeof payload.type === "string") return payload.type;
  return "token" in payload && typeof payload.token === "string" ? payload.token : "";
}
