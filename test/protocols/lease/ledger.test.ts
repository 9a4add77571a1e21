import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FUNDS, kindOf, pay, requests, Treasury } from "../../support/treasury.ts";

/** Epoch 2 has paid `d1` and `d2`, 10 each. */
function paid(): Treasury {
  const treasury = new Treasury();
  treasury.at(0, pay(2, 1, "d1"), pay(2, 2, "d2"));
  return treasury;
}

describe("the ledger", () => {
  it("pays the next nonce, of the same epoch or of a newer one", () => {
    const treasury = paid();

    expect(treasury.at(0, pay(2, 3, "d3"))).toEqual({ type: "done" });
    expect(treasury.at(0, pay(7, 4, "d4"))).toEqual({ type: "done" });

    expect(treasury.state.ledger).toMatchObject({ funds: FUNDS - 40, epoch: 7, refusedStale: 0 });
    expect(treasury.state.ledger.payments.at(-1)).toEqual({
      ...{ disbursement: "d4", to: "p", amount: 10, epoch: 7 },
    });
  });

  it("refuses an epoch older than one that has paid, and counts how often", () => {
    const treasury = paid();
    const stale = treasury.at(0, pay(1, 3, "d3"), pay(1, 3, "d3"));
    expect(stale).toEqual({ type: "error", error: "stale", reason: "epoch 1 is older than 2" });
    expect(treasury.state.ledger).toMatchObject({ funds: FUNDS - 20, epoch: 2, refusedStale: 2 });
  });

  it("says of an old epoch that it is old, whatever else is wrong", () => {
    expect(kindOf(paid().at(0, pay(1, 1, "d1")))).toBe("stale");
    expect(kindOf(paid().at(0, pay(1, 9, "d9", 9_999)))).toBe("stale");
  });

  it("pays no nonce twice, and says whom it has paid under it", () => {
    const treasury = paid();
    const reason = "nonce 1 has paid d1";
    expect(treasury.at(0, pay(3, 1, "d9"))).toEqual({
      ...{ type: "error", error: "nonce-used", reason },
    });
    expect(treasury.state.ledger.payments).toHaveLength(2);
  });

  it("waits for each nonce in its turn", () => {
    expect(kindOf(paid().at(0, pay(2, 4, "d4")))).toBe("nonce-gap");
    expect(kindOf(paid().at(0, pay(2, 3, "d3"), pay(2, 4, "d4")))).toBe("done");
  });

  it("pays all that there is, and no more", () => {
    const treasury = paid();
    expect(kindOf(treasury.at(0, pay(2, 3, "d3", FUNDS - 19)))).toBe("funds");
    expect(kindOf(treasury.at(0, pay(2, 3, "d3", FUNDS - 20)))).toBe("done");
    expect(treasury.state.ledger.funds).toBe(0);
    expect(kindOf(treasury.at(0, pay(2, 4, "d4", 1)))).toBe("funds");
  });

  it("is not fenced by what it has refused", () => {
    const treasury = paid();
    treasury.at(0, pay(9, 1, "d1"), pay(9, 5, "d5"), pay(9, 3, "d3", 9_999));
    expect(treasury.state.ledger.epoch).toBe(2);
    expect(kindOf(treasury.at(0, pay(2, 3, "d3")))).toBe("done");
  });

  it("loses nothing, and never hears an older epoch, whatever is asked", () => {
    const property = fc.property(requests, (asked) => {
      const treasury = new Treasury();
      for (const [, one] of asked) treasury.at(0, one);
      const { funds, payments } = treasury.state.ledger;
      const epochs = payments.map(({ epoch }) => epoch);
      expect(payments.reduce((sum, { amount }) => sum + amount, funds)).toBe(FUNDS);
      expect(epochs).toEqual(epochs.toSorted((a, b) => a - b));
    });
    fc.assert(property, { numRuns: 100 });
  });
});
