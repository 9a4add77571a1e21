import { describe, expect, it } from "vitest";
import type { BlockSyncMessage } from "../../../src/protocols/block-sync/messages.ts";
import { Collector } from "../../../src/protocols/block-sync/monitoring/collector.ts";
import {
  checkCollectorOptions,
  defaultCollectorOptions,
} from "../../../src/protocols/block-sync/monitoring/collector-options.ts";
import {
  metricsPage,
  newCounters,
} from "../../../src/protocols/block-sync/monitoring/metrics-page.ts";
import { RecordingEnv } from "../../support/recording-env.ts";

const GAUGES = {
  ...{ block_height: 50, finalized_height: 10, finality_lag_blocks: 40, active_peers: 1 },
  ...{ mempool_transactions: 0, is_syncing: 0, is_partitioned: 0 },
};
const PAGE = metricsPage(newCounters(), GAUGES, { node: "n1", now: 1 });

function begun() {
  const env = new RecordingEnv<BlockSyncMessage>("m1");
  const collector = new Collector(env, { nodes: ["n1", "n2"], options: defaultCollectorOptions });
  collector.onStart();
  env.takeSent();
  return { env, collector };
}

/** The serials of what was asked, by node. */
function asked(env: RecordingEnv<BlockSyncMessage>) {
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
    collector.onTimer("scrape");
    const { n1 } = asked(env);
    collector.onMessage("n1", { type: "exposition", serial: n1!, text: PAGE });
    collector.onTimer("scraped");
    const alerts = env.emitted.filter(([event]) => event.startsWith("alert"));
    expect(alerts).toEqual([
      ["alert raised", { what: "no metrics", node: "n1" }],
      ["alert raised", { what: "no metrics", node: "n2" }],
      ["alert cleared", { what: "no metrics", node: "n1" }],
      ["alert raised", { what: "finality lags", node: "n1" }],
    ]);
  });

  it("takes a page that cannot be read for none", () => {
    const { env, collector } = begun();
    collector.onTimer("scrape");
    const { n1 } = asked(env);
    collector.onMessage("n1", { type: "exposition", serial: n1!, text: "nonsense" });
    expect(env.emitted).toContainEqual(["scrape failed", { node: "n1", reason: "malformed" }]);
  });

  it("wants answers in less time than passes between two questions", () => {
    const options = { ...defaultCollectorOptions, timeout: 15_000_000 };
    expect(() => checkCollectorOptions(options, "collectors.m1")).toThrow(
      /^collectors\.m1\.timeout: /,
    );
  });
});
