import { UsageError } from "../sim/assert.ts";

/** A place in a text; lines and columns count from 1 on, columns in UTF-16 units as editors do. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** The complaint that something is wrong there: `history.jsonl:17:4: expected ..., got ...`. */
export function complaint(name: string, { line, column }: Place, message: string): UsageError {
  return new UsageError(`${name}:${line}:${column}: ${message}`);
}

/** A value or a text as complaints quote it, cut when it is long. */
export function quote(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? typeof value);
  return text.length <= QUOTE_MAX ? text : `${text.slice(0, QUOTE_MAX - 3)}...`;
}

const QUOTE_MAX = 40;
