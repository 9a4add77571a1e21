import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TreasuryResult } from "../../../src/protocols/lease/types.ts";
import { disburse, kindOf, mark, requests, stage, Treasury } from "../../support/treasury.ts";

/** `b` is due at 10, `c` and `a` at 20, `d` at 99. */
function queued(): Treasury {
  const treasury = new Treasury();
  treasury.at(0, disburse("c", 20), disburse("b", 10), disburse("d", 99), disburse("a", 20));
  return treasury;
}

function namesOf(result: TreasuryResult): string[] {
  expect(result.type).toBe("intents");
  const intents = result.type === "intents" ? result.intents : [];
  return intents.map(({ disbursement, nonce }) => `${nonce} ${disbursement}`);
}

describe("what is ordered", () => {
  it("waits until it is due, from when it was taken in", () => {
    const treasury = new Treasury();
    expect(treasury.at(5, disburse("d1", 7, 30))).toEqual({ type: "done" });
    const { disbursements } = treasury.state.queue;
    expect(disbursements.get("d1")).toEqual({
      ...{ to: "p", amount: 30, dueAt: 12, status: "queued", nonce: undefined },
    });
  });

  it("is ordered once", () => {
    const treasury = queued();
    expect(kindOf(treasury.at(0, disburse("a", 0, 99)))).toBe("exists");
    expect(treasury.state.queue.disbursements.get("a")).toMatchObject({ amount: 10, dueAt: 20 });
  });
});

describe("what is staged", () => {
  it("is what is due, by due time and then by name, and not before", () => {
    const treasury = queued();
    expect(namesOf(treasury.at(9, stage(1)))).toEqual([]);
    expect(namesOf(treasury.at(10, stage(1)))).toEqual(["1 b"]);
    expect(namesOf(treasury.at(20, stage(1)))).toEqual(["1 b", "2 a", "3 c"]);
  });

  it("is answered with all that a payment says", () => {
    const treasury = new Treasury();
    const intents = [{ disbursement: "d1", nonce: 1, to: "p", amount: 30 }];
    const staged = treasury.at(0, disburse("d1", 0, 30), stage(1));
    expect(staged).toEqual({ type: "intents", intents });
  });

  it("is at most as much as asked for, and what has a nonce comes first", () => {
    const treasury = queued();
    expect(namesOf(treasury.at(50, stage(1, 2)))).toEqual(["1 b", "2 a"]);
    expect(namesOf(treasury.at(50, stage(1, 2)))).toEqual(["1 b", "2 a"]);
    expect(treasury.state.queue.disbursements.get("c")).toMatchObject({ status: "queued" });
    expect(namesOf(treasury.at(50, stage(1, 1)))).toEqual(["1 b"]);
  });

  it("keeps its nonce, whoever asks, until it is marked", () => {
    const treasury = queued();
    treasury.at(50, stage(1));
    expect(namesOf(treasury.at(50, stage(2)))).toEqual(["1 b", "2 a", "3 c"]);
    treasury.at(50, mark(2, 1, "b"));
    expect(namesOf(treasury.at(100, stage(3)))).toEqual(["2 a", "3 c", "4 d"]);
  });

  it("is not for an older epoch", () => {
    const treasury = queued();
    treasury.at(50, stage(2));
    const before = treasury.bytes();
    const reason = "epoch 1 is older than 2";
    expect(treasury.at(100, stage(1))).toEqual({ type: "error", error: "stale", reason });
    expect(treasury.bytes()).toEqual(before);
  });

  it("is the same in a queue that was read back from bytes", () => {
    const treasury = queued();
    const copy = treasury.copy();
    expect(copy.at(50, stage(1))).toEqual(treasury.at(50, stage(1)));
  });
});

describe("a mark", () => {
  const staged = (): Treasury => {
    const treasury = queued();
    treasury.at(50, stage(1));
    return treasury;
  };

  it("says that what has that nonce is executed, and does so again", () => {
    const treasury = staged();
    expect(kindOf(treasury.at(50, mark(1, 1, "b")))).toBe("done");
    expect(kindOf(treasury.at(50, mark(1, 1, "b")))).toBe("done");
    expect(treasury.state.queue).toMatchObject({ executed: 1 });
    expect(treasury.state.queue.disbursements.get("b")).toMatchObject({ status: "executed" });
  });

  it.each([
    ["of what nobody has ordered", mark(1, 1, "x"), "not-found"],
    ["under another's nonce", mark(1, 2, "b"), "wrong-state"],
    ["of what is not staged", mark(1, 4, "d"), "wrong-state"],
    ["before its turn", mark(1, 2, "a"), "wrong-state"],
  ])("is refused %s", (_, asked, error) => {
    const treasury = staged();
    const before = treasury.bytes();
    expect(kindOf(treasury.at(50, asked))).toBe(error);
    expect(treasury.bytes()).toEqual(before);
  });

  it("is not for an older epoch, be it of what is marked", () => {
    const treasury = staged();
    treasury.at(50, mark(2, 1, "b"));
    expect(kindOf(treasury.at(50, mark(1, 1, "b")))).toBe("stale");
    expect(kindOf(treasury.at(50, mark(1, 2, "a")))).toBe("stale");
  });
});

it("gives each disbursement one nonce for good, without a gap, whatever is asked", () => {
  const property = fc.property(requests, (asked) => {
    const treasury = new Treasury();
    const nonces = new Map<string, number>();
    let now = 0;
    for (const [later, one] of asked) {
      now += later;
      treasury.at(now, one);
      const { disbursements, staged, executed } = treasury.state.queue;
      expect(executed).toBeLessThanOrEqual(staged.length);
      for (const [name, { nonce, status, dueAt }] of disbursements) {
        expect(nonce ?? nonces.get(name)).toBe(nonces.get(name) ?? nonce);
        if (nonce === undefined) continue;
        nonces.set(name, nonce);
        expect(staged[nonce - 1]).toBe(name);
        expect(status).toBe(nonce <= executed ? "executed" : "staged");
        expect(dueAt).toBeLessThanOrEqual(now);
      }
    }
  });
  fc.assert(property, { numRuns: 100 });
});
