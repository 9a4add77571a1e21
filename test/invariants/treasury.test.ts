import { describe, expect, it } from "vitest";
import {
  areExecuted,
  measurePayments,
  type Order,
  paymentRules,
  paymentsAreRight,
  type ShownPayment,
  type TreasuryView,
  whatIsMarkedIsPaid,
} from "../../src/invariants/treasury.ts";
import type { Plain } from "../../src/sim/env.ts";
import type { Invariant } from "../../src/sim/invariant.ts";
import { HandMadeWorld } from "../support/hand-made-world.ts";

interface Shown extends TreasuryView {
  applied: number;
  readonly machine: {
    readonly state: {
      readonly queue: { staged: string[]; executed: number };
      readonly ledger: { payments: ShownPayment[]; refusedStale: number };
    };
  };
}

/** Two servers of a treasury, and an executor. */
class Payer extends HandMadeWorld<Shown> {
  constructor(invariant: Invariant<TreasuryView>) {
    const shown = (): Shown => ({
      applied: 0,
      machine: {
        state: { queue: { staged: [], executed: 0 }, ledger: { payments: [], refusedStale: 0 } },
      },
    });
    super([invariant], { n1: shown(), n2: shown() }, { e1: undefined, c1: undefined });
  }

  /** A client orders that 10 are paid to `p`, so long after it asks for it. */
  order(disbursement: string, at = 0, after = 0, amount = 10): this {
    this.invoke(`${disbursement}@${at}`, at, { disbursement, to: "p", amount, after });
    return this;
  }

  /** A server stages what it pays under the next nonce, unless another is staged there. */
  pays(at: number, disbursement: string, epoch = 1, more: PaidHow = {}): string[] {
    const { server = "n1", staged = disbursement, amount = 10 } = more;
    const { queue, ledger } = this.node(server).machine.state;
    queue.staged.push(staged);
    ledger.payments.push({ disbursement, to: "p", amount, epoch });
    return this.event(at, { on: server });
  }
}

interface PaidHow {
  readonly server?: string;
  readonly staged?: string;
  readonly amount?: number;
}

/** What the orders of a test are. */
const orderOf = (operation: Plain): Order | undefined => operation as unknown as Order | undefined;

const judged = (skew = 0): Payer => new Payer(paymentsAreRight(orderOf, { ...paymentRules, skew }));

describe("payments", () => {
  it("are accepted when each was ordered, is due, is staged there, and epochs do not fall", () => {
    const world = judged().order("d1").order("d2", 0, 50);
    expect(world.pays(1, "d1", 1)).toEqual([]);
    expect(world.pays(50, "d2", 3)).toEqual([]);
    expect(world.event(60, { on: "n1" })).toEqual([]);
  });

  it("are judged once, however many servers show them", () => {
    const world = judged().order("d1");
    world.pays(1, "d1");
    expect(world.pays(2, "d1", 1, { server: "n2" })).toEqual([]);
  });

  it("LEASE-FENCE: are rejected in an epoch older than one that has paid", () => {
    const world = judged().order("d1").order("d2").order("d3");
    world.pays(1, "d1", 3);
    const late = (name: string, nonce: number) =>
      `LEASE-FENCE: ${name}, nonce ${nonce}: paid in epoch 2 after 3`;
    expect(world.pays(2, "d2", 2)).toEqual([late("d2", 2)]);
    expect(world.pays(3, "d3", 2)).toEqual([late("d3", 3)]);
  });

  it("LEASE-ONCE: are rejected when they are made twice", () => {
    const world = judged().order("d1");
    world.pays(1, "d1");
    const says = "LEASE-ONCE: d1, nonce 2: paid already under nonce 1";
    expect(world.pays(2, "d1")).toEqual([says]);
  });

  it("LEASE-ONCE: are rejected when nobody has ordered so much", () => {
    const says = (name: string) => `LEASE-ONCE: ${name}, nonce 1: nobody has ordered 10 to p`;
    expect(judged().pays(1, "d1")).toEqual([says("d1")]);
    expect(judged().order("d1", 0, 0, 11).pays(1, "d1")).toEqual([says("d1")]);
  });

  it("are those of any order of that name, as either may have come first", () => {
    const world = judged().order("d1", 0, 0, 11).order("d1", 1, 0, 10);
    expect(world.pays(2, "d1")).toEqual([]);
  });

  it("are those of orders that have returned, too", () => {
    const world = judged().order("d1");
    world.return("d1@0", 1);
    expect(world.pays(2, "d1")).toEqual([]);
  });

  it("LEASE-NONCE: are rejected under another's nonce", () => {
    const world = judged().order("d1").order("d2");
    const says = "LEASE-NONCE: d1, nonce 1: staged there is d2";
    expect(world.pays(1, "d1", 1, { staged: "d2" })).toEqual([says]);
  });

  it("LEASE-DUE: are rejected before they are due", () => {
    const world = judged().order("d1", 100, 50);
    const says = "LEASE-DUE: d1, nonce 1: paid 0.001 ms before it was due";
    expect(world.pays(149, "d1")).toEqual([says]);
  });

  it("LEASE-DUE: may be early by as much as clocks differ", () => {
    expect(judged(10).order("d1", 100, 50).pays(140, "d1")).toEqual([]);
    expect(judged(10).order("d1", 100, 50).pays(139, "d1")).toHaveLength(1);
  });
});

