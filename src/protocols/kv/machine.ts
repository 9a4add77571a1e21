import { unreachable } from "../../sim/assert.ts";
import {
  equalValues,
  type KvCommand,
  type KvOperation,
  type KvResult,
  type KvValue,
} from "./commands.ts";

/** The replicated state: a function of the commands applied so far, equal on every server. */
export interface KvMachine {
  readonly keys: Map<string, KvItem>;
  /** By session, its last operation: what makes a retry harmless. */
  readonly sessions: Map<string, { readonly serial: number; readonly result: KvResult }>;
}

export interface KvItem {
  readonly value: KvValue;
  /** Index of the log entry that wrote the value. */
  readonly modified: number;
}

/** The state before the first command. */
export function emptyKvMachine(): KvMachine {
  return { keys: new Map(), sessions: new Map() };
}

/**
 * Applies the command at a log index, once: for the session's last operation again it returns the
 * first result, and for an older one, whose client has moved on, undefined.
 * Source: exactly-once semantics of Ongaro's thesis §6.3.
 */
export function applyCommand(
  machine: KvMachine,
  index: number,
  { session, serial, operation }: KvCommand,
): KvResult | undefined {
  const last = machine.sessions.get(session);
  if (last !== undefined && serial <= last.serial) {
    return serial === last.serial ? last.result : undefined;
  }
  const result = applyOperation(machine.keys, index, operation);
  machine.sessions.set(session, { serial, result });
  return result;
}

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
    default:
      return unreachable(operation);
  }
}
