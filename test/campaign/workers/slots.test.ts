import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Slots } from "../../../src/campaign/workers/slots.ts";

describe("slots", () => {
  it("are as many as there are, and told of when nobody waits for one", () => {
    let told = 0;
    const slots = new Slots(2, () => told++);
    slots.take();
    slots.take();
    expect(slots.isFree).toBe(false);
    expect(() => slots.take()).toThrow("more runs at once");
    slots.give();
    expect([slots.isFree, told]).toEqual([true, 1]);
  });

  it("go to who waits for one before they are left over", async () => {
    let told = 0;
    const slots = new Slots(1, () => told++);
    slots.take();
    const order: string[] = [];
    const first = slots.use(async () => order.push("first"));
    const second = slots.use(async () => order.push("second"));
    await undefined;
    expect(order).toEqual([]);
    slots.give();
    expect(slots.isFree).toBe(false);
    await Promise.all([first, second]);
    expect(order).toEqual(["first", "second"]);
    expect([slots.isFree, told]).toEqual([true, 1]);
  });

  it("come back when what was done in them fails", async () => {
    const slots = new Slots(1, () => {});
    const failing = slots.use(() => Promise.reject(new Error("no")));
    await expect(failing).rejects.toThrow("no");
    expect(slots.isFree).toBe(true);
  });

  it("are never used by more at once, and all come back", async () => {
    const jobs = fc.array(fc.nat(5), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), jobs, async (count, turns) => {
        const slots = new Slots(count, () => {});
        let [underWay, most] = [0, 0];
        await Promise.all(
          turns.map((turn) =>
            slots.use(async () => {
              most = Math.max(most, ++underWay);
              for (let i = 0; i < turn; i++) await undefined;
              underWay--;
            }),
          ),
        );
        expect(most).toBeLessThanOrEqual(count);
        for (let i = 0; i < count; i++) slots.take();
        expect(slots.isFree).toBe(false);
      }),
    );
  });
});
