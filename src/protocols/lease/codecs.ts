// Operations, results and states as bytes.

import type { Codec } from "../codec.ts";
import {
  count,
  flag,
  listOf,
  oneOf,
  optional,
  recordOf,
  sortedMapOf,
  text,
  unionOf,
} from "../codecs.ts";
import {
  DISBURSEMENT_STATUSES,
  type Disbursement,
  ERRORS,
  type Intent,
  type Lease,
  type Ledger,
  type LoggedOperation,
  type Payment,
  type Queue,
  type Summary,
  type TreasuryResult,
  type TreasuryState,
} from "./types.ts";

const lease: Codec<Lease> = recordOf({
  holder: text,
  life: text,
  epoch: count,
  ttl: count,
  renewedAt: count,
  expiresAt: count,
  isReleased: flag,
});
const disbursement: Codec<Disbursement> = recordOf({
  to: text,
  amount: count,
  dueAt: count,
  status: oneOf(DISBURSEMENT_STATUSES),
  nonce: optional(count),
});
const payment: Codec<Payment> = recordOf({
  disbursement: text,
  to: text,
  amount: count,
  epoch: count,
});
const intent: Codec<Intent> = recordOf({
  disbursement: text,
  nonce: count,
  to: text,
  amount: count,
});
const summary: Codec<Summary> = recordOf({
  queued: count,
  staged: count,
  executed: count,
  funds: count,
  paid: count,
  epoch: count,
  refusedStale: count,
});

const kept = { lease: text, life: text, epoch: count, at: count };

export const operations: Codec<LoggedOperation> = unionOf<"op", LoggedOperation>("op", {
  acquire: { lease: text, holder: text, life: text, ttl: count, at: count },
  renew: kept,
  release: kept,
  disburse: { disbursement: text, to: text, amount: count, after: count, at: count },
  stage: { epoch: count, count, at: count },
  pay: { epoch: count, nonce: count, disbursement: text, to: text, amount: count, at: count },
  mark: { epoch: count, disbursement: text, nonce: count, at: count },
  holder: { lease: text },
  disbursement: { disbursement: text },
  summary: {},
});

export const results: Codec<TreasuryResult> = unionOf<"type", TreasuryResult>("type", {
  done: {},
  error: { error: oneOf(ERRORS), reason: text },
  granted: { epoch: count },
  intents: { intents: listOf(intent) },
  lease: { lease: optional(lease) },
  disbursement: { disbursement },
  summary: { summary },
});

const queue: Codec<Queue> = recordOf<Queue>({
  disbursements: sortedMapOf(disbursement),
  staged: growing(text),
  executed: count,
  epoch: count,
});
const ledger: Codec<Ledger> = recordOf<Ledger>({
  funds: count,
  epoch: count,
  payments: growing(payment),
  refusedStale: count,
});

export const states: Codec<TreasuryState> = recordOf<TreasuryState>({
  leases: sortedMapOf(lease),
  queue,
  ledger,
});

/** A list that its owner goes on with. */
function growing<Item>(codec: Codec<Item>): Codec<Item[]> {
  const list = listOf(codec);
  return { encode: list.encode, decode: (reader) => [...list.decode(reader)] };
}
