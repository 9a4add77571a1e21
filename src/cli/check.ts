import { parseSpan } from "../campaign/project/span.ts";
import { HISTORY_FORMATS, type ReadHistory } from "../histories/history-reader.ts";
import type { Call } from "../invariants/call.ts";
import type { SearchBounds } from "../invariants/linearizability.ts";
import type { Model } from "../invariants/model.ts";
import { UsageError } from "../sim/assert.ts";
import { checkOneOf } from "../sim/check.ts";
import { parseSize } from "./arguments.ts";
import type { CheckReport, KeyReport } from "./checks/check-report.ts";
import { chooseChecker, FAILED_CAS } from "./checks/checkers.ts";
import { ExitCode } from "./exit-code.ts";
import { readHistoryFile } from "./history-file.ts";
import { historyPage } from "./pictures/history-page.ts";
import { textPicture } from "./pictures/text-picture.ts";
import { formatCount } from "./table.ts";
import { checkWritable, writeText } from "./text-file.ts";

export interface CheckOptions {
  readonly model: string;
  readonly consistency?: string;
  readonly format?: string;
  /** What a cas that ended with `fail` says. */
  readonly failedCas?: string;
  /** Whether values are pairs of a key and a value. */
  readonly independent?: boolean;
  readonly for?: string;
  readonly memory?: string;
  /** Where to draw what is illegal. */
  readonly html?: string;
  readonly json?: boolean;
}

/** A report with the real time that it took, in milliseconds. */
interface Timed extends CheckReport {
  readonly ms: number;
}

/** `stormglass check <file>`: judges a history that was recorded here or elsewhere. */
export async function check(path: string, options: CheckOptions): Promise<ExitCode> {
  const name = path === "-" ? "(standard input)" : path;
  const failedCas = checkOneOf(options.failedCas ?? FAILED_CAS[0], "--failed-cas", FAILED_CAS);
  let history: ReadHistory | undefined;
  const lineOf = (place: number): number => history?.lineOf(place) ?? place;
  const wrap = (model: Model): Model => placingComplaints(model, name, lineOf);
  const { model, consistency } = options;
  const checker = chooseChecker({ model, consistency, failedCas, wrap });
  const bounds = boundsOf(options);
  const format = options.format && checkOneOf(options.format, "--format", HISTORY_FORMATS);
  if (options.html !== undefined) checkWritable(options.html);
  history = await readHistoryFile(path, {
    ...(format ? { format } : {}),
    isIndependent: options.independent === true,
  });
  const { calls } = history;
  const began = performance.now();
  const { seconds } = bounds;
  const isOver = (): boolean => performance.now() - began > seconds * 1_000;
  const task = { bounds: { ...bounds.search, isOver }, lineOf };
  const report = placingCalls(name, history, () => checker(calls, task));
  const timed = { ...report, ms: Math.round((performance.now() - began) * 10) / 10 };
  if (options.html !== undefined) {
    writeText(options.html, historyPage(name, timed, { lineOf, model: options.model }));
  }
  console.log(options.json ? JSON.stringify(jsonOf(timed), undefined, 2) : describe(name, timed));
  return EXIT_CODES[report.verdict];
}

const EXIT_CODES = {
  ok: ExitCode.held,
  illegal: ExitCode.violated,
  unknown: ExitCode.undecided,
} as const;

function boundsOf({ for: time, memory }: CheckOptions): {
  readonly seconds: number;
  readonly search: Partial<SearchBounds>;
} {
  return {
    seconds: time === undefined ? Infinity : parseSpan(time, "--for"),
    search: memory === undefined ? {} : { memoryBytes: parseSize(memory, "--memory") },
  };
}

/** The model, whose complaints about a call begin with its file and line. */
function placingComplaints(model: Model, name: string, lineOf: (place: number) => number): Model {
  return {
    ...model,
    read: (call) => {
      try {
        return model.read(call);
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        throw new UsageError(`${name}:${lineOf(placeFor(call, error.message))}: ${error.message}`);
      }
    },
  };
}

/** What is wrong with a call that is named by its place among all begins with file and line. */
function placingCalls<Result>(
  name: string,
  { calls, lineOf }: ReadHistory,
  judge: () => Result,
): Result {
  try {
    return judge();
  } catch (error) {
    const [, index, at, rest = ""] = NAMED_CALL.exec(messageOf(error)) ?? [];
    const call =
      index === undefined
        ? calls.find(({ invoked }) => invoked === Number(at))
        : calls[Number(index)];
    if (!(error instanceof UsageError) || call === undefined) throw error;
    throw new UsageError(`${name}:${lineOf(placeFor(call, rest))}: ${rest}`);
  }
}

/** By its place among all calls, or by where it was invoked. */
const NAMED_CALL = /^(?:calls\[(\d+)\]\.?|the transaction of .+? at (\d+), )(.*)$/;

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : "";
}

/** Of what is wrong with an answer, where it was given. */
function placeFor({ invoked, returned }: Call, message: string): number {
  return message.startsWith("result") ? (returned ?? invoked) : invoked;
}

function jsonOf({ verdict, operations, ms, keys }: Timed): object {
  return {
    verdict,
    operations,
    ms,
    keys: keys.map(({ key, verdict: of, explanation, reason }) => ({
      key: key === "" ? null : key,
      verdict: of,
      ...(reason === undefined ? {} : { reason }),
      ...explanation?.data,
    })),
  };
}

function describe(name: string, { verdict, operations, ms, keys }: Timed): string {
  const isKeyed = keys.some(({ key }) => key !== "");
  const count = (of: KeyReport["verdict"]): number =>
    keys.filter((one) => one.verdict === of).length;
  const counts = (["illegal", "unknown", "ok"] as const)
    .filter((of) => count(of) > 0)
    .map((of) => `${formatCount(count(of))} ${of}`);
  const facts = [
    `${formatCount(operations)} operations`,
    ...(isKeyed ? [`${formatCount(keys.length)} keys: ${counts.join(", ")}`] : []),
    `${ms} ms`,
  ];
  const width = process.stdout.columns ?? WIDTH;
  const shown = keys.filter((one) => one.verdict === "illegal").slice(0, SHOWN_MAX);
  const left = count("illegal") - shown.length;
  return [
    `${name} ${VERDICTS[verdict]}`,
    `  ${facts.join("; ")}`,
    ...keys.filter((one) => one.reason !== undefined).map(describeUnknown),
    ...shown.map((one) => `\n${describeIllegal(one, width)}`),
    ...(left > 0 ? [`\n… and ${left} more illegal keys: --json and --html have all of them`] : []),
  ].join("\n");
}

const VERDICTS = { ok: "is ok", illegal: "is illegal", unknown: "could not be decided" } as const;

/** Columns when nobody says how many there are. */
const WIDTH = 100;
/** So many keys are drawn. */
const SHOWN_MAX = 5;

function describeUnknown({ key, reason }: KeyReport): string {
  return key === "" ? `  ${reason}` : `  key ${key}: ${reason}`;
}

function describeIllegal({ key, explanation }: KeyReport, width: number): string {
  if (explanation === undefined) return "";
  const { summary, details, pictures, words } = explanation;
  const picture = pictures[0] && textPicture(pictures[0], { width: width - INDENT, words });
  return [
    ...(key === "" ? [] : [`key ${key}`]),
    ...summary.map(indent),
    ...(picture === undefined
      ? []
      : [...(summary.length > 0 ? [""] : []), indent(picture.trimEnd()), ""]),
    ...details.map(indent),
  ].join("\n");
}

const INDENT = 2;

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, " ".repeat(INDENT));
}
