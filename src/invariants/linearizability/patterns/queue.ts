import type { Call } from "../../call.ts";
import type { Model } from "../../model.ts";
import { type QueueOperation, queueModel } from "../../models/queue.ts";
import { type Intervals, intervalsOf } from "./intervals.ts";
import { type Pattern, pattern } from "./pattern.ts";
import { deedText, valueText } from "./words.ts";

/** What became of an element, or of all with the same content. */
interface Element {
  readonly enqueues: number[];
  /** Calls that took it out of the queue. */
  readonly takes: number[];
  /** Calls that saw it at the front or took it, in order of invocation. */
  readonly sights: number[];
}

/**
 * The known anomalies of a queue: an element that nobody enqueued, one from the future, one that is
 * dequeued twice, one that is overtaken, and a queue that is empty while one is in it. O(n log n).
 */
export function queuePattern(
  calls: readonly Call[],
  model: Pick<Model<unknown, QueueOperation>, "read"> = queueModel,
): Pattern | undefined {
  const operations = calls.map((call) => model.read(call));
  const intervals = intervalsOf(calls);
  const elements = elementsOf(operations);
  for (const element of elements.values()) {
    const found = fromNowhere(calls, element, intervals) ?? takenTwice(calls, element);
    if (found !== undefined) return found;
  }
  return overtaken(calls, operations, { elements, intervals });
}

function elementsOf(operations: readonly (QueueOperation | undefined)[]): Map<string, Element> {
  const elements = new Map<string, Element>();
  const elementOf = (content: string): Element => {
    const found = elements.get(content) ?? { enqueues: [], takes: [], sights: [] };
    elements.set(content, found);
    return found;
  };
  for (const [call, operation] of operations.entries()) {
    if (operation?.kind === "enqueue") elementOf(operation.element).enqueues.push(call);
    if (operation?.kind === "drain") {
      for (const content of operation.elements) take(elementOf(content), call);
    }
    if (operation?.kind !== "dequeue" && operation?.kind !== "peek") continue;
    if (operation.element === undefined) continue;
    if (operation.kind === "dequeue") take(elementOf(operation.element), call);
    else elementOf(operation.element).sights.push(call);
  }
  return elements;
}

function take(element: Element, call: number): void {
  element.takes.push(call);
  element.sights.push(call);
}

function fromNowhere(
  calls: readonly Call[],
  { enqueues, sights }: Element,
  { begins, ends }: Intervals,
): Pattern | undefined {
  const [first] = enqueues;
  const [sight] = sights;
  if (sight === undefined) return undefined;
  if (first === undefined) {
    const deed = deedText(calls[sight]!);
    return pattern("element never enqueued", `${deed}, but nobody enqueued that`, [sight]);
  }
  const early = sights.find((each) => ends[each]! < begins[first]!);
  if (early === undefined) return undefined;
  const [deed, source] = [deedText(calls[early]!), deedText(calls[first]!)];
  const sentence = `${deed} before anybody set out to enqueue that: first ${source}`;
  return pattern("read from the future", sentence, [early, first]);
}

function takenTwice(calls: readonly Call[], { enqueues, takes }: Element): Pattern | undefined {
  if (takes.length <= enqueues.length) return undefined;
  const named = takes.slice(0, enqueues.length + 1);
  const deeds = named.slice(-2).map((call) => deedText(calls[call]!));
  const times = enqueues.length === 1 ? "once" : `${enqueues.length} times`;
  const source = deedText(calls[enqueues[0]!]!);
  const sentence = `${deeds.join(", and ")}, but that was enqueued ${times}: ${source}`;
  return pattern("dequeued twice", sentence, [...enqueues, ...named]);
}

interface Elements {
  readonly elements: ReadonlyMap<string, Element>;
  readonly intervals: Intervals;
}

/** An element that was enqueued once: how it came and went. */
interface Stay {
  readonly enqueue: number;
  /** The call that took it, if any, and when that begins: it is in the queue until then. */
  readonly take: number | undefined;
  readonly until: number;
}

/** Something behind an element at the front, or nothing at all, while it was in the queue. */
function overtaken(
  calls: readonly Call[],
  operations: readonly (QueueOperation | undefined)[],
  { elements, intervals }: Elements,
): Pattern | undefined {
  const { ends } = intervals;
  const stays = staysOf(operations, { elements, intervals });
  const sights = sightsOf(operations, { elements, intervals }).sort((a, b) => a.since - b.since);
  let next = 0;
  let longest: Stay | undefined;
  for (const { call, since, enqueue } of sights) {
    for (; next < stays.length && ends[stays[next]!.enqueue]! < since; next++) {
      if (longest === undefined || stays[next]!.until > longest.until) longest = stays[next];
    }
    if (longest === undefined || longest.until <= ends[call]!) continue;
    const first = deedText(calls[longest.enqueue]!);
    const then = enqueue === undefined ? "" : `, then ${deedText(calls[enqueue]!)}`;
    const deed = deedText(calls[call]!);
    const fate = longest.take === undefined ? "nobody dequeued" : "was dequeued only later:";
    const last = longest.take === undefined ? "" : ` ${deedText(calls[longest.take]!)}`;
    const name = enqueue === undefined ? "lost element" : "overtaken element";
    const what = valueText(calls[longest.enqueue]!.value);
    const end = longest.take === undefined ? `${fate} ${what}` : `${what} ${fate}${last}`;
    const named = [longest.enqueue, enqueue, call, longest.take];
    return pattern(name, `${first}${then}, yet ${deed}, and ${end}`, named);
  }
  return undefined;
}

/** A call that saw what is at the front: an element that was enqueued once, or nothing. */
interface Sight {
  readonly call: number;
  /** What was in the queue before that moment must be gone: when the element was enqueued. */
  readonly since: number;
  readonly enqueue: number | undefined;
}

function sightsOf(
  operations: readonly (QueueOperation | undefined)[],
  { elements, intervals }: Elements,
): Sight[] {
  const { begins } = intervals;
  return operations.flatMap((operation, call): Sight[] => {
    const nothing = { call, since: begins[call]!, enqueue: undefined };
    if (operation?.kind === "drain") return operation.elements.length === 0 ? [nothing] : [];
    if (operation?.kind !== "dequeue" && operation?.kind !== "peek") return [];
    if (operation.element === undefined) return [nothing];
    const { enqueues } = elements.get(operation.element)!;
    const [enqueue] = enqueues;
    if (enqueue === undefined || enqueues.length > 1) return [];
    return [{ call, since: begins[enqueue]!, enqueue }];
  });
}

/** Elements that were enqueued once, and for certain, in order of when that ended. */
function staysOf(
  operations: readonly (QueueOperation | undefined)[],
  { elements, intervals }: Elements,
): Stay[] {
  const { begins, ends } = intervals;
  const unseen = operations.findIndex(
    (operation) => operation?.kind === "dequeue unseen" || operation?.kind === "drain unseen",
  );
  const last = unseen < 0 ? Number.POSITIVE_INFINITY : begins[unseen]!;
  const stays: Stay[] = [];
  for (const { enqueues, takes } of elements.values()) {
    const [enqueue, another] = enqueues;
    if (enqueue === undefined || another !== undefined) continue;
    if (ends[enqueue] === Number.POSITIVE_INFINITY) continue;
    const [take] = takes;
    stays.push({ enqueue, take, until: take === undefined ? last : begins[take]! });
  }
  return stays.sort((a, b) => ends[a.enqueue]! - ends[b.enqueue]!);
}
