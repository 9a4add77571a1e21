import { describe, expect, it } from "vitest";
import { AssertionError, assert, fail, UsageError, unreachable } from "../../src/sim/assert.ts";

describe("an assertion", () => {
  it("says nothing while it holds", () => {
    expect(() => assert(1 < 2, "numbers are broken")).not.toThrow();
  });

  it("fails with its message and the values behind it", () => {
    const broken = () => assert(2 < 1, "out of order:", 2, "n1", undefined);
    expect(broken).toThrow(new AssertionError("out of order: 2 n1 "));
    expect(broken).toThrow(AssertionError);
  });

  it("can be failed outright", () => {
    expect(() => fail("never:", 7)).toThrow(new AssertionError("never: 7"));
  });
});

it("names the value that a switch over a closed union did not expect", () => {
  const stranger = { kind: "earthquake" } as never;
  expect(() => unreachable(stranger)).toThrow(
    new AssertionError('unreachable: {"kind":"earthquake"}'),
  );
});

it("tells wrong input from a bug by name", () => {
  expect(new UsageError("plan.seed: …").name).toBe("UsageError");
  expect(new AssertionError("out of order").name).toBe("AssertionError");
  expect(new UsageError("plan.seed: …")).not.toBeInstanceOf(AssertionError);
});

it("knows a UsageError of another copy of this package", async () => {
  const copy: typeof import("../../src/sim/assert.ts") = await import(
    /* @vite-ignore */ `../../src/sim/assert.ts?${"copy"}`
  );
  expect(copy.UsageError).not.toBe(UsageError);
  expect(new copy.UsageError("plan.servers: …")).toBeInstanceOf(UsageError);
  expect(new copy.AssertionError("plan.servers: …")).not.toBeInstanceOf(UsageError);
  expect("UsageError").not.toBeInstanceOf(UsageError);
});
