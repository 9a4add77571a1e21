import type { Call } from "../../call.ts";
import { type Model, REFUSED } from "../../model.ts";
import { isSameContent } from "../content.ts";
import { advance, EXHAUSTED, effect, type MomentKind, type Searched, settle } from "./advance.ts";
import type { Configuration, Frontier, Known, Pending, StateTable } from "./frontier.ts";
import { doneToo, intern } from "./frontier.ts";

/** One part of the object, with all that is remembered of it: plain data. */
export interface Part<State, Operation> {
  verdict: "ok" | "illegal" | "unknown";
  frontier: Frontier<State, Operation>;
  /** What happened since the oldest open call was invoked. */
  readonly window: Moment<State, Operation>[];
  /** How many moments have left the window. */
  forgotten: number;
  /** How many configurations the window holds. */
  held: number;
  readonly table: StateTable<State>;
  /** With more distinct states than that, those out of use are thrown away. */
  tableMax: number;
  /** How many calls were invoked. */
  calls: number;
  stepsLeft: number;
}

interface Moment<State, Operation> {
  readonly kind: MomentKind;
  readonly call: Pending<Operation>;
  before: Frontier<State, Operation>;
}

/** How many moments a call may stay open before it counts as one that nobody waits for. */
const WINDOW_MAX = 2_000;

const TABLE_MAX = 1_000;

/** A part of which nothing has happened yet. */
export function newPart<State, Operation>(
  model: Model<State, Operation>,
  stepsMax: number,
): Part<State, Operation> {
  const table: StateTable<State> = { known: new Map(), made: 0, count: 0 };
  const at = intern(table, model, model.init);
  return {
    verdict: "ok",
    frontier: { open: [], lost: [], configurations: [{ at, done: [], doneLost: [] }] },
    window: [],
    forgotten: 0,
    held: 0,
    table,
    tableMax: TABLE_MAX,
    calls: 0,
    stepsLeft: stepsMax,
  };
}

/**
 * Judges one part of a history while it is made. The answer of a call may tell something of earlier
 * moments, back to its invocation: then these are gone through again.
 */
export class PartChecker<State, Operation> {
  readonly #model: Model<State, Operation>;
  readonly #configurationsMax: number;

  constructor(model: Model<State, Operation>, configurationsMax: number) {
    this.#model = model;
    this.#configurationsMax = configurationsMax;
  }

  /** A call is invoked. */
  invoke(part: Part<State, Operation>, call: Call): Pending<Operation> {
    const { read, isObserver, asRegister } = this.#model;
    const free = read(unansweredCall(call));
    const unanswered = free !== undefined && isObserver?.(free) === true ? undefined : free;
    const pending: Pending<Operation> = {
      id: part.calls++,
      since: part.forgotten + part.window.length,
      unanswered,
      answered: undefined,
      isEager: false,
      isVoid: false,
      isTried: false,
      isOverwrite: unanswered !== undefined && asRegister?.(unanswered)?.kind === "write",
      kin: undefined,
    };
    if (part.verdict === "ok") {
      this.#go(part, "invoke", pending);
      this.#forget(part);
    }
    return pending;
  }

  /** A call returns; false if the history is not linearizable any more. */
  return(part: Part<State, Operation>, pending: Pending<Operation>, call: Call): boolean {
    this.#onReturn(part, pending, call);
    if (part.verdict === "unknown") return true;
    if (part.frontier.configurations.length > 0) {
      this.#forget(part);
      return true;
    }
    this.#close(part, "illegal");
    return false;
  }

  #onReturn(part: Part<State, Operation>, pending: Pending<Operation>, call: Call): void {
    // It has been open for so long that what its answer could tell of is forgotten.
    const isForgotten = pending.since < part.forgotten;
    if (call.outcome === "info") {
      pending.kin = kinOf(call);
      if (!isForgotten) this.#go(part, "lose", pending);
      return;
    }
    if (isForgotten) {
      this.#close(part, "unknown");
      return;
    }
    const operation = this.#model.read(call);
    if (operation === undefined) {
      pending.isVoid = true;
      this.#go(part, "void", pending);
      return;
    }
    pending.answered = operation;
    const isObserver = this.#model.isObserver?.(operation) === true;
    pending.isEager = isObserver || pending.unanswered === undefined;
    if (!this.#isAsBefore(part, pending)) this.#goAgain(part, pending);
    if (part.verdict === "ok") this.#go(part, "return", pending);
  }

