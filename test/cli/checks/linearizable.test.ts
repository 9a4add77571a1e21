import { expect, it } from "vitest";
import { type Judge, linearizable } from "../../../src/cli/checks/linearizable.ts";
import { HistoryReader } from "../../../src/histories/history-reader.ts";
import { checkLinearizability } from "../../../src/invariants/linearizability.ts";
import { findModel } from "../../../src/invariants/models.ts";

const reader = new HistoryReader("h");
for (const text of ["write 1", "write 2", "read 1", "write 3"]) {
  const [f, value] = text.split(" ");
  reader.push(`{:process 0 :type :invoke :f :${f} :value ${value}}\n`);
  reader.push(`{:process 0 :type :ok :f :${f} :value ${value}}\n`);
}
const { calls, lineOf } = reader.end();

/** Finds that the write of 2 and the read of 1 are illegal by themselves. */
const judge: Judge = (given, model, bounds) => {
  const report = checkLinearizability(given, model, bounds);
  const illegal = report.illegal.map((part) => {
    return part.calls.length < 4 ? part : { ...part, smallest: [1, 2], isMinimal: true };
  });
  return { ...report, illegal };
};

it("explains and draws the smallest illegal part by itself, and then the whole", () => {
  const report = linearizable(findModel("register"), judge)(calls, { bounds: {}, lineOf });

  const { details, data, pictures } = report.keys[0]!.explanation!;
  expect(details).toEqual([
    "^ no order has a place for read 1 of process 0 (lines 5 and 6)",
    "  after the 1 numbered the state is 2",
    "  these 2 of 4 operations are illegal by themselves; without any one of them they are legal",
  ]);
  expect(data).toMatchObject({ operations: 4, states: ["2"], isMinimal: true });
  expect(pictures).toMatchObject([
    { title: "2 operations, illegal by themselves", prefixes: [[0]], stuck: [1] },
    { title: "all 4 operations", prefixes: [[0, 1]], stuck: [2] },
  ]);
});

it("names a bound that was reached, key by key", () => {
  const bounded: Judge = (given, model) =>
    checkLinearizability(given, model, { isOver: () => true });
  const cas = calls.map((call) => ({ ...call, f: "cas", value: [1, 2], key: "x" }));
  const { keys } = linearizable(findModel("cas-register"), bounded)(cas, { bounds: {}, lineOf });
  expect(keys).toMatchObject([{ key: "x", verdict: "unknown" }]);
  expect(keys[0]?.reason).toBe("the bound on time was reached");
});
