// What is other in the process where a plan is run once more. None of it may make a difference to
// a run; a program that looks at any of it meets something else there.

/** A process as far as programs can see it. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The locale of numbers, dates and sorting: `en-US`. */
  readonly locale: string;
  /** The IANA name of the time zone. */
  readonly timeZone: string;
}

/**
 * An environment with other values, more variables, another order, another locale and another time
 * zone. What tells a process where things are stays: paths, URLs, and what Node itself reads.
 */
export function perturbedEnv(from: Surroundings): Record<string, string> {
  // In Turkish the upper case of i is not I, I is sorted before i, and 1,234.5 is 1.234,5.
  const locale = from.locale.startsWith("tr") ? "et_EE.UTF-8" : "tr_TR.UTF-8";
  const timeZone = from.timeZone === "Pacific/Chatham" ? "America/St_Johns" : "Pacific/Chatham";
  const altered = Object.entries(from.env).flatMap(([name, value]): [string, string][] =>
    value === undefined || REPLACED.has(name) ? [] : [[name, alteredValue(name, value)]],
  );
  return {
    AN_ENVIRONMENT: "that is not the usual one",
    ...(from.env.CI === undefined ? { CI: "true" } : {}),
    ...Object.fromEntries(altered.reverse()),
    ...{ LANG: locale, LC_ALL: locale, TZ: timeZone },
    ZZ_LAST: "1",
  };
}

const REPLACED: ReadonlySet<string> = new Set(["LANG", "LC_ALL", "LANGUAGE", "TZ", "CI"]);
const KEPT = /^(PATH|NODE_|npm_|TSX_|VITEST|LD_|DYLD_|SYSTEM|WINDIR|COMSPEC|TE?MP)/i;

function alteredValue(name: string, value: string): string {
  if (KEPT.test(name) || /[/\\]/.test(value)) return value;
  return /^\d{1,9}$/.test(value) ? String(Number(value) + 1) : `${value}~`;
}

/** The clock of the other process is so far ahead: another year, day of the week, and minute. */
const AHEAD_MS = ((400 * 24 + 5) * 60 + 43) * 60_000;

/**
 * Changes this thread's globals for good: a clock that is ahead, random numbers that are more often
 * close to 0 and to 1, and real timers that are due at once, so that what they do is seen.
 */
export function perturbGlobals(): void {
  const realDate = Date;
  const now = (): number => realDate.now() + AHEAD_MS;
  globalThis.Date = new Proxy(realDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    apply: () => new realDate(now()).toString(),
    get: (target, key) => (key === "now" ? now : Reflect.get(target, key)),
  });
  const random = Math.random;
  Math.random = () => skewed(random(), random());
  const { setTimeout: later } = globalThis;
  // The types of these two have members for promises, which stay where they are.
  const soon = (callback: (...args: unknown[]) => void, _ms?: number, ...args: unknown[]) =>
    later(callback, 0, ...args);
  globalThis.setTimeout = Object.assign(soon, later) as typeof later;
  globalThis.setInterval = soon as typeof setInterval;
}

/** Of four numbers one close to 0, one close to 1, and two as they are; all in [0, 1). */
function skewed(value: number, choice: number): number {
  if (choice < 0.25) return value * 1e-6;
  return choice < 0.5 ? 1 - (1 - value) * 1e-6 : value;
}
