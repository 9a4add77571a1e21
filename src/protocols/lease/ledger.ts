// The ledger: it pays each nonce once, in order, and nobody whose epoch is older than one that it
// knows. It does not know who holds a lease, nor what the time is, and needs neither.
// Source: fencing tokens, Kleppmann, How to do distributed locking (2016); nonces as in Ethereum.

import { assert } from "../../sim/assert.ts";
import { DONE, type Ledger, type Payment, refused, type TreasuryResult } from "./types.ts";

/** Pays, if the epoch is not stale, the nonce is the next one, and there is enough. */
export function pay(ledger: Ledger, nonce: number, payment: Payment): TreasuryResult {
  const { epoch, amount } = payment;
  const { payments } = ledger;
  assert(nonce >= 1 && amount >= 1, "no payment:", nonce, amount);
  if (epoch < ledger.epoch) {
    ledger.refusedStale++;
    return refused("stale", `epoch ${epoch} is older than ${ledger.epoch}`);
  }
  const next = payments.length + 1;
  if (nonce < next) {
    const { disbursement } = payments[nonce - 1]!;
    return refused("nonce-used", `nonce ${nonce} has paid ${disbursement}`);
  }
  if (nonce > next) return refused("nonce-gap", `nonce ${nonce} before ${next}`);
  if (amount > ledger.funds) return refused("funds", `${amount} of ${ledger.funds}`);
  ledger.epoch = epoch;
  ledger.funds -= amount;
  payments.push(payment);
  return DONE;
}
