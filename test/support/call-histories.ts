import fc from "fast-check";
import type { Call } from "../../src/invariants/call.ts";
import type { Plain } from "../../src/sim/env.ts";

/** What a call says, apart from when. */
export type SaidCall = Pick<Call, "f" | "key" | "value" | "outcome" | "result"> &
  Partial<Pick<Call, "order">>;

/** An invocation or a return in a drawing: `a+` opens a call, `a-` ends it. */
export function history(said: Readonly<Record<string, SaidCall>>, drawing: string): Call[] {
  const events = drawing.split(" ");
  return Object.entries(said).map(([name, call]) => {
    const returned = events.indexOf(`${name}-`);
    return placed(call, name, events.indexOf(`${name}+`), returned < 0 ? undefined : returned);
  });
}

/**
 * Histories of up to `max` calls, each by a client of its own, overlapping in all ways; an `info`
 * call returns or stays open.
 */
export function callHistories(said: fc.Arbitrary<SaidCall>, max: number): fc.Arbitrary<Call[]> {
  const one = fc.tuple(said, fc.nat(2 * max), fc.nat(max), fc.boolean());
  return fc.array(one, { minLength: 1, maxLength: max }).map((drawn) => {
    // Times are drawn with ties; twice as many places as calls, and a call's own, break them.
    const place = (time: number, i: number, isReturn: number): number =>
      (time * drawn.length + i) * 2 + isReturn;
    return drawn.map(([call, begin, lasting, isOpen], i) => {
      const returned = place(begin + lasting, i, 1);
      const stays = isOpen && call.outcome === "info";
      return placed(call, `c${i}`, place(begin, i, 0), stays ? undefined : returned);
    });
  });
}

function placed(
  call: SaidCall,
  client: string,
  invoked: number,
  returned: number | undefined,
): Call {
  const times = { invoked, returned, invokedAt: invoked, returnedAt: returned };
  return { order: undefined, ...call, ...times, client };
}

/** One of these operations on one of two keys, with an outcome and, if any, one of the answers. */
export function saidCalls(
  operations: readonly { readonly f: string; readonly value: fc.Arbitrary<Plain> }[],
  answers: fc.Arbitrary<Plain>,
): fc.Arbitrary<SaidCall> {
  const operation = fc.oneof(
    ...operations.map(({ f, value }) => fc.record({ f: fc.constant(f), value })),
  );
  const outcome = fc.oneof(
    { weight: 6, arbitrary: fc.constant("ok" as const) },
    { weight: 1, arbitrary: fc.constant("fail" as const) },
    { weight: 2, arbitrary: fc.constant("info" as const) },
  );
  const key = fc.oneof(
    { weight: 5, arbitrary: fc.constant("x") },
    { weight: 1, arbitrary: fc.constant("y") },
  );
  const order = fc.option(fc.nat(8), { nil: undefined });
  return fc.record({ operation, outcome, key, answer: answers, order }).map((said) => ({
    ...said.operation,
    key: said.key,
    outcome: said.outcome,
    result: said.outcome === "ok" ? said.answer : undefined,
    order: said.order,
  }));
}
