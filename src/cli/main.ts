#!/usr/bin/env node
import { existsSync, realpathSync } from "node:fs";
import { Command, CommanderError, Option } from "commander";
import { OverBudget } from "../campaign/budget.ts";
import { LeftBehind } from "../campaign/settle.ts";
import { VERSION } from "../campaign/version.ts";
import { HISTORY_FORMATS } from "../histories/history-reader.ts";
import { UsageError } from "../sim/assert.ts";
import { type CheckOptions, check } from "./check.ts";
import { CONSISTENCIES, FAILED_CAS, ISOLATION_LEVELS, MODELS } from "./checks/checkers.ts";
import { RUN_BUDGET } from "./config.ts";
import { ExitCode } from "./exit-code.ts";
import { type FuzzOptions, fuzz } from "./fuzz.ts";
import { init } from "./init.ts";
import { list } from "./list.ts";
import { type MergeOptions, merge } from "./merge.ts";
import { type ReplayOptions, replay } from "./replay.ts";
import { REPORTERS } from "./reporters/reporters.ts";
import { type RunOptions, run } from "./run.ts";
import { type ShrinkOptions, shrink } from "./shrink.ts";
import { type VerifyOptions, verify } from "./verify.ts";

const AFTER = `
A scenario is a name that \`list\` shows, a file of one's own (./my.scenario.ts), one scenario of it
(./my.scenario.ts#name) or, for fuzz and list, a folder with such files or a pattern ('raft-*').

Exit codes: 0 held, 1 violated, 2 wrong usage, 3 not deterministic, 4 not decided,
130 interrupted and nothing found, 70 a bug of stormglass.`;

function makeProgram(): Command {
  const program = new Command("stormglass")
    .description("Deterministic simulation testing of distributed systems.")
    .version(VERSION)
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .addHelpText("after", AFTER);
  program
    .command("init [folder]")
    .description("Write a scenario of one's own, its test and a config, to begin with.")
    .action((folder?: string) => init(folder));
  program
    .command("list [scenario...]")
    .description("Show every scenario, or those of some files.")
    .action((names: string[]) => list(names));
  program
    .command("run <scenario>")
    .description("Run one plan: drawn from a seed, or read from a file.")
    .option("--seed <seed>", 'seed of the plan and of its noise (default: "1")')
    .addOption(new Option("--plan <file>", "a plan as JSON, instead of a seed").conflicts("seed"))
    .option("--trace", "print every event")
    .addOption(budgetOption())
    .option("--history <file>", "write what clients asked and were told, for check to read")
    .option("--json", "print the result, with the plan, as JSON")
    .action(async (name: string, options: RunOptions) => end(await run(name, options)));
  addFuzz(program);
  program
    .command("merge <dir>")
    .description("Make one report of the reports of all shards of a campaign.")
    .option("--report <file>", "write the merged report")
    .option("--no-shrink", "leave failing plans as they are")
    .addOption(reporterOption())
    .option("--json", "the same as --reporter json")
    .action(async (folder: string, options: MergeOptions) => end(await merge(folder, options)));
  addCapsules(program);
  addCheck(program);
  return program;
}

function addCapsules(program: Command): void {
  program
    .command("replay <capsule>")
    .description("Run the plan of a capsule again, and compare.")
    .option("--trace", "print every event")
    .addOption(budgetOption())
    .action(async (path: string, options: ReplayOptions) => end(await replay(path, options)));
  program
    .command("verify <scenario>")
    .description("Run plans several times, here and in another process, and find what differs.")
    .option("--seed <seed>", 'the first seed, or the only one (default: "1")')
    .option("--seeds <count>", "so many seeds (default: 20, or 1 with --seed)")
    .addOption(
      new Option("--plan <file>", "a plan as JSON, instead of seeds").conflicts(["seed", "seeds"]),
    )
    .addOption(budgetOption())
    .option("--json", "print the result as JSON")
    .action(async (name: string, options: VerifyOptions) => end(await verify(name, options)));
  program
    .command("shrink <capsule>")
    .description("Leave out of a capsule's plan all that its failure does not need.")
    .option("--for <time>", "stop after this time, such as 30s or 10m", "60s")
    .addOption(budgetOption())
    .option("--as-test <file>", "write what is left as a Vitest file")
    .option("-o, --output <file>", "where to write the shrunk capsule (default: in failures/)")
    .action(async (path: string, options: ShrinkOptions) => end(await shrink(path, options)));
}

