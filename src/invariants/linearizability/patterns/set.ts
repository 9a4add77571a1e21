import type { Call } from "../../call.ts";
import { type SetOperation, setModel } from "../../models/set.ts";
import { type Intervals, intervalsOf } from "./intervals.ts";
import { type Pattern, pattern } from "./pattern.ts";
import { deedText } from "./words.ts";

/** What is known of an element at a moment. */
interface Element {
  /** Its adds and removes in order of invocation, and how many of them have been invoked. */
  readonly adds: number[];
  readonly removes: number[];
  added: number;
  removed: number;
  /** When the last of those that were invoked ends. */
  addsEnd: number;
  removesEnd: number;
  /** A call after which it has been in the set, or out of it, for certain. */
  present: number | undefined;
  absent: number | undefined;
}

/**
 * The known anomalies of a set: an element that nobody added, one from the future, a lost one, one
 * that came back, and one that is in it twice. O(size of all answers).
 */
export function setPattern(calls: readonly Call[]): Pattern | undefined {
  return new SetSweep(calls).first();
}

/** Goes through a part in order of invocation and remembers what has come to an end by then. */
class SetSweep {
  readonly #calls: readonly Call[];
  readonly #operations: readonly (SetOperation | undefined)[];
  readonly #intervals: Intervals;
  readonly #elements = new Map<string, Element>();
  /** Elements that are in the set for certain. */
  readonly #present = new Set<string>();

  constructor(calls: readonly Call[]) {
    this.#calls = calls;
    this.#operations = calls.map((call) => setModel.read(call));
    this.#intervals = intervalsOf(calls);
    for (const [call, operation] of this.#operations.entries()) {
      if (operation?.kind === "add") this.#element(operation.element).adds.push(call);
      if (operation?.kind === "remove") this.#element(operation.element).removes.push(call);
    }
  }

  first(): Pattern | undefined {
    const { begins, ends, byEnd } = this.#intervals;
    let next = 0;
    for (let call = 0; call < begins.length; call++) {
      while (next < byEnd.length && ends[byEnd[next]!]! < begins[call]!) this.#end(byEnd[next++]!);
      const found = this.#judge(call);
      if (found !== undefined) return found;
      this.#begin(call);
    }
    return undefined;
  }

  #begin(call: number): void {
    const operation = this.#operations[call];
    if (operation?.kind !== "add" && operation?.kind !== "remove") return;
    const element = this.#element(operation.element);
    const end = this.#intervals.ends[call]!;
    if (operation.kind === "add") {
      element.added++;
      element.addsEnd = Math.max(element.addsEnd, end);
      element.absent = undefined;
      return;
    }
    element.removed++;
    element.removesEnd = Math.max(element.removesEnd, end);
    element.present = undefined;
    this.#present.delete(operation.element);
  }

  #end(call: number): void {
    const operation = this.#operations[call];
    if (operation === undefined) return;
    if (operation.kind === "read") {
      for (const element of operation.elements) this.#see(element, call, true);
      return;
    }
    const { kind, element, isIn } = operation;
    if (kind === "add") this.#see(element, call, true);
    else if (kind === "remove") this.#see(element, call, false);
    else if (isIn !== undefined) this.#see(element, call, isIn);
  }

  /** The element was in the set, or out of it, at some moment of a call that has ended. */
  #see(name: string, call: number, isIn: boolean): void {
    const element = this.#element(name);
    const begin = this.#intervals.begins[call]!;
    if (isIn && element.removesEnd < begin) {
      element.present = call;
      this.#present.add(name);
    }
    if (!isIn && element.addsEnd < begin) element.absent = call;
  }

  #judge(call: number): Pattern | undefined {
    const operation = this.#operations[call];
    if (operation === undefined) return undefined;
    if (operation.kind === "read") return this.#judgeRead(call, operation.elements);
    const { element, isIn } = operation;
    if (isIn === true) return this.#judgePresent(call, element);
    return isIn === false ? this.#judgeAbsent(call, element) : undefined;
  }

  #judgeRead(call: number, elements: readonly string[]): Pattern | undefined {
    const deed = deedText(this.#calls[call]!);
    let known = 0;
    for (const [i, element] of elements.entries()) {
      if (element === elements[i + 1]) {
        return pattern("element twice", `${deed}, with ${element} twice`, [call]);
      }
      const found = this.#judgePresent(call, element);
      if (found !== undefined) return found;
      if (this.#present.has(element)) known++;
    }
    if (known === this.#present.size) return undefined;
    const read = new Set(elements);
    for (const element of this.#present) {
      const found = read.has(element) ? undefined : this.#judgeAbsent(call, element);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** A call that shows the element in the set. */
  #judgePresent(call: number, name: string): Pattern | undefined {
    const deed = `${deedText(this.#calls[call]!)}, with ${name} in the set`;
    const { adds, added, absent } = this.#element(name);
    const next = adds[added] === call ? adds[added + 1] : adds[added];
    if (added === 0 && next === undefined) {
      return pattern("element never added", `${deed}, but nobody added that`, [call]);
    }
    const { begins, ends } = this.#intervals;
    if (next !== undefined && begins[next]! < ends[call]!) return undefined;
    if (added === 0) {
      const first = deedText(this.#calls[next!]!);
      const sentence = `${deed}, before anybody set out to add it: first ${first}`;
      return pattern("read from the future", sentence, [call, next]);
    }
    if (absent === undefined) return undefined;
    const gone = deedText(this.#calls[absent]!);
    const sentence = `${gone}, yet later ${deed}, which nobody added again in between`;
    return pattern("element that comes back", sentence, [absent, call]);
  }

  /** A call that shows the element out of the set. */
  #judgeAbsent(call: number, name: string): Pattern | undefined {
    const { removes, removed, present } = this.#element(name);
    const { begins, ends } = this.#intervals;
    const next = removes[removed] === call ? removes[removed + 1] : removes[removed];
    if (next !== undefined && begins[next]! < ends[call]!) return undefined;
    if (present === undefined) return undefined;
    const before = deedText(this.#calls[present]!);
    const deed = `${deedText(this.#calls[call]!)}, with ${name} not in the set`;
    const sentence = `${before}, yet later ${deed}, and nobody removed it in between`;
    return pattern("lost element", sentence, [present, call]);
  }

  #element(name: string): Element {
    const found = this.#elements.get(name);
    if (found !== undefined) return found;
    const none = Number.NEGATIVE_INFINITY;
    const unknown = { present: undefined, absent: undefined };
    const counts = { added: 0, removed: 0, addsEnd: none, removesEnd: none };
    const made: Element = { adds: [], removes: [], ...counts, ...unknown };
    this.#elements.set(name, made);
    return made;
  }
}
