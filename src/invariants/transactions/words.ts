// Micro-operations in words.

import { COMMITTED, type Scalar, type Transactions } from "./micro-operations.ts";

/** Elements shown of a list, at its end. */
const ELEMENTS_SHOWN = 12;

/** `3 to x`: what a micro-operation writes, and where. */
export function writtenText(transactions: Transactions, operation: number): string {
  const { value } = transactions;
  return `${scalarText(value[operation]!)} to ${keyText(transactions, operation)}`;
}

/** `appended 3 to x` or `wrote 3 to x`. */
export function wroteText(transactions: Transactions, operation: number): string {
  const verb = transactions.kind === "list-append" ? "appended" : "wrote";
  return `${verb} ${writtenText(transactions, operation)}`;
}

/** `read x = [1 2]`, `read x = 3`, or of a register without a value `read x = nothing`. */
export function readText(transactions: Transactions, operation: number): string {
  const { kind, value, list } = transactions;
  const key = keyText(transactions, operation);
  if (kind === "list-append") return `read ${key} = ${listText(list[operation]!)}`;
  const found = value[operation];
  return found === undefined ? `read ${key} = nothing` : `read ${key} = ${scalarText(found)}`;
}

/** A transaction in words: `append 3 to x, read y = [1 2]`. */
export function operationsText(transactions: Transactions, number: number): string {
  const { kind, start, isWrite, status } = transactions;
  const verb = kind === "list-append" ? "append" : "write";
  const words: string[] = [];
  for (let at = start[number]!; at < start[number + 1]!; at++) {
    if (isWrite[at] === 1) words.push(`${verb} ${writtenText(transactions, at)}`);
    else if (status[number] === COMMITTED) words.push(readText(transactions, at));
    else words.push(`read ${keyText(transactions, at)}`);
  }
  return words.join(", ");
}

/** The key of a micro-operation. */
export function keyText({ key, keyNames }: Transactions, operation: number): string {
  return String(keyNames[key[operation]!]!);
}

/** A value, texts in quotes, so that "1" is not taken for 1. */
export function scalarText(value: Scalar): string {
  return JSON.stringify(value);
}

/** `[1 2 3]`; of a long list its end. */
export function listText(list: readonly Scalar[]): string {
  const shown = list.slice(-ELEMENTS_SHOWN).map(scalarText);
  const left = list.length - shown.length;
  return `[${left > 0 ? `(${left} more) ` : ""}${shown.join(" ")}]`;
}
