import type { Call } from "../../call.ts";
import type { AppendsView } from "./appends-view.ts";
import { type Pattern, pattern } from "./pattern.ts";
import type { TokensFault } from "./tokens.ts";
import { deedText, valueText } from "./words.ts";

/** Why a text cannot have grown from a write. */
export type AppendsFault =
  | { readonly kind: "base" | "short" | "long" }
  | { readonly kind: "read"; readonly read: number }
  | { readonly kind: "append"; readonly append: number }
  | { readonly kind: "tokens"; readonly fault: TokensFault };

/** A read that no write can explain: the faults it has with each of them. */
interface Unexplained {
  readonly call: number;
  readonly faults: readonly AppendsFault[];
  /** The write known to have happened before it that was invoked last; -1 if there is none. */
  readonly overwriter: number;
}

/** What happened, by the fault that says most. */
export function appendsSentence(
  calls: readonly Call[],
  view: AppendsView,
  { call, faults, overwriter }: Unexplained,
): Pattern {
  const deed = deedText(calls[call]!);
  const others = view.bases.some((base) => base !== undefined) ? "; no write explains that" : "";
  for (const fault of faults) {
    if (fault.kind !== "read") continue;
    const isPart = view.shows[fault.read]!.startsWith(view.shows[call]!);
    const name = isPart ? "stale read" : "reads that contradict";
    const how = isPart ? "which is but its beginning" : "which does not begin with that";
    const first = deedText(calls[fault.read]!);
    return pattern(name, `${first}, yet later ${deed}, ${how}${others}`, [fault.read, call]);
  }
  for (const fault of faults) {
    if (fault.kind !== "append") continue;
    const first = deedText(calls[fault.append]!);
    const sentence = `${first}, yet later ${deed}, where that is missing${others}`;
    return pattern("lost write", sentence, [fault.append, call]);
  }
  const tokens = faults.find((fault) => fault.kind === "tokens");
  if (tokens?.kind === "tokens" && faults.every(({ kind }) => kind === "tokens" || kind === "base"))
    return tokensSentence(calls, call, tokens.fault);
  return lengthSentence(calls, { call, faults, overwriter });
}

function tokensSentence(calls: readonly Call[], call: number, fault: TokensFault): Pattern {
  const deed = deedText(calls[call]!);
  if (fault.kind === "unknown") {
    const rest = valueText(fault.text);
    return pattern("value never written", `${deed}, but nobody appended ${rest} or its beginning`, [
      call,
    ]);
  }
  if (fault.kind === "order") {
    const [one, two] = [deedText(calls[fault.earlier]!), deedText(calls[fault.later]!)];
    const sentence = `${one}, then ${two}, yet ${deed}, the other way round`;
    return pattern("appends out of order", sentence, [fault.earlier, fault.later, call]);
  }
  const times = fault.calls.length === 1 ? "once" : `${fault.calls.length} times`;
  const by = fault.calls.map((each) => deedText(calls[each]!)).slice(0, 3);
  const who = by.length === 0 ? "" : `: ${by.join(", ")}`;
  const sentence = `${deed}, with ${valueText(fault.token)} more often than it was appended`;
  return pattern("duplicate apply", `${sentence}, at most ${times}${who}`, [...fault.calls, call]);
}

function lengthSentence(
  calls: readonly Call[],
  { call, faults, overwriter }: Unexplained,
): Pattern {
  const deed = deedText(calls[call]!);
  const isAll = (kind: AppendsFault["kind"]): boolean =>
    faults.some((fault) => fault.kind === kind) &&
    faults.every((fault) => fault.kind === kind || fault.kind === "base");
  if (isAll("long")) {
    const sentence = `${deed}, longer than all that was written and appended by then can make it`;
    return pattern("more than was written", sentence, [call]);
  }
  if (isAll("short")) {
    const sentence = `${deed}, shorter than what had been appended by then makes it`;
    return pattern("lost write", sentence, [call]);
  }
  if (overwriter >= 0 && faults.every(({ kind }) => kind === "base")) {
    const what = `${deedText(calls[overwriter]!)}, yet later ${deed}`;
    return pattern("stale read", `${what}, which began with no write that was still there`, [
      ...[overwriter, call],
    ]);
  }
  return pattern("value never written", `${deed}, which no write and appends by then make`, [call]);
}
