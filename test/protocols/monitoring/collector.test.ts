import { describe, expect, it } from "vitest";
import { Collector } from "../../../src/protocols/monitoring/collector.ts";
import {
  checkCollectorOptions,
  defaultCollectorOptions,
} from "../../../src/protocols/monitoring/collector-options.ts";
import type { MonitoringMessage } from "../../../src/protocols/monitoring/messages.ts";
import { metricsPage } from "../../../src/protocols/monitoring/metrics-page.ts";
import { RecordingEnv } from "../../support/recording-env.ts";

const METRICS = { counters: { done: "Done." }, gauges: { queue: "Waits.", heat: "Is warm." } };

function pageOf(queue: number) {
  const values = { counters: { done: 3 }, gauges: { queue, heat: 1 } };
  return metricsPage(METRICS, values, { node: "n1", now: 1 });
}

function begun() {
  const env = new RecordingEnv<MonitoringMessage>("m1");
  const collector = new Collector(env, {
    ...{ nodes: ["n1", "n2"], options: defaultCollectorOptions },
    told: { done: "done_total", waiting: "queue", lag: "unheard_of" },
    bounds: [{ alert: "too much", gauge: "queue", max: 30 }],
  });
  collector.onStart();
  env.takeSent();
  return { env, collector };
}

/** Asks for the metrics of n1, which answers with that. */
function scraped({ env, collector }: ReturnType<typeof begun>, text: string) {
  collector.onTimer("scrape");
  const { n1 } = asked(env);
  collector.onMessage("n1", { type: "exposition", serial: n1!, text });
}

/** The serials of what was asked, by node. */
function asked(env: RecordingEnv<MonitoringMessage>) {
  return Object.fromEntries(
    env.takeSent().map(({ to, message }) => [to, "serial" in message ? message.serial : 0]),
  );
}

describe("a collector", () => {
  it("reports who has answered as up, everybody else as down, and status 1", () => {
    const { env, collector } = begun();
    collector.onTimer("probe");
    const { n1 } = asked(env);
    collector.onMessage("n1", { type: "alive", serial: n1! });
    collector.onTimer("probed");
    expect(env.emitted).toContainEqual(["health checked", { up: ["n1"], down: ["n2"], status: 1 }]);
    expect(env.emitted).toContainEqual(["alert raised", { what: "down", node: "n2" }]);
  });

  it("reports status 0 as soon as all have answered", () => {
    const { env, collector } = begun();
    collector.onTimer("probe");
    const { n1, n2 } = asked(env);
    collector.onMessage("n2", { type: "alive", serial: n2! });
    collector.onMessage("n1", { type: "alive", serial: n1! });
    expect(env.emitted).toEqual([["health checked", { up: ["n2", "n1"], down: [], status: 0 }]]);
  });

  it("counts no answer of another node, of another round, or to a scrape", () => {
    const { env, collector } = begun();
    collector.onTimer("probe");
    const before = asked(env);
    collector.onTimer("probed");
    collector.onTimer("probe");
    const now = asked(env);
    collector.onMessage("n1", { type: "alive", serial: before.n1! });
    collector.onMessage("n1", { type: "alive", serial: now.n2! });
    collector.onTimer("probed");
    const down = { up: [], down: ["n1", "n2"], status: 1 };
    expect(env.emitted.filter(([event]) => event === "health checked")).toEqual([
      ["health checked", down],
      ["health checked", down],
    ]);
  });

  it("raises an alert once, and clears it when the node answers again", () => {
    const { env, collector } = begun();
    collector.onTimer("scrape");
    collector.onTimer("scraped");
    scraped({ env, collector }, pageOf(1));
    collector.onTimer("scraped");
    const alerts = env.emitted.filter(([event]) => event.startsWith("alert"));
    expect(alerts).toEqual([
      ["alert raised", { what: "no metrics", node: "n1" }],
      ["alert raised", { what: "no metrics", node: "n2" }],
      ["alert cleared", { what: "no metrics", node: "n1" }],
    ]);
  });

  it("raises an alert while a gauge is above its bound", () => {
    const one = begun();
    for (const queue of [30, 31, 32, 30]) scraped(one, pageOf(queue));
    const alerts = one.env.emitted.filter(([event]) => event !== "scraped");
    expect(alerts).toEqual([
      ["alert raised", { what: "too much", node: "n1" }],
      ["alert cleared", { what: "too much", node: "n1" }],
    ]);
  });

  it("tells the samples that it is to tell, and 0 of one that a page is without", () => {
    const one = begun();
    scraped(one, pageOf(5));
    expect(one.env.emitted).toEqual([["scraped", { node: "n1", done: 3, waiting: 5, lag: 0 }]]);
  });

  it("takes a page that cannot be read for none", () => {
    const one = begun();
    scraped(one, "nonsense");
    expect(one.env.emitted).toContainEqual(["scrape failed", { node: "n1", reason: "malformed" }]);
  });

  it("wants answers in less time than passes between two questions", () => {
    const options = { ...defaultCollectorOptions, timeout: 15_000_000 };
    expect(() => checkCollectorOptions(options, "collectors.m1")).toThrow(
      /^collectors\.m1\.timeout: /,
    );
  });
});
