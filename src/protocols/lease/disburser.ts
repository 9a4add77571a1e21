// Works off the queue of disbursements while its owner has the lease, one by one, by nonce: stage,
// pay, mark. It may fall, or lose the lease, between any two of them; whoever comes next finds what
// is staged, pays it again under the same nonce, and marks what the ledger says it has already.

import { unreachable } from "../../sim/assert.ts";
import type { Env } from "../../sim/env.ts";
import type { Intent, TreasuryRequest, TreasuryResult } from "./types.ts";

/** What a disburser remembers, as plain data in its owner's memory. */
export interface DisburserState {
  /** What it has asked last, until that is answered. */
  asked: Step | undefined;
  /** What is left of the batch under way, by rising nonce; the first is the one in hand. */
  intents: Intent[];
  /** Counts, in this life. */
  executed: number;
  refusedStale: number;
}

/** Before the first batch. */
export function newDisburserState(): DisburserState {
  return { asked: undefined, intents: [], executed: 0, refusedStale: 0 };
}

/** When a disburser may act, and how it asks for its steps. */
export interface DisburserConfig {
  /** How many it pays before it looks again what is due. */
  readonly batchMax: number;
  /** The epoch in which it may act now; undefined when it may not. Asked before each step. */
  readonly epoch: () => number | undefined;
  /** Takes a request to the treasury, again and again until it is answered. */
  readonly ask: (request: Step) => void;
}

type Step = Exclude<TreasuryRequest, { readonly op: "disburse" }>;

/** Executes disbursements, one step at a time, for an owner who asks for its steps. */
export class Disburser {
  readonly #env: Pick<Env<never>, "emit">;
  readonly #config: DisburserConfig;
  readonly #state: () => DisburserState;

  /** `state` gives its owner's memory of it: in a recorded run that is another at each handler. */
  constructor(env: Pick<Env<never>, "emit">, config: DisburserConfig, state: () => DisburserState) {
    this.#env = env;
    this.#config = config;
    this.#state = state;
  }

  /** Whether something is on its way. */
  get isBusy(): boolean {
    return this.#state().asked !== undefined;
  }

  /** Looks what is due, if nothing is under way and it may. */
  work(): void {
    const epoch = this.#config.epoch();
    if (this.isBusy || epoch === undefined) return;
    this.#ask({ op: "stage", epoch, count: this.#config.batchMax });
  }

  /** Forgets what is under way. What was sent may happen yet, and the next one finds out. */
  abandon(): void {
    const state = this.#state();
    state.asked = undefined;
    state.intents = [];
  }

  /** The answer to what it has asked. */
  onAnswer(result: TreasuryResult): void {
    const state = this.#state();
    const { asked } = state;
    state.asked = undefined;
    switch (asked?.op) {
      case undefined:
        break;
      case "stage":
        this.#onStaged(result);
        break;
      case "pay":
        this.#onPaid(asked, result);
        break;
      case "mark":
        this.#onMarked(asked, result);
        break;
      default:
        unreachable(asked);
    }
  }

  #onStaged(result: TreasuryResult): void {
    if (result.type !== "intents") {
      this.#onRefused(result);
      return;
    }
    const { intents } = result;
    this.#state().intents = [...intents];
    if (intents.length > 0) this.#env.emit("staged", { count: intents.length });
    this.#pay();
  }

  /** The first of the batch, under the nonce that it has for good. */
  #pay(): void {
    const [intent] = this.#state().intents;
    const epoch = this.#config.epoch();
    if (intent === undefined || epoch === undefined) this.abandon();
    else this.#ask({ op: "pay", epoch, ...intent });
  }

  /** A nonce that was used has paid this disbursement, as no other ever had it. */
  #onPaid(asked: Extract<Step, { readonly op: "pay" }>, result: TreasuryResult): void {
    const isUsed = result.type === "error" && result.error === "nonce-used";
    if (result.type !== "done" && !isUsed) {
      this.#onRefused(result);
      return;
    }
    const { disbursement, nonce } = asked;
    this.#env.emit("paid", { disbursement, nonce, epoch: asked.epoch, isNews: !isUsed });
    const epoch = this.#config.epoch();
    if (epoch === undefined) this.abandon();
    else this.#ask({ op: "mark", epoch, disbursement, nonce });
  }

  #onMarked(asked: Extract<Step, { readonly op: "mark" }>, result: TreasuryResult): void {
    if (result.type !== "done") {
      this.#onRefused(result);
      return;
    }
    const state = this.#state();
    const { disbursement, nonce } = asked;
    this.#env.emit("executed", { disbursement, nonce });
    state.executed++;
    state.intents.shift();
    if (state.intents.length > 0) this.#pay();
    else this.work();
  }

  /** Somebody else is at it, or the ledger is not ready: the next poll looks anew. */
  #onRefused(result: TreasuryResult): void {
    if (result.type === "error") {
      if (result.error === "stale") this.#state().refusedStale++;
      this.#env.emit("step refused", { error: result.error, reason: result.reason });
    }
    this.abandon();
  }

  #ask(request: Step): void {
    this.#state().asked = request;
    this.#config.ask(request);
  }
}
