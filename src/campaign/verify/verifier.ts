import { type ChildProcess, fork } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { threadId } from "node:worker_threads";
import { UsageError } from "../../sim/assert.ts";
import type { Plan } from "../../sim/plan.ts";
import { OverBudget } from "../budget.ts";
import type { Focus } from "./effect-log.ts";
import type { Trail } from "./locate.ts";
import { perturbedEnv } from "./perturbation.ts";
import type {
  Numbered,
  OutcomeElsewhere,
  Reply,
  Request,
  ScenarioReference,
} from "./verifier-protocol.ts";

export interface VerifierOptions {
  /** The URL of a module that is a {@link ScenarioLoader}; it is loaded in the child process. */
  readonly loader: string;
  /** Real seconds that an answer may take; then the process is ended. Default: any time. */
  readonly secondsMax?: number;
}

/**
 * Runs plans in a child process where all is other that must not matter: locale, time zone,
 * environment, working directory, thread, process id, clock, random numbers, and what modules keep.
 * The process is started with the first plan, lives until `close`, and is started again if it dies.
 */
export class Verifier {
  readonly #options: VerifierOptions;
  #child: ChildProcess | undefined;
  #lastId = 0;
  readonly #open = new Map<number, Waiting>();
  /** The end of what the child has complained of. */
  #complaints = "";

  constructor(options: VerifierOptions) {
    this.#options = options;
  }

  /**
   * Runs a plan there, recorded and with frozen messages if it is asked for, and waits a moment for
   * what its handlers have begun. Throws a UsageError when there is no such scenario, an Error when
   * the process dies.
   */
  fingerprintOf(
    reference: ScenarioReference,
    plan: Plan,
    isRecorded = false,
  ): Promise<OutcomeElsewhere> {
    // The reply to this kind of request.
    return this.#ask({ kind: "run", reference, plan, isRecorded }) as Promise<OutcomeElsewhere>;
  }

  /** Runs a plan there, and notes what its programs do. */
  follow(reference: ScenarioReference, plan: Plan, focus: Focus): Promise<Trail> {
    // The reply to this kind of request.
    return this.#ask({ kind: "follow", reference, plan, focus }) as Promise<Trail>;
  }

  /** How much it was asked and has not answered yet. */
  get openCount(): number {
    return this.#open.size;
  }

  /** Another one of the same kind, whose modules are as new. */
  fresh(): Verifier {
    return new Verifier(this.#options);
  }

  /** Ends the process; what was asked and is not answered fails. */
  close(): void {
    this.#child?.kill();
  }

  #ask(request: Request): Promise<unknown> {
    const child = this.#start();
    const id = ++this.#lastId;
    const timer = this.#endLater(child);
    return new Promise((resolve, reject) => {
      this.#open.set(id, { resolve, reject });
      child.send({ id, request } satisfies Numbered);
    }).finally(() => clearTimeout(timer));
  }

  #endLater(child: ChildProcess): NodeJS.Timeout | undefined {
    const { secondsMax = Infinity } = this.#options;
    if (secondsMax === Infinity) return undefined;
    return setTimeout(() => {
      this.#end(child, new OverBudget(`no end in another process after ${secondsMax} s`));
      child.kill();
    }, secondsMax * 1_000);
  }

  #start(): ChildProcess {
    if (this.#child !== undefined) return this.#child;
    const isSource = import.meta.url.endsWith(".ts");
    const file = new URL(`./verifier-child.${isSource ? "ts" : "js"}`, import.meta.url);
    const { locale, timeZone } = Intl.DateTimeFormat().resolvedOptions();
    const child = fork(fileURLToPath(file), [this.#options.loader, String(threadId)], {
      env: perturbedEnv({ env: process.env, locale, timeZone }),
      execArgv: execArgv(isSource),
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#complaints = "";
    child.stderr?.on("data", (text) => {
      this.#complaints = `${this.#complaints}${text}`.slice(-COMPLAINTS_MAX);
    });
    child.on("message", (reply: Reply) => this.#take(reply));
    child.on("error", (error) => this.#end(child, this.#deathOf(error.message)));
    child.on("close", (code, signal) => {
      this.#end(child, this.#deathOf(`it ended with ${code ?? signal}`));
    });
    this.#child = child;
    return child;
  }

  #take(reply: Reply): void {
    const waiting = this.#open.get(reply.id);
    this.#open.delete(reply.id);
    if ("value" in reply) waiting?.resolve(reply.value);
    else waiting?.reject(errorOf(reply.error));
  }

  #deathOf(reason: string): Error {
    return new Error(`the process that verifies: ${reason}\n${this.#complaints}`.trimEnd());
  }

  #end(child: ChildProcess, error: Error): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    for (const { reject } of this.#open.values()) reject(error);
    this.#open.clear();
  }
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

const COMPLAINTS_MAX = 2_000;

/** The flags of this process for another, and what loads TypeScript if needed. */
function execArgv(isSource: boolean): string[] {
  const flags = withoutProgram(process.execArgv);
  if (!isSource || flags.some((flag) => /\btsx\b/.test(flag))) return flags;
  const tsx = createRequire(import.meta.url).resolve("tsx");
  return [...flags, "--import", pathToFileURL(tsx).href];
}

/**
 * Flags of Node without those of a debugger, and without a program given as `--eval`: the other
 * process would run that instead of its own, and start another one, and so on.
 */
export function withoutProgram(flags: readonly string[]): string[] {
  const isProgram = (flag: string | undefined): boolean => {
    return /^(-e|-p|-pe|--eval|--print|--input-type)$/.test(flag ?? "");
  };
  return flags.filter((flag, i) => {
    const name = flag.split("=", 1)[0];
    return !flag.startsWith("--inspect") && !isProgram(name) && !isProgram(flags[i - 1]);
  });
}

function errorOf({ name, message }: { readonly name: string; readonly message: string }): Error {
  return name === "UsageError" ? new UsageError(message) : new Error(`${name}: ${message}`);
}
