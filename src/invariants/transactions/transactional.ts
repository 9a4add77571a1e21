import type { HistoryEntry } from "../../sim/history.ts";
import type { Invariant, World } from "../../sim/invariant.ts";
import { type CallWords, callsOf } from "../recorded-calls.ts";
import {
  checkTransactions,
  formatAnomaly,
  type TransactionsOptions,
} from "./check-transactions.ts";
import { forbiddenAt } from "./levels.ts";

/** How to judge the transactions of a run. */
export interface TransactionalOptions extends TransactionsOptions {
  /** An operation as a transaction: f `txn`, micro-operations; undefined leaves it out. */
  readonly words: (entry: HistoryEntry) => CallWords | undefined;
}

/**
 * At the end of a run: the transactions of its history show nothing that the level forbids. What
 * cannot be decided holds. Its cost is that of {@link checkTransactions}, once.
 */
export function transactional(name: string, options: TransactionalOptions): Invariant {
  return {
    name,
    onEnd: ({ history }: World) => {
      const { verdict, anomalies } = checkTransactions(callsOf(history, options.words), options);
      if (verdict !== "illegal") return undefined;
      const forbidden = forbiddenAt(options.level);
      const worst = anomalies.find(({ type }) => forbidden.has(type))!;
      return `not ${options.level}: ${formatAnomaly(worst, "event")}`;
    },
  };
}
