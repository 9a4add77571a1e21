import { describe, expect, it } from "vitest";
import {
  chainCollector,
  checkChainCollectorOptions,
  defaultChainCollectorOptions,
} from "../../../src/protocols/block-sync/monitoring/collector.ts";
import {
  chainPage,
  newCounters,
  newHistograms,
} from "../../../src/protocols/block-sync/monitoring/metrics.ts";
import { Collector } from "../../../src/protocols/monitoring/collector.ts";
import type { MonitoringMessage } from "../../../src/protocols/monitoring/messages.ts";
import { readMetricsPage } from "../../../src/protocols/monitoring/metrics-page.ts";
import { RecordingEnv } from "../../support/recording-env.ts";

const GAUGES = {
  ...{ block_height: 50, finalized_height: 10, finality_lag_blocks: 40, active_peers: 1 },
  ...{ sync_lag_blocks: 0, reorg_depth_max_blocks: 0 },
  ...{ mempool_transactions: 0, is_syncing: 0, is_partitioned: 1 },
};
const STAMP = { node: "n1", now: 1_767_225_605_000_042 };
const VALUES = {
  counters: { ...newCounters(), blocks_imported: 7 },
  refused: new Map([["height gap", 2]]),
  ...{ syncTime: 0, gauges: GAUGES, histograms: newHistograms() },
};
const PAGE = chainPage(VALUES, "validator", STAMP);

/** What a collector tells of that page. */
function toldWith(finalityLagMax: number) {
  const env = new RecordingEnv<MonitoringMessage>("m1");
  const options = { ...defaultChainCollectorOptions, finalityLagMax };
  const collector = new Collector(env, chainCollector(["n1"], options));
  collector.onStart();
  collector.onTimer("scrape");
  const [{ message } = { message: undefined }] = env.takeSent();
  collector.onMessage("n1", { type: "exposition", serial: message!.serial, text: PAGE });
  return env.emitted;
}

describe("the metrics of a chain", () => {
  it("are samples of this node in its role, by their names", () => {
    const samples = readMetricsPage(PAGE)!;
    const stamp = { node: "n1", labels: { role: "validator" }, at: STAMP.now };
    expect(samples).toContainEqual({ name: "blocks_imported_total", value: 7, ...stamp });
    const labels = { role: "validator", rule: "height gap" };
    expect(samples).toContainEqual({ name: "blocks_refused_total", value: 2, ...stamp, labels });
    expect(samples).toContainEqual({ name: "block_height", value: 50, ...stamp });
    expect(samples.map(({ labels }) => labels.role)).toEqual(samples.map(() => "validator"));
  });

  it("have their height and lag told", () => {
    expect(toldWith(40)).toEqual([["scraped", { node: "n1", height: 50, lag: 40 }]]);
  });

  it("raise an alert when finality lags more than it may", () => {
    expect(toldWith(39)).toContainEqual(["alert raised", { what: "finality lags", node: "n1" }]);
  });
});

describe("the options of who collects them", () => {
  const check = (change: object) =>
    checkChainCollectorOptions({ ...defaultChainCollectorOptions, ...change }, "collectors.m1");

  it("are taken as they are", () => {
    expect(check({ finalityLagMax: 7 })).toEqual({
      ...defaultChainCollectorOptions,
      finalityLagMax: 7,
    });
  });

  it.each([
    [{ finalityLagMax: -1 }, /^collectors\.m1\.finalityLagMax: /],
    [{ timeout: 15_000_000 }, /^collectors\.m1\.timeout: /],
    [{ lag: 1 }, /^collectors\.m1\.lag: unknown field, expected only .*, finalityLagMax$/],
  ])("are refused with %j", (change, message) => {
    expect(() => check(change)).toThrow(message);
  });
});
