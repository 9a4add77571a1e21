// What to print of a plan that is not one run.

import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describePlace, type EventPlace, type OutsideCall } from "./account.ts";
import type { Difference } from "./in-process.ts";
import type { Leak, LeakSide } from "./locate.ts";

/** So many columns of what programs did are shown, and so many calls outside handlers. */
const SHOWN_COLUMNS = 160;
const SHOWN_CALLS = 5;

/** What a plan has shown of something besides it that decides what happens. */
export interface Indeterminism {
  readonly scenario: string;
  readonly seed: string;
  readonly difference: Difference | undefined;
  readonly outside?: readonly OutsideCall[];
}

/** What to print of a plan whose runs differ: where they part, and what programs did there. */
export function describeDifference({
  scenario,
  seed,
  difference,
  outside = [],
}: Indeterminism): string {
  return [
    `${scenario} is not deterministic, seed ${seed}`,
    ...(difference === undefined ? [] : differenceLines(difference)),
    ...outside.slice(0, SHOWN_CALLS).flatMap(outsideLines),
    ...(outside.length > SHOWN_CALLS ? [`  … ${outside.length - SHOWN_CALLS} more calls`] : []),
  ].join("\n");
}

/** The same in a line: host and event where the runs part, or else what differs of their ends. */
export function summarizeDifference({
  seed,
  difference,
  outside = [],
}: Omit<Indeterminism, "scenario">): string {
  const head = `seed ${seed} is not the same run twice`;
  const { leak, first, summary } = difference ?? {};
  if (leak !== undefined) {
    return `${head}: the runs part at ${describePlace(leak.place)}: ${excerpts(leak.event)[0]}`;
  }
  const [call] = outside;
  if (call !== undefined) {
    const by = call.begunBy === undefined ? "" : `, begun by ${describePlace(call.begunBy)}`;
    return `${head}: ${call.host} calls its env while no handler of it runs${by}`;
  }
  return `${head}: ${first === undefined ? summary : first.join(", then ")}`;
}

function differenceLines({ between, summary, first, leak }: Difference): string[] {
  const lines = [`  ${between.join(", then ")}: ${summary}`];
  if (leak !== undefined) return [...lines, ...leakLines(leak)];
  if (first !== undefined) {
    const [plain, recorded] = first;
    return [...lines, `    plain:    ${plain}`, `    recorded: ${recorded}`];
  }
  return [
    ...lines,
    "  made again, the runs did the same: the difference is in what judges them,",
  ].concat("  or it comes and goes");
}

function leakLines({ place, event, sides, asked }: Leak): string[] {
  const [left, right] = sides;
  const isAlike = left.text === right.text;
  const texts = isAlike
    ? sides.map(({ text, hash }) => `${excerpts(text)[0]} with hash ${hash}`)
    : excerpts(left.text, right.text);
  // A stack that both have is shown once.
  const isShared = left.stack === right.stack;
  return [
    `  they are the same up to ${describePlace(place)}: ${excerpts(event)[0]}`,
    ...sides.flatMap((side: LeakSide, i) => [
      `    ${`${side.run}:`.padEnd(1 + Math.max(left.run.length, right.run.length))} ${texts[i]}`,
      ...(isShared && i === 0 ? [] : stackLines(side.stack)),
    ]),
    ...asked
      .slice(0, SHOWN_CALLS)
      .flatMap(({ text, stack }) => [
        `    in this event it asks the machine: ${text}`,
        ...stackLines(stack),
      ]),
  ];
}

function outsideLines({ host, text, stack, begunBy }: OutsideCall): string[] {
  return [
    `  ${host} calls its env while no handler of it runs: ${excerpts(text)[0]}`,
    ...stackLines(stack),
    `    ${begun(begunBy)}`,
  ];
}

function begun(by: EventPlace | undefined): string {
  if (by === undefined) return "nobody knows which event began it";
  return `begun by ${describePlace(by)}; a handler must do all that it does before it returns`;
}

function stackLines(stack: string): string[] {
  if (stack === "") return [];
  return stack.split("\n").map((frame) => `      at ${shortened(frame)}`);
}

/** A frame whose path is told from where the user stands. */
function shortened(frame: string): string {
  return frame.replace(/(file:\/\/\/[^\s):]+|\/[^\s):]+)/, (path) => {
    const whole = path.startsWith("file:") ? fileURLToPath(path) : path;
    const short = relative(process.cwd(), whole);
    return short.length < whole.length ? short : whole;
  });
}

/** Of long texts, the part around the first character in which they differ. */
function excerpts(...texts: readonly string[]): string[] {
  const [a = "", b = a] = texts;
  let same = 0;
  while (same < a.length && a[same] === b[same]) same++;
  const isLong = texts.some((text) => text.length > SHOWN_COLUMNS);
  const from = isLong && a !== b ? Math.max(0, same - SHOWN_COLUMNS / 4) : 0;
  return texts.map((text) => {
    const part = text.slice(from, from + SHOWN_COLUMNS);
    return `${from > 0 ? "…" : ""}${part}${from + SHOWN_COLUMNS < text.length ? "…" : ""}`;
  });
}
