import type { Call } from "../../invariants/call.ts";
import type { Model } from "../../invariants/model.ts";
import type { Plain } from "../../sim/env.ts";

/** How pictures and messages put a call: a model's own words, or f, value and result. */
export type CallToWords = (call: Call) => string;

/** The words of a model for its calls. */
export function callWords({ describe }: Pick<Model, "describe">): CallToWords {
  return describe?.call ?? plainWords;
}

/** The text, or its beginning and its end: what differs in what grows is at the end. */
export function cutMiddle(text: string, width: number): string {
  if (text.length <= width) return text;
  const head = Math.ceil((width - 1) * 0.6);
  return `${text.slice(0, head)}…${text.slice(text.length - (width - 1 - head))}`;
}

/** A client as people call it: Jepsen's processes are numbers. */
export function clientName(client: string): string {
  return /^\d+$/.test(client) ? `process ${client}` : client;
}

/** Where a call stands in its file. */
export function callPlace({ invoked, returned }: Call, lineOf: (place: number) => number): string {
  if (returned === undefined) return `line ${lineOf(invoked)}, never returned`;
  const [from, to] = [lineOf(invoked), lineOf(returned)];
  return from === to ? `line ${from}` : `lines ${from} and ${to}`;
}

function plainWords({ f, value, outcome, result }: Call): string {
  const asked = value === undefined ? f : `${f} ${show(value)}`;
  if (outcome === "info") return asked;
  if (outcome === "fail") return `${asked} failed`;
  // What only repeats the argument is no answer.
  const isEcho = value !== undefined && show(result) === show(value);
  return isEcho || (result === undefined && value !== undefined)
    ? asked
    : `${asked} -> ${show(result)}`;
}

function show(value: Plain): string {
  if (value === undefined || value === null) return "nil";
  if (typeof value === "string") return /^[\w.:-]+$/.test(value) ? value : JSON.stringify(value);
  return JSON.stringify(value);
}
