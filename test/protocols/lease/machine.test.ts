import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteReader, ByteWriter } from "../../../src/protocols/codec.ts";
import { operations, results } from "../../../src/protocols/lease/codecs.ts";
import { isQuestion } from "../../../src/protocols/lease/request.ts";
import type { Request } from "../../../src/protocols/lease/types.ts";
import {
  acquire,
  disburse,
  FUNDS,
  kindOf,
  mark,
  pay,
  request,
  requests,
  service,
  stage,
  Treasury,
} from "../../support/treasury.ts";

describe("whatever is asked", () => {
  it("a refusal changes nothing but the count of what was stale", () => {
    const property = fc.property(requests, (asked) => {
      const treasury = new Treasury();
      let now = 0;
      for (const [later, one] of asked) {
        const before = treasury.copy();
        now += later;
        const result = treasury.at(now, one);
        if (result.type !== "error") continue;
        before.state.ledger.refusedStale = treasury.state.ledger.refusedStale;
        expect(treasury.bytes()).toEqual(before.bytes());
      }
    });
    fc.assert(property, { numRuns: 100 });
  });

  it("a treasury read back from bytes answers and goes on as the one that wrote them", () => {
    const property = fc.property(requests, requests, (before, after) => {
      const treasury = new Treasury();
      let now = 0;
      for (const [later, one] of before) {
        now += later;
        treasury.at(now, one);
      }
      const copy = treasury.copy();
      expect(copy.state).toEqual(treasury.state);
      for (const [later, one] of after) {
        now += later;
        expect(copy.at(now, one)).toEqual(treasury.at(now, one));
      }
      expect(copy.bytes()).toEqual(treasury.bytes());
    });
    fc.assert(property, { numRuns: 100 });
  });

  it("operations and results are read back from bytes as they were", () => {
    const property = fc.property(requests, (asked) => {
      const treasury = new Treasury();
      for (const [at, one] of asked) {
        const admitted = service.admit(one, () => at);
        const operation = "operation" in admitted ? admitted.operation : undefined;
        expect(operation).toBeDefined();
        expect(roundTrip(operations, operation!)).toEqual(operation);
        const result = treasury.at(at, one);
        expect(roundTrip(results, result)).toEqual(result);
      }
    });
    fc.assert(property, { numRuns: 100 });
  });

  it("a question changes nothing, and has the same answer past the log", () => {
    const property = fc.property(requests, request, (asked, question) => {
      fc.pre(isQuestion(question as Request));
      const treasury = new Treasury();
      for (const [at, one] of asked) treasury.at(at, one);
      const before = treasury.bytes();
      const answer = service.query(treasury.state, question as never);
      expect(treasury.at(0, question)).toEqual(answer);
      expect(treasury.bytes()).toEqual(before);
    });
    fc.assert(property, { numRuns: 100 });
  });
});

function roundTrip<Value>(
  codec: { encode(value: Value, writer: ByteWriter): void; decode(reader: ByteReader): Value },
  value: Value,
): Value {
  const writer = new ByteWriter();
  codec.encode(value, writer);
  return codec.decode(new ByteReader(writer.bytes, 0));
}

describe("a question", () => {
  it("about a lease is answered with it, or with nothing", () => {
    const treasury = new Treasury();
    const question = { op: "holder", lease: "l" };
    expect(treasury.at(0, question)).toEqual({ type: "lease", lease: undefined });
    treasury.at(7, acquire("a"));
    expect(treasury.at(8, question)).toMatchObject({ lease: { life: "a", expiresAt: 67 } });
  });

  it("about a disbursement is answered with it, or refused", () => {
    const treasury = new Treasury();
    const question = { op: "disbursement", disbursement: "d1" };
    expect(kindOf(treasury.at(0, question))).toBe("not-found");
    treasury.at(0, disburse("d1"));
    expect(treasury.at(0, question)).toMatchObject({ disbursement: { status: "queued" } });
  });

  it("about the whole is answered in numbers", () => {
    const treasury = new Treasury();
    treasury.at(0, disburse("d1"), disburse("d2"), disburse("d3"), disburse("d4", 50));
    treasury.at(0, stage(3), pay(3, 1, "d1"), mark(3, 1, "d1"), pay(3, 2, "d2"), pay(2, 3, "d3"));
    const summary = {
      ...{ queued: 1, staged: 2, executed: 1, funds: FUNDS - 20 },
      ...{ paid: 2, epoch: 3, refusedStale: 1 },
    };
    expect(treasury.at(0, { op: "summary" })).toEqual({ type: "summary", summary });
  });
});

describe("what is taken in", () => {
  it("carries the time at which it was, unless it is a question", () => {
    expect(service.admit(stage(1), () => 77)).toMatchObject({ operation: { op: "stage", at: 77 } });
    expect(service.admit({ op: "summary" }, () => 77)).toEqual({ operation: { op: "summary" } });
  });

  it("is of no time before 0, which the log could not write down", () => {
    expect(service.admit(stage(1), () => -5)).toMatchObject({ operation: { at: 0 } });
  });
});
