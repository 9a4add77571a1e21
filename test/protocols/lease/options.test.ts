import { describe, expect, it } from "vitest";
import { checkLeaseOptions, defaultLeaseOptions } from "../../../src/protocols/lease/options.ts";
import { seconds } from "../../../src/sim/time.ts";

const check = (changed: object) => checkLeaseOptions({ ...defaultLeaseOptions, ...changed }, "l");

describe("lease options", () => {
  it("are by default those of the source document, with a margin of 1 s", () => {
    expect(check({})).toEqual({ ttl: seconds(60), poll: seconds(10), margin: seconds(1) });
  });

  it("may have no margin, and a poll just below what is left", () => {
    expect(check({ margin: 0 })).toMatchObject({ margin: 0 });
    expect(check({ poll: seconds(59) - 1 })).toMatchObject({ poll: seconds(59) - 1 });
  });

  it.each([
    [{ ttl: seconds(10) }, "l.ttl: expected more than the poll of 10 s, got 10 s"],
    [{ ttl: seconds(5) }, "l.ttl: expected more than the poll of 10 s, got 5 s"],
    [{ margin: seconds(60) }, "l.margin: expected less than the ttl of 60 s, got 60 s"],
    [{ poll: seconds(59) }, "l.poll: expected less than ttl - margin, which is 59 s, got 59 s"],
    [{ ttl: 0 }, "l.ttl: expected a whole number"],
    [{ poll: 0 }, "l.poll: expected a whole number"],
    [{ margin: -1 }, "l.margin: expected a whole number"],
    [{ margin: 0.5 }, "l.margin: expected a whole number"],
    [{ grace: 1 }, "l.grace: unknown field"],
  ])("are refused: %j", (changed, says) => {
    expect(() => check(changed)).toThrow(says);
  });
});
