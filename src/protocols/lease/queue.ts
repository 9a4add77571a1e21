// The queue of disbursements. One that is due is given a nonce before anybody tries to pay it, and
// keeps it: whoever pays it, however often, pays it under that nonce, which the ledger takes once.

import { assert } from "../../sim/assert.ts";
import type { Micros } from "../../sim/time.ts";
import {
  type Disbursement,
  DONE,
  type Intent,
  type Queue,
  refused,
  type TreasuryOperation,
  type TreasuryResult,
} from "./types.ts";

type Asked<Op> = Extract<TreasuryOperation, { readonly op: Op }>;

/** Takes in what is to be paid. */
export function disburse(queue: Queue, operation: Asked<"disburse">): TreasuryResult {
  const { disbursement: name, to, amount, after, at } = operation;
  if (queue.disbursements.has(name)) return refused("exists", `there is a disbursement ${name}`);
  const dueAt = at + after;
  queue.disbursements.set(name, { to, amount, dueAt, status: "queued", nonce: undefined });
  return DONE;
}

/** Gives the next nonces to what is due, by due time and name; answers what waits to be paid. */
export function stage(queue: Queue, { epoch, count, at }: Asked<"stage">): TreasuryResult {
  if (epoch < queue.epoch) return stale(queue, epoch);
  queue.epoch = epoch;
  const room = count - (queue.staged.length - queue.executed);
  for (const [name, item] of thoseDue(queue, at).slice(0, Math.max(0, room))) {
    const nonce = queue.staged.push(name);
    queue.disbursements.set(name, { ...item, status: "staged", nonce });
  }
  const waiting = queue.staged.slice(queue.executed, queue.executed + count);
  return { type: "intents", intents: waiting.map((name) => intentOf(queue, name)) };
}

/** Marks what was paid, in the order of nonces; marked again, it stays so. */
export function mark(queue: Queue, operation: Asked<"mark">): TreasuryResult {
  const { epoch, disbursement: name, nonce } = operation;
  const item = queue.disbursements.get(name);
  if (item === undefined) return refused("not-found", `no disbursement ${name}`);
  if (epoch < queue.epoch) return stale(queue, epoch);
  if (item.nonce !== nonce) return refused("wrong-state", `${name} has not the nonce ${nonce}`);
  const isMarked = item.status === "executed";
  if (!isMarked && nonce !== queue.executed + 1) {
    return refused("wrong-state", `nonce ${queue.executed + 1} is not executed yet`);
  }
  queue.epoch = epoch;
  if (isMarked) return DONE;
  queue.disbursements.set(name, { ...item, status: "executed" });
  queue.executed = nonce;
  return DONE;
}

function stale(queue: Queue, epoch: number): TreasuryResult {
  return refused("stale", `epoch ${epoch} is older than ${queue.epoch}`);
}

/** By due time, then by name: a queue that was read back from bytes has another order. */
function thoseDue({ disbursements }: Queue, at: Micros): readonly [string, Disbursement][] {
  return [...disbursements]
    .filter(([, { status, dueAt: due }]) => status === "queued" && due <= at)
    .sort(([a, { dueAt: left }], [b, { dueAt: right }]) => left - right || (a < b ? -1 : 1));
}

function intentOf({ disbursements }: Queue, name: string): Intent {
  const { to, amount, nonce } = disbursements.get(name)!;
  assert(nonce !== undefined, "staged without a nonce:", name);
  return { disbursement: name, nonce, to, amount };
}
