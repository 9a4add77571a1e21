import { assert } from "../assert.ts";
import type { Plain } from "../env.ts";

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
  /** Bounds that hold now, by number, and how often the node was killed for passing each. */
  readonly limits: Map<number, { readonly bytesMax: number; kills: number }>;
  limitCount: number;
}

/** What a program says of its memory by `emit("gauge", { name, bytes })`, and the bounds on it. */
export class Memory {
  state: MemoryState = { gauges: new Map(), bytes: 0, limits: new Map(), limitCount: 0 };

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

  /** Whether the node uses more than the least of the bounds, and is to be killed for it. */
  condemn(): boolean {
    const { bytes, limits } = this.state;
    let isExceeded = false;
    for (const limit of limits.values()) {
      if (bytes <= limit.bytesMax) continue;
      isExceeded = true;
      limit.kills++;
    }
    return isExceeded;
  }

  /** Sets one more bound; returns a number for {@link unlimit}. */
  limit(bytesMax: number): number {
    const number = this.state.limitCount++;
    this.state.limits.set(number, { bytesMax, kills: 0 });
    return number;
  }

  unlimit(number: number): void {
    assert(this.state.limits.delete(number), "no such limit:", number);
  }

  /** How often the node was killed for passing a bound. */
  killsBy(number: number): number {
    return this.state.limits.get(number)?.kills ?? 0;
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
