import { assert } from "./assert.ts";
import type { NodeId, Plain } from "./env.ts";
import type { Micros } from "./time.ts";

/**
 * How an operation ended. `open`: nobody knows yet. `ok`: it happened. `fail`: it certainly did not
 * happen and never will. `info`: the client gave up waiting; it may have happened, or may yet.
 * The words are Jepsen's.
 */
export type Outcome = "open" | "ok" | "fail" | "info";

/** What a client emits: that it invokes an operation, and then one outcome of it. */
export type HistoryEvent = "invoke" | Exclude<Outcome, "open">;

/** The data of a history event: `invoke` has the operation, the others the result. */
interface HistoryData {
  readonly id: string;
  readonly operation?: Plain;
  readonly result?: Plain;
}

/** One operation of a client, stamped in virtual time that no node can see. */
export interface HistoryEntry {
  readonly id: string;
  readonly client: NodeId;
  /** What was asked for, in the protocol's words. */
  readonly operation: Plain;
  readonly invokedAt: Micros;
  returnedAt: Micros | undefined;
  /**
   * The places of its two events among all of the history, from 1 on: what came first where times
   * are equal.
   */
  readonly invoked: number;
  returned: number | undefined;
  outcome: Outcome;
  /** With `ok` the answer, with `fail` and `info` the reason. */
  result: Plain;
}

/** An operation in the words of a model of what it was asked of; see src/invariants/call.ts. */
export interface OperationWords {
  readonly f: string;
  readonly key: string | undefined;
  readonly value: Plain;
  readonly result: Plain;
  readonly order?: number | undefined;
}

/** The history as plain data. */
export interface HistoryState {
  /** By id, in order of invocation. */
  readonly entries: Map<string, HistoryEntry>;
  /** The same as a list. */
  readonly invoked: HistoryEntry[];
  /** Those that have returned, in order of return. */
  readonly returned: HistoryEntry[];
  /** By client, how many have returned. */
  readonly returnedTo: Map<NodeId, number>;
}

/**
 * What clients asked for and what they were told: made of the `invoke`, `ok`, `fail` and `info`
 * events that they emit, with data `{ id, operation }` and `{ id, result }`.
 */
export class History {
  readonly state: HistoryState = {
    entries: new Map(),
    invoked: [],
    returned: [],
    returnedTo: new Map(),
  };

  /** All operations, in order of invocation. */
  get entries(): ReadonlyMap<string, HistoryEntry> {
    return this.state.entries;
  }

  /** All operations, in order of invocation, for those who remember how far they have read. */
  get invoked(): readonly HistoryEntry[] {
    return this.state.invoked;
  }

  /** Operations that returned, in order of return; `info` counts as a return. */
  get returned(): readonly HistoryEntry[] {
    return this.state.returned;
  }

  /** How many operations have returned to a client. */
  returnedTo(client: NodeId): number {
    return this.state.returnedTo.get(client) ?? 0;
  }

  /** Operations whose outcome is open. */
  open(): readonly HistoryEntry[] {
    return [...this.state.entries.values()].filter((entry) => entry.outcome === "open");
  }

  /** Takes in an event of a client. */
  record(client: NodeId, event: HistoryEvent, data: Plain, now: Micros): void {
    const { entries, invoked, returned, returnedTo } = this.state;
    const { id, operation, result } = checkData(event, data);
    const entry = entries.get(id);
    if (event === "invoke") {
      assert(entry === undefined, "an operation is invoked twice:", id);
      // One literal: made by spreading, each entry would have a hidden class of its own in V8, and
      // every later look at one would be several times as slow.
      const made: HistoryEntry = {
        id,
        client,
        operation,
        invokedAt: now,
        returnedAt: undefined,
        invoked: this.#place(),
        returned: undefined,
        outcome: "open",
        result: undefined,
      };
      entries.set(id, made);
      invoked.push(made);
      return;
    }
    assert(entry?.outcome === "open", "the operation is not open:", event, id);
    entry.outcome = event;
    entry.returnedAt = now;
    entry.returned = this.#place();
    entry.result = result;
    returned.push(entry);
    returnedTo.set(entry.client, this.returnedTo(entry.client) + 1);
  }

  #place(): number {
    return this.state.invoked.length + this.state.returned.length + 1;
  }
}

/** Whether an emitted event is one that makes history. */
export function isHistoryEvent(event: string): event is HistoryEvent {
  return event === "invoke" || event === "ok" || event === "fail" || event === "info";
}

function checkData(event: HistoryEvent, data: Plain): HistoryData {
  const isRecord = typeof data === "object" && data !== null && "id" in data;
  assert(isRecord && typeof data.id === "string", "no id of an operation in", event);
  // The fields that the two forms of data have, of which every part is Plain.
  return data as unknown as HistoryData;
}
