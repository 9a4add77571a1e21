import { UsageError } from "../../sim/assert.ts";
import type { Call } from "../call.ts";
import { type Model, REFUSED } from "../model.ts";
import { type CasOptions, readCas, stepCasRegister } from "./cas-register.ts";
import { lookAhead } from "./key-value-look-ahead.ts";
import type { KeyValueOperation, KeyValueState } from "./key-value-operation.ts";

/**
 * A store of values by key: `get` (or `read`), `put` (or `write`), `append` of a text to a text,
 * `delete`, and `cas` as in a cas-register. A key without a value holds the empty text: absent,
 * null and "" are the same here. An append to what is no text cannot be answered.
 */
export function keyValue({ failedCas }: CasOptions): Model<KeyValueState, KeyValueOperation> {
  return {
    name: "key-value",
    init: "",
    read: (call) => readCall(call, failedCas === "observation"),
    step,
    partition: ({ key }) => key ?? "",
    isObserver: ({ kind }) => kind === "read" || kind === "refused-cas",
    asRegister: (operation) =>
      operation.kind === "read" || operation.kind === "write" ? operation : undefined,
    prepare: (operations) => lookAhead(operations, step),
  };
}

/** With a failed cas as an observation. */
export const keyValueModel = keyValue({ failedCas: "observation" });

function step(state: KeyValueState, operation: KeyValueOperation): KeyValueState | typeof REFUSED {
  if (operation.kind !== "append") return stepCasRegister(state, operation);
  return typeof state === "string" ? state + operation.value : REFUSED;
}

function readCall(call: Call, observesFailure: boolean): KeyValueOperation | undefined {
  const { f, value, outcome, result } = call;
  switch (f) {
    case "get":
    case "read":
      return outcome === "ok" ? { kind: "read", value: result ?? "" } : undefined;
    case "put":
    case "write":
      return outcome === "fail" ? undefined : { kind: "write", value: value ?? "" };
    case "delete":
      return outcome === "fail" ? undefined : { kind: "write", value: "" };
    case "append":
      if (typeof value !== "string") {
        throw new UsageError(`value: expected a text to append, got ${JSON.stringify(value)}`);
      }
      return outcome === "fail" ? undefined : { kind: "append", value };
    case "cas":
      return readKeyCas(call, observesFailure);
    default: {
      const expected = "get, put, append, delete or cas";
      throw new UsageError(`f: expected ${expected}, got ${JSON.stringify(f)}`);
    }
  }
}

function readKeyCas(call: Call, observesFailure: boolean): KeyValueOperation | undefined {
  const cas = readCas(call, observesFailure);
  if (cas === undefined) return undefined;
  const expected = cas.expected ?? "";
  if (cas.kind === "refused-cas") return { kind: cas.kind, expected };
  return { kind: cas.kind, expected, value: cas.value ?? "" };
}
