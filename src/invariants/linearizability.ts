import type { Call } from "./call.ts";
import { judgeHistory, withReason } from "./linearizability/judge.ts";
import type { LinearizabilityReport, SearchBounds } from "./linearizability/report.ts";
import type { Model } from "./model.ts";

export type {
  IllegalPart,
  LinearizabilityReport,
  LinearizabilityVerdict,
  SearchBounds,
} from "./linearizability/report.ts";

/**
 * Judges whether a history is linearizable: whether each call can be given one moment between its
 * invocation and its return at which it takes effect, so that the model explains every answer
 * (Herlihy and Wing 1990). A call with `info` may take effect at any moment from its invocation on,
 * or never. `calls` may come in any order.
 *
 * Each part is decided by the first of these that can: the order which the calls name themselves
 * (`order`), if it explains every answer; for a register without a value that is written twice, the
 * zones of Gibbons and Korach 1997; the search of Wing and Gong 1993 with the memory of Lowe 2017.
 * The search may take exponential time, which `bounds` limits; see {@link SearchBounds}.
 *
 * Throws a UsageError when the calls cannot be a history (a place that is taken twice, a return
 * before its invocation, a client with two calls open), or the model does not know one.
 */
export function checkLinearizability<State, Operation>(
  calls: readonly Call[],
  model: Model<State, Operation>,
  bounds: Partial<SearchBounds> = {},
): LinearizabilityReport {
  const report = judgeHistory(calls, model, bounds);
  return { ...report, illegal: report.illegal.map((part) => withReason(part, calls, model)) };
}
