import { assert } from "../../sim/assert.ts";
import type { Call } from "../call.ts";
import type { Model } from "../model.ts";
import type { Pending } from "./just-in-time/frontier.ts";
import { newPart, type Part, PartChecker } from "./just-in-time/part-checker.ts";

/** How far a streaming check may go for each part; past it the part is `unknown`. */
export interface StreamingBounds {
  /** How many configurations may be held at once. Default: 20,000, some megabytes. */
  readonly configurationsMax: number;
  /** Steps of the model in all, the same on every machine. Default: 20,000,000. */
  readonly stepsMax: number;
}

export const defaultStreamingBounds: StreamingBounds = {
  configurationsMax: 20_000,
  stepsMax: 20_000_000,
};

/** The return that no order explains. */
export interface FailingReturn {
  readonly part: string;
  /** The call that returned, with its answer. */
  readonly call: Call;
  /** The states, in words, that were possible just before it returned. */
  readonly states: readonly string[];
}

/** All that the checker remembers: plain data, if the model's states and operations are. */
export interface StreamingState<State, Operation> {
  readonly parts: Map<string, Part<State, Operation>>;
  /** Open calls by the place of their invocation. */
  readonly open: Map<number, OpenCall<Operation>>;
}

interface OpenCall<Operation> {
  readonly part: string;
  readonly pending: Pending<Operation>;
}

/**
 * Judges a history while it is made, return by return: whether it is linearizable up to there, with
 * each open call as one that may have happened or not, whatever its answer.
 *
 * A call that the model leaves out with `info` must not change a state. A part that reached a bound
 * is `unknown` from then on; a part that is illegal is judged no further.
 * Source: Lowe 2017, Testing for linearizability, §5.
 */
export class StreamingChecker<State, Operation> {
  /** To be kept and put back with the rest of a run. */
  state: StreamingState<State, Operation> = { parts: new Map(), open: new Map() };
  readonly #model: Model<State, Operation>;
  readonly #checker: PartChecker<State, Operation>;
  readonly #bounds: StreamingBounds;

  constructor(model: Model<State, Operation>, bounds: StreamingBounds = defaultStreamingBounds) {
    this.#model = model;
    this.#bounds = bounds;
    this.#checker = new PartChecker(model, bounds.configurationsMax);
  }

  /** The parts that reached a bound, in the order in which they appeared. */
  get unknown(): readonly string[] {
    const parts = [...this.state.parts];
    return parts.flatMap(([name, { verdict }]) => (verdict === "unknown" ? [name] : []));
  }

  /** A call is invoked; its answer is not looked at. */
  invoke(call: Call): void {
    const { open, parts } = this.state;
    assert(!open.has(call.invoked), "two calls are invoked at one place:", call.invoked);
    const name = this.#model.partition?.(call) ?? "";
    let part = parts.get(name);
    if (part === undefined) {
      part = newPart(this.#model, this.#bounds.stepsMax);
      parts.set(name, part);
    }
    open.set(call.invoked, { part: name, pending: this.#checker.invoke(part, call) });
  }

  /** A call returns; what is wrong, if the history up to here is not linearizable any more. */
  return(call: Call): FailingReturn | undefined {
    const { open, parts } = this.state;
    const opened = open.get(call.invoked);
    assert(opened !== undefined, "returns without having been invoked:", call.invoked);
    open.delete(call.invoked);
    const part = parts.get(opened.part)!;
    if (part.verdict !== "ok") return undefined;
    const before = part.frontier.configurations;
    if (this.#checker.return(part, opened.pending, call)) return undefined;
    const { describe } = this.#model;
    const inWords = describe?.state ?? ((state: State) => JSON.stringify(state) ?? "nothing");
    const states = new Set(before.map(({ at }) => inWords(at.state)));
    return { part: opened.part, call, states: [...states] };
  }
}
