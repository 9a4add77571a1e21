import { assert, fail } from "../../sim/assert.ts";
import { checkOneOf, checkRecord } from "../../sim/check.ts";
import type { Env, Node, NodeId, Operation } from "../../sim/env.ts";
import type { Micros } from "../../sim/time.ts";
import { answerCollector } from "../monitoring/answer-collector.ts";
import { metricsPage, type Stamp } from "../monitoring/metrics-page.ts";
import {
  Caller,
  type CallOptions,
  type CallState,
  type MessageOf,
  newCallState,
} from "../replicated/caller.ts";
import { Disburser, type DisburserState, newDisburserState } from "./disburser.ts";
import { type KeeperState, LeaseKeeper, newKeeperState } from "./keeper.ts";
import type { TreasuryMessage } from "./messages.ts";
import { EXECUTOR_METRICS } from "./metrics.ts";
import type { LeaseOptions } from "./options.ts";
import { TREASURY_SITES } from "./sites.ts";
import { isLeaseResult, type Request, type TreasuryResult, type TreasuryTypes } from "./types.ts";

/** The name of the lease under which disbursements are executed. */
export const EXECUTOR_LEASE = "treasury executor";

/** Who an executor is, and whom it asks. */
export interface ExecutorConfig {
  /** The name under which it holds the lease; no two executors have the same. */
  readonly identity: string;
  /** A hot standby leaves the first claim to others. */
  readonly isStandby: boolean;
  readonly lease: LeaseOptions;
  readonly call: CallOptions;
  /** How many disbursements it stages at a time. */
  readonly batchMax: number;
  /** The servers of the treasury. */
  readonly servers: readonly NodeId[];
}

/** All of an executor's memory. Nothing of it is on a disk: all that must last is replicated. */
export interface ExecutorState {
  readonly keeper: KeeperState;
  readonly disburser: DisburserState;
  /** Renewals wait for no payment: each has a session of its own. */
  readonly calls: { readonly lease: CallState; readonly work: CallState };
  /** Whether its operator has told it to stop. */
  isStopping: boolean;
  /** How often it has taken the lease, in this life. */
  acquisitions: number;
}

const CALLS = ["lease", "work"] as const;

type CallName = (typeof CALLS)[number];

/**
 * Executes disbursements while it has the lease, and waits for it while another has. It goes by its
 * own monotonic clock alone. Its operator may `stop` and `start` it; a stop gives the lease back.
 */
export class Executor implements Node<TreasuryMessage, ExecutorState> {
  state: ExecutorState = {
    keeper: newKeeperState(),
    disburser: newDisburserState(),
    calls: { lease: newCallState(), work: newCallState() },
    isStopping: false,
    acquisitions: 0,
  };
  readonly #env: Env<TreasuryMessage>;
  readonly #config: ExecutorConfig;
  readonly #keeper: LeaseKeeper;
  readonly #disburser: Disburser;
  readonly #callers: Readonly<Record<CallName, Caller<TreasuryTypes>>>;

