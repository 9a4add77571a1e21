import type { Env, Node, NodeId } from "../../sim/env.ts";
import type { CollectorConfig } from "./collector-options.ts";
import type { MonitoringMessage } from "./messages.ts";
import { readMetricsPage, type Sample } from "./metrics-page.ts";

/** What a collector remembers, as plain data; nothing of it is on a disk. */
export interface CollectorState {
  /** Of the last request. */
  serial: number;
  /** By serial, who has been scraped and has not answered yet. */
  readonly waiting: Map<number, NodeId>;
  /** The round of probes under way; undefined between two. */
  round: ProbeRound | undefined;
  /** By node, what its last page said. */
  readonly pages: Map<NodeId, readonly Sample[]>;
  /** The alerts that are raised, as `<what> <node>`. */
  readonly alerts: Set<string>;
}

/** All nodes are asked at once whether they are alive. */
export interface ProbeRound {
  /** Those that have not answered yet, by serial. */
  readonly waiting: Map<number, NodeId>;
  readonly up: NodeId[];
}

const SCRAPE_TIMER = "scrape";
const SCRAPED_TIMER = "scraped";
const PROBE_TIMER = "probe";
const PROBED_TIMER = "probed";
/** No life asks as often. */
const REQUESTS_PER_LIFE = 2 ** 20;

/**
 * Collects metrics of nodes, probes their health, and raises alerts. It only asks: nothing that it
 * does, or fails to do, changes what the nodes do. It tells by events: `scraped`, with the samples
 * that it is to tell, and `scrape failed`; `health checked` with who is up and down and the status
 * with which a script would exit, 1 if any node is down and 0 if none is; `alert raised` and
 * `alert cleared`, for `no metrics`, `down` and the gauges that have a bound. To whatever else its
 * protocol says it does not listen.
 */
export class Collector implements Node<MonitoringMessage, CollectorState> {
  state: CollectorState = {
    ...{ serial: 0, waiting: new Map(), round: undefined },
    ...{ pages: new Map(), alerts: new Set() },
  };
  readonly #env: Env<MonitoringMessage>;
  readonly #config: CollectorConfig;

  constructor(env: Env<MonitoringMessage>, config: CollectorConfig) {
    this.#env = env;
    this.#config = config;
  }

  onStart(): void {
    const { scrapeInterval, probeInterval } = this.#config.options;
    // Answers to what an earlier life has asked may be on their way yet: none is to fit.
    this.state.serial = this.#env.random.int(0, 0xffff_ffff) * REQUESTS_PER_LIFE;
    this.#env.setTimer(SCRAPE_TIMER, scrapeInterval);
    this.#env.setTimer(PROBE_TIMER, probeInterval);
  }

  onTimer(name: string): void {
    if (name === SCRAPE_TIMER) this.#scrape();
    else if (name === SCRAPED_TIMER) this.#endScrape();
    else if (name === PROBE_TIMER) this.#probe();
    else this.#endProbe();
  }

  onMessage(from: NodeId, message: MonitoringMessage): void {
    if (message.type === "exposition") this.#onPage(from, message.serial, message.text);
    else if (message.type === "alive") this.#onAlive(from, message.serial);
  }

  #scrape(): void {
    const { nodes, options } = this.#config;
    for (const node of nodes) {
      const serial = ++this.state.serial;
      this.state.waiting.set(serial, node);
      this.#env.send(node, { type: "scrape", serial });
    }
    this.#env.setTimer(SCRAPED_TIMER, options.timeout);
    this.#env.setTimer(SCRAPE_TIMER, options.scrapeInterval);
  }

  /** Who has not answered by now has no sample of this time. */
  #endScrape(): void {
    for (const node of this.state.waiting.values()) this.#missSample(node, "no answer");
    this.state.waiting.clear();
  }

  #onPage(from: NodeId, serial: number, text: string): void {
    if (this.state.waiting.get(serial) !== from) return;
    this.state.waiting.delete(serial);
    const samples = readMetricsPage(text);
    if (samples === undefined) {
      this.#missSample(from, "malformed");
      return;
    }
    this.state.pages.set(from, samples);
    const value = (name: string): number => samples.find((one) => one.name === name)?.value ?? 0;
    const { told, bounds } = this.#config;
    const fields = Object.entries(told).map(([field, name]) => [field, value(name)] as const);
    this.#env.emit("scraped", { node: from, ...Object.fromEntries(fields) });
    this.#alert("no metrics", from, false);
    for (const { alert, gauge, max } of bounds) this.#alert(alert, from, value(gauge) > max);
  }

  #missSample(node: NodeId, reason: string): void {
    this.#env.emit("scrape failed", { node, reason });
    this.#alert("no metrics", node, true);
  }

  #probe(): void {
    const { nodes, options } = this.#config;
    const waiting = new Map(nodes.map((node) => [++this.state.serial, node]));
    this.state.round = { waiting, up: [] };
    for (const [serial, node] of waiting) this.#env.send(node, { type: "probe", serial });
    this.#env.setTimer(PROBED_TIMER, options.timeout);
    this.#env.setTimer(PROBE_TIMER, options.probeInterval);
  }

  #onAlive(from: NodeId, serial: number): void {
    const { round } = this.state;
    if (round?.waiting.get(serial) !== from) return;
    round.waiting.delete(serial);
    round.up.push(from);
    if (round.waiting.size === 0) this.#endProbe();
  }

  /** Whoever has not answered counts as down, whatever it was before. */
  #endProbe(): void {
    const { round } = this.state;
    if (round === undefined) return;
    this.state.round = undefined;
    this.#env.cancelTimer(PROBED_TIMER);
    const { up } = round;
    const down = [...round.waiting.values()];
    this.#env.emit("health checked", { up, down, status: down.length > 0 ? 1 : 0 });
    for (const node of this.#config.nodes) this.#alert("down", node, down.includes(node));
  }

  /** An alert is raised once, and cleared once. */
  #alert(what: string, node: NodeId, isRaised: boolean): void {
    const { alerts } = this.state;
    const key = `${what} ${node}`;
    if (alerts.has(key) === isRaised) return;
    if (isRaised) alerts.add(key);
    else alerts.delete(key);
    this.#env.emit(isRaised ? "alert raised" : "alert cleared", { what, node });
  }
}
