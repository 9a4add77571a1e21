// What operations ask for: shorter texts and lists, smaller numbers.

import type { Operation, Plain } from "../../sim/env.ts";
import type { Plan } from "../../sim/plan.ts";
import type { PlannedOperation } from "../../sim/simulation-options.ts";
import { kindField } from "../capsule/signature.ts";
import { reduceList } from "./delta.ts";
import type { Search } from "./search.ts";

/** Where a value stands in an operation. */
type Path = readonly (string | number)[];

/**
 * Makes what the operations ask for smaller: of lists, what can be left out; of texts, their
 * beginnings; of numbers, smaller ones, the smallest first. What an operation is called and what
 * sort it is stays as it is. The check of the plan says what an operation may ask for.
 *
 * It comes last and takes at most a fifth of the events that were run before it: a small payload
 * makes a plan easier to read, and seldom makes its runs shorter.
 */
export function reducePayloads(search: Search): void {
  if (search.supposes("operations") || search.plan.operations.length > OPERATIONS_MAX) return;
  const { counts } = search;
  const eventsMax = counts.events + Math.max(counts.events * SHARE, EVENTS_MIN);
  const isOver = (): boolean => search.isOver || counts.events > eventsMax;
  for (const path of placesOf(search.plan, isList)) shortenList(search, path, isOver);
  const texts = placesOf(search.plan, isLongText).map((place) => valueAt(search.plan, place));
  for (const text of new Set(texts)) {
    if (!isOver() && isLongText(text)) shortenText(search, text);
  }
  for (const path of placesOf(search.plan, isLargeNumber)) {
    if (!isOver()) lessen(search, path);
  }
}

/** How many bytes of JSON the operations ask for, without their ids. */
export function payloadBytes({ operations }: Pick<Plan, "operations">): number {
  const encoder = new TextEncoder();
  return operations.reduce((sum, { operation: { id: _, ...fields } }) => {
    return sum + encoder.encode(JSON.stringify(fields)).length;
  }, 0);
}

/** In a plan with more operations than this, nobody reads what each of them asks for. */
const OPERATIONS_MAX = 24;

/** Of the events that were run before. */
const SHARE = 1 / 5;
/** Where nearly nothing was run before, so many events are soon run. */
const EVENTS_MIN = 50_000;

/** No other seeds are tried: what is smaller is still the same thing. */
const SEEDS = 0;

/** A place in a plan: the first step is the number of the operation. */
function placesOf(plan: Plan, isWanted: (value: Plain) => boolean): readonly Path[] {
  return plan.operations.flatMap(({ operation }, i) => {
    const kind = kindField(operation);
    return Object.entries(operation).flatMap(([field, value]) => {
      return field === "id" || field === kind ? [] : placesIn(value, [i, field], isWanted);
    });
  });
}

function placesIn(value: Plain, path: Path, isWanted: (value: Plain) => boolean): readonly Path[] {
  const own = isWanted(value) ? [path] : [];
  if (isList(value)) {
    return [...own, ...value.flatMap((item, i) => placesIn(item, [...path, i], isWanted))];
  }
  if (!isRecord(value)) return own;
  const fields = Object.entries(value);
  return [...own, ...fields.flatMap(([name, item]) => placesIn(item, [...path, name], isWanted))];
}

/** Undefined when there is nothing there any more. */
function valueAt({ operations }: Plan, [index, ...path]: Path): Plain {
  // The first step of a place is the number of an operation.
  let value: Plain = operations[index as number]?.operation;
  for (const step of path) {
    value = isList(value) || isRecord(value) ? Reflect.get(value, step) : undefined;
  }
  return value;
}

/** The plan with every value of its operations' payloads that is at a place, or any, replaced. */
function withValues(plan: Plan, replace: (value: Plain, path: Path) => Plain): Plan {
  const operations = plan.operations.map((planned, i): PlannedOperation => {
    const kind = kindField(planned.operation);
    const fields = Object.entries(planned.operation).map(([field, value]) => {
      const isFixed = field === "id" || field === kind;
      return [field, isFixed ? value : replaced(value, [i, field], replace)] as const;
    });
    if (fields.every(([field, value]) => value === planned.operation[field])) return planned;
    // The same fields as before.
    return { ...planned, operation: Object.fromEntries(fields) as Operation };
  });
  return { ...plan, operations };
}

