import type { Call } from "../call.ts";
import type { Model } from "../model.ts";
import { placeText, valueText } from "./patterns/words.ts";
import type { IllegalPart } from "./report.ts";

/** The most calls that are listed, and states. */
const CALLS_MAX = 12;
const STATES_MAX = 4;

/**
 * Why a part is illegal, in a few lines: what happened, or else the call that could not be placed
 * and the states before it; then the smallest illegal calls found, one a line. Places in brackets
 * are those of the history, from invocation to return; one that is open may have happened or not.
 */
export function formatIllegal<State, Operation>(
  part: IllegalPart,
  model?: Pick<Model<State, Operation>, "describe">,
): string {
  const describe = model?.describe?.call ?? callText;
  const where = part.part === "" ? "not linearizable" : `key ${part.part} is not linearizable`;
  const { calls, smallest, isMinimal } = part;
  const size = `${smallest.length} of ${calls.length} calls`;
  const what = isMinimal ? "of which none can be left out" : "the fewest found";
  return [
    `${where}: ${part.sentence ?? stuckText(part, describe)}`,
    `  in ${size}, ${what}:`,
    ...linesOf(smallest, calls, describe),
  ].join("\n");
}

function stuckText(
  { calls, stuck, states, prefixes }: IllegalPart,
  describe: (call: Call) => string,
): string {
  const call = calls[stuck]!;
  const who = `${call.client} ${describe(call)} ${placeText(call)}`;
  const shown = states.slice(0, STATES_MAX).join(" or ");
  const more = states.length > STATES_MAX ? ` or ${states.length - STATES_MAX} more` : "";
  const after = `in the longest order found, of ${prefixes[0]?.length ?? 0} calls`;
  return `no place for ${who}: ${after}, the state before it is ${shown}${more}`;
}

function linesOf(
  smallest: readonly number[],
  calls: readonly Call[],
  describe: (call: Call) => string,
): string[] {
  const isLong = smallest.length > CALLS_MAX;
  // The last ones show the contradiction.
  const shown = isLong ? smallest.slice(-(CALLS_MAX - 1)) : smallest;
  const listed = shown.map((place) => calls[place]!);
  const width = Math.max(...listed.map(({ client }) => client.length));
  const lines = listed.map(
    (call) => `    ${call.client.padEnd(width)}  ${describe(call)}  ${placeText(call)}`,
  );
  return isLong ? [`    ... ${smallest.length - shown.length} before`, ...lines] : lines;
}

/** As it stands in the history: `cas [1,2] -> true`. */
function callText({ f, value, outcome, result }: Call): string {
  const argument = value === undefined || value === null ? "" : ` ${valueText(value)}`;
  if (outcome === "info") return `${f}${argument} -> ?`;
  const isSilent = outcome === "ok" && f !== "read" && f !== "get" && (result ?? null) === null;
  const answer = outcome === "fail" ? "failed" : valueText(result);
  return isSilent ? `${f}${argument}` : `${f}${argument} -> ${answer}`;
}
