// How a client measures the line to a node: round trips and losses as ping does, and throughput as
// iperf3 does. Source: The Block, "high latency": 100 pings, and iperf3.

import { seconds } from "../../../sim/time.ts";
import type { ClientContext, FillingState, PingState, RequestSubject } from "./client-state.ts";
import type { ChainTask, Filling, Ping } from "./task.ts";

/** Tests under way: each tells what it has found when it ends. */
export class LineTests {
  readonly #context: ClientContext;

  constructor(context: ClientContext) {
    this.#context = context;
  }

  beginPing(task: ChainTask & Ping): void {
    this.#context.state.pings.set(task.id, { task, sent: 0, took: [] });
    this.onPingTick(task.id);
  }

  /** The next probe is due; or the time is over in which the last one could be answered. */
  onPingTick(id: string): void {
    const ping = this.#context.state.pings.get(id);
    if (ping === undefined) return;
    const { env, config } = this.#context;
    const { node, count, interval } = ping.task;
    if (ping.sent === count) {
      this.#endPing(ping);
      return;
    }
    ping.sent++;
    this.#context.ask({ kind: "probe", id, sentAt: env.now() }, node, { type: "probe" });
    const isLast = ping.sent === count;
    env.setTimer(`ping ${id}`, isLast ? config.options.requestTimeout : interval);
  }

  onAlive({ id, sentAt }: Extract<RequestSubject, { kind: "probe" }>): void {
    const ping = this.#context.state.pings.get(id);
    if (ping === undefined) return;
    ping.took.push(this.#context.env.now() - sentAt);
    if (ping.took.length === ping.task.count) this.#endPing(ping);
  }

  beginFilling(task: ChainTask & Filling): void {
    const { state, env } = this.#context;
    const counts = { sent: 0, answered: 0, firstAt: 0, lastAt: 0 };
    const filling = { task, beganAt: env.now(), ...counts };
    state.fillings.set(task.id, filling);
    for (let i = 0; i < task.windowCount; i++) this.#fill(filling);
    this.#setPatience(filling);
  }

  /** A message has come through the line: the next one takes its place while there is time. */
  onRefused({ id }: Extract<RequestSubject, { kind: "filler" }>): void {
    const { state, env } = this.#context;
    const filling = state.fillings.get(id);
    if (filling === undefined) return;
    const now = env.now();
    if (filling.answered === 0) filling.firstAt = now;
    filling.lastAt = now;
    filling.answered++;
    if (now < filling.beganAt + filling.task.lasting) this.#fill(filling);
    if (filling.answered === filling.sent) this.endFilling(id);
    else this.#setPatience(filling);
  }

  /** All is answered, or nothing more comes. */
  endFilling(id: string): void {
    const { state, env, finish } = this.#context;
    const filling = state.fillings.get(id);
    if (filling === undefined) return;
    state.fillings.delete(id);
    env.cancelTimer(`filled ${id}`);
    const { sent, answered, firstAt, lastAt } = filling;
    finish(id, "ok", { sent, answered, took: lastAt - firstAt });
  }

  #endPing({ task, sent, took }: PingState): void {
    const { state, env, finish } = this.#context;
    state.pings.delete(task.id);
    env.cancelTimer(`ping ${task.id}`);
    finish(task.id, "ok", { sent, took: [...took] });
  }

  #fill(filling: FillingState): void {
    const { id, node, sizeBytes } = filling.task;
    filling.sent++;
    const junk = new Uint8Array(sizeBytes);
    const message = { type: "submit", transactions: [junk] } as const;
    this.#context.ask({ kind: "filler", id }, node, message);
  }

  /** On the slowest of lines a window takes seconds. */
  #setPatience({ task }: FillingState): void {
    this.#context.env.setTimer(`filled ${task.id}`, PATIENCE);
  }
}

const PATIENCE = seconds(10);
