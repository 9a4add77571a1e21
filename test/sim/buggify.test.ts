import { describe, expect, it } from "vitest";
import { BUGGIFY_SHARE, Buggify, drawArmed } from "../../src/sim/buggify.ts";
import type { Env } from "../../src/sim/env.ts";
import { RandomStream, Streams } from "../../src/sim/random/random.ts";
import { plan, run } from "../../src/sim/scenario.ts";
import { seconds } from "../../src/sim/time.ts";
import { ticking } from "../support/small-scenarios.ts";

const DRAWS = 20_000;
const CALM = seconds(1);
/** Five standard deviations of the share of successes in so many draws. */
const TOLERANCE = 5 * Math.sqrt((BUGGIFY_SHARE * (1 - BUGGIFY_SHARE)) / DRAWS);

const firings = (buggify: Buggify, host: string, site: string, count: number): boolean[] =>
  Array.from({ length: count }, () => buggify.fires(host, site, 0));

describe("a site", () => {
  it("fires a quarter of the time when it is armed", () => {
    const fired = firings(new Buggify(["site"], new Streams("1"), CALM), "n1", "site", DRAWS);
    const share = fired.filter((isFired) => isFired).length / DRAWS;
    expect(Math.abs(share - BUGGIFY_SHARE)).toBeLessThan(TOLERANCE);
  });

  it("never fires in the calm", () => {
    const buggify = new Buggify(["site"], new Streams("1"), CALM);
    const fires = (now: number): boolean[] =>
      Array.from({ length: 100 }, () => buggify.fires("n1", "site", now));
    expect(fires(CALM - 1)).toContain(true);
    expect(fires(CALM)).not.toContain(true);
  });

  it("never fires when it is not armed", () => {
    const buggify = new Buggify(["other"], new Streams("1"), CALM);
    expect(firings(buggify, "n1", "site", 1_000)).not.toContain(true);
    expect([...buggify.account()]).toEqual([
      ["buggify other", { offered: 1, injected: 0, effective: 0 }],
    ]);
  });

  it("fires as it did, whatever other sites and hosts do and whichever are armed", () => {
    const alone = firings(new Buggify(["site"], new Streams("1"), CALM), "n1", "site", 100);
    const buggify = new Buggify(["first", "site"], new Streams("1"), CALM);
    const amid = alone.map(() => {
      buggify.fires("n1", "first", 0);
      buggify.fires("n2", "site", 0);
      return buggify.fires("n1", "site", 0);
    });
    expect(amid).toEqual(alone);
  });

  it("is armed in a quarter of the plans", () => {
    const sites = Array.from({ length: DRAWS }, (_, i) => `site ${i}`);
    const armed = drawArmed(sites, new RandomStream("1"));
    expect(Math.abs(armed.length / DRAWS - BUGGIFY_SHARE)).toBeLessThan(TOLERANCE);
  });
});

describe("a scenario with sites", () => {
  const onTick = (env: Env<never>): void => env.emit(env.buggify("hurry") ? "hurry" : "tick");
  const scenario = ticking({ onTick, sites: ["hurry", "skip"] });
  const planned = { ...plan(scenario, "1"), buggify: ["hurry"] };

  it("lists in the plan those that are armed, and counts what they did", () => {
    const { metrics, faults } = run(scenario, planned);
    expect(metrics.state.emitted.get("hurry")).toBeGreaterThan(0);
    expect(metrics.state.emitted.get("tick")).toBeGreaterThan(0);
    expect([...faults]).toEqual([["buggify hurry", { offered: 1, injected: 1, effective: 1 }]]);
  });

  it("is the same run without a site that is struck from the plan, but for what it did", () => {
    const { metrics, faults } = run(scenario, { ...planned, buggify: [] });
    expect(metrics.state.emitted.has("hurry")).toBe(false);
    expect([...faults]).toEqual([]);
  });

  it("draws which are armed from the seed", () => {
    const armed = Array.from({ length: 400 }, (_, i) => plan(scenario, String(i)).buggify.length);
    const share = armed.reduce((sum, count) => sum + count, 0) / 800;
    expect(Math.abs(share - BUGGIFY_SHARE)).toBeLessThan(0.08);
  });
});