describe("that so many are executed", () => {
  const world = () => new Payer(areExecuted("DONE", 2, { from: 10, by: 100 }));

  it("is accepted when some server shows them in time", () => {
    const one = world();
    one.node("n2").machine.state.queue.executed = 2;
    one.host("n1").node = undefined;
    expect(one.event(100, { on: "n2" })).toEqual([]);
    expect(one.event(101, { on: "n2" })).toEqual([]);
  });

  it("is rejected when none does", () => {
    const one = world();
    one.node("n2").machine.state.queue.executed = 1;
    one.event(50, { on: "n2" });
    expect(one.event(101, { on: "n2" })).toEqual(["DONE: not by 0.1 ms: 1 of 2 are executed"]);
  });
});

describe("that what is marked is paid", () => {
  it("is accepted while no more is marked than is paid", () => {
    const world = new Payer(whatIsMarkedIsPaid("MARKED"));
    world.pays(1, "d1");
    world.node("n1").machine.state.queue.executed = 1;
    expect(world.event(2, { on: "n1" })).toEqual([]);
    expect(world.event(3, { kind: "fault begins" })).toEqual([]);
  });

  it("is rejected when more is", () => {
    const world = new Payer(whatIsMarkedIsPaid("MARKED"));
    world.node("n1").machine.state.queue.executed = 1;
    expect(world.event(2, { on: "n1" })).toEqual(["MARKED: 1 are marked, and 0 are paid"]);
  });
});

describe("what is measured of payments", () => {
  it("is what executors have made, found made, and been refused", () => {
    const world = new Payer(measurePayments(["e1"]));
    const paid = (isNews: boolean) => ({ event: "paid", data: { isNews } });
    const stale = { event: "step refused", data: { error: "stale" } };
    world.event(1, { on: "e1", emitted: [paid(true), paid(false), paid(true), stale] });
    world.event(2, { on: "c1", emitted: [paid(true)] });
    expect(world.metrics.counted("paymentsMade")).toBe(2);
    expect(world.metrics.counted("paymentsFoundMade")).toBe(1);
    expect(world.metrics.counted("refused, stale")).toBe(1);
  });

  it("is what the server shows in the end that has applied most", () => {
    const world = new Payer(measurePayments(["e1"]));
    world.pays(1, "d1");
    world.node("n1").applied = 5;
    world.node("n1").machine.state.ledger.refusedStale = 3;
    world.end(10);
    expect(world.metrics.gauged("payments")).toBe(1);
    expect(world.metrics.gauged("paymentsRefusedStale")).toBe(3);
  });
});