/** The same value when nothing in it has changed. */
function replaced(value: Plain, path: Path, replace: (value: Plain, path: Path) => Plain): Plain {
  const other = replace(value, path);
  if (other !== value) return other;
  if (isList(value)) {
    const items = value.map((item, i) => replaced(item, [...path, i], replace));
    return items.every((item, i) => item === value[i]) ? value : items;
  }
  if (!isRecord(value)) return value;
  const fields = Object.entries(value).map(([name, item]) => {
    return [name, replaced(item, [...path, name], replace)] as const;
  });
  return fields.every(([name, item]) => item === value[name]) ? value : Object.fromEntries(fields);
}

/** Leaves out items of a list. */
function shortenList(search: Search, path: Path, isOver: () => boolean): void {
  const items = (): readonly Plain[] => {
    const list = valueAt(search.plan, path);
    return isList(list) ? list : [];
  };
  reduceList<Plain>({
    items,
    keep: (kept) => !isOver() && search.try(withValueAt(search.plan, path, kept), SEEDS),
    isOver,
  });
}

/** A text stands for one thing, so it is shortened wherever it stands. */
function shortenText(search: Search, text: string): void {
  const { servers, clients } = search.plan;
  if (servers.includes(text) || clients.includes(text)) return;
  for (const length of [1, TEXT_SHORT, Math.ceil(text.length / 2)]) {
    const shorter = text.slice(0, length);
    const isTaken = placesOf(search.plan, (value) => value === shorter).length > 0;
    if (shorter.length >= text.length || isTaken) continue;
    const plan = withValues(search.plan, (value) => (value === text ? shorter : value));
    if (search.try(plan, SEEDS)) return;
  }
}

/** Makes a number smaller; two that were different stay so, as who judges may tell by them. */
function lessen(search: Search, path: Path): void {
  const value = valueAt(search.plan, path);
  if (typeof value !== "number") return;
  const size = Math.abs(value);
  const sizes = [0, 1, leading(size / 10), leading(size / 2), leading(size)];
  const taken = new Set(
    placesOf(search.plan, (other) => typeof other === "number")
      .filter((other) => isAlike(other, path))
      .map((other) => valueAt(search.plan, other)),
  );
  for (const smaller of new Set(sizes)) {
    const other = smaller === 0 ? 0 : Math.sign(value) * smaller;
    if (smaller >= size || taken.has(other)) continue;
    if (search.try(withValueAt(search.plan, path, other), SEEDS)) return;
  }
}

function withValueAt(plan: Plan, path: Path, other: Plain): Plan {
  return withValues(plan, (value, at) => (isSame(at, path) ? other : value));
}

function isSame(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((step, i) => step === b[i]);
}

/** Whether two places are the same but for the operation, and where in a list. */
function isAlike(a: Path, b: Path): boolean {
  return (
    a.length === b.length &&
    a.every((step, i) => step === b[i] || (typeof step === "number" && typeof b[i] === "number"))
  );
}

/** One digit that counts, and no more: 2,950 is 2,000. */
function leading(value: number): number {
  if (value < 1) return 0;
  const unit = 10 ** (String(Math.floor(value)).length - 1);
  return Math.floor(value / unit) * unit;
}

function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}

/** Whether it has fields, as JSON has them. */
function isRecord(value: Plain): value is { readonly [field: string]: Plain } {
  return (
    typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}

/** Shorter ones are names, and easy to read. */
const TEXT_SHORT = 8;

function isLongText(value: Plain): value is string {
  return typeof value === "string" && value.length > TEXT_SHORT;
}

function isLargeNumber(value: Plain): boolean {
  return typeof value === "number" && Number.isFinite(value) && Math.abs(value) > 1;
}
