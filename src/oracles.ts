// `stormglass/oracles`: judges of histories, recorded in a run or brought from elsewhere.

// From a file to calls, and from calls to a file.
export {
  type HistoryFormat,
  type HistoryOptions,
  HistoryReader,
  type ReadHistory,
} from "./histories/history-reader.ts";
export { historyLines } from "./histories/write-history.ts";
// What is judged.
export type { Call, CallOutcome } from "./invariants/call.ts";
export { formatIllegal } from "./invariants/linearizability/illegal-text.ts";
export { StreamingChecker } from "./invariants/linearizability/streaming.ts";
// Linearizability.
export {
  checkLinearizability,
  type IllegalPart,
  type LinearizabilityReport,
  type SearchBounds,
} from "./invariants/linearizability.ts";
export { type LinearizableOptions, linearizable } from "./invariants/linearizable.ts";
// Objects.
export { type Model, REFUSED } from "./invariants/model.ts";
export { findModel, type KnownModel, models } from "./invariants/models.ts";
export { type CallWords, callsOf } from "./invariants/recorded-calls.ts";
// Weaker promises.
export { checkSequential, type SequentialReport } from "./invariants/sequential.ts";
export { checkSessions, type SessionGuarantee, type SessionReport } from "./invariants/sessions.ts";
// Transactions.
export {
  checkTransactions,
  formatAnomaly,
  type TransactionsOptions,
  type TransactionsReport,
} from "./invariants/transactions/check-transactions.ts";
export {
  type TransactionalOptions,
  transactional,
} from "./invariants/transactions/transactional.ts";
