import type { Call } from "../invariants/call.ts";
import type { Plain } from "../sim/env.ts";
import { complaint, type Place, quote } from "./place.ts";

/** An event of a history as a file has it, in Jepsen's fields; nothing of it is checked yet. */
export type EventFields = Readonly<Record<string, unknown>>;

/** Where an event stands. */
export interface EventPlace extends Place {
  /** Where the value of a field of it begins; the event itself when it has no such field. */
  placeOf(field: string): Place;
}

/** A value that belongs to a key: the tuple of jepsen.independent. */
export class KeyedValue {
  readonly key: unknown;
  readonly value: unknown;

  constructor(key: unknown, value: unknown) {
    this.key = key;
    this.value = value;
  }
}

type Draft = { -readonly [Field in keyof Call]: Call[Field] };

/**
 * Joins invocations with their returns. Each event has the fields `process`, `type` (`invoke`,
 * `ok`, `fail` or `info`), `f`, and perhaps `key`, `value`, `time`, `order` and `error`; others are
 * left alone, and so are all events of Jepsen's nemesis. After an `info` a process may go on, as
 * the clients of a simulation do; that call stays open to the end of the history. Throws a
 * UsageError with line and column.
 */
export class CallsReader {
  readonly #name: string;
  /** Whether values are pairs of a key and a value, as jepsen.independent writes them. */
  readonly #isIndependent: boolean;
  readonly #calls: Draft[] = [];
  /** By client. */
  readonly #open = new Map<string, Draft>();
  /** The lines of places that are not lines themselves. */
  readonly #lines = new Map<number, number>();
  /** One text for many equal ones. */
  readonly #texts = new Map<string, string>();
  #place = 0;
  #time = -Infinity;
  #areTimed = true;

  constructor(name: string, { isIndependent }: { readonly isIndependent: boolean }) {
    this.#name = name;
    this.#isIndependent = isIndependent;
  }

  /** Takes in the next event. */
  add(fields: EventFields, at: EventPlace): void {
    if (fields.process === "nemesis") return;
    const client = this.#client(fields, at);
    const { type } = fields;
    if (type !== "invoke" && type !== "ok" && type !== "fail" && type !== "info") {
      throw this.#expected("type", "one of invoke, ok, fail, info", fields, at);
    }
    const time = this.#takeTime(fields, at);
    const place = this.#takePlace(at);
    const open = this.#open.get(client);
    if (type === "invoke") {
      if (open !== undefined) {
        const since = `invoked at line ${this.lineOf(open.invoked)}`;
        const what = `expected a return of ${open.f} of process ${client}, ${since}`;
        throw complaint(this.#name, at.placeOf("type"), `${what}, got another invoke`);
      }
      this.#open.set(client, this.#invoked(client, fields, { at, place, time }));
      return;
    }
    if (open === undefined) {
      const what = `expected an invoke of process ${client} first, got ${quote(type)}`;
      throw complaint(this.#name, at.placeOf("type"), what);
    }
    this.#open.delete(client);
    this.#checkSame(open, fields, at);
    open.outcome = type;
    open.returned = place;
    open.returnedAt = time ?? place;
    open.order = this.#order(fields, at) ?? open.order;
    const { value } = this.#keyed(fields, at);
    open.result = type === "ok" ? value : reasonOf(open, value, fields);
  }

  /** The calls of all events, in order of invocation. */
  end(): readonly Call[] {
    if (!this.#areTimed) {
      // Some times and some lines would be no measure of anything.
      for (const call of this.#calls) {
        call.invokedAt = call.invoked;
        call.returnedAt = call.returned;
      }
    }
    return this.#calls;
  }

  /** The line of a place that a call names: the place itself, unless a line has several events. */
  lineOf(place: number): number {
    return this.#lines.get(place) ?? place;
  }

  #invoked(
    client: string,
    fields: EventFields,
    { at, place, time }: { at: EventPlace; place: number; time: number | undefined },
  ): Draft {
    const { f } = fields;
    if (typeof f !== "string" || f === "") throw this.#expected("f", "a name", fields, at);
    const { key, value } = this.#keyed(fields, at);
    const call: Draft = {
      client: this.#shared(client),
      f: this.#shared(f),
      key: key === undefined ? undefined : this.#shared(key),
      value,
      outcome: "info",
      result: undefined,
      invoked: place,
      returned: undefined,
      invokedAt: time ?? place,
      returnedAt: undefined,
      order: this.#order(fields, at),
    };
    this.#calls.push(call);
    return call;
  }

  /** A return may repeat f and key; what it repeats is the same. */
  #checkSame(open: Draft, fields: EventFields, at: EventPlace): void {
    const asked = `of process ${open.client} at line ${this.lineOf(open.invoked)}`;
    if (fields.f !== undefined && fields.f !== open.f) {
      throw this.#expected("f", `${open.f}, which was invoked ${asked}`, fields, at);
    }
    const { key } = this.#keyed(fields, at);
    if (key !== undefined && key !== open.key) {
      const was = open.key === undefined ? "no key" : `key ${open.key}`;
      const field = "key" in fields ? "key" : "value";
      throw this.#expected(field, `${was}, as the invoke ${asked} has it`, fields, at);
    }
  }

