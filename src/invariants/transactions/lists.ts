// Lists that transactions append to: the order of elements, and what reads say of it.

import type { Findings } from "./findings.ts";
import {
  ABORTED,
  COMMITTED,
  type Scalar,
  SEEN,
  type Transactions,
  UNSEEN,
} from "./micro-operations.ts";
import { readText, scalarText, wroteText } from "./words.ts";

/** What is certain of the order of one list. */
export interface ListOrder {
  /** Reads of it by committed transactions. */
  readonly reads: readonly number[];
  /**
   * The micro-operations that appended the elements of the longest read, as far as all reads agree
   * and no element is there twice; -1 for one that nobody appended.
   */
  readonly elements: readonly number[];
}

/**
 * By key, the order of elements; undefined for lists that no committed transaction has read. Takes
 * down what a read shows by itself, and marks transactions of unknown outcome as seen.
 * O(micro-operations and elements read).
 */
export function orderLists(t: Transactions, findings: Findings): (ListOrder | undefined)[] {
  const reads: number[][] = t.keyNames.map(() => []);
  for (let at = 0; at < t.owner.length; at++) {
    if (t.isWrite[at] === 0 && t.status[t.owner[at]!] === COMMITTED) reads[t.key[at]!]!.push(at);
  }
  return reads.map((ofKey) => (ofKey.length === 0 ? undefined : orderList(t, ofKey, findings)));
}

function orderList(t: Transactions, reads: readonly number[], findings: Findings): ListOrder {
  const longest = reads.reduce((a, b) => (t.list[b]!.length > t.list[a]!.length ? b : a));
  const list = t.list[longest]!;
  const elements = appendsOf(t, longest, findings);
  let certain = firstTwice(elements);
  if (certain < list.length) tellTwice(t, longest, certain, findings);
  for (const read of reads) {
    const agreed = agreement(t.list[read]!, list);
    if (agreed === t.list[read]!.length) continue;
    certain = Math.min(certain, agreed);
    findings.add("incompatible-order", [t.owner[longest]!, t.owner[read]!], () => [
      `T1 ${readText(t, longest)}; T2 ${readText(t, read)}: neither is the beginning of the other`,
    ]);
    const others = appendsOf(t, read, findings);
    const twice = firstTwice(others);
    if (twice < others.length) tellTwice(t, read, twice, findings);
    tellAborted(t, read, others, findings);
  }
  const aborted = elements.findIndex((append) => isAborted(t, append));
  if (aborted >= 0) {
    for (const read of reads) {
      const { length } = t.list[read]!;
      if (length > aborted && agreement(t.list[read]!, list) === length) {
        tellAborted(t, read, elements.slice(0, length), findings);
      }
    }
  }
  return { reads, elements: elements.slice(0, certain) };
}

/** How many elements two lists have in common from the beginning on. */
function agreement(a: readonly Scalar[], b: readonly Scalar[]): number {
  const end = Math.min(a.length, b.length);
  let at = 0;
  while (at < end && a[at] === b[at]) at++;
  return at;
}

/** Where an append is for the second time; the length if nowhere. */
function firstTwice(appends: readonly number[]): number {
  const known = new Set<number>();
  const at = appends.findIndex((append) => {
    if (known.has(append)) return true;
    if (append >= 0) known.add(append);
    return false;
  });
  return at === -1 ? appends.length : at;
}

/** The micro-operations that appended what was read; who did is committed, or was taken back. */
function appendsOf(t: Transactions, read: number, findings: Findings): number[] {
  const writes = t.writes[t.key[read]!]!;
  return t.list[read]!.map((element) => {
    const append = writes.get(element);
    if (append === undefined) {
      findings.add("garbage-read", [t.owner[read]!], () => [
        `T1 ${readText(t, read)}: no transaction appended ${scalarText(element)}`,
      ]);
      return -1;
    }
    if (t.status[t.owner[append]!] === UNSEEN) t.status[t.owner[append]!] = SEEN;
    return append;
  });
}

function isAborted(t: Transactions, append: number): boolean {
  return append >= 0 && t.status[t.owner[append]!] === ABORTED;
}

function tellTwice(t: Transactions, read: number, at: number, findings: Findings): void {
  const element = t.list[read]![at]!;
  findings.add("duplicate-elements", [t.owner[read]!], () => [
    `T1 ${readText(t, read)}, with ${scalarText(element)} twice`,
  ]);
}

function tellAborted(
  t: Transactions,
  read: number,
  appends: readonly number[],
  findings: Findings,
): void {
  const append = appends.find((each) => isAborted(t, each));
  if (append === undefined) return;
  findings.add("G1a", [t.owner[append]!, t.owner[read]!], () => [
    `T1 ${wroteText(t, append)} and was aborted; T2 ${readText(t, read)}`,
  ]);
}
