// The machines that scenarios of group L run on, as docs/block-sync.md tells of them.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { defaultBlockSyncOptions } from "../../src/protocols/block-sync/options.ts";
import { findFamily } from "../../src/scenarios/catalogue.ts";
import { type ChainSettings, chainSettings, costsOn } from "../../src/scenarios/chain-settings.ts";
import { CPU_FACTORS, ROLES, theBlock3, VALIDATORS } from "../../src/scenarios/the-block-3.ts";
import { describeDistribution } from "../../src/sim/random/distribution.ts";
import { plan } from "../../src/sim/scenario.ts";
import { ms } from "../../src/sim/time.ts";

const MBIT = 125_000;
const CLIENT = "c1";
const LOCAL = "m1";
const { network, disk } = theBlock3(ROLES, {
  ...{ clients: [CLIENT], locals: { [LOCAL]: "observer" } },
});
const links = network.links!;

/** All but those of loads, for which see chain-load.test.ts. */
const FAMILIES = [
  ...["tb-multi-node-consensus", "tb-network-partition", "tb-cluster-startup"],
  ...["tb-monitoring-health", "tb-link-degradation"],
];

function between(from: string, to: string) {
  return links.find((link) => link.from === from && link.to === to)!;
}

describe("the three machines", () => {
  it("are as the page of the chain has them", () => {
    const page = readFileSync("docs/block-sync.md", "utf8");
    const rows = [...page.matchAll(/^\| `(\w+)` \| node-\w+ \| (.*) \|$/gm)];
    const told = rows.map(([, host, cells]) => [host!, ...cells!.split(" | ")]);
    const expected = ROLES.map((host) => {
      const { bytesPerSecond } = between(host, ROLES.find((role) => role !== host)!).bandwidth![0]!;
      return [
        ...[host, VALIDATORS.includes(host) ? "yes" : "no", String(CPU_FACTORS[host])],
        describeDistribution(disk!.hosts![host]!),
        describeDistribution(between(CLIENT, host)?.latency ?? network.latency!),
        `${bytesPerSecond / MBIT} Mbit/s`,
      ];
    });
    expect(told).toEqual(expected);
  });

  it("have 100 Mbit/s for each two of them at a time, and are less than 10 ms apart", () => {
    const pairs = links.filter(({ bandwidth }) => bandwidth !== undefined);
    expect(pairs.length).toBe(6);
    for (const { bandwidth, latency } of pairs) {
      expect(bandwidth!.map(({ per }) => per)).toEqual(["uplink", "downlink"]);
      for (const { bytesPerSecond } of bandwidth!) {
        expect(bytesPerSecond).toBeGreaterThanOrEqual(2 * 100 * MBIT);
      }
      // Each of them has a Wi-Fi at one end.
      expect(latency).toEqual({ kind: "uniform", min: ms(1), max: ms(9) });
    }
  });

  it("have what lives on them next to them", () => {
    const near = { kind: "uniform", min: 20, max: 100 };
    expect(between(LOCAL, "observer").latency).toEqual(near);
    expect(between("observer", LOCAL).latency).toEqual(near);
  });

  it("are those of the chain's scenarios of group L", () => {
    const plans = FAMILIES.flatMap(findFamily).map((scenario) => plan(scenario, "1"));
    // Others of these names are of the treasury.
    const chains = plans.filter(({ settings }) => "cpuFactorOf" in (settings as object));
    expect(chains.length).toBeGreaterThan(20);
    for (const { servers, settings, disk: drawn } of chains) {
      expect(servers).toEqual(expect.arrayContaining([...ROLES]));
      expect(settings).toMatchObject({ cpuFactorOf: CPU_FACTORS });
      expect(drawn.hosts).toEqual(disk!.hosts);
    }
  });
});

it("work takes a host as much longer as its factor says, in whole microseconds", () => {
  const settings: ChainSettings = chainSettings(["a", "b"], { cpuFactorOf: { b: 1.25 } });
  expect(costsOn("a", settings)).toEqual(defaultBlockSyncOptions.costs);
  expect(costsOn("b", settings)).toEqual({
    ...{ start: ms(62.5), createBlock: 1_875, importBlock: 3_125, transaction: 13 },
  });
});
