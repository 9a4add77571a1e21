import { UsageError } from "../../sim/assert.ts";
import type { Plain } from "../../sim/env.ts";
import type { Call } from "../call.ts";
import { isSameContent } from "../linearizability/content.ts";
import { type Model, REFUSED } from "../model.ts";

/** What a compare-and-swap register was asked, with the answer. */
export type CasRegisterOperation =
  | { readonly kind: "read"; readonly value: Plain }
  | { readonly kind: "write"; readonly value: Plain }
  /** Succeeded; or, if nobody knows, may have. */
  | { readonly kind: "cas"; readonly expected: Plain; readonly value: Plain }
  /** Was refused, as the value was another one. */
  | { readonly kind: "refused-cas"; readonly expected: Plain };

/** What a cas with the outcome `fail` says. */
export interface CasOptions {
  /**
   * `observation`: that the value was not the expected one, as in Jepsen's and Porcupine's logs of
   * etcd. `nothing`: that it did not happen, for whatever reason, and it is left out.
   */
  readonly failedCas: "observation" | "nothing";
}

/**
 * One register for each key: `read` and `write` as in a register, and `cas` with the value
 * `[expected, new]`, which was refused if it is answered `false` with `ok`; of one that ended with
 * `fail` see {@link CasOptions}. null and undefined are the same. Values are equal if their
 * contents are.
 */
export function casRegister({ failedCas }: CasOptions): Model<Plain, CasRegisterOperation> {
  return {
    name: "cas-register",
    init: undefined,
    read: (call) => readCall(call, failedCas === "observation"),
    step: stepCasRegister,
    partition: ({ key }) => key ?? "",
    isObserver: ({ kind }) => kind === "read" || kind === "refused-cas",
    asRegister: (operation) =>
      operation.kind === "read" || operation.kind === "write" ? operation : undefined,
  };
}

/** With a failed cas as an observation. */
export const casRegisterModel = casRegister({ failedCas: "observation" });

/** A register after an operation. A key of a store is such a register, with states of its own. */
export function stepCasRegister<State>(
  state: State | Plain,
  operation: CasRegisterOperation,
): State | Plain | typeof REFUSED {
  switch (operation.kind) {
    case "read":
      return isSameContent(state, operation.value) ? state : REFUSED;
    case "write":
      return operation.value;
    case "cas":
      return isSameContent(state, operation.expected) ? operation.value : REFUSED;
    case "refused-cas":
      return isSameContent(state, operation.expected) ? REFUSED : state;
  }
}

function readCall(call: Call, observesFailure: boolean): CasRegisterOperation | undefined {
  const { f, value, outcome, result } = call;
  switch (f) {
    case "read":
      return outcome === "ok" ? { kind: f, value: result ?? undefined } : undefined;
    case "write":
      return outcome === "fail" ? undefined : { kind: f, value: value ?? undefined };
    case "cas":
      return readCas(call, observesFailure);
    default:
      throw new UsageError(`f: expected read, write or cas, got ${JSON.stringify(f)}`);
  }
}

/** What a cas was, if it is known; `value` has to be `[expected, new]`. */
export function readCas(
  { value, outcome, result }: Call,
  observesFailure: boolean,
): Extract<CasRegisterOperation, { kind: "cas" | "refused-cas" }> | undefined {
  if (!Array.isArray(value) || value.length !== 2) {
    throw new UsageError(`value: expected [expected, new] of a cas, got ${JSON.stringify(value)}`);
  }
  // Checked to be a list; of which the items are Plain, as those of any list here.
  const [before, after] = value as readonly Plain[];
  const expected = before ?? undefined;
  const isRefused = outcome === "ok" && result === false;
  if (isRefused || (outcome === "fail" && observesFailure))
    return { kind: "refused-cas", expected };
  if (outcome === "fail") return undefined;
  return { kind: "cas", expected, value: after ?? undefined };
}