  constructor(env: Env<TreasuryMessage>, config: ExecutorConfig) {
    this.#env = env;
    this.#config = config;
    const { servers, call: options, identity, isStandby, lease, batchMax } = config;
    const caller = (name: CallName): Caller<TreasuryTypes> =>
      new Caller(
        env,
        { servers, options, sites: TREASURY_SITES, timer: timerOf(name) },
        () => this.state.calls[name],
      );
    this.#callers = { lease: caller("lease"), work: caller("work") };
    this.#keeper = new LeaseKeeper(
      env,
      {
        ...{ lease: EXECUTOR_LEASE, holder: identity, isStandby, options: lease },
        ask: () => this.#begin("lease"),
      },
      () => this.state.keeper,
    );
    this.#disburser = new Disburser(
      env,
      { batchMax, epoch: () => this.epoch, ask: () => this.#begin("work") },
      () => this.state.disburser,
    );
  }

  onStart(): void {
    for (const name of CALLS) this.#callers[name].start();
    this.#keeper.start(this.state.calls.lease.session);
  }

  onOperation(operation: Operation): void {
    const { op } = checkExecutorOperation(operation, "operation");
    this.#env.emit(`executor told to ${op}`);
    this.state.isStopping = op === "stop";
    if (op === "start") this.#keeper.resume();
    else this.#maybeStop();
  }

  onTimer(name: string): void {
    const call = CALLS.find((known) => name === timerOf(known));
    if (call !== undefined) {
      this.#ask(call);
      return;
    }
    const due = this.#keeper.onTimer(name);
    if (due === "poll") this.#disburser.work();
    else if (due === "ends") {
      this.#giveUp();
      // Else it would ask for the lease once more.
      this.#maybeStop();
    }
  }

  onMessage(from: NodeId, message: TreasuryMessage): void {
    if (message.type === "probe" || message.type === "scrape") {
      answerCollector(this.#env, from, message, (stamp) => this.#page(stamp));
    } else if ("session" in message) {
      this.#onAnswer(from, message);
    }
  }

  onDisconnect(peer: NodeId): void {
    for (const name of CALLS) {
      const isAsked = this.#requestOf(name) !== undefined;
      if (isAsked && this.state.calls[name].asked === peer) this.#callers[name].askLater(undefined);
    }
  }

  /** The epoch in which it executes now; undefined while it does not. */
  get epoch(): number | undefined {
    return this.state.isStopping ? undefined : this.#keeper.epoch;
  }

  /** What it holds, by its own monotonic clock; it may be over. A step may be under way on it. */
  get held(): { readonly epoch: number; readonly until: Micros } | undefined {
    return this.state.keeper.held;
  }

  get isStandby(): boolean {
    return this.#config.isStandby;
  }

  #onAnswer(from: NodeId, message: TreasuryMessage & { readonly session: string }): void {
    const name = CALLS.find((known) => message.session === this.state.calls[known].session);
    if (name === undefined || this.#requestOf(name) === undefined) return;
    const caller = this.#callers[name];
    if (!("serial" in message) || !caller.isMine(message)) return;
    const { asked } = this.state.calls[name];
    if (message.type === "reply") {
      caller.onAnswer(from);
      caller.end();
      this.#onResult(name, message.result);
    } else if (message.type === "redirect" && from === asked) {
      caller.onRedirect(message.leader, this.#messageOf(name));
    } else if (message.type === "refused" && from === asked) {
      caller.onRefused(from, message.reason);
    }
  }

  #onResult(name: CallName, result: TreasuryResult): void {
    if (name === "work") {
      this.#disburser.onAnswer(result);
    } else {
      assert(isLeaseResult(result), "no answer about a lease:", result.type);
      const { epoch } = this;
      this.#keeper.onAnswer(result);
      if (this.epoch !== undefined && this.epoch !== epoch) {
        this.state.acquisitions++;
        this.#disburser.work();
      } else if (this.#keeper.epoch === undefined) this.#giveUp();
    }
    this.#maybeStop();
  }

  /** Without the lease nothing is to be sent again. */
  #giveUp(): void {
    if (!this.#disburser.isBusy) return;
    this.#disburser.abandon();
    this.#callers.work.end();
  }

  /** A step that is under way comes to its end first. */
  #maybeStop(): void {
    const { isStopping, keeper } = this.state;
    if (isStopping && !keeper.isStopped && !this.#disburser.isBusy) this.#keeper.stop();
  }

  #begin(name: CallName): void {
    this.#callers[name].begin();
    this.#ask(name);
  }

  #ask(name: CallName): void {
    if (this.#requestOf(name) !== undefined) this.#callers[name].ask(this.#messageOf(name));
  }

  #messageOf(name: CallName): MessageOf<TreasuryTypes> {
    return (session, serial) => {
      const operation = this.#requestOf(name) ?? fail("nothing to ask:", name);
      return { type: "request", session, serial, operation };
    };
  }

  #requestOf(name: CallName): Request | undefined {
    const { keeper, disburser } = this.state;
    return name === "lease" ? keeper.asked?.request : disburser.asked;
  }

  #page(stamp: Stamp): string {
    const { disburser, acquisitions } = this.state;
    const { executed, refusedStale, intents } = disburser;
    const counters = {
      lease_acquisitions: acquisitions,
      disbursements_executed: executed,
      steps_refused_stale: refusedStale,
    };
    const gauges = {
      executor_active: this.epoch === undefined ? 0 : 1,
      lease_epoch: this.epoch ?? 0,
      lease_remaining_ms: Math.floor(this.#keeper.remaining / 1_000),
      disbursements_pending: intents.length,
    };
    return metricsPage(EXECUTOR_METRICS, { counters, gauges }, stamp);
  }
}

/** The name of the timer of a call. */
function timerOf(name: CallName): string {
  return `ask for ${name}`;
}

/**
 * Reads what an operator tells an executor: `{ id, op: "stop" }`, or `start`. Throws a UsageError
 * that names the path.
 */
export function checkExecutorOperation(
  operation: Operation,
  path: string,
): { readonly op: "stop" | "start" } {
  const { op } = checkRecord(operation, path, ["id", "op"]);
  return { op: checkOneOf(op, `${path}.op`, ["stop", "start"]) };
}
