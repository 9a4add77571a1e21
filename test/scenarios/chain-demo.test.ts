import { expect, it } from "vitest";
import { findScenario, plan, run } from "../../src/index.ts";

const PHASES = [
  "phase 1, three nodes start",
  "phase 2, a makes 10 blocks",
  "phase 3, b joins and fetches them",
  "phase 4, a makes 5 more, with transfers",
  "phase 5, c joins and fetches the whole chain",
  "phase 6, b catches up",
  "phase 7, all is compared and verified",
  "phase 8, the chain is asked",
];

it("has its eight phases in the trace, in order", () => {
  const scenario = findScenario("bs-demo-eight-phases");
  const { trace, violation } = run(scenario, plan(scenario, "5"), { trace: true });
  const operations = trace.filter(({ kind }) => kind === "operation");
  const ids = operations.map(({ payload }) => (payload as { id: string }).id);
  expect(violation).toBeUndefined();
  expect([...new Set(ids.map((id) => id.slice(0, id.indexOf(":"))))]).toEqual(PHASES);
});