  /** Whether the answer takes nothing away from what was found without it. */
  #isAsBefore(part: Part<State, Operation>, pending: Pending<Operation>): boolean {
    const { model, table } = this.#search(part);
    const { isTried, isEager, answered, unanswered } = pending;
    // Most writes are the same with their answer.
    if (isTried) return !isEager && isSameContent(answered, unanswered);
    if (!isEager) return true;
    const isAllowed = ({ at }: Configuration<State>): boolean =>
      effect({ model, table }, at, pending) !== REFUSED;
    const from = pending.since - part.forgotten;
    for (let i = part.window.length; i > from; i--) {
      const { configurations } = part.window[i]?.before ?? part.frontier;
      if (!configurations.every(isAllowed)) continue;
      // There it may stand, whatever happened.
      for (let j = i; j < part.window.length; j++) {
        part.window[j]!.before = withDone(part.window[j]!.before, pending.id);
      }
      part.frontier = withDone(part.frontier, pending.id);
      return true;
    }
    return false;
  }

  /** Goes through all again since the call's invocation, now that its answer is known. */
  #goAgain(part: Part<State, Operation>, pending: Pending<Operation>): void {
    const again = part.window.splice(pending.since - part.forgotten);
    for (const { before } of again) part.held -= before.configurations.length;
    const search = this.#search(part);
    const { open, lost, configurations } = again[0]!.before;
    const base = configurations.map((one) => settle(search, open, one));
    part.frontier = { open, lost, configurations: base };
    part.stepsLeft = search.stepsLeft;
    for (const { kind, call } of again) if (part.verdict === "ok") this.#go(part, kind, call);
  }

  #go(part: Part<State, Operation>, kind: MomentKind, call: Pending<Operation>): void {
    const search = this.#search(part);
    const before = part.frontier;
    const after = advance(search, before, kind, call);
    part.stepsLeft = search.stepsLeft;
    if (after === EXHAUSTED || after.configurations.length > this.#configurationsMax) {
      this.#close(part, "unknown");
      return;
    }
    part.window.push({ kind, call, before });
    part.held += before.configurations.length;
    part.frontier = after;
  }

  #search({ table, stepsLeft }: Part<State, Operation>): Searched<State, Operation> {
    const configurationsMax = this.#configurationsMax;
    return { model: this.#model, table, stepsLeft, configurationsMax };
  }

  /** Forgets what no answer can tell of any more. */
  #forget(part: Part<State, Operation>): void {
    forgetMoments(part);
    while (part.window.length > WINDOW_MAX || part.held > this.#configurationsMax) {
      this.#go(part, "lose", part.frontier.open[0]!);
      forgetMoments(part);
    }
    if (part.table.count > part.tableMax) forgetStates(part);
  }

  #close(part: Part<State, Operation>, verdict: "illegal" | "unknown"): void {
    part.verdict = verdict;
    part.frontier = { open: [], lost: [], configurations: [] };
    part.window.length = 0;
    part.table.known.clear();
  }
}

/** Only moments since the oldest open call was invoked can be asked for again. */
function forgetMoments<State, Operation>(part: Part<State, Operation>): void {
  const { window, frontier } = part;
  const { length } = window;
  const since = frontier.open[0]?.since ?? part.forgotten + length;
  if (since === part.forgotten) return;
  const gone = window.splice(0, since - part.forgotten);
  for (const { before } of gone) part.held -= before.configurations.length;
  part.forgotten += gone.length;
}

/** Keeps the states that some configuration is in. */
function forgetStates<State, Operation>(part: Part<State, Operation>): void {
  const { table, window, frontier } = part;
  const frontiers = [frontier, ...window.map(({ before }) => before)];
  const used = new Set(
    frontiers.flatMap(({ configurations }) => configurations.map(({ at }) => at)),
  );
  table.count = 0;
  for (const [hash, known] of table.known) {
    const kept: Known<State>[] = known.filter((one) => used.has(one));
    table.count += kept.length;
    if (kept.length > 0) table.known.set(hash, kept);
    else table.known.delete(hash);
  }
  part.tableMax = Math.max(TABLE_MAX, 2 * table.count);
}

function withDone<State, Operation>(
  { open, lost, configurations }: Frontier<State, Operation>,
  id: number,
): Frontier<State, Operation> {
  const done = configurations.map((configuration) => doneToo(configuration, id));
  return { open, lost, configurations: done };
}

/** The call as it is known while it is open. */
function unansweredCall({ client, f, key, value, invoked, invokedAt, order }: Call): Call {
  // No spreading: objects made so do not share a hidden class in V8.
  return {
    client,
    f,
    key,
    value,
    outcome: "info",
    result: undefined,
    invoked,
    returned: undefined,
    invokedAt,
    returnedAt: undefined,
    order,
  };
}

/** What calls that ask for the same share, if their argument can be told apart by its text. */
function kinOf({ f, value }: Call): string | undefined {
  const items = Array.isArray(value) ? value : [value];
  if (items.some((item) => typeof item === "object" && item !== null)) return undefined;
  const texts = items.map((item) => `${typeof item} ${String(item)}`);
  return JSON.stringify([f, Array.isArray(value), ...texts]);
}
