import type { Model } from "../../invariants/model.ts";
import { checkSessions, type SessionViolation } from "../../invariants/sessions.ts";
import { callWords } from "../pictures/words.ts";
import type { Checker, CheckTask, Explanation, KeyReport } from "./check-report.ts";
import { dataOf, partsOf } from "./linearizable.ts";

/** Judges calls on registers by the four session guarantees; a key is illegal if one is broken. */
export function sessions(model: Model): Checker {
  return (calls, task) => {
    // What the model does not know is refused here, as everywhere.
    for (const call of calls) model.read(call);
    const { verdict, operations, guarantees, unjudged } = checkSessions(calls);
    const violations = Object.values(guarantees).flatMap((one) => one.violations);
    const unseen = new Set(unjudged.map(({ call }) => call.key ?? ""));
    const keys = partsOf(calls, model).map((key): KeyReport => {
      const own = violations.filter((violation) => violation.key === key);
      if (own.length > 0) {
        return { key, verdict: "illegal", explanation: explain(own, model, task) };
      }
      if (!unseen.has(key)) return { key, verdict: "ok" };
      return { key, verdict: "unknown", reason: "which writes some reads saw cannot be told" };
    });
    return { verdict, operations, keys };
  };
}

function explain(
  violations: readonly SessionViolation[],
  model: Model,
  { lineOf }: CheckTask,
): Explanation {
  const words = callWords(model);
  return {
    summary: violations.map(({ sentence }) => sentence),
    details: [],
    data: {
      violations: violations.map(({ guarantee, client, calls, sentence }) => {
        return {
          guarantee,
          client,
          sentence,
          calls: calls.map((call) => dataOf(call, { words, lineOf })),
        };
      }),
    },
    pictures: violations.map(({ guarantee, calls }) => {
      return { title: guarantee, calls, prefixes: [], stuck: [], states: [], isTimed: false };
    }),
    words,
  };
}
