// Runs of transactions on a small store that isolates them as told, or not at all.

import type { Call } from "../../src/invariants/call.ts";
import type { Plain } from "../../src/sim/env.ts";

/**
 * `serial`: a transaction is one step. `locking`: strict two-phase locking, who must wait aborts.
 * `snapshot`: reads of the store as it was at the beginning, the first to commit wins. `none`:
 * reads and writes as they come, some reads from the snapshot, aborts that undo nothing.
 */
export type Isolation = "serial" | "locking" | "snapshot" | "none";

export interface RunOptions {
  readonly seed: number;
  readonly kind: "list-append" | "rw-register";
  readonly isolation: Isolation;
  readonly transactions: number;
  readonly clients: number;
  readonly keys: number;
  readonly operationsMax: number;
  /** In a hundred: transactions that abort for no reason, and those whose client hears nothing. */
  readonly aborts: number;
  readonly silent: number;
}

type State = number | undefined | readonly number[];

interface Running {
  readonly call: number;
  readonly operations: readonly (readonly ["r" | "w", string, number | null])[];
  readonly answers: Plain[];
  readonly snapshot: ReadonlyMap<string, State>;
  readonly begun: number;
  readonly own: Map<string, State>;
  readonly undo: Map<string, State>;
  isDone: boolean;
  isAborted: boolean;
}

/** The calls of a run, in order of invocation. */
export function runTransactions(options: RunOptions): Call[] {
  return new Store(options).run();
}

class Store {
  readonly #options: RunOptions;
  readonly #calls: Call[] = [];
  readonly #running = new Map<number, Running>();
  readonly #store = new Map<string, State>();
  readonly #versions = new Map<string, number>();
  readonly #locks = new Map<string, { readonly readers: Set<Running>; writer?: Running }>();
  #random: number;
  #place = 0;
  #commits = 0;
  #value = 0;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#random = (options.seed * 2_654_435_761 + 1) >>> 0;
  }

  run(): Call[] {
    const { clients, transactions } = this.#options;
    while (this.#calls.length < transactions || this.#running.size > 0) {
      const client = this.#draw(clients);
      const running = this.#running.get(client);
      if (running === undefined) {
        if (this.#calls.length < transactions) this.#begin(client);
      } else if (running.isDone) this.#return(client, running);
      else this.#step(running);
    }
    return this.#calls;
  }

  #draw(below: number): number {
    // Numerical Recipes' linear congruence; the high bits are the better ones.
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#random / 2 ** 32) * below);
  }

  #begin(client: number): void {
    const { keys, operationsMax, kind } = this.#options;
    const operations = Array.from({ length: 1 + this.#draw(operationsMax) }, () => {
      const key = `k${this.#draw(keys)}`;
      return this.#draw(2) === 0
        ? (["r", key, null] as const)
        : (["w", key, ++this.#value] as const);
    });
    const write = kind === "list-append" ? "append" : "w";
    const value = operations.map(([f, key, argument]) => [f === "r" ? f : write, key, argument]);
    const call = this.#calls.length;
    const invoked = ++this.#place;
    const times = { invoked, invokedAt: invoked, returned: undefined, returnedAt: undefined };
    const rest = { key: undefined, result: undefined, order: undefined, outcome: "info" } as const;
    this.#calls.push({ client: `c${client}`, f: "txn", value, ...times, ...rest });
    this.#running.set(client, {
      ...{ call, operations, answers: [], begun: this.#commits, isDone: false, isAborted: false },
      ...{ snapshot: new Map(this.#store), own: new Map(), undo: new Map() },
    });
  }

  #return(client: number, { call, answers, isAborted }: Running): void {
    this.#running.delete(client);
    const isSilent = this.#draw(100) < this.#options.silent;
    // A client that gives up says so, or says nothing.
    if (isSilent && this.#draw(2) === 0) return;
    const returned = ++this.#place;
    const ends = { returned, returnedAt: returned };
    if (isSilent) {
      this.#calls[call] = { ...this.#calls[call]!, ...ends };
      return;
    }
    const result = isAborted ? undefined : answers;
    this.#calls[call] = {
      ...this.#calls[call]!,
      ...ends,
      result,
      outcome: isAborted ? "fail" : "ok",
    };
  }

  #step(running: Running): void {
    const { isolation, aborts } = this.#options;
    const count = isolation === "serial" ? running.operations.length : 1;
    for (let i = 0; i < count; i++) this.#operate(running);
    if (running.answers.length < running.operations.length || running.isDone) return;
    if (this.#draw(100) < aborts) this.#abort(running);
    else this.#commit(running);
  }

  #operate(running: Running): void {
    const { isolation, kind } = this.#options;
    const [f, key, value] = running.operations[running.answers.length]!;
    if (isolation === "locking" && !this.#lock(running, key, f)) {
      this.#abort(running);
      return;
    }
    const isOld = isolation === "snapshot" || (isolation === "none" && this.#draw(3) === 0);
    const base = isOld ? (running.own.get(key) ?? running.snapshot.get(key)) : this.#store.get(key);
    if (f === "r") {
      running.answers.push(["r", key, base ?? null]);
      return;
    }
    const next = kind === "rw-register" ? value! : [...((base ?? []) as number[]), value!];
    running.answers.push([kind === "rw-register" ? "w" : "append", key, value]);
    running.own.set(key, next);
    if (isolation === "snapshot") return;
    if (!running.undo.has(key)) running.undo.set(key, this.#store.get(key));
    this.#store.set(key, next);
  }

  #lock(running: Running, key: string, f: "r" | "w"): boolean {
    const lock = this.#locks.get(key) ?? { readers: new Set() };
    this.#locks.set(key, lock);
    const others = [...lock.readers].filter((reader) => reader !== running);
    if (lock.writer !== undefined && lock.writer !== running) return false;
    if (f === "w" && others.length > 0) return false;
    if (f === "w") lock.writer = running;
    else lock.readers.add(running);
    return true;
  }

  #commit(running: Running): void {
    const { isolation } = this.#options;
    const written = [...running.own.keys()];
    if (isolation === "snapshot") {
      const isLate = written.some((key) => (this.#versions.get(key) ?? 0) > running.begun);
      if (isLate) {
        this.#abort(running);
        return;
      }
      for (const [key, state] of running.own) this.#store.set(key, state);
    }
    this.#commits++;
    for (const key of written) this.#versions.set(key, this.#commits);
    this.#end(running);
  }

  #abort(running: Running): void {
    running.isAborted = true;
    if (this.#options.isolation === "locking" || this.#options.isolation === "serial") {
      for (const [key, state] of running.undo) this.#store.set(key, state);
    }
    this.#end(running);
  }

  #end(running: Running): void {
    running.isDone = true;
    for (const lock of this.#locks.values()) {
      lock.readers.delete(running);
      if (lock.writer === running) delete lock.writer;
    }
  }
}
