// A history that is not linearizable, as lanes of text:
//
//   process 0  |-write 1-|   |-read -> 2-|
//                   1              3
//   process 1       |-write 2-|  |===read -> 1===|
//                        2       ^^^^^^^^^^^^^^^^^

import type { Call } from "../../invariants/call.ts";
import { formatCount } from "../table.ts";
import { type CallToWords, clientName, cutMiddle } from "./words.ts";

export interface TextPictureOptions {
  /** Columns that there are. */
  readonly width: number;
  readonly words: CallToWords;
}

/** What a picture is made of; calls are named by their places in `calls`, 0-based. */
export interface Pictured {
  readonly calls: readonly Call[];
  /** Orders, the longest first; may be none. */
  readonly prefixes: readonly (readonly number[])[];
  /** What cannot be placed; may be nothing. */
  readonly stuck: readonly number[];
}

/** A call with its place in the picture; columns are 0-based, after the names of the lanes. */
interface Bar {
  /** Its place in `calls`. */
  readonly index: number;
  readonly call: Call;
  readonly label: string;
  from: number;
  /** Its last column; undefined while the call is open. */
  to: number | undefined;
}

/**
 * Draws calls as intervals, a lane for each client, from left to right as they were invoked and
 * returned; under them their numbers in the longest order found, and `^` under the call that
 * cannot be placed, drawn with `=`. What is open at the end has an arrow. Where the words do not
 * fit they are cut, or letters stand for them, with a list; and where those do not fit either, the
 * calls around the one that cannot be placed are shown, with a line that says so.
 */
export function textPicture(pictured: Pictured, { width, words }: TextPictureOptions): string {
  const { calls } = pictured;
  const stuck = pictured.stuck[0] ?? 0;
  let shown = around(calls, stuck, SHOWN_MAX);
  for (;;) {
    const lanes = [...new Set(shown.map((index) => calls[index]!.client))].sort(byName);
    const margin = Math.max(...lanes.map((client) => clientName(client).length)) + 2;
    const inWords = [Infinity, CUT_WORDS].map((size) => {
      return layOut(calls, shown, (index) => cutMiddle(words(calls[index]!), size));
    });
    const full = inWords.find((bars) => margin + widthOf(bars) <= width);
    const letters = layOut(calls, shown, (_, n) => letter(n));
    const bars = full ?? letters;
    if (margin + widthOf(bars) <= width || shown.length <= SHOWN_MIN) {
      const left = calls.length - shown.length;
      const rest =
        left === 0 ? [] : [`(${formatCount(left)} operations further away are not shown)`];
      const lines = bars.map((bar) => legendLine(bar, words, width));
      const legend = full !== undefined ? [] : ["", ...lines];
      const drawn = lanes.flatMap((client) => drawLane(client, bars, { pictured, margin }));
      return [...drawn, ...rest, ...legend].map((line) => line.trimEnd()).join("\n");
    }
    shown = around(calls, stuck, Math.max(SHOWN_MIN, Math.floor(shown.length * 0.8)));
  }
}

/** Words may be cut to so many columns, before letters stand for them. */
const CUT_WORDS = 24;
const SHOWN_MAX = 40;
const SHOWN_MIN = 4;

/** At most so many calls, those that were invoked last before the one in the middle returned. */
function around(calls: readonly Call[], stuck: number, count: number): number[] {
  const all = calls.map((_, index) => index);
  if (all.length <= count) return all;
  const end = calls[stuck]!.returned ?? Infinity;
  const after = all.findIndex((index) => calls[index]!.invoked > end);
  const to = Math.min(all.length, (after < 0 ? all.length : after) + Math.floor(count / 8));
  const shown = all.slice(Math.max(0, to - count), to);
  return shown.includes(stuck) ? shown : [stuck, ...shown.slice(1)];
}

/** Gives each event the first column that is right of the one before and leaves room for words. */
function layOut(
  calls: readonly Call[],
  shown: readonly number[],
  labelOf: (index: number, n: number) => string,
): Bar[] {
  const bars = shown.map((index, n): Bar => {
    return { index, call: calls[index]!, label: labelOf(index, n), from: 0, to: undefined };
  });
  const events = bars.flatMap((bar) => {
    const { invoked, returned, outcome } = bar.call;
    const invoke = { place: invoked, bar, isInvoke: true };
    if (outcome === "info" || returned === undefined) return [invoke];
    return [invoke, { place: returned, bar, isInvoke: false }];
  });
  events.sort((a, b) => a.place - b.place);
  const last = new Map<string, Bar>();
  let column = -1;
  for (const { bar, isInvoke } of events) {
    column++;
    if (isInvoke) {
      const before = last.get(bar.call.client);
      if (before !== undefined) column = Math.max(column, endOf(before) + 2);
      bar.from = column;
      last.set(bar.call.client, bar);
    } else {
      column = Math.max(column, endOf(bar));
      bar.to = column;
    }
  }
  return bars;
}

/** The last column that a bar needs for its words, at least. */
function endOf({ from, to, label }: Bar): number {
  return to ?? from + label.length + 3;
}

function widthOf(bars: readonly Bar[]): number {
  return Math.max(...bars.map(endOf)) + 1;
}

function drawLane(
  client: string,
  bars: readonly Bar[],
  { pictured, margin }: { readonly pictured: Pictured; readonly margin: number },
): string[] {
  const { prefixes, stuck } = pictured;
  const [longest = []] = prefixes;
  const edge = widthOf(bars) - 1;
  const own = bars.filter(({ call }) => call.client === client);
  const top = new Row(clientName(client).padEnd(margin));
  const under = new Row("".padEnd(margin));
  own.forEach((bar, n) => {
    const next = own[n + 1];
    const to = bar.to ?? (next === undefined ? edge : next.from - 2);
    const size = to - bar.from + 1;
    const isStuck = stuck.includes(bar.index);
    const dash = isStuck ? "=" : "-";
    const inner = centred(bar.label, size - 2, dash);
    top.put(margin + bar.from, `|${inner}${bar.to === undefined ? ">" : "|"}`);
    const number = longest.indexOf(bar.index) + 1;
    if (isStuck) under.put(margin + bar.from, "^".repeat(size));
    else if (number > 0) under.put(margin + bar.from, centred(String(number), size, " "));
  });
  return [top.text, under.text];
}

/** A line of text that is written from left to right. */
class Row {
  text: string;

  constructor(text: string) {
    this.text = text;
  }

  put(column: number, more: string): void {
    this.text = this.text.padEnd(column) + more;
  }
}

function centred(text: string, size: number, filling: string): string {
  const left = Math.floor((size - text.length) / 2);
  return (
    filling.repeat(Math.max(0, left)) +
    text +
    filling.repeat(Math.max(0, size - text.length - left))
  );
}

/** `a` to `z`, then `aa`, `ab`, ... */
function letter(n: number): string {
  const last = String.fromCharCode(97 + (n % 26));
  return n < 26 ? last : letter(Math.floor(n / 26) - 1) + last;
}

function legendLine({ label, call }: Bar, words: CallToWords, width: number): string {
  return cutMiddle(`${label.padStart(3)}  ${clientName(call.client)}: ${words(call)}`, width);
}

/** Numbers by their size, everything else by its characters. */
function byName(a: string, b: string): number {
  const [x, y] = [Number(a), Number(b)];
  if (!Number.isNaN(x) && !Number.isNaN(y) && x !== y) return x - y;
  return a < b ? -1 : a > b ? 1 : 0;
}
