// What is wrong with transactions, as plain data.

import type { AnomalyType } from "./levels.ts";
import type { Transactions } from "./micro-operations.ts";
import { operationsText } from "./words.ts";

/** A transaction of an anomaly. */
export interface Participant {
  /** As sentences call it: T1, T2, ... */
  readonly name: string;
  readonly client: string;
  /** Its place among the calls that were judged, 0-based. */
  readonly call: number;
  /** Where in the history it was invoked and returned, as its call has it. */
  readonly invoked: number;
  readonly returned: number | undefined;
  /** What it did, in words. */
  readonly operations: string;
}

/** One thing that is wrong. */
export interface Anomaly {
  readonly type: AnomalyType;
  /** The transactions concerned; of a cycle in its order. */
  readonly transactions: readonly Participant[];
  /** Why, in sentences; of a cycle one for each edge. */
  readonly reasons: readonly string[];
}

/** Takes down anomalies: some of each type with all that is to be said, the others as a count. */
export class Findings {
  readonly anomalies: Anomaly[] = [];
  readonly counts = new Map<AnomalyType, number>();
  readonly #transactions: Transactions;
  readonly #witnessesMax: number;

  constructor(transactions: Transactions, witnessesMax: number) {
    this.#transactions = transactions;
    this.#witnessesMax = witnessesMax;
  }

  /** Adds one that concerns these transactions, T1, T2 and so on in the reasons. */
  add(type: AnomalyType, concerned: readonly number[], reasons: () => readonly string[]): void {
    const count = (this.counts.get(type) ?? 0) + 1;
    this.counts.set(type, count);
    if (count > this.#witnessesMax) return;
    const transactions = concerned.map((number, i) => this.#participant(number, `T${i + 1}`));
    this.anomalies.push({ type, transactions, reasons: reasons() });
  }

  #participant(number: number, name: string): Participant {
    const { client, invoked, returned } = this.#transactions.calls[number]!;
    const operations = operationsText(this.#transactions, number);
    return { name, client, call: number, invoked, returned, operations };
  }
}
