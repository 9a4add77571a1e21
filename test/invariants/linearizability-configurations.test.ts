import { expect, it } from "vitest";
import { Budget } from "../../src/invariants/linearizability/budget.ts";
import { Configurations } from "../../src/invariants/linearizability/configurations.ts";
import { DoneSet } from "../../src/invariants/linearizability/done-set.ts";

function doneSetOf(operations: readonly number[]): DoneSet {
  const done = new DoneSet(new Uint8Array(40), 40);
  for (const operation of operations) done.add(operation);
  return done;
}

it("tells two sets apart that have the same hash", () => {
  const configurations = new Configurations(new Budget({}));
  // Found by trying.
  const one = doneSetOf([3, 8, 11, 12, 16, 18]);
  const other = doneSetOf([0, 7, 8, 17, 29, 35]);
  expect(one.hash).toBe(other.hash);
  expect(configurations.add(one, 0)).toBe(true);
  expect(configurations.add(other, 0)).toBe(true);
  expect(configurations.add(one, 0)).toBe(false);
});

it("tells a set from itself in another state", () => {
  const configurations = new Configurations(new Budget({}));
  const done = doneSetOf([1, 2]);
  expect(configurations.add(done, 0)).toBe(true);
  expect(configurations.add(done, 1)).toBe(true);
  expect(configurations.add(done, 1)).toBe(false);
});

it("has a set back as it was when what was added is taken out", () => {
  const configurations = new Configurations(new Budget({}));
  const early = Array.from({ length: 33 }, (_, i) => i);
  const done = doneSetOf(early);
  expect(configurations.add(done, 0)).toBe(true);
  done.add(39);
  done.remove(5);
  done.add(5);
  done.remove(39);
  expect(configurations.add(done, 0)).toBe(false);
});
