import { assert } from "./assert.ts";
import type { Plain } from "./env.ts";

/** The size of something in a node's memory, as the node has reported it. */
export interface Gauge {
  /** Now; 0 when the node is down. */
  bytes: number;
  /** The most that it ever was, in all lives. */
  bytesMax: number;
}

/** What is known of a host's memory, as plain data. */
export interface MemoryState {
  /** By name, in order of first report. */
  readonly gauges: Map<string, Gauge>;
  /** Sum of all gauges. */
  bytes: number;
  /** Bounds that hold now, the same perhaps twice. */
  limits: number[];
  /** How often the node was killed for what it used. */
  kills: number;
}

/** What a program says of its memory by `emit("gauge", { name, bytes })`, and the bounds on it. */
export class Memory {
  state: MemoryState = { gauges: new Map(), bytes: 0, limits: [], kills: 0 };

  /** Takes in the data of a `gauge` event; returns the gauge's name and what it is now. */
  report(data: Plain): { readonly name: string; readonly gauge: Gauge } {
    const { name, bytes } = checkReport(data);
    let gauge = this.state.gauges.get(name);
    if (gauge === undefined) {
      gauge = { bytes: 0, bytesMax: 0 };
      this.state.gauges.set(name, gauge);
    }
    this.state.bytes += bytes - gauge.bytes;
    gauge.bytes = bytes;
    if (bytes > gauge.bytesMax) gauge.bytesMax = bytes;
    return { name, gauge };
  }

  /** Whether the node uses more than the least of the bounds. */
  get isExceeded(): boolean {
    const { bytes, limits } = this.state;
    return limits.length > 0 && limits.some((limit) => bytes > limit);
  }

  limit(bytesMax: number): void {
    this.state.limits.push(bytesMax);
  }

  /** Undoes one {@link limit} of that size. */
  unlimit(bytesMax: number): void {
    const { limits } = this.state;
    const place = limits.indexOf(bytesMax);
    assert(place >= 0, "no such limit:", bytesMax);
    limits.splice(place, 1);
  }

  /** The node is no more. */
  clear(): void {
    if (this.state.gauges.size === 0) return;
    this.state.bytes = 0;
    for (const gauge of this.state.gauges.values()) gauge.bytes = 0;
  }
}

function checkReport(data: Plain): { readonly name: string; readonly bytes: number } {
  const isRecord = typeof data === "object" && data !== null && "name" in data && "bytes" in data;
  assert(isRecord && typeof data.name === "string", "a gauge without a name");
  const { name, bytes } = data;
  const isSize = typeof bytes === "number" && Number.isSafeInteger(bytes) && bytes >= 0;
  assert(isSize, "a gauge without a size in bytes:", name);
  return { name, bytes };
}
