import type { Model } from "../../invariants/model.ts";
import { checkSequential, type NonSequentialGroup } from "../../invariants/sequential.ts";
import { callPlace, callWords, clientName } from "../pictures/words.ts";
import type { Checker, CheckTask, Explanation, KeyReport } from "./check-report.ts";
import { dataOf, partsOf, reached, statesLine } from "./linearizable.ts";

/**
 * Judges calls by sequential consistency. Keys that were judged together and are illegal together
 * are one entry, whose key is all of their names.
 */
export function sequential(model: Model): Checker {
  return (calls, task) => {
    const { verdict, operations, illegal, unknown } = checkSequential(calls, model, task.bounds);
    const groups: KeyReport[] = [
      ...illegal.map((group): KeyReport => {
        const explanation = explain(group, model, task);
        return { key: group.parts.join(", "), verdict: "illegal", explanation };
      }),
      ...unknown.map(({ parts, bound }): KeyReport => {
        return { key: parts.join(", "), verdict: "unknown", reason: reached(bound) };
      }),
    ];
    const named = new Set([...illegal, ...unknown].flatMap(({ parts }) => parts));
    const others = partsOf(calls, model).filter((key) => !named.has(key));
    const well = others.map((key): KeyReport => ({ key, verdict: "ok" }));
    return { verdict, operations, keys: [...groups, ...well] };
  };
}

function explain(
  { calls, parts, prefix, next, states }: NonSequentialGroup,
  model: Model,
  { lineOf }: CheckTask,
): Explanation {
  const words = callWords(model);
  const names = next.map((index) => {
    const call = calls[index]!;
    return `^ ${words(call)} of ${clientName(call.client)} (${callPlace(call, lineOf)})`;
  });
  const title = parts.length > 1 ? "keys that are illegal together" : "all operations";
  return {
    summary: ["no order of all operations keeps to that of each client and explains all answers"],
    details: ["none of these can come next:", ...names, `  ${statesLine(states, prefix.length)}`],
    data: {
      operations: calls.length,
      order: prefix.map((index) => dataOf(calls[index]!, { words, lineOf })),
      next: next.map((index) => dataOf(calls[index]!, { words, lineOf })),
      states,
    },
    pictures: [{ title, calls, prefixes: [prefix], stuck: next, states, isTimed: false }],
    words,
  };
}
