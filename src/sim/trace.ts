import type { NodeId } from "./env.ts";
import { describeFault, type Fault } from "./fault.ts";
import type { EventKind } from "./invariant.ts";
import type { Micros } from "./time.ts";

/** One line of a trace: an event of the scheduler, or something that a handler did during it. */
export interface TraceEntry {
  /** The number of the event; what a handler did carries the number of its event. */
  readonly step: number;
  readonly at: Micros;
  /** The host concerned; undefined for the weather. */
  readonly host: NodeId | undefined;
  readonly kind:
    | EventKind
    | "send"
    | "drop"
    | "hold"
    | "release"
    | "emit"
    | "crash"
    | "stop"
    | "wipe"
    | "lost at a dead host";
  /** The message, the timer's name, `{ event, data }` of an observation; by kind. */
  readonly payload: unknown;
  /** The other host, of a message. */
  readonly peer: NodeId | undefined;
  readonly note: string | undefined;
}

/** The trace as text, a line an entry: step, time in ms, host, what happened. */
export function formatTrace(entries: readonly TraceEntry[]): string {
  return entries.map(formatEntry).join("\n");
}

function formatEntry(entry: TraceEntry): string {
  const step = `#${entry.step}`.padStart(7);
  const at = (entry.at / 1_000).toFixed(3).padStart(11);
  return `${step} ${at} ms ${(entry.host ?? "").padEnd(4)} ${describeEntry(entry)}`;
}

function describeEntry({ kind, peer, payload, note }: TraceEntry): string {
  const tail = note === undefined ? "" : ` (${note})`;
  switch (kind) {
    case "send":
      return `send to ${peer} ${formatPlain(payload)}${tail}`;
    case "deliver":
    case "lost at a dead host":
      return `${kind === "deliver" ? "receive" : kind} from ${peer} ${formatPlain(payload)}${tail}`;
    case "drop":
    case "hold":
    case "release":
      return `${kind} to ${peer} ${formatPlain(payload)}${tail}`;
    case "disconnect":
      return `disconnect from ${peer}${tail}`;
    case "stream":
      return `stream: ${formatPlain(payload)} from ${peer}${tail}`;
    case "emit": {
      // The payload of this kind is what simulation.ts notes of an emitted event.
      const { event, data } = payload as { event: string; data: unknown };
      return `emit ${event}${data === undefined ? "" : ` ${formatPlain(data)}`}${tail}`;
    }
    case "fault begins":
    case "fault ends":
      // The payload of these two kinds is the plan's fault.
      return `${kind}: ${describeFault(payload as Fault)}${tail}`;
    default:
      return `${kind}${payload === undefined ? "" : ` ${formatPlain(payload)}`}${tail}`;
  }
}

/** Plain data on one line, as a person would write it: `{type: vote, term: 3}`. */
export function formatPlain(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Uint8Array) return formatBytes(value);
  if (Array.isArray(value)) return `[${value.map(formatPlain).join(", ")}]`;
  if (value instanceof Set) return `{${[...value].map(formatPlain).join(", ")}}`;
  if (typeof value !== "object" || value === null) return String(value);
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  const fields = entries.map(([key, item]) => `${formatPlain(key)}: ${formatPlain(item)}`);
  return `{${fields.join(", ")}}`;
}

function formatBytes(bytes: Uint8Array): string {
  const shown = Array.from(bytes.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0"));
  return bytes.length <= 16 ? `0x${shown.join("")}` : `0x${shown.join("")}… ${bytes.length} bytes`;
}
