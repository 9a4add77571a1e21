// Histories of stated hardness: clients of a correct object, and stale reads put into them.

import type { Call } from "../src/invariants/call.ts";
import { RandomStream } from "../src/sim/random/random.ts";

/** What makes a history hard. */
export interface Hardness {
  readonly kind: "register" | "cas-register" | "key-value";
  readonly calls: number;
  /** How many calls are open at a time. */
  readonly clients: number;
  readonly keys: number;
  /** How many different values are written; undefined: no value twice. */
  readonly values: number | undefined;
  /** At most so many calls are never answered; half of those of writes take effect. */
  readonly unanswered: number;
  /**
   * Whether some answers are wrong: in a store, for each key, one read answers what another had
   * seen overwritten before; in a register one read answers another value that was written.
   */
  readonly isStale: boolean;
  readonly seed: string;
}

/** A call that is being made. */
interface Open {
  readonly client: string;
  readonly f: string;
  readonly key: string;
  readonly value: string | number | undefined | readonly number[];
  readonly invoked: number;
  /** Whether it ends without an answer, and whether it takes effect. */
  readonly isLost: boolean;
  readonly willHappen: boolean;
  hasHappened: boolean;
  answer: string | number | boolean | undefined;
}

type Value = string | number | undefined;

/** A history: at each step some client invokes, or its call takes effect, or it returns. */
export function generate(hardness: Hardness): Call[] {
  const random = new RandomStream(`history ${JSON.stringify(hardness)}`);
  const { clients, calls: count } = hardness;
  const open: (Open | undefined)[] = new Array(clients).fill(undefined);
  const names = open.map((_, i) => `c${i}`);
  const values = new Map<string, Value>();
  const calls: Call[] = [];
  const lost = chooseLost(hardness, random);
  let places = 0;
  let begun = 0;
  while (calls.length < count) {
    const slot = random.int(0, clients - 1);
    const call = open[slot];
    if (call === undefined) {
      if (begun === count) continue;
      open[slot] = invoke(hardness, random, names[slot]!, places++, lost.has(begun));
      begun++;
    } else if (!call.hasHappened) {
      call.hasHappened = true;
      if (call.willHappen) takeEffect(call, values);
    } else {
      open[slot] = undefined;
      calls.push(ended(call, call.isLost ? undefined : places++));
      // Who has had no answer is gone; another client comes.
      if (call.isLost) names[slot] = `c${clients + call.invoked}`;
    }
  }
  calls.sort((a, b) => a.invoked - b.invoked);
  if (!hardness.isStale) return calls;
  return hardness.kind === "key-value" ? withStaleReads(calls) : withWrongRead(calls, random);
}

/** Which calls get no answer; they are spread over the history. */
function chooseLost({ calls, unanswered }: Hardness, random: RandomStream): ReadonlySet<number> {
  const all = Array.from({ length: calls }, (_, i) => i);
  return new Set(random.shuffle(all).slice(0, unanswered));
}

function invoke(
  { kind, keys, values }: Hardness,
  random: RandomStream,
  client: string,
  invoked: number,
  isLost = false,
): Open {
  const number = (): number => (values === undefined ? invoked + 1 : random.int(1, values));
  const key = String(random.int(0, keys - 1));
  const willHappen = !isLost || random.chance(0.5);
  const rest = { client, key, invoked, isLost, willHappen, hasHappened: false, answer: undefined };
  const share = random.int(1, 100);
  if (kind === "key-value") {
    if (share <= 50 && !isLost) return { ...rest, f: "get", value: undefined };
    return { ...rest, f: share > 95 ? "put" : "append", value: `x ${number()} y` };
  }
  if (share <= 34 && !isLost) return { ...rest, f: "read", value: undefined };
  if (share <= 67 || kind === "register") return { ...rest, f: "write", value: number() };
  return { ...rest, f: "cas", value: [number(), number()] };
}

function takeEffect(call: Open, values: Map<string, Value>): void {
  const { f, key, value } = call;
  const before = values.get(key);
  if (f === "read" || f === "get") call.answer = before;
  else if (f === "append") values.set(key, `${before ?? ""}${value}`);
  else if (Array.isArray(value)) {
    call.answer = before === value[0];
    if (call.answer) values.set(key, value[1]);
  } else values.set(key, value as Value);
}

function ended(call: Open, returned: number | undefined): Call {
  const { client, f, key, value, invoked, answer } = call;
  const isRefused = returned !== undefined && answer === false;
  const outcome = returned === undefined ? "info" : isRefused ? "fail" : "ok";
  const result = outcome === "ok" && f !== "cas" ? answer : undefined;
  const times = { invoked, returned, invokedAt: invoked, returnedAt: returned };
  return { client, f, key, value, outcome, result, order: undefined, ...times };
}

/**
 * In each key, of the reads in the last half, the first that can be made stale is: it answers what
 * one read did that returned before another one began, which saw more and returned before it.
 */
function withStaleReads(calls: readonly Call[]): Call[] {
  const stale = new Map<string, Call>();
  const reads = calls.filter(({ f, outcome }) => f === "get" && outcome === "ok");
  for (const [i, call] of reads.entries()) {
    if (i < reads.length / 2 || stale.has(call.key!)) continue;
    const before = reads.slice(0, i).filter(({ key }) => key === call.key);
    const last = before.findLast(({ returned }) => returned! < call.invoked);
    const old = before.findLast(({ result, returned }) => {
      return last !== undefined && returned! < last.invoked && isPrefix(result, last.result);
    });
    if (old === undefined || last === undefined) continue;
    stale.set(call.key!, { ...call, result: old.result });
  }
  const changed = new Map([...stale.values()].map((call) => [call.invoked, call]));
  return calls.map((call) => changed.get(call.invoked) ?? call);
}

/** One read of the last half answers what another call wrote. */
function withWrongRead(calls: readonly Call[], random: RandomStream): Call[] {
  const reads = calls.filter(({ f, outcome }) => f === "read" && outcome === "ok");
  const wrong = random.pick(reads.slice(reads.length >> 1));
  const written = calls.filter(({ f, value }) => f === "write" && value !== wrong.result);
  const { value } = random.pick(written);
  return calls.map((call) => (call === wrong ? { ...call, result: value } : call));
}

function isPrefix(one: unknown, other: unknown): boolean {
  if (typeof one !== "string" || typeof other !== "string") return false;
  return one.length < other.length && other.startsWith(one);
}
