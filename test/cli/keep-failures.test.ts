import { describe, expect, it } from "vitest";
import { FirstFindings, keepFailures } from "../../src/cli/keep-failures.ts";
import { ticking } from "../support/small-scenarios.ts";

/** A finding of other code: here the seed holds. */
const finding = {
  ...{ scenario: "ticking", seed: "2", fingerprint: "0123456789abcdef", events: 10 },
  violation: { invariant: "TICKS", message: "ten events", at: 5, step: 10, host: "n1" },
  ...{ difference: undefined, outside: [] },
};
const source = { scenario: ticking() };

describe("a failure that holds when it is run again", () => {
  it("is reported as it was found, without a capsule", async () => {
    const failure = { source, invariant: "TICKS", property: "ten events", findings: [finding] };
    const [kept] = await keepFailures([failure], undefined);
    expect(kept).toMatchObject({ capsule: undefined, signature: undefined });
    expect(kept?.text).toBe(
      "ticking broke TICKS, and holds here\n  ten events\n  found with seed 2",
    );
  });

  it("is reported with why it is not shrunk", async () => {
    const failure = { source, invariant: "TICKS", property: "ten events", findings: [finding] };
    const shrink = (): Promise<never> => Promise.reject(new Error("no end after 180 s"));
    const [kept] = await keepFailures([failure], { pool: { shrink }, secondsMax: 60 });
    expect(kept?.text).toContain("\n  not shrunk: no end after 180 s\n  found with seed 2");
  });

  it("is told of at once all the same", () => {
    const line = new FirstFindings().keep(finding, source);
    expect(line).toBe("ticking broke TICKS, seed 2: not when run again");
  });
});
