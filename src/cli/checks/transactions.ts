import type { Call } from "../../invariants/call.ts";
import {
  checkTransactions,
  formatAnomaly,
} from "../../invariants/transactions/check-transactions.ts";
import type { IsolationLevel } from "../../invariants/transactions/levels.ts";
import type { TransactionKind } from "../../invariants/transactions/micro-operations.ts";
import type { Checker } from "./check-report.ts";

/** Judges transactions by an isolation level; all of the history is one. */
export function transactional(kind: TransactionKind, level: IsolationLevel): Checker {
  return (calls) => {
    const report = checkTransactions(calls, { kind, level });
    const { verdict, transactions, anomalies, counts, strongest, reason } = report;
    const data = { level, counts, strongest, anomalies };
    const found = counts.map(({ type, count }) => `${count} ${type}`).join(", ");
    const participants = anomalies.flatMap((anomaly) => anomaly.transactions);
    const words = new Map(participants.map(({ call, operations }) => [calls[call], operations]));
    const explanation = {
      summary: [`not ${level}: ${found}`, `it may be ${strongest.join(", ") || "nothing"}`],
      details: anomalies.flatMap((anomaly, n) => {
        return [...(n > 0 ? [""] : []), ...formatAnomaly(anomaly).split("\n")];
      }),
      data,
      pictures: anomalies.map(({ type, transactions }) => {
        const own = transactions.map(({ call }) => calls[call]!);
        const drawn = { calls: own.sort((a, b) => a.invoked - b.invoked), prefixes: [], stuck: [] };
        return { ...drawn, title: type, states: [], isTimed: false };
      }),
      words: (call: Call) => words.get(call) ?? call.f,
    };
    const key = {
      key: "",
      verdict,
      ...(verdict === "illegal" ? { explanation } : {}),
      ...(reason === undefined ? {} : { reason }),
    };
    return { verdict, operations: transactions, keys: [key] };
  };
}
