import { dirname, relative } from "node:path";
import { runWithin } from "../campaign/budget.ts";
import { asTest } from "../campaign/capsule/as-test.ts";
import { type Capsule, makeCapsule } from "../campaign/capsule/capsule.ts";
import { parseSpan } from "../campaign/project/span.ts";
import { settled } from "../campaign/settle.ts";
import type { ShrinkProgress, Shrunk } from "../campaign/shrink/shrink.ts";
import { shrinkFailure } from "../campaign/shrink/shrink-failure.ts";
import { differenceOf } from "../campaign/verify/in-process.ts";
import type { Scenario } from "../sim/scenario.ts";
import { codeOfNow } from "./code.ts";
import { runBudgetOf } from "./config.ts";
import { ExitCode } from "./exit-code.ts";
import { describeFailure, describeShrinking, pathFor, writeCapsule } from "./failure.ts";
import { ProgressLine } from "./progress-line.ts";
import { readCapsule } from "./read-capsule.ts";
import { formatCount } from "./table.ts";
import { makeWritable, writeText } from "./text-file.ts";

export interface ShrinkOptions {
  readonly for: string;
  /** Where to write the failure as a test. */
  readonly asTest?: string;
  /** Where to write the shrunk capsule. */
  readonly output?: string;
  readonly runBudget?: string;
}

/** `stormglass shrink <capsule>`: the smallest plan that fails in the same way. */
export async function shrink(path: string, options: ShrinkOptions): Promise<ExitCode> {
  const secondsMax = parseSpan(options.for, "--for");
  const { capsule, scenario } = await readCapsule(path);
  for (const file of [options.output, options.asTest]) if (file !== undefined) makeWritable(file);
  const budget = await runBudgetOf(options);
  const result = runWithin(budget, scenario, capsule.plan);
  const difference = differenceOf(result, runWithin(budget, scenario, capsule.plan));
  await settled(result, budget);
  if (difference !== undefined) {
    console.error(`${scenario.name} is not deterministic: run twice, it gave ${difference}`);
    return ExitCode.notDeterministic;
  }
  if (result.violation === undefined) {
    console.log("the plan holds with this code: there is nothing to shrink");
    return ExitCode.held;
  }
  const { invariant } = result.violation;
  if (invariant !== capsule.violation.invariant) {
    console.error(`the plan breaks ${invariant} now, and not ${capsule.violation.invariant}`);
  }
  const shrunk = shrinkInTime(scenario, capsule, secondsMax);
  // What was left out before stays told where nothing more could be.
  const isAsBefore = capsule.shrunk !== undefined && shrunk.reductions.length === 0;
  const found = { ...capsule.found, ...(capsule.shrunk ? {} : { at: result.violation.at }) };
  const output = writeCapsule(scenario, shrunk, {
    found,
    shrunk: isAsBefore ? capsule.shrunk : shrunk,
    path: options.output ?? pathFor(scenario, shrunk.signature.id),
  });
  console.log(`${describeShrinking(shrunk)}\n`);
  console.log(describeFailure(scenario, shrunk, { capsule: output, found }));
  if (options.asTest !== undefined) writeTest(scenario, { capsule, shrunk }, options.asTest);
  return ExitCode.violated;
}

function shrinkInTime(scenario: Scenario, { plan }: Capsule, secondsMax: number): Shrunk {
  const line = new ProgressLine();
  const shrunk = shrinkFailure(scenario, plan, {
    secondsMax,
    seconds: () => performance.now() / 1_000,
    onStep: (progress) => line.show(() => describeProgress(progress)),
  });
  line.clear();
  return shrunk;
}

function describeProgress({ faults, operations, hosts, runs }: ShrinkProgress): string {
  const left = `${faults} faults, ${operations} operations, ${hosts} hosts`;
  return `${formatCount(runs)} runs, left: ${left}`;
}

function writeTest(
  scenario: Scenario,
  { capsule, shrunk }: { readonly capsule: Capsule; readonly shrunk: Shrunk },
  path: string,
): void {
  const { found } = capsule;
  const small = makeCapsule(scenario, shrunk, { code: codeOfNow(), found, shrunk });
  const scenarioModule = found.file === undefined ? undefined : moduleFrom(path, found.file);
  const text = asTest(small, { module: "stormglass", scenarioModule });
  writeText(path, text);
  console.log(`  as a test: ${path}`);
}

/** A file as a module in another file imports it: as JavaScript, or tsc wants a flag for it. */
function moduleFrom(importer: string, file: string): string {
  const script = file.replace(/\.([cm]?)ts$/, ".$1js");
  const path = relative(dirname(importer), script).replaceAll("\\", "/");
  return path.startsWith(".") ? path : `./${path}`;
}