  #client(fields: EventFields, at: EventPlace): string {
    const { process } = fields;
    if (typeof process === "string" && process !== "") return process;
    if (Number.isSafeInteger(process)) return String(process);
    throw this.#expected("process", "a whole number or a name", fields, at);
  }

  #takeTime(fields: EventFields, at: EventPlace): number | undefined {
    const time = fields.time ?? undefined;
    if (time === undefined) {
      this.#areTimed = false;
      return undefined;
    }
    // Whole numbers too large for a double come as texts of digits; for a picture they may round.
    const number = typeof time === "string" && /^\d+$/.test(time) ? Number(time) : time;
    if (typeof number !== "number" || !Number.isFinite(number)) {
      throw this.#expected("time", "a number", fields, at);
    }
    if (number < this.#time) {
      throw this.#expected("time", `at least ${this.#time}, as before`, fields, at);
    }
    this.#time = number;
    return number;
  }

  #takePlace(at: Place): number {
    const place = Math.max(at.line, this.#place + 1);
    if (place !== at.line) this.#lines.set(place, at.line);
    this.#place = place;
    return place;
  }

  #order(fields: EventFields, at: EventPlace): number | undefined {
    const order = fields.order ?? undefined;
    if (order === undefined || Number.isSafeInteger(order)) return order as number | undefined;
    throw this.#expected("order", "a whole number", fields, at);
  }

  #keyed(fields: EventFields, at: EventPlace): { key: string | undefined; value: Plain } {
    const { key, value } = fields;
    if (value instanceof KeyedValue) return { key: keyText(value.key), value: plain(value.value) };
    if (!this.#isIndependent || value === undefined || value === null) {
      return { key: keyText(key), value: plain(value) };
    }
    // The parse boundary: a list is a pair if it has two items.
    const pair = Array.isArray(value) && value.length === 2 ? (value as [unknown, unknown]) : null;
    if (pair === null) throw this.#expected("value", "a pair of key and value", fields, at);
    return { key: keyText(pair[0]), value: plain(pair[1]) };
  }

  #shared(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    // A part of a large text would keep all of it in memory.
    const own = text.length < 13 ? text : Array.from(text).join("");
    this.#texts.set(own, own);
    return own;
  }

  #expected(field: string, what: string, fields: EventFields, at: EventPlace): Error {
    const message = `${field}: expected ${what}, got ${quote(fields[field])}`;
    return complaint(this.#name, at.placeOf(field), message);
  }
}

/** What a return says that did not succeed, if it is more than its argument again. */
function reasonOf(open: Draft, value: Plain, { error }: EventFields): Plain {
  if (error !== undefined && error !== null) return plain(error);
  return JSON.stringify(value) === JSON.stringify(open.value) ? undefined : value;
}

function keyText(key: unknown): string | undefined {
  if (key === undefined || key === null) return undefined;
  return typeof key === "string" ? key : JSON.stringify(key);
}

/** The parse boundary: what readers make is Plain. JSON's null and EDN's nil are undefined. */
function plain(value: unknown): Plain {
  return (value ?? undefined) as Plain;
}
