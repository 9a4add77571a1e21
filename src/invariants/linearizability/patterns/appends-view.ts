import type { Call } from "../../call.ts";

/**
 * What each call of a part says of a text that grows. Undefined where it says nothing of the kind;
 * nothing and the empty text are one.
 */
export interface AppendsView {
  /** What it sets the text to, whatever that was. */
  readonly bases: readonly (string | undefined)[];
  /** What it puts at the end. */
  readonly tokens: readonly (string | undefined)[];
  /** What the text certainly was right before it. */
  readonly shows: readonly (string | undefined)[];
}

/** Calls of a key-value store's texts; undefined if there is an unknown one, or another value. */
export function appendsViewOf(calls: readonly Call[]): AppendsView | undefined {
  const bases = new Array<string | undefined>(calls.length);
  const tokens = new Array<string | undefined>(calls.length);
  const shows = new Array<string | undefined>(calls.length);
  for (let i = 0; i < calls.length; i++) {
    const { f, value, outcome, result } = calls[i]!;
    const isShown = (f === "get" || f === "read") && outcome === "ok";
    const isCas = f === "cas" && Array.isArray(value);
    const isDone = outcome === "info" || (outcome === "ok" && result !== false);
    const text = textOf(isShown ? result : isCas ? value[1] : f === "delete" ? "" : value);
    if (f === "get" || f === "read") {
      if (isShown) shows[i] = text;
    } else if (f === "put" || f === "write" || f === "delete") bases[i] = text;
    else if (f === "append") tokens[i] = text;
    else if (isCas && isDone) {
      bases[i] = text;
      if (outcome === "ok") shows[i] = textOf(value[0]);
      if (outcome === "ok" && shows[i] === undefined) return undefined;
    } else if (!isCas) return undefined;
    if (text === undefined && (!isCas || isDone)) return undefined;
  }
  return { bases, tokens, shows };
}

function textOf(value: Call["value"]): string | undefined {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : undefined;
}
