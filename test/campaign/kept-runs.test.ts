import { describe, expect, it } from "vitest";
import { campaign, inThisThread } from "../../src/campaign/campaign.ts";
import { KeptRuns, parseKeptFingerprints } from "../../src/campaign/kept-runs.ts";
import type { Casualty } from "../../src/campaign/report/finding.ts";
import { plan, run } from "../../src/sim/scenario.ts";
import { ticking } from "../support/small-scenarios.ts";

const scenario = ticking();
const sources = [{ scenario, file: undefined }];
const [first, second] = ["1", "2"].map((seed) => run(scenario, plan(scenario, seed)).fingerprint);

/** What a campaign of three seeds says of runs of which these fingerprints were kept. */
async function casualtiesOf(
  kept: Readonly<Record<string, readonly string[]>>,
  from = 1,
): Promise<readonly Casualty[]> {
  const runner = new KeptRuns(inThisThread(sources), sources, kept);
  const isOver = (): boolean => false;
  const report = await campaign({ scenarios: sources, from, seeds: 3, runner, isOver });
  expect(report.findings).toEqual([]);
  return report.casualties;
}

describe("runs whose fingerprints were kept", () => {
  it("are well when they are the same, and others are whatever they are", async () => {
    expect(await casualtiesOf({ ticking: [first!, second!], other: ["f00"] })).toEqual([]);
  });

  it("are told of by their seed when they are others", async () => {
    expect(await casualtiesOf({ ticking: [first!, "f00"] })).toEqual([
      {
        ...{ scenario: "ticking", seed: "2", what: "changed" },
        message: `the run that was kept has the fingerprint f00, this one ${second}`,
      },
    ]);
  });

  it("are those of the seeds from 1 on, wherever the campaign begins", async () => {
    expect(await casualtiesOf({ ticking: ["f00", second!] }, 2)).toEqual([]);
    expect(await casualtiesOf({ ticking: ["f00"] }, 0)).toMatchObject([{ seed: "1" }]);
  });
});

describe("a file of fingerprints", () => {
  it("has lists of them by scenario", () => {
    expect(parseKeptFingerprints('{ "ticking": ["f00", "f01"] }', "kept.json")).toEqual({
      ticking: ["f00", "f01"],
    });
  });

  it.each([
    ["[]", "kept.json: expected an object, got []"],
    ["{", "kept.json: expected JSON: "],
    ['{ "ticking": "f00" }', 'kept.json.ticking: expected a list, got "f00"'],
    ['{ "ticking": [7] }', "kept.json.ticking[0]: expected a text, got 7"],
  ])("is refused as %s", (text, says) => {
    expect(() => parseKeptFingerprints(text, "kept.json")).toThrow(says);
  });
});
