import { describe, expect, it } from "vitest";
import { admission } from "../../../src/protocols/replicated/admission.ts";
import { UsageError } from "../../../src/sim/assert.ts";

/** A service that knows one request, `add`, and has a bug that `break` finds. */
interface Adding {
  readonly request: { readonly op: string };
  readonly operation: { readonly op: string; readonly at: number };
  readonly result: { readonly error: string; readonly reason: string };
  readonly question: never;
  readonly answer: never;
  readonly state: object;
}

const admit = admission<Adding>(
  (request, at) => {
    if (request === "break") throw new TypeError("a bug");
    if (request !== "add") throw new UsageError("expected add");
    return { op: "add", at };
  },
  (error, reason) => ({ error, reason }),
);

describe("admission to the log", () => {
  it("stamps what is well-formed with the time at which it came", () => {
    expect(admit("add", () => 77)).toEqual({ operation: { op: "add", at: 77 } });
  });

  it("stamps it with 0 by a clock that is set to before 1970", () => {
    expect(admit("add", () => -5)).toEqual({ operation: { op: "add", at: 0 } });
  });

  it("refuses what is malformed, and says why", () => {
    const refusal = { error: "invalid", reason: "expected add" };
    expect(admit("subtract", () => 77)).toEqual({ refusal });
  });

  it("takes no bug for a request that is malformed", () => {
    expect(() => admit("break", () => 77)).toThrow(TypeError);
  });
});
