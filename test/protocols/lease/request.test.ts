import { describe, expect, it } from "vitest";
import {
  AMOUNT_MAX,
  checkTreasuryOperation,
  REQUESTS,
  STAGE_MAX,
} from "../../../src/protocols/lease/request.ts";
import {
  type Asked,
  acquire,
  disburse,
  mark,
  pay,
  release,
  renew,
  service,
  stage,
  Treasury,
} from "../../support/treasury.ts";

const GOOD: readonly Asked[] = [
  ...[acquire("a"), renew("a", 1), release("a", 1), disburse("d", 5)],
  ...[stage(1), pay(1, 1, "d"), mark(1, 1, "d")],
  ...[{ op: "holder", lease: "l" }, { op: "disbursement", disbursement: "d" }, { op: "summary" }],
];

describe("a request of a client", () => {
  it.each(GOOD)("is read from a plan as it is: %j", (request) => {
    const task = checkTreasuryOperation({ id: "o", ...request } as never, "o");
    expect(task).toEqual({ id: "o", operation: request, server: undefined, read: "log" });
  });

  it("may be any of those that there are", () => {
    expect(GOOD.map(({ op }) => op)).toEqual(REQUESTS);
  });

  it("pays at once when it does not say after what time", () => {
    const asked = { id: "o", op: "disburse", disbursement: "d", to: "p", amount: 1 };
    expect(checkTreasuryOperation(asked, "o").operation).toMatchObject({ after: 0 });
  });

  it("may be a question past the log", () => {
    const asked = { id: "o", op: "summary", read: "lease", server: "n1" };
    expect(checkTreasuryOperation(asked, "o")).toMatchObject({ read: "lease", server: "n1" });
  });

  it("may be anything when it is raw, and servers refuse it", () => {
    const asked = { id: "o", op: "raw", request: { op: "pay", amount: -1 } };
    expect(checkTreasuryOperation(asked, "o").operation).toEqual({ op: "pay", amount: -1 });
  });

  it.each([
    [{ op: "steal" }, "o.op: expected one of acquire, renew, release, disburse"],
    [{ ...disburse("d"), read: "index" }, "o.read: expected only with a question, got disburse"],
    [{ op: "raw", request: 7 }, "o.request: expected an object, got 7"],
  ])("is refused with its path: %j", (asked, says) => {
    expect(() => checkTreasuryOperation({ id: "o", ...asked } as never, "o")).toThrow(says);
  });
});

const ONE_OR_MORE = "expected a whole number of at least 1";

describe("a server that is asked for something malformed", () => {
  it.each<[Asked | readonly never[] | string | undefined, string]>([
    [undefined, "request: expected an object"],
    ["pay", 'request: expected an object, got "pay"'],
    [[], "request: expected an object, got []"],
    [{}, "request.op: expected one of"],
    [{ ...acquire("a"), ttl: 0 }, "request.ttl: expected a whole number"],
    [{ ...acquire("a"), ttl: 2 ** 51 }, "request.ttl: expected a whole number"],
    [{ ...acquire("a"), life: "" }, "request.life: expected a text"],
    [{ ...acquire("a"), holder: 7 }, "request.holder: expected a text"],
    [{ ...acquire("a"), lease: "\ud800" }, "request.lease: expected Unicode"],
    [{ ...renew("a", 1), epoch: 0 }, `request.epoch: ${ONE_OR_MORE}, got 0`],
    [{ ...release("a", 1), epoch: 1.5 }, `request.epoch: ${ONE_OR_MORE}, got 1.5`],
    [{ ...disburse("d"), amount: -5 }, "request.amount: expected a whole number"],
    [{ ...disburse("d"), amount: 0 }, "request.amount: expected a whole number"],
    [{ ...disburse("d"), amount: AMOUNT_MAX + 1 }, "request.amount: expected a whole number"],
    [{ ...disburse("d"), after: -1 }, "request.after: expected a whole number"],
    [disburse("x".repeat(256)), "request.disbursement: expected at most 255 characters"],
    [{ ...stage(1), count: STAGE_MAX + 1 }, "request.count: expected a whole number"],
    [{ ...pay(1, 1, "d"), nonce: 0 }, `request.nonce: ${ONE_OR_MORE}, got 0`],
    [{ ...pay(1, 1, "d"), amount: -1 }, "request.amount: expected a whole number"],
    [{ ...mark(1, 1, "d"), nonce: "1" }, `request.nonce: ${ONE_OR_MORE}, got "1"`],
  ])("says what is wrong, and has no place for it: %j", (asked, says) => {
    const admitted = service.admit(asked, () => 5);
    expect(admitted).toMatchObject({ refusal: { type: "error", error: "invalid" } });
    expect(admitted).toMatchObject({ refusal: { reason: expect.stringContaining(says) } });
  });

  it("has the same state after that", () => {
    const treasury = new Treasury();
    treasury.at(0, acquire("a"), disburse("d"), stage(1));
    const before = treasury.bytes();
    treasury.at(1, { ...pay(1, 1, "d"), amount: -1 }, { ...disburse("e"), amount: -1 });
    expect(treasury.bytes()).toEqual(before);
    expect(treasury.index).toBe(3);
  });
});
