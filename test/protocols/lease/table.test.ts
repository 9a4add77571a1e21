import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Lease } from "../../../src/protocols/lease/types.ts";
import { acquire, kindOf, release, renew, requests, Treasury } from "../../support/treasury.ts";

/** The lease of 60 is given to the life `a` at 100. */
function lent(): Treasury {
  const treasury = new Treasury();
  treasury.at(100, acquire("a"));
  return treasury;
}

const leaseOf = ({ state }: Treasury): Lease => state.leases.get("l")!;

describe("a lease that nobody has had", () => {
  it("goes to the first who asks, in epoch 1, for as long as asked", () => {
    const treasury = new Treasury();

    expect(treasury.at(100, acquire("a", "h"))).toEqual({ type: "granted", epoch: 1 });
    expect(leaseOf(treasury)).toEqual({
      ...{ holder: "h", life: "a", epoch: 1, ttl: 60 },
      ...{ renewedAt: 100, expiresAt: 160, isReleased: false },
    });
  });

  it.each([renew("a", 1), release("a", 1)])("is not renewed nor given back: %j", (asked) => {
    expect(kindOf(new Treasury().at(0, asked))).toBe("not-holder");
  });

  it("has nothing to do with a lease of another name", () => {
    expect(lent().at(100, { ...acquire("b"), lease: "m" })).toEqual({ type: "granted", epoch: 1 });
  });
});

describe("a lease that somebody has", () => {
  it("is refused to others up to its end, with who has it and for how long", () => {
    const reason = "a has l in epoch 1 for 0.001 ms";
    expect(lent().at(159, acquire("b"))).toEqual({ type: "error", error: "held", reason });
  });

  it("is refused to another life of the same name, for another reason", () => {
    const treasury = lent();
    expect(kindOf(treasury.at(110, acquire("other", "a")))).toBe("identity");
    expect(leaseOf(treasury).life).toBe("a");
  });

  it("is given anew to who has it, for longer and in the same epoch", () => {
    const treasury = lent();
    expect(treasury.at(150, acquire("a"))).toEqual({ type: "granted", epoch: 1 });
    expect(leaseOf(treasury)).toMatchObject({ renewedAt: 150, expiresAt: 210 });
  });

  it("lasts for a ttl more when it is renewed", () => {
    const treasury = lent();
    expect(treasury.at(159, renew("a", 1))).toEqual({ type: "granted", epoch: 1 });
    expect(leaseOf(treasury)).toMatchObject({ epoch: 1, renewedAt: 159, expiresAt: 219 });
  });

  it.each([
    ["another life", renew("b", 1)],
    ["another epoch", renew("a", 2)],
    ["another life that gives it back", release("b", 1)],
    ["another epoch that gives it back", release("a", 2)],
  ])("is not touched by %s", (_, asked) => {
    const treasury = lent();
    const before = treasury.bytes();
    expect(kindOf(treasury.at(110, asked))).toBe("not-holder");
    expect(treasury.bytes()).toEqual(before);
  });
});

describe("a lease that is over", () => {
  it("goes to the first who asks at its end, in the next epoch", () => {
    const treasury = lent();
    expect(treasury.at(160, acquire("b"))).toEqual({ type: "granted", epoch: 2 });
    expect(leaseOf(treasury)).toMatchObject({ life: "b", epoch: 2, expiresAt: 220 });
  });

  it("goes to who had it in the next epoch, too", () => {
    expect(lent().at(160, acquire("a"))).toEqual({ type: "granted", epoch: 2 });
  });

  it("is neither renewed nor given back, though nobody else has it", () => {
    const treasury = lent();
    expect(kindOf(treasury.at(160, renew("a", 1)))).toBe("expired");
    expect(kindOf(treasury.at(160, release("a", 1)))).toBe("expired");
    expect(leaseOf(treasury)).toMatchObject({ epoch: 1, isReleased: false });
  });

  it("is not given back by who had it, once another has it", () => {
    const treasury = lent();
    treasury.at(160, acquire("b"));
    expect(kindOf(treasury.at(161, release("a", 1)))).toBe("not-holder");
    expect(leaseOf(treasury)).toMatchObject({ life: "b", isReleased: false });
  });
});

describe("a lease that was given back", () => {
  it("goes to the next who asks at once, in the next epoch", () => {
    const treasury = lent();
    expect(treasury.at(110, release("a", 1))).toEqual({ type: "granted", epoch: 1 });
    expect(leaseOf(treasury)).toMatchObject({ expiresAt: 110, isReleased: true });
    expect(treasury.at(110, acquire("b"))).toEqual({ type: "granted", epoch: 2 });
  });

  it("is over for who had it", () => {
    const treasury = lent();
    expect(kindOf(treasury.at(110, release("a", 1), renew("a", 1)))).toBe("expired");
    expect(kindOf(treasury.at(110, release("a", 1)))).toBe("expired");
  });

  it("stays given back by a clock that is behind", () => {
    const treasury = lent();
    treasury.at(110, release("a", 1));
    expect(kindOf(treasury.at(105, renew("a", 1)))).toBe("expired");
  });
});

it("has epochs that never fall, each of one life, whatever is asked", () => {
  const property = fc.property(requests, (asked) => {
    const treasury = new Treasury();
    let now = 0;
    for (const [later, one] of asked) {
      const before = new Map(treasury.state.leases);
      now += later;
      treasury.at(now, one);
      for (const [name, { epoch, life }] of treasury.state.leases) {
        const known = before.get(name);
        expect(epoch).toBeGreaterThanOrEqual(known?.epoch ?? 1);
        if (known?.epoch === epoch) expect(life).toBe(known.life);
      }
    }
  });
  fc.assert(property, { numRuns: 100 });
});
