// What the functions of a scenario make for a run, checked: their author may use no types.

import { UsageError } from "./assert.ts";
import type { Breach, Invariant, Verdict } from "./invariant.ts";

/**
 * The invariants that a scenario makes. Throws a UsageError in one line when these are no list, or
 * with what was thrown instead, and where.
 */
export function madeInvariants<View>(
  scenario: string,
  make: () => readonly Invariant<View>[],
): readonly Invariant<View>[] {
  const made: unknown = attempt(scenario, make);
  if (!Array.isArray(made)) {
    throw new UsageError(`${scenario}: invariants: expected a list, got ${show(made)}`);
  }
  const n = made.findIndex((one) => typeof one?.name !== "string" || one.name === "");
  if (n >= 0) {
    const isUnnamed = made[n]?.name === "";
    const path = `${scenario}: invariants[${n}]`;
    if (isUnnamed) throw new UsageError(`${path}.name: expected a text, got ""`);
    throw new UsageError(`${path}: expected an invariant with a name, got ${show(made[n])}`);
  }
  return made;
}

/** The node that a scenario makes; throws a UsageError when it is none. */
export function madeNode<Node>(path: "server" | "client", node: Node): Node {
  // A boot is rare, so this costs a run nothing.
  const { onStart } = (node ?? {}) as { readonly onStart?: unknown };
  if (typeof onStart === "function") return node;
  throw new UsageError(`${path}: expected a node, got ${show(node)}`);
}

/** The first breach that an invariant tells of; throws a TypeError when it tells nonsense. */
export function madeBreach(invariant: string, verdict: NonNullable<Verdict>): Breach | undefined {
  if (typeof verdict === "string") return { invariant, message: verdict };
  if (Array.isArray(verdict)) return verdict[0];
  throw new TypeError(`expected what is wrong, as a text, or undefined, got ${show(verdict)}`);
}

function attempt<Made>(scenario: string, make: () => Made): Made {
  try {
    return make();
  } catch (error) {
    // It may refuse the plan by itself.
    if (error instanceof UsageError) throw error;
    const message = error instanceof Error ? error.message : show(error);
    const place = placeOf(error);
    const where = place === undefined ? "" : ` (${place.replace("file://", "")})`;
    throw new UsageError(`${scenario}: its invariants threw: ${message}${where}`);
  }
}

/** Where something was thrown, as V8 has it: `<path or URL>:<line>:<column>`. */
export function placeOf(error: unknown): string | undefined {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  return /^ +at (?:.*\()?(\S+:\d+:\d+)\)?$/m.exec(stack)?.[1];
}

/** In a few words: an object may be large, or contain itself. */
function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return "a function";
  const isObject = typeof value === "object" && value !== null;
  return isObject ? Object.prototype.toString.call(value) : String(value);
}
