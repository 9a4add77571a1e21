import type { Call } from "../../invariants/call.ts";
import type { IllegalPart, LinearizabilityReport } from "../../invariants/linearizability.ts";
import type { Model } from "../../invariants/model.ts";
import {
  type CallToWords,
  callPlace,
  callWords,
  clientName,
  cutMiddle,
} from "../pictures/words.ts";
import { formatCount } from "../table.ts";
import type { Checker, CheckTask, Explanation, KeyReport, Picture } from "./check-report.ts";

/** Judges calls by a model: the signature of `checkLinearizability`. */
export type Judge = (
  calls: readonly Call[],
  model: Model,
  bounds: CheckTask["bounds"],
) => LinearizabilityReport;

/** Makes of a model's judge a checker that explains what is illegal. */
export function linearizable(model: Model, judge: Judge): Checker {
  return (calls, task) => {
    const { verdict, operations, illegal, unknown } = judge(calls, model, task.bounds);
    const illegalParts = new Map(illegal.map((one) => [one.part, one]));
    const unknownParts = new Map(unknown.map((one) => [one.part, one]));
    const keys = partsOf(calls, model).map((key): KeyReport => {
      const part = illegalParts.get(key);
      if (part !== undefined) {
        const smallest = judgeSmallest(part, model, judge);
        const explanation = explain(part, smallest, { model, lineOf: task.lineOf });
        return { key, verdict: "illegal", explanation };
      }
      const undecided = unknownParts.get(key);
      if (undecided !== undefined)
        return { key, verdict: "unknown", reason: reached(undecided.bound) };
      return { key, verdict: "ok" };
    });
    return { verdict, operations, keys };
  };
}

/** What a bound that was reached is called. */
export function reached(bound: string): string {
  return `the bound on ${bound} was reached`;
}

/** The parts of a history, in the order in which their first judged calls are invoked. */
export function partsOf(calls: readonly Call[], { partition, read }: Model): readonly string[] {
  if (partition === undefined) return [""];
  const judged = calls.filter((call) => read(call) !== undefined);
  return [...new Set(judged.map(partition))];
}

/**
 * The smallest illegal part, judged by itself: orders and states of the whole hold calls that it
 * does not have. Undefined when it is the whole.
 */
function judgeSmallest(
  { calls, smallest }: IllegalPart,
  model: Model,
  judge: Judge,
): IllegalPart | undefined {
  if (smallest.length >= calls.length) return undefined;
  const few = smallest.map((index) => calls[index]!).sort((a, b) => a.invoked - b.invoked);
  return judge(few, model, { stepsMax: STEPS_MAX }).illegal[0];
}

/** A part so small that it is worth drawing takes far fewer. */
const STEPS_MAX = 1_000_000;

function explain(
  part: IllegalPart,
  smallest: IllegalPart | undefined,
  { model, lineOf }: { readonly model: Model; readonly lineOf: (place: number) => number },
): Explanation {
  const words = callWords(model);
  const shown = smallest ?? part;
  const { calls, prefixes, stuck, states } = shown;
  const size = calls.length;
  const callData = (call: Call): object => dataOf(call, { words, lineOf });
  const whole = pictureOf(part, `all ${formatCount(part.calls.length)} operations`);
  const few = smallest && pictureOf(smallest, `${size} operations, illegal by themselves`);
  return {
    summary: part.sentence === undefined ? [] : [part.sentence],
    details: [
      `^ ${stuckLine(shown, words, lineOf)}`,
      `  ${statesLine(states, prefixes[0]?.length ?? 0)}`,
      ...(smallest === undefined ? [] : [smallestLine(part, size)]),
    ],
    data: {
      operations: part.calls.length,
      sentence: part.sentence ?? null,
      stuck: callData(calls[stuck]!),
      states,
      order: (prefixes[0] ?? []).map((index) => callData(calls[index]!)),
      smallest: calls.map(callData),
      isMinimal: part.isMinimal,
    },
    pictures: few === undefined ? [whole] : [few, whole],
    words,
  };
}

function pictureOf(part: IllegalPart, title: string): Picture {
  const { calls, prefixes, stuck, states } = part;
  return { title, calls, prefixes, stuck: [stuck], states, isTimed: true };
}

function stuckLine(
  { calls, stuck }: IllegalPart,
  words: CallToWords,
  lineOf: (place: number) => number,
): string {
  const call = calls[stuck]!;
  const who = clientName(call.client);
  const what = cutMiddle(words(call), WORDS_MAX);
  return `no order has a place for ${what} of ${who} (${callPlace(call, lineOf)})`;
}

/** The states after so many calls, in a sentence. */
export function statesLine(states: readonly string[], placed: number): string {
  const where = placed === 0 ? "at the beginning" : `after the ${placed} numbered`;
  const cut = states.map((state) => cutMiddle(state, WORDS_MAX));
  const shown = cut.slice(0, STATES_MAX).join(", ");
  const more = states.length > STATES_MAX ? ", …" : "";
  if (states.length === 1) return `${where} the state is ${shown}`;
  return `${where} the state may be any of ${shown}${more}`;
}

const STATES_MAX = 8;
/** So many columns of words or of a state. */
const WORDS_MAX = 60;

function smallestLine({ calls, isMinimal }: IllegalPart, size: number): string {
  const what = `  these ${size} of ${calls.length} operations are illegal by themselves`;
  return isMinimal ? `${what}; without any one of them they are legal` : what;
}

/** A call as programs read it. */
export function dataOf(
  call: Call,
  { words, lineOf }: { readonly words: CallToWords; readonly lineOf: CheckTask["lineOf"] },
): object {
  const { client, f, key, value, outcome, result, invoked, returned } = call;
  return {
    process: client,
    f,
    key: key ?? null,
    value: value ?? null,
    outcome,
    result: result ?? null,
    invokedAtLine: lineOf(invoked),
    returnedAtLine: returned === undefined ? null : lineOf(returned),
    words: words(call),
  };
}
