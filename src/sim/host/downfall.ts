import type { Plain } from "../env.ts";
import { EVENT_KINDS, START } from "../event.ts";
import type { Onlookers } from "../onlookers.ts";
import type { Parts } from "../parts.ts";
import { ms } from "../time.ts";
import type { Host } from "./host.ts";

/** How nodes end: what their host loses then, what is told of it, and who starts them again. */
export class Downfall<Message, View> {
  readonly #parts: Parts<Message, View>;
  readonly #onlookers: Onlookers<View>;

  constructor(parts: Parts<Message, View>, onlookers: Onlookers<View>) {
    this.#parts = parts;
    this.#onlookers = onlookers;
  }

  /** A fault holds a host down, whether it was up or not. */
  goDown(host: Host<Message, View>, kind: "crash" | "stop" | "wipe", note?: string): void {
    const { metrics, streamLinks } = this.#parts;
    streamLinks.goDown(host.index, kind);
    if (kind === "wipe") host.losePowerTo(new Map());
    if (kind !== "crash") {
      this.#onlookers.watch.note(kind, host, undefined, undefined, note);
      return;
    }
    const { kept, lost, torn } = host.losePower();
    if (lost > 0) metrics.count("crashes that lost writes");
    if (torn > 0) metrics.count("torn writes", torn);
    const tear = torn === 0 ? "" : `, tore ${torn}`;
    const found = `of the writes not synced kept ${kept}, lost ${lost}${tear}`;
    this.#onlookers.watch.note("crash", host, undefined, undefined, found);
  }

  /** A handler threw, and its node lives. */
  giveUp(host: Host<Message, View>, error: unknown): void {
    const { steps, kind, scheduler } = this.#parts;
    const { recorder, watch } = this.#onlookers;
    recorder?.rescue(host, steps, scheduler.now, EVENT_KINDS[kind]!);
    watch.violateByThrow(error, host.id);
  }

  /** A node has said how large something is in its memory; ends it there if that is too much. */
  measure(host: Host<Message, View>, data: Plain): void {
    const { metrics } = this.#parts;
    const { name, gauge } = host.memory.report(data);
    const most = `${name}, most bytes`;
    if (gauge.bytesMax > metrics.gauged(most)) metrics.gauge(most, gauge.bytesMax);
    if (this.judgeMemory(host)) host.cutShort();
  }

  /** The power fails at a point of the program, for so many faults. */
  springTrap(host: Host<Message, View>, times: number): void {
    this.#keepUnfinished(host);
    for (let i = 0; i < times; i++) host.hold();
    this.goDown(host, "crash");
  }

  /**
   * Kills the node if it uses more memory than it may, like the kernel of Linux; a supervisor
   * starts it again soon. True if it did.
   */
  judgeMemory(host: Host<Message, View>): boolean {
    if (host.node === undefined || !host.memory.condemn()) return false;
    const { scheduler } = this.#parts;
    this.#keepUnfinished(host);
    const note = `out of memory at ${host.memory.state.bytes} bytes`;
    host.die();
    this.goDown(host, "stop", note);
    const { index } = host;
    scheduler.schedule(scheduler.now + RESTART_DELAY, START, index, index, undefined);
    return true;
  }

  /** Keeps what a handler, if one runs, has made of the state so far; it will not come further. */
  #keepUnfinished(host: Host<Message, View>): void {
    const { recorder, watch } = this.#onlookers;
    const { node } = host;
    const { steps, kind, scheduler } = this.#parts;
    const hasRun = recorder?.rescue(host, steps, scheduler.now, EVENT_KINDS[kind]!) ?? false;
    watch.fell(node);
    // Should it catch what ends it and go on, it writes into something that nobody keeps.
    if (hasRun && node !== undefined) recorder?.lend(node);
  }
}

/** How long a supervisor waits before it starts again what was killed; systemd's default. */
const RESTART_DELAY = ms(100);
