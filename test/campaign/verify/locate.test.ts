import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EventAccount } from "../../../src/campaign/verify/account.ts";
import { compareAccounts, firstDifferent } from "../../../src/campaign/verify/locate.ts";

describe("the first different event of two rolling hashes", () => {
  it("is the one that a search from the beginning finds", () => {
    const lengths = fc.tuple(fc.nat(40), fc.nat(40), fc.nat(40));
    const property = fc.property(lengths, ([shared, a, b]) => {
      const left = hashes(shared, a, 1);
      const right = hashes(shared, b, 2);
      expect(firstDifferent(left, right)).toBe(a === 0 && b === 0 ? undefined : shared + 1);
    });
    fc.assert(property);
  });

  it("is seen in either of the two words of an event", () => {
    expect(firstDifferent([1, 2, 3, 4], [1, 2, 3, 5])).toBe(2);
    expect(firstDifferent([1, 2, 3, 4], [1, 2, 5, 4])).toBe(2);
  });
});

describe("two accounts of an event", () => {
  const account: EventAccount = {
    place: { step: 3, at: 5, host: "n1", kind: "timer" },
    text: "timer tick on n1",
    effects: [{ text: "emit a", hash: 1, stack: "tick (a.ts:1:1)" }],
    asked: [],
    thrown: undefined,
    stateHash: 7,
    state: [["state.ticks", "1"]],
  };
  const more = { text: "emit b", hash: 2, stack: "" };
  const thrown = { text: "throw Error: no", hash: 0, stack: "" };

  it.each([
    ["event", { text: "timer tock on n1" }, "timer tock on n1 at 5 us"],
    ["event", { place: { ...account.place, at: 6 } }, "timer tick on n1 at 6 us"],
    ["effect", { effects: [...account.effects, more] }, "emit b"],
    ["effect", { effects: [{ ...account.effects[0]!, hash: 9 }] }, "emit a"],
    ["effect", { effects: [more, ...account.effects], thrown }, "emit b"],
    ["throw", { thrown, stateHash: 8 }, "throw Error: no"],
    ["state", { state: [["state.ticks", "2"]] }, "state.ticks: 2"],
    ["state", { stateHash: 8 }, "a state with hash 8"],
  ] as const)("that differ in an %s say so: %#", (kind, change, text) => {
    const leak = compareAccounts(["plain", account], ["again", { ...account, ...change }]);
    expect(leak?.kind).toBe(kind);
    expect(leak?.sides[1]).toMatchObject({ run: "again", text });
  });

  it("of which one run has none say so", () => {
    const leak = compareAccounts(["plain", account], ["again", undefined]);
    expect(leak).toMatchObject({ kind: "event", sides: [{}, { text: "nothing more" }] });
  });

  it("that are the same have no difference", () => {
    expect(compareAccounts(["plain", account], ["again", { ...account }])).toBeUndefined();
  });
});

/** Two words an event: a shared beginning, then so many of its own. */
function hashes(shared: number, own: number, mark: number): number[] {
  const events = [
    ...Array.from({ length: shared }, (_, i) => [i, 0]),
    ...Array.from({ length: own }, (_, i) => [i, mark]),
  ];
  return events.flat();
}
