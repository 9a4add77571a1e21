// A value that was written once stays for one stretch of time: its zone, from when it was there for
// certain to when it was there still. Source: Gibbons and Korach, Testing shared memories, 1997,
// §4, there for registers in which every value is written once.

import type { Call } from "../../call.ts";
import type { Intervals } from "./intervals.ts";
import { type Pattern, pattern } from "./pattern.ts";
import type { Producers } from "./producers.ts";
import { INITIAL, NONE, type RegisterView } from "./register-view.ts";
import { deedText, valueText } from "./words.ts";

interface Zone {
  readonly value: number;
  /** The call by whose end the value was there, and the one at whose begin it was there still. */
  readonly opened: number;
  readonly closed: number;
  readonly from: number;
  readonly until: number;
  readonly producer: number;
}

interface Times {
  readonly intervals: Intervals;
  readonly producers: Producers;
}

/** Another value in the middle of a zone, or two zones that overlap. O(n log n). */
export function zonePattern(
  calls: readonly Call[],
  view: RegisterView,
  { intervals, producers }: Times,
): Pattern | undefined {
  const zones = zonesOf(view, { intervals, producers });
  return overlap(calls, zones) ?? intruder(calls, view, intervals, zones);
}

/** The zones of values with one producer, in order of time. */
function zonesOf({ sets, shows, values }: RegisterView, { intervals, producers }: Times): Zone[] {
  const { begins, ends } = intervals;
  const { first, counts } = producers;
  const opened = new Int32Array(values).fill(NONE);
  const closed = new Int32Array(values).fill(NONE);
  const see = (value: number, call: number): void => {
    if (value === NONE) return;
    if (opened[value] === NONE || ends[call]! < ends[opened[value]!]!) opened[value] = call;
    if (closed[value] === NONE || begins[call]! > begins[closed[value]!]!) closed[value] = call;
  };
  for (let call = 0; call < sets.length; call++) {
    see(shows[call]!, call);
    see(sets[call]!, call);
  }
  const zones: Zone[] = [];
  for (let value = 0; value < values; value++) {
    const isInitial = value === INITIAL;
    if (closed[value] === NONE || counts[value] !== (isInitial ? 0 : 1)) continue;
    const from = isInitial ? Number.NEGATIVE_INFINITY : ends[opened[value]!]!;
    const until = begins[closed[value]!]!;
    const bounds = { opened: isInitial ? NONE : opened[value]!, closed: closed[value]! };
    if (from < until) zones.push({ value, ...bounds, from, until, producer: first[value]! });
  }
  return zones.sort((a, b) => (a.from === b.from ? a.until - b.until : a.from < b.from ? -1 : 1));
}

function overlap(calls: readonly Call[], zones: readonly Zone[]): Pattern | undefined {
  for (let i = 1; i < zones.length; i++) {
    const [one, two] = [zones[i - 1]!, zones[i]!];
    if (two.from >= one.until) continue;
    const stays = [one, two].map((zone) => stayText(calls, zone)).join("; and ");
    const sentence = `${stays}; ${onceText(calls, [one, two])}`;
    return pattern("two values at a time", sentence, [
      ...[one.producer, two.producer, one.opened, two.opened, one.closed, two.closed],
    ]);
  }
  return undefined;
}

function intruder(
  calls: readonly Call[],
  { sets, shows, shuns }: RegisterView,
  { begins, ends }: Intervals,
  zones: readonly Zone[],
): Pattern | undefined {
  let at = 0;
  for (let call = 0; call < calls.length; call++) {
    // Zones do not overlap, so only the last that began before the call can hold all of it.
    while (at < zones.length && zones[at]!.from < begins[call]!) at++;
    const zone = zones[at - 1];
    if (zone === undefined || ends[call]! > zone.until) continue;
    const value = sets[call] === NONE ? shows[call]! : sets[call]!;
    if (shuns[call] !== NONE ? shuns[call] !== zone.value : value === zone.value) continue;
    const before = zone.opened === NONE ? "" : `${deedText(calls[zone.opened]!)}, then `;
    const after = deedText(calls[zone.closed]!);
    const sentence = `${before}${deedText(calls[call]!)}, then again ${after}`;
    return pattern("value that comes back", `${sentence}, though ${onceText(calls, [zone])}`, [
      ...[zone.producer, zone.opened, call, zone.closed],
    ]);
  }
  return undefined;
}

function stayText(calls: readonly Call[], { opened, closed }: Zone): string {
  const from = opened === NONE ? "from the beginning" : `since ${deedText(calls[opened]!)}`;
  return `${from} and until ${deedText(calls[closed]!)} it cannot have changed`;
}

/** Why the values cannot have come back. */
function onceText(calls: readonly Call[], zones: readonly Zone[]): string {
  const facts = zones.map(({ producer }) => {
    if (producer === NONE) return "nobody wrote nothing again";
    const { f, value } = calls[producer]!;
    const written = f === "cas" && Array.isArray(value) ? value[1] : value;
    return `${valueText(written)} was written but once`;
  });
  return `${facts.join(" and ")}`;
}
