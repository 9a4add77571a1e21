import type { Call } from "../call.ts";
import type { Model } from "../model.ts";
import { type Bound, Budget } from "./budget.ts";
import { explainIllegal } from "./explain.ts";
import { isExplainedByHint } from "./hint.ts";
import { type Layout, layOut } from "./layout.ts";
import { type Part, partsOf } from "./parts.ts";
import type { IllegalPart, LinearizabilityReport, SearchBounds } from "./report.ts";
import { Search, type Unpruned } from "./search.ts";
import { StateTable } from "./state-table.ts";
import { whyIllegal } from "./why.ts";
import { judgeByZones } from "./zones.ts";

/** What all judgements of some of an illegal part's calls may cost. */
const STEPS_OF_SOME = 400_000;

/** What to leave out; the verdict is the same. Tests compare. */
export interface Without extends Unpruned {
  readonly hint?: boolean;
  readonly zones?: boolean;
  readonly lookAhead?: boolean;
}

/**
 * As `checkLinearizability`, which is documented, without the reason, and with means to leave out
 * parts of the search.
 */
export function judgeHistory<State, Operation>(
  calls: readonly Call[],
  model: Model<State, Operation>,
  bounds: Partial<SearchBounds>,
  without: Without = {},
): LinearizabilityReport {
  const parts = partsOf(calls, model);
  const budget = new Budget(bounds);
  const illegal: IllegalPart[] = [];
  const unknown: { part: string; bound: Bound }[] = [];
  for (const part of parts) {
    const judged = judgePart(part, model, budget, without);
    if (judged === undefined) continue;
    if (typeof judged === "string") unknown.push({ part: part.name, bound: judged });
    else illegal.push(judged);
  }
  const operations = parts.reduce((sum, part) => sum + part.calls.length, 0);
  const undecided = unknown.length > 0 ? "unknown" : "ok";
  const verdict = illegal.length > 0 ? "illegal" : undecided;
  return { verdict, operations, parts: parts.length, illegal, unknown };
}

/** Says why a part of a history is illegal, and by how few of its calls. */
export function withReason<State, Operation>(
  part: IllegalPart,
  calls: readonly Call[],
  model: Model<State, Operation>,
): IllegalPart {
  const failed = calls.filter(
    (call) => call.outcome === "fail" && (model.partition?.(call) ?? "") === part.part,
  );
  const leftOut = failed.filter((call) => model.read(call) === undefined);
  const budget = new Budget({ stepsMax: STEPS_OF_SOME });
  const isIllegal = (some: readonly Call[]): boolean | undefined => judgeSome(some, model, budget);
  return { ...part, ...whyIllegal(part.calls, model, isIllegal, { leftOut, stuck: part.stuck }) };
}

/** Whether some calls of one part are illegal; undefined when the budget is used up. */
function judgeSome<State, Operation>(
  calls: readonly Call[],
  model: Model<State, Operation>,
  budget: Budget,
): boolean | undefined {
  const [part] = partsOf(calls, model);
  if (part === undefined) return false;
  const layout = layOut(part, model.isObserver);
  const isLegal = judgeQuickly({ part, layout, model, budget }, {});
  if (isLegal !== undefined) return !isLegal;
  const table = new StateTable(
    model.prepare?.(part.operations) ?? model,
    model,
    layout.classes,
    budget,
  );
  const search = new Search({ layout, table, budget });
  const verdict = search.run();
  search.release();
  table.release();
  return verdict === undefined ? undefined : verdict === "illegal";
}

/** Undefined: it is linearizable. A bound: nobody knows. */
function judgePart<State, Operation>(
  part: Part<Operation>,
  model: Model<State, Operation>,
  budget: Budget,
  without: Without,
): IllegalPart | Bound | undefined {
  budget.forgetMemoryBound();
  budget.askTime();
  if (budget.bound !== undefined) return budget.bound;
  const layout = layOut(part, model.isObserver);
  const isLegal = judgeQuickly({ part, layout, model, budget }, without);
  if (isLegal === true) return undefined;
  const prepared = without.lookAhead === true ? undefined : model.prepare?.(part.operations);
  const table = new StateTable(prepared ?? model, model, layout.classes, budget);
  const search = new Search({ layout, table, budget, unpruned: without });
  const verdict = search.run();
  const isUnknown = verdict === undefined && isLegal === undefined;
  const isIllegal = verdict === "illegal" || (verdict === undefined && isLegal === false);
  const explained = isIllegal ? explainIllegal(part, layout, model, search) : undefined;
  search.release();
  table.release();
  return isUnknown ? budget.bound : explained;
}

interface Judged<State, Operation> {
  readonly part: Part<Operation>;
  readonly layout: Layout<Operation>;
  readonly model: Model<State, Operation>;
  readonly budget: Budget;
}

/** The short cuts: whether it is linearizable; undefined when they cannot tell. */
function judgeQuickly<State, Operation>(
  { part, layout, model, budget }: Judged<State, Operation>,
  without: Without,
): boolean | undefined {
  if (without.hint !== true && part.calls.some(({ order }) => order !== undefined)) {
    const table = new StateTable(model, model, layout.classes, budget);
    const isExplained = isExplainedByHint(part.calls, layout, table);
    table.release();
    if (isExplained) return true;
  }
  if (without.zones === true || model.asRegister === undefined) return undefined;
  return judgeByZones(part.operations, layout, model.init, model.asRegister);
}
