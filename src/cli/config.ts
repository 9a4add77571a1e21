import { existsSync } from "node:fs";
import { type Config, checkConfig } from "../campaign/project/config.ts";
import { loadModule } from "../campaign/project/load-scenarios.ts";
import { parseBudget } from "../campaign/project/span.ts";
import { UsageError } from "../sim/assert.ts";

/** The first of these in the working directory is the project's config. */
export const CONFIG_FILES = ["ts", "mts", "js", "mjs"].map((end) => `stormglass.config.${end}`);

/**
 * The config of the working directory, from the default export of its file; empty when it has none.
 * Throws a UsageError when it does not load or is wrong.
 */
export async function readConfig(): Promise<Config> {
  const file = CONFIG_FILES.find((name) => existsSync(name));
  if (file === undefined) return {};
  const { default: config } = await loadModule(file);
  if (config !== undefined) return checkConfig(unwrap(config), file);
  throw new UsageError(`${file}: expected a default export, got none`);
}

/**
 * The flags of `fuzz`, with the config of the working directory in the place of those that are not
 * given. A flag that says how long to go on stands for all that the config says of that, and a
 * report that is resumed says itself what to run.
 */
export async function withConfig<Flags extends ConfiguredOptions & { readonly resume?: string }>(
  flags: Flags,
): Promise<Flags & ConfiguredOptions> {
  const configured = configuredOptions(await readConfig());
  const { seeds: _seeds, for: _for, ...endless } = configured;
  if (flags.resume !== undefined) {
    const { from: _from, ...rest } = endless;
    return { ...rest, ...flags };
  }
  const isLimited = flags.seeds !== undefined || flags.for !== undefined;
  return { ...(isLimited ? endless : configured), ...flags };
}

/** How long a run may take if nobody says it. */
export const RUN_BUDGET = "60s";

/** The real seconds that a run may take: what the flag says, or the config. */
export async function runBudgetOf({ runBudget }: Pick<ConfiguredOptions, "runBudget">) {
  const given = runBudget ?? (await readConfig()).runBudget ?? RUN_BUDGET;
  return parseBudget(given, "--run-budget");
}

/** The config in the texts of the command line. */
export function configuredOptions(config: Config): ConfiguredOptions {
  const { seeds, from, jobs, reporters, scenarios: _, ...texts } = config;
  return {
    ...texts,
    ...(seeds === undefined ? {} : { seeds: String(seeds) }),
    ...(from === undefined ? {} : { from: String(from) }),
    ...(jobs === undefined ? {} : { jobs: String(jobs) }),
    ...(reporters === undefined ? {} : { reporter: reporters }),
  };
}

/** As commander would hand over the flags. */
export interface ConfiguredOptions {
  readonly seeds?: string;
  readonly from?: string;
  readonly for?: string;
  readonly jobs?: string;
  readonly runBudget?: string;
  readonly shrinkFor?: string;
  readonly reporter?: readonly string[];
}

/** The default export of a CommonJS module lies under that of the module. */
function unwrap(config: unknown): unknown {
  const isWrapped = typeof config === "object" && config !== null && "__esModule" in config;
  return isWrapped && "default" in config ? config.default : config;
}