function addCheck(program: Command): void {
  const consistencies = `${CONSISTENCIES.join(", ")} (default: ${CONSISTENCIES[0]})`;
  const levels = `${ISOLATION_LEVELS.join(", ")} (default: ${ISOLATION_LEVELS.at(-1)})`;
  program
    .command("check <file>")
    .description("Judge a history: JSON lines, Jepsen's EDN or its log; - reads standard input.")
    .requiredOption("--model <name>", `what was asked: ${MODELS.join(", ")}`)
    .option("--consistency <name>", `${consistencies}; of transactions: ${levels}`)
    .option("--format <name>", `${HISTORY_FORMATS.join(", ")} (default: by the first line)`)
    .option(
      "--failed-cas <meaning>",
      `what a cas that failed says: ${FAILED_CAS.join(" or ")} (default: ${FAILED_CAS[0]})`,
    )
    .option("--independent", "values are pairs of a key and a value, as of jepsen.independent")
    .option("--for <time>", "stop after this time, such as 30s or 10m")
    .option("--memory <size>", "stop at this size of the search (default: 512MB)")
    .option("--html <file>", "draw what is illegal on a page")
    .option("--json", "print the result as JSON")
    .action(async (file: string, options: CheckOptions) => end(await check(file, options)));
}

function addFuzz(program: Command): void {
  program
    .command("fuzz [scenario...]")
    .description("Run a campaign: many seeds of some scenarios with their variants, or of all.")
    .option("--seeds <count>", "seeds of each scenario (default: 200, or what --for allows)")
    .option("--from <seed>", 'the first seed, a whole number (default: "1")')
    .option("--for <time>", "stop after this time, such as 30s or 10m")
    .option("--until-failure", "stop at the first seed that fails, hangs, dies, throws or changes")
    .option("--jobs <count>", "runs at once, of workers and verifiers (default: one for each core)")
    .option(
      "--shard <part>",
      "run this part of the seeds only: 3/16, or index/16 in a Kubernetes Job",
    )
    .addOption(budgetOption())
    .option("--shrink-for <time>", 'time to shrink each failing plan (default: "60s")')
    .option("--no-shrink", "leave failing plans as they are")
    .option(
      "--fingerprints <file>",
      "runs must have those kept as JSON: by scenario, of seeds 1, 2, …",
    )
    .option("--report <file>", "keep the report, to resume or merge it")
    .option("--resume <file>", "go on with a kept report, and keep it")
    .addOption(reporterOption())
    .option("--json", "the same as --reporter json")
    .action(async (names: string[], options: FuzzOptions) => end(await fuzz(names, options)));
}

function reporterOption(): Option {
  const names = Object.keys(REPORTERS).join(", ");
  const usual = "(default: text; in GitHub Actions github too)";
  const option = new Option("--reporter <name[=file]>", `${names}; may be repeated ${usual}`);
  return option.argParser((text, before: readonly string[] = []) => [...before, text]);
}

function budgetOption(): Option {
  const what = "time after which a run is given up; 0: never, as under a debugger";
  return new Option("--run-budget <time>", `${what} (default: "${RUN_BUDGET}")`);
}

function end(code: ExitCode): void {
  process.exitCode = code;
}

async function main(): Promise<void> {
  process.stdout.on("error", onClosed);
  process.once("exit", onEarlyExit);
  let isStuck = false;
  try {
    await makeProgram().parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version end here too, with code 0 and nothing to complain of; and help that is
      // shown because no command was given, which is complaint enough.
      if (error.code === "commander.help") end(ExitCode.wrongUsage);
      else if (error.exitCode !== 0) complain(error.message.replace(/^error: /, ""));
    } else if (error instanceof UsageError) {
      complain(error.message);
    } else if (error instanceof OverBudget || error instanceof LeftBehind) {
      console.error(error.message);
      end(ExitCode.violated);
      isStuck = error instanceof LeftBehind;
    } else {
      console.error(error);
      end(ExitCode.internalError);
    }
  } finally {
    process.off("exit", onEarlyExit);
    if (isProgram()) leave(isStuck);
  }
}

/** Whether this module is what the process was started with, and not called by another. */
function isProgram(): boolean {
  const path = process.argv[1];
  return path !== undefined && existsSync(path) && realpathSync(path) === import.meta.filename;
}

/**
 * Real timers and servers that code under test has left behind would keep the process for ever; and
 * if it is stuck in a promise without an end, no timer would end it.
 */
function leave(isStuck: boolean): void {
  if (isStuck) process.exit();
  const end = (): void => {
    const left = [...new Set(process.getActiveResourcesInfo())].join(", ");
    console.error(`stormglass: something that was run is still at work, and is ended: ${left}`);
    process.exit();
  };
  setTimeout(end, LEFT_ALONE_MS).unref();
}

const LEFT_ALONE_MS = 1_000;

/** A scenario's module may end the process, or wait for what never comes: nothing has held then. */
function onEarlyExit(): void {
  complain("the process has ended before the command: does a module call exit, or await for ever?");
}

/** Whoever reads, such as `head`, may have had enough. */
function onClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

function complain(message: string): void {
  console.error(`stormglass: ${message.replaceAll("\n", " ")}`);
  end(ExitCode.wrongUsage);
}

await main();
