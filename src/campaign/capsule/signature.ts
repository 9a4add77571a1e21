// What makes two failures the same one: the invariant, what it says apart from names and numbers,
// and the shape of the script that is left of the plan when it has been shrunk.

import type { Operation } from "../../sim/env.ts";
import { hashPlain } from "../../sim/fingerprint.ts";
import type { Violation } from "../../sim/invariant.ts";
import type { Plan } from "../../sim/plan.ts";

/** By its id, failures are told apart; the rest says what the id stands for. */
export interface Signature {
  /** 8 hexadecimal digits, a hash of invariant, property and shape. */
  readonly id: string;
  /** The scenario of the plan; it is no part of the id, as one bug may show in several. */
  readonly scenario: string;
  readonly invariant: string;
  /** See {@link propertyOf}. */
  readonly property: string;
  /** See {@link shapeOf}. */
  readonly shape: string;
}

/** The signature of a failure, from the plan that is left when it has been shrunk. */
export function signatureOf(
  shrunkPlan: Plan,
  violation: Pick<Violation, "invariant" | "message">,
): Signature {
  const { invariant } = violation;
  const property = propertyOf(shrunkPlan, violation);
  const shape = shapeOf(shrunkPlan);
  const hash = hashPlain(0, [invariant, property, shape]);
  const id = (hash >>> 0).toString(16).padStart(8, "0");
  return { id, scenario: shrunkPlan.scenario, invariant, property, shape };
}

/**
 * What a violation says apart from its circumstances: hosts of the plan become `@`; numbers, and
 * what has a digit such as an id or a key, become `#`; lists of any length become one item; what
 * stands in parentheses does not count.
 */
export function propertyOf(
  { servers, clients }: Pick<Plan, "servers" | "clients">,
  { message }: Pick<Violation, "message">,
): string {
  const hosts = new Set([...servers, ...clients]);
  const mask = (word: string): string => {
    if (hosts.has(word)) return "@";
    return /\d/.test(word) || /^[a-f]{8,}$/.test(word) ? "#" : word;
  };
  const masked = withoutParentheses(message)
    .replaceAll(/[\p{L}\p{N}_]+(?:[.:@#/+-][\p{L}\p{N}_]+)*/gu, mask)
    // A sign, and a unit that only says how large the number is.
    .replaceAll(/-#/g, "#")
    .replaceAll(/# (?:us|ms|s|min)\b/g, "# s")
    .replaceAll(/\s+/g, " ");
  return collapsed(masked).trim();
}

/**
 * The kinds of a plan's faults and operations in order of time, such as `put, crash, get`: faults
 * before operations of the same instant, and several of one kind in a row as one.
 */
export function shapeOf({ faults, operations }: Pick<Plan, "faults" | "operations">): string {
  const events = [
    ...faults.map(({ at, kind }) => ({ at, kind: kind as string })),
    ...operations.map(({ at, operation }) => ({ at, kind: kindOfOperation(operation) })),
  ];
  const inTime = events.sort((a, b) => a.at - b.at).map(({ kind }) => kind);
  const shown = inTime.filter((kind, i) => kind !== inTime[i - 1]);
  return shown.length === 0 ? "nothing" : shown.join(", ");
}

/** What sort of operation it is, by its field `op`, `kind` or `type`, if it has one. */
export function kindOfOperation(operation: Operation): string {
  const field = kindField(operation);
  return field === undefined ? "operation" : String(operation[field]);
}

/** The field that says what sort of operation it is. */
export function kindField(operation: Operation): "op" | "kind" | "type" | undefined {
  return (["op", "kind", "type"] as const).find((field) => typeof operation[field] === "string");
}

/** Innermost first, as they may stand in each other. */
function withoutParentheses(text: string): string {
  const shorter = text.replaceAll(/\s*\([^()]*\)/g, "");
  return shorter === text ? text : withoutParentheses(shorter);
}

/** Lists of whatever length become one item; clauses that `;` sets apart count in any order. */
function collapsed(text: string): string {
  // What introduces a list, such as `not by # s: `, is no item of it.
  return text.split(": ").map(collapsedClauses).join(": ");
}

function collapsedClauses(text: string): string {
  return [...new Set(text.split("; ").map(collapsedItems))].sort().join("; ");
}

/** `@, @ and @` is `@`; `of # on @, # on @` is `of # on @`; `votes for @ and for @` stays. */
function collapsedItems(text: string): string {
  const [first = "", ...rest] = text.replaceAll(/@(?: @)+/g, "@").split(/(, and |, | and )/);
  let shown = "";
  let last = first;
  for (let i = 0; i < rest.length; i += 2) {
    const [separator = "", item = ""] = rest.slice(i, i + 2);
    const isMasked = /^[@#]/.test(item);
    if (last === item || (isMasked && last.endsWith(` ${item}`))) continue;
    // The items before the last one of a list that goes on: `@ and @ claim to lead`.
    if (!(isMasked && item.startsWith(`${last} `))) shown += `${last}${separator}`;
    last = item;
  }
  return shown + last;
}
