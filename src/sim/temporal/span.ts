import { UsageError } from "../assert.ts";
import type { Evidence } from "../evidence.ts";
import type { Invariant, Premise, Verdict, World } from "../invariant.ts";
import { formatTime, type Micros } from "../time.ts";

/** When an assertion is asked, both ends included. Default: from the first event to the last. */
export interface SpanOptions {
  readonly from?: Micros;
  readonly until?: Micros;
}

export interface AssertionOptions<View> extends SpanOptions {
  /** Says, when it does not hold, what is wrong. */
  readonly explain?: (world: World<View>) => string;
  /** What of a plan it takes for granted; see {@link Invariant.supposes}. */
  readonly supposes?: readonly Premise[];
}

/** Name and options of an assertion of a span, and the state that it keeps. */
export interface Head<View, State> extends Pick<Invariant<View>, "name"> {
  readonly kind: Evidence["kind"];
  readonly options: AssertionOptions<View>;
  readonly state: State;
}

/** How an assertion is asked: at a time, of the world as it is then; and what it has to show. */
export interface Questions<View, State> {
  readonly judge: (world: World<View>, state: State) => string | undefined;
  readonly evidence: (state: State) => Pick<Evidence, "isSeen" | "best">;
}

/** Asks after every event of a span, and at its beginning, be there an event then or not. */
export function throughout<View, State>(
  { name, kind, options, state }: Head<View, State>,
  { judge, evidence }: Questions<View, State>,
): Invariant<View> {
  const { from = 0, until = Number.MAX_SAFE_INTEGER, explain, supposes } = options;
  checkSpan(name, from, until);
  const say = (world: World<View>, at: Micros): Verdict => {
    const wrong = judge(world, made.state);
    if (wrong === undefined) return undefined;
    const tail = explain === undefined ? "" : `: ${explain(world)}`;
    return [{ invariant: name, message: `${wrong} at ${formatTime(at)}${tail}`, at }];
  };
  const made = {
    name,
    kind,
    state,
    ...(supposes === undefined ? {} : { supposes }),
    onStep: (world: World<View>) =>
      world.now >= from && world.now <= until ? say(world, world.now) : undefined,
    ...(from === 0
      ? {}
      : {
          onIdle: (world: World<View>, next: Micros) =>
            world.now < from && next > from ? say(world, from) : undefined,
          idleDue: (now: Micros) => (now <= from ? from : Number.MAX_SAFE_INTEGER),
        }),
    evidence: () => evidence(made.state),
  };
  return made;
}

/** Throws a UsageError unless `from` comes before `until`. */
export function checkSpan(name: string, from: Micros, until: Micros): void {
  if (from <= until) return;
  const what = `expected a span of time, got ${formatTime(from)} to ${formatTime(until)}`;
  throw new UsageError(`${name}: ${what}`);
}
