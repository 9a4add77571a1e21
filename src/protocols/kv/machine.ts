import { unreachable } from "../../sim/assert.ts";
import type { Codec } from "../codec.ts";
import { count, recordOf, sortedMapOf } from "../codecs.ts";
import type { StateMachine } from "../replicated/state-machine.ts";
import {
  equalValues,
  type KvOperation,
  type KvResult,
  type KvValue,
  kvOperations,
  kvResults,
  kvValues,
  sumOf,
} from "./commands.ts";

/** The replicated state: a function of the operations applied so far, equal on every server. */
export interface KvMachine {
  readonly keys: Map<string, KvItem>;
}

export interface KvItem {
  readonly value: KvValue;
  /** Index of the log entry that wrote the value. */
  readonly modified: number;
}

/** What the store is made of. A question is a key. */
export interface KvTypes {
  readonly request: KvOperation;
  readonly operation: KvOperation;
  readonly result: KvResult;
  readonly question: string;
  readonly answer: KvValue | undefined;
  readonly state: KvMachine;
}

const kvStates: Codec<KvMachine> = recordOf({
  keys: sortedMapOf<KvItem>(recordOf({ value: kvValues, modified: count })),
});

/** The key-value store as a state machine. */
export const kvService: StateMachine<KvTypes> = {
  initial: () => ({ keys: new Map() }),
  // Clients of the store send what their plan was checked for.
  admit: (request) => ({ operation: request as KvOperation }),
  apply: ({ keys }, index, operation) => applyOperation(keys, index, operation),
  query: ({ keys }, key) => keys.get(key)?.value,
  resultOf: (value) => ({ type: "value", value }),
  operations: kvOperations,
  results: kvResults,
  states: kvStates,
};

function applyOperation(
  keys: Map<string, KvItem>,
  index: number,
  operation: KvOperation,
): KvResult {
  const { key } = operation;
  switch (operation.op) {
    case "get":
      return { type: "value", value: keys.get(key)?.value };
    case "put":
      keys.set(key, { value: operation.value, modified: index });
      return { type: "done" };
    case "delete":
      keys.delete(key);
      return { type: "done" };
    case "cas": {
      const isSwapped = equalValues(keys.get(key)?.value, operation.expected);
      if (isSwapped) keys.set(key, { value: operation.value, modified: index });
      return { type: "cas", isSwapped };
    }
    case "add": {
      const value = sumOf(keys.get(key)?.value, operation.by);
      if (value !== undefined) keys.set(key, { value, modified: index });
      return { type: "value", value };
    }
    default:
      return unreachable(operation);
  }
}
