import type { HistoryEntry } from "../sim/history.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import type { Call } from "./call.ts";
import { formatIllegal } from "./linearizability/illegal-text.ts";
import {
  defaultStreamingBounds,
  StreamingChecker,
  type StreamingState,
} from "./linearizability/streaming.ts";
import { checkLinearizability } from "./linearizability.ts";
import type { Model } from "./model.ts";
import { type CallWords, callsOf } from "./recorded-calls.ts";

/** What has to be linearizable, and how often that is asked. */
export interface LinearizableOptions<State, Operation> {
  readonly model: Model<State, Operation>;
  /** An operation of the history in the model's words; undefined leaves it out. */
  readonly words: (entry: HistoryEntry) => CallWords | undefined;
  /**
   * `end`: once, when the run is over, which costs least. `step`: after every return, so that a run
   * ends with the first that no order explains; then the model's states and operations must be
   * plain data, and a call that it leaves out without an answer must change nothing.
   */
  readonly when: "end" | "step";
  /** Steps of the search in all, the same on every machine. Default: 5,000,000, some seconds. */
  readonly stepsMax?: number;
}

interface State<ModelState, Operation> {
  /** How much of the history the checker has been told. */
  invoked: number;
  returned: number;
  streaming: StreamingState<ModelState, Operation>;
}

const STEPS_MAX = 5_000_000;
const MEMORY_BYTES_MAX = 128 * 1_024 * 1_024;

/**
 * The history is linearizable: each operation that was answered took effect at one moment between
 * its invocation and its return, and one without an answer at one moment from its invocation on, or
 * never. Where a bound was in the way of a verdict the run does not fail: the metric `linUnknown`
 * counts the parts of which nothing can be said.
 */
export function linearizable<ModelState, Operation>(
  name: string,
  options: LinearizableOptions<ModelState, Operation>,
): Invariant {
  return options.when === "end" ? atTheEnd(name, options) : atEveryStep(name, options);
}

function atTheEnd<ModelState, Operation>(
  name: string,
  { model, words, stepsMax = STEPS_MAX }: LinearizableOptions<ModelState, Operation>,
): Invariant {
  return {
    name,
    onEnd: ({ history, metrics }) => {
      const calls = callsOf(history, words);
      if (calls.length === 0) return undefined;
      const { illegal, unknown } = checkLinearizability(calls, model, {
        stepsMax,
        memoryBytes: MEMORY_BYTES_MAX,
      });
      if (unknown.length > 0) metrics.count("linUnknown", unknown.length);
      const [first] = illegal;
      return first && formatIllegal(first, model);
    },
  };
}

function atEveryStep<ModelState, Operation>(
  name: string,
  { model, words, stepsMax = STEPS_MAX }: LinearizableOptions<ModelState, Operation>,
): Invariant {
  const checker = new StreamingChecker(model, { ...defaultStreamingBounds, stepsMax });
  const made = {
    name,
    state: { invoked: 0, returned: 0, streaming: checker.state } as State<ModelState, Operation>,
    onStep: ({ history }: World) => {
      const { state } = made;
      const { invoked, returned } = history;
      // A run that was put back has brought a state of its own.
      checker.state = state.streaming;
      while (state.invoked < invoked.length || state.returned < returned.length) {
        const asked = invoked[state.invoked];
        const answered = returned[state.returned];
        const isNext = asked !== undefined && asked.invoked < (answered?.returned ?? Infinity);
        if (isNext) state.invoked++;
        else state.returned++;
        const [call] = callsOf({ invoked: [isNext ? asked : answered!] }, words);
        if (call === undefined) continue;
        if (isNext) checker.invoke(call);
        else if (checker.return(call) !== undefined) return explain(history.invoked, call);
      }
      return undefined;
    },
    onEnd: ({ metrics }: World) => {
      checker.state = made.state.streaming;
      const { length } = checker.unknown;
      if (length > 0) metrics.count("linUnknown", length);
      return undefined;
    },
  };
  /** The history up to a return, as far as it was known then. */
  const explain = (entries: readonly HistoryEntry[], last: Call): string => {
    const until = last.returned!;
    const calls = callsOf({ invoked: entries.filter(({ invoked }) => invoked < until) }, words);
    const known = calls.map((call): Call => {
      if (call.returned !== undefined && call.returned <= until) return call;
      return { ...call, outcome: "info", result: undefined, returned: undefined };
    });
    const { illegal } = checkLinearizability(known, model, {
      stepsMax,
      memoryBytes: MEMORY_BYTES_MAX,
    });
    const [first] = illegal;
    return first === undefined ? sentenceOf(last, model) : formatIllegal(first, model);
  };
  return made;
}

/** Of a return that the other form of the check, with its own bounds, did not come to. */
function sentenceOf<State, Operation>(call: Call, { describe }: Model<State, Operation>): string {
  const { client, f, value, result } = call;
  const given = [value, result].map((plain) => (plain === undefined ? "" : JSON.stringify(plain)));
  const words = describe?.call?.(call) ?? `${f}(${given[0]}) -> ${given[1]}`;
  return `no order explains ${words} of ${client}`;
}
