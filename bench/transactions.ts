// `node --import tsx bench/transactions.ts [--spoil n] [transactions]`: how long it takes to judge
// transactions, of the form that Jepsen's workloads have; with `--spoil n`, with n wrong answers.

import { fileURLToPath } from "node:url";
import { formatCount, formatTable } from "../src/cli/table.ts";
import type { Call } from "../src/invariants/call.ts";
import { checkTransactions } from "../src/invariants/transactions/check-transactions.ts";
import type { TransactionKind } from "../src/invariants/transactions/micro-operations.ts";
import type { Plain } from "../src/sim/env.ts";
import { RandomStream } from "../src/sim/random/random.ts";

/** How transactions are made. */
export interface Workload {
  readonly kind: TransactionKind;
  readonly transactions: number;
  readonly clients: number;
  /** Micro-operations of each transaction, half of them reads. */
  readonly operations: number;
  /** Keys in use at a time, and how many writes wear one out, so that another takes its place. */
  readonly keys: number;
  readonly writesPerKey: number;
}

/** As Jepsen's append workload draws them: 4 micro-operations, lists of up to 32 elements. */
export const WORKLOAD: Workload = {
  kind: "list-append",
  transactions: 100_000,
  clients: 20,
  operations: 4,
  keys: 10,
  writesPerKey: 32,
};

interface Client {
  readonly call: number;
  answers: Plain | undefined;
}

/**
 * The calls of a strictly serializable execution: each transaction takes effect at one instant
 * between its invocation and its return; one in a hundred aborts, and of one in a hundred the
 * outcome is unknown.
 */
export function transactionsOf(workload: Workload, seed: string): Call[] {
  const random = new RandomStream(seed);
  const { kind, transactions, clients } = workload;
  const calls: Call[] = [];
  const running: (Client | undefined)[] = Array.from({ length: clients });
  const store = new Map<number, Plain>();
  const draw = operationsOf(workload, random);
  let place = 0;
  let open = 0;
  while (calls.length < transactions || open > 0) {
    const client = random.int(0, clients - 1);
    const now = running[client];
    if (now === undefined) {
      if (calls.length === transactions) continue;
      running[client] = { call: calls.length, answers: undefined };
      open++;
      const invoked = ++place;
      const times = { invoked, invokedAt: invoked, returned: undefined, returnedAt: undefined };
      const rest = {
        key: undefined,
        result: undefined,
        outcome: "info",
        order: undefined,
      } as const;
      calls.push({ client: `c${client}`, f: "txn", value: draw(), ...times, ...rest });
    } else if (now.answers === undefined) {
      const isAborted = random.chance(0.01);
      now.answers = isAborted ? "aborted" : perform(calls[now.call]!.value, store, kind);
    } else {
      running[client] = undefined;
      open--;
      if (random.chance(0.01)) continue;
      const returned = ++place;
      const outcome = now.answers === "aborted" ? "fail" : "ok";
      const end = { outcome, result: now.answers, returned, returnedAt: returned } as const;
      calls[now.call] = { ...calls[now.call]!, ...end };
    }
  }
  return calls;
}

function operationsOf(workload: Workload, random: RandomStream): () => Plain {
  const { kind, operations, keys, writesPerKey } = workload;
  const write = kind === "list-append" ? "append" : "w";
  const inUse = Array.from({ length: keys }, (_, i) => ({ key: i, writes: 0 }));
  let next = keys;
  return () =>
    Array.from({ length: operations }, () => {
      const at = random.int(0, keys - 1);
      if (inUse[at]!.writes === writesPerKey) inUse[at] = { key: next++, writes: 0 };
      const { key } = inUse[at]!;
      return random.chance(0.5) ? ["r", key, null] : [write, key, ++inUse[at]!.writes];
    });
}

function perform(asked: Plain, store: Map<number, Plain>, kind: TransactionKind): Plain {
  // As made above.
  return (asked as [string, number, number][]).map(([f, key, value]) => {
    const before = store.get(key) ?? null;
    if (f === "r") return [f, key, before];
    store.set(key, kind === "rw-register" ? value : [...((before ?? []) as Plain[]), value]);
    return [f, key, value];
  });
}

/** Takes, of so many reads, what was written last out of the answer. */
export function spoil(calls: readonly Call[], count: number, seed: string): Call[] {
  const random = new RandomStream(seed);
  const spoilt = [...calls];
  for (let left = count; left > 0; ) {
    const at = random.int(0, calls.length - 1);
    const { outcome, result } = spoilt[at]!;
    // As made above.
    const answers = result as readonly (readonly [string, number, Plain])[];
    if (outcome !== "ok" || new Set(answers.map(([, key]) => key)).size < answers.length) continue;
    const read = answers.findIndex(([f, , value]) => f === "r" && value !== null);
    if (read === -1) continue;
    const [f, key, value] = answers[read]!;
    const older = Array.isArray(value) ? value.slice(0, -1) : null;
    spoilt[at] = { ...spoilt[at]!, result: answers.with(read, [f, key, older]) };
    left--;
  }
  return spoilt;
}

function measure(transactions: number, wrong: number): string[][] {
  const head = ["kind", "level", "transactions", "wrong", "verdict", "best of 5, ms"];
  const rows = (["list-append", "rw-register"] as const).flatMap((kind) => {
    const made = transactionsOf({ ...WORKLOAD, kind, transactions }, "1");
    const calls = spoil(made, wrong, "2");
    return (["serializable", "strict-serializable"] as const).map((level) => {
      let verdict = "";
      const times = Array.from({ length: 5 }, () => {
        const began = process.hrtime.bigint();
        verdict = checkTransactions(calls, { kind, level }).verdict;
        return Number(process.hrtime.bigint() - began) / 1e6;
      });
      const best = Math.min(...times).toFixed(0);
      return [kind, level, formatCount(transactions), String(wrong), verdict, best];
    });
  });
  return [head, ...rows];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const args = process.argv.slice(2);
  const wrong = args[0] === "--spoil" ? Number(args[1]) : 0;
  const transactions = Number(args[args[0] === "--spoil" ? 2 : 0] ?? WORKLOAD.transactions);
  console.log(formatTable(measure(transactions, wrong)));
}
