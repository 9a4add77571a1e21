// Small histories of any model, drawn by fast-check: about as many legal as illegal ones.

import fc from "fast-check";
import type { Call } from "../../src/invariants/call.ts";
import { type Model, REFUSED } from "../../src/invariants/model.ts";
import type { Plain } from "../../src/sim/env.ts";

/** What clients of a model may ask for, and what they may hear. */
export interface Vocabulary {
  readonly model: Model;
  readonly asks: readonly Ask[];
  /** Default: k. */
  readonly keys?: readonly string[];
}

export interface Ask {
  readonly f: string;
  readonly value?: Plain;
  /** Default: nothing. */
  readonly answers?: readonly Plain[];
}

/**
 * Histories of up to seven calls by three clients. Each call takes effect when it is invoked or
 * when it returns, on an object that keeps to the model; in two thirds of the histories some
 * answers are then changed.
 */
export function histories(vocabulary: Vocabulary): fc.Arbitrary<readonly Call[]> {
  // One number for each event, and one for the whole: drawing many small things is slow.
  const number = fc.nat(2 ** 30 - 1);
  return fc
    .tuple(number, fc.array(number, { minLength: 10, maxLength: 14, size: "max" }))
    .map(([whole, events]) => historyFrom(vocabulary, whole % 3 !== 0, events));
}

const CALLS_MAX = 7;
const CLIENTS = ["c1", "c2", "c3"];

/** A call while it is being drawn. */
type Draft = { -readonly [Field in keyof Call]: Call[Field] };

interface Pending {
  readonly call: Draft;
  readonly answers: readonly Plain[];
  /** It took effect when it was invoked. */
  readonly isEarly: boolean;
}

function historyFrom(
  { model, asks, keys = ["k"] }: Vocabulary,
  isAltered: boolean,
  events: readonly number[],
): readonly Call[] {
  const object = new OneObject(model);
  const pending = new Map<string, Pending>();
  const calls: Draft[] = [];
  for (const [place, event] of events.entries()) {
    const draw = drawer(event);
    const client = CLIENTS[draw(CLIENTS.length)]!;
    const open = pending.get(client);
    if (open === undefined) {
      if (calls.length === CALLS_MAX) continue;
      const { f, value, answers = NOTHING } = asks[draw(asks.length)]!;
      const call = draftOf(client, f, value, keys[draw(keys.length)]!, place);
      const isEarly = draw(2) === 0;
      if (isEarly) object.take(call, answers, draw(answers.length));
      pending.set(client, { call, answers, isEarly });
      calls.push(call);
      continue;
    }
    pending.delete(client);
    const { call, answers, isEarly } = open;
    const outcome = (["ok", "ok", "ok", "ok", "info", "fail"] as const)[draw(6)]!;
    const isTaken = outcome === "ok" || (outcome === "info" && draw(2) === 0);
    if (!isEarly && isTaken) object.take(call, answers, draw(4));
    call.outcome = outcome;
    if (outcome !== "ok") call.result = undefined;
    else if (isAltered && draw(2) === 0) call.result = answers[draw(answers.length)];
    call.returned = outcome === "info" ? undefined : place;
    call.returnedAt = call.returned;
  }
  for (const { call } of pending.values()) {
    call.outcome = "info";
    call.result = undefined;
  }
  return calls;
}

const NOTHING: readonly Plain[] = [undefined];

/** Written out: spreads would take most of the time of these tests. */
function draftOf(client: string, f: string, value: Plain, key: string, place: number): Draft {
  return {
    client,
    f,
    key,
    value,
    outcome: "ok",
    result: undefined,
    invoked: place,
    returned: undefined,
    invokedAt: place,
    returnedAt: undefined,
    order: undefined,
  };
}

/** An object that keeps to a model. */
class OneObject {
  readonly #model: Model;
  readonly #states = new Map<string, unknown>();

  constructor(model: Model) {
    this.#model = model;
  }

  /** Plays the call, with the first answer that the model allows, from a drawn one on. */
  take(call: Draft, answers: readonly Plain[], from: number): void {
    const part = this.#model.partition?.(call) ?? "";
    const state = this.#states.has(part) ? this.#states.get(part) : this.#model.init;
    for (let i = 0; i < answers.length; i++) {
      call.result = answers[(from + i) % answers.length];
      const operation = this.#model.read(call);
      const next = operation === undefined ? REFUSED : this.#model.step(state, operation);
      if (next === REFUSED) continue;
      this.#states.set(part, next);
      return;
    }
  }
}

/** Takes a number apart into small ones. */
function drawer(number: number): (below: number) => number {
  let rest = number;
  return (below) => {
    const drawn = rest % below;
    rest = Math.floor(rest / below);
    return drawn;
  };
}
