// Dependencies of transactions that append to lists: every element is known by its place.

import type { Findings } from "./findings.ts";
import { type GraphBuilder, linkReaders, RW, WR, WW } from "./graph.ts";
import { type ListOrder, orderLists } from "./lists.ts";
import { tellLostUpdates } from "./lost-updates.ts";
import { ABORTED, COMMITTED, SEEN, type Transactions } from "./micro-operations.ts";
import { listText, readText, scalarText, wroteText } from "./words.ts";

/**
 * Takes down what single reads show, and links transactions by what lists say of the order of
 * appends. Reads of transactions that are not `ok` are not known and say nothing; a transaction of
 * unknown outcome of which an append was read is taken as committed. O(micro-operations and
 * elements read).
 */
export function linkLists(t: Transactions, builder: GraphBuilder, findings: Findings): void {
  const orders = orderLists(t, findings);
  const unread = unreadAppends(t, orders);
  for (let at = 0; at < t.owner.length; at++) {
    if (t.isWrite[at] === 0 && t.status[t.owner[at]!] === COMMITTED) judgeRead(t, at, findings);
  }
  orders.forEach((order, key) => {
    const appends = unread[key]!;
    if (order !== undefined) new ListLinker(t, order, builder).link(appends);
    if (order !== undefined) tellDirty(t, order, findings);
  });
  tellLostUpdates(t, findings);
}

/** By key, appends that are committed and whose place is not certain: most of them unread. */
function unreadAppends(t: Transactions, orders: readonly (ListOrder | undefined)[]): number[][] {
  const isRead = new Uint8Array(t.owner.length);
  for (const order of orders) {
    for (const append of order?.elements ?? []) if (append >= 0) isRead[append] = 1;
  }
  const unread: number[][] = t.keyNames.map(() => []);
  for (let at = 0; at < t.owner.length; at++) {
    const status = t.status[t.owner[at]!]!;
    const isThere = status === COMMITTED || status === SEEN;
    if (t.isWrite[at] === 1 && isThere && isRead[at] === 0) unread[t.key[at]!]!.push(at);
  }
  return unread;
}

/** Links the transactions that touch one list. */
class ListLinker {
  readonly #t: Transactions;
  readonly #order: ListOrder;
  readonly #builder: GraphBuilder;
  /** By length of a list, the last of its elements that is committed, and the first after them. */
  readonly #last: number[] = [];
  readonly #next: number[] = [];

  constructor(t: Transactions, order: ListOrder, builder: GraphBuilder) {
    this.#t = t;
    this.#order = order;
    this.#builder = builder;
    const { elements } = order;
    const isThere = (append: number): boolean => {
      return append >= 0 && t.status[t.owner[append]!] !== ABORTED;
    };
    this.#last[0] = -1;
    elements.forEach((append, at) => {
      this.#last[at + 1] = isThere(append) ? append : this.#last[at]!;
    });
    this.#next[elements.length] = -1;
    for (let at = elements.length - 1; at >= 0; at--) {
      this.#next[at] = isThere(elements[at]!) ? elements[at]! : this.#next[at + 1]!;
    }
  }

  link(unread: readonly number[]): void {
    const { elements, reads } = this.#order;
    for (let at = 1; at <= elements.length; at++) {
      const [before, append] = [this.#last[at - 1]!, this.#last[at]!];
      if (before >= 0 && before !== append) this.#builder.depend(before, append, WW);
    }
    for (const read of reads) this.#linkRead(read);
    // All others came after these; their order among themselves is not certain.
    const last = this.#last[elements.length]!;
    if (last >= 0) for (const append of unread) this.#builder.depend(last, append, WW);
    const readers = reads.filter((read) => this.#next[this.#t.list[read]!.length] === -1);
    linkReaders(this.#builder, this.#t.owner, { readers, writers: unread }, RW);
  }

  #linkRead(read: number): void {
    const { list, writes, key, owner, status } = this.#t;
    const { length } = list[read]!;
    if (length > this.#order.elements.length) {
      // Beyond what all reads agree on; whose append it ends with is certain all the same.
      const append = writes[key[read]!]!.get(list[read]![length - 1]!);
      const isThere = append !== undefined && status[owner[append]!] !== ABORTED;
      if (isThere) this.#builder.depend(append, read, WR);
      return;
    }
    const last = this.#last[length]!;
    if (last >= 0) this.#builder.depend(last, read, WR);
    const next = this.#next[length]!;
    if (next >= 0) this.#builder.depend(read, next, RW);
  }
}

/** What a read says by itself, of its own transaction and of the one that it reads from. */
function judgeRead(t: Transactions, read: number, findings: Findings): void {
  const { owner, list, nextWrite, key, writes, status } = t;
  const reader = owner[read]!;
  judgeOwn(t, read, findings);
  const later = new Set<unknown>();
  for (let at = nextWrite[read]!; at >= 0; at = nextWrite[at]!) later.add(t.value[at]);
  const ahead = later.size === 0 ? undefined : list[read]!.find((element) => later.has(element));
  if (ahead !== undefined) {
    findings.add("future-read", [reader], () => [
      `T1 ${readText(t, read)}, and appended ${scalarText(ahead)} only then`,
    ]);
  }
  const appends = writes[key[read]!]!;
  const foreign = list[read]!.findLast((element) => {
    const append = appends.get(element);
    return append === undefined || owner[append] !== reader;
  });
  const append = foreign === undefined ? undefined : appends.get(foreign);
  if (append === undefined || status[owner[append]!] === ABORTED) return;
  const last = nextWrite[append]!;
  if (last < 0) return;
  findings.add("G1b", [owner[append]!, reader], () => [
    `T1 ${wroteText(t, append)} and then ${wroteText(t, last)}; T2 ${readText(t, read)}, ` +
      "from in between",
  ]);
}

/** What was read is what the transaction read before, and what it appended since. */
function judgeOwn(t: Transactions, read: number, findings: Findings): void {
  const { list, isWrite, value, previous, owner } = t;
  const own: number[] = [];
  let before = previous[read]!;
  while (before >= 0 && isWrite[before] === 1) {
    own.push(before);
    before = previous[before]!;
  }
  if (own.length === 0 && before < 0) return;
  own.reverse();
  const found = list[read]!;
  const known = before < 0 ? [] : list[before]!;
  const from = found.length - own.length;
  const isFit =
    (before < 0 ? from >= 0 : from === known.length) &&
    known.every((element, at) => found[at] === element) &&
    own.every((append, at) => found[from + at] === value[append]);
  if (isFit) return;
  const appended = own.map((append) => value[append]!);
  const expected = before < 0 ? `... ${listText(appended)}` : listText([...known, ...appended]);
  findings.add("internal", [owner[read]!], () => [
    `T1 ${readText(t, read)}; by what it had done itself before it is ${expected}`,
  ]);
}

/** A committed append that rests on an aborted one. */
function tellDirty(t: Transactions, { elements }: ListOrder, findings: Findings): void {
  const aborted = elements.findIndex((append) => append >= 0 && isAborted(t, append));
  if (aborted < 0) return;
  const committed = elements.find((append, at) => {
    return at > aborted && append >= 0 && !isAborted(t, append);
  });
  if (committed === undefined) return;
  const append = elements[aborted]!;
  findings.add("dirty-update", [t.owner[append]!, t.owner[committed]!], () => [
    `T1 ${wroteText(t, append)} and was aborted; T2 ${wroteText(t, committed)} after it`,
  ]);
}

function isAborted({ status, owner }: Transactions, append: number): boolean {
  return status[owner[append]!] === ABORTED;
}
