// Leases, a queue of disbursements and the ledger that pays them: the state that the treasury
// replicates, what can be asked of it, and what it answers.

import type { Micros } from "../../sim/time.ts";
import type { Stamped } from "../replicated/admission.ts";

/** Who may act, for how long, and the epoch by which whatever it does is known. */
export interface Lease {
  /** By the name under which it is configured. */
  readonly holder: string;
  /** One life of one process: whoever else has the holder's name has another. */
  readonly life: string;
  /** Counts the acquisitions, from 1 on. Invariant: it never falls, and no two lives share one. */
  readonly epoch: number;
  readonly ttl: Micros;
  /** By the clock of the leader that took the request in, as all times of the log. */
  readonly renewedAt: Micros;
  /** At that time anybody may have it. Invariant: renewedAt + ttl, or when it was released. */
  readonly expiresAt: Micros;
  readonly isReleased: boolean;
}

/**
 * `queued` until it is due; `staged` once it has a nonce, which it keeps; `executed` once its
 * payment is known to be in the ledger.
 */
export type DisbursementStatus = (typeof DISBURSEMENT_STATUSES)[number];

export const DISBURSEMENT_STATUSES = ["queued", "staged", "executed"] as const;

/** A payment that is to happen once. */
export interface Disbursement {
  readonly to: string;
  /** In the smallest unit there is; at least 1. */
  readonly amount: number;
  readonly dueAt: Micros;
  readonly status: DisbursementStatus;
  /** Undefined while it is queued. */
  readonly nonce: number | undefined;
}

/** What was paid under a nonce. */
export interface Payment {
  readonly disbursement: string;
  readonly to: string;
  readonly amount: number;
  readonly epoch: number;
}

/** Accounts, and the payments in the order of their nonces. It knows of no lease. */
export interface Ledger {
  /** What is left to be paid out. */
  funds: number;
  /** The newest epoch that has paid: no older one pays any more. */
  epoch: number;
  /** By nonce, from 1 on, without a gap. */
  readonly payments: Payment[];
  /** How often an older epoch was refused. */
  refusedStale: number;
}

export interface TreasuryState {
  /** By name of the lease. */
  readonly leases: Map<string, Lease>;
  readonly queue: Queue;
  readonly ledger: Ledger;
}

/** What is to be paid. */
export interface Queue {
  readonly disbursements: Map<string, Disbursement>;
  /** The names of those that have a nonce, in the order of their nonces, from 1 on. */
  readonly staged: string[];
  /** How many of `staged`, from the first on, are executed. */
  executed: number;
  /** The newest epoch that has changed the queue: no older one does any more. */
  epoch: number;
}

/** What a holder, or who wants to be one, asks of the table. */
export type LeaseRequest =
  | {
      readonly op: "acquire";
      readonly lease: string;
      readonly holder: string;
      readonly life: string;
      readonly ttl: Micros;
    }
  | {
      readonly op: "renew" | "release";
      readonly lease: string;
      readonly life: string;
      readonly epoch: number;
    };

/** What is asked of the queue and of the ledger. */
export type TreasuryRequest =
  /** Is to be paid `after` so long at the soonest. */
  | {
      readonly op: "disburse";
      readonly disbursement: string;
      readonly to: string;
      readonly amount: number;
      readonly after: Micros;
    }
  /** Gives nonces to what is due, and answers what has one and is not executed, at most `count`. */
  | { readonly op: "stage"; readonly epoch: number; readonly count: number }
  /** The ledger's: pays once, under the next nonce. */
  | {
      readonly op: "pay";
      readonly epoch: number;
      readonly nonce: number;
      readonly disbursement: string;
      readonly to: string;
      readonly amount: number;
    }
  /** The queue's: what was paid need not be paid again. */
  | {
      readonly op: "mark";
      readonly epoch: number;
      readonly disbursement: string;
      readonly nonce: number;
    };

/** What changes nothing. */
export type Question =
  | { readonly op: "holder"; readonly lease: string }
  | { readonly op: "disbursement"; readonly disbursement: string }
  | { readonly op: "summary" };

export type Request = LeaseRequest | TreasuryRequest | Question;

export type LeaseOperation = Stamped<LeaseRequest>;
export type TreasuryOperation = Stamped<TreasuryRequest>;
/** As the log has it: what changes the state carries the time at which it was taken in. */
export type LoggedOperation = LeaseOperation | TreasuryOperation | Question;

/** Why a request for a lease was refused; it has changed nothing. */
export type LeaseError = (typeof LEASE_ERRORS)[number];

const LEASE_ERRORS = [
  /** Malformed: no server takes it in. */
  "invalid",
  /** Somebody else has the lease. */
  "held",
  /** Another life of the same name has it: two processes must not share a name. */
  "identity",
  /** The lease is over, though nobody else has it yet. */
  "expired",
  /** It is not, or not any more, the lease of who asks. */
  "not-holder",
] as const;

/** Why an operation was refused; it has changed nothing but the count of what was stale. */
export type TreasuryError = (typeof ERRORS)[number];

export const ERRORS = [
  ...LEASE_ERRORS,
  /** A newer epoch was here. */
  "stale",
  /** There is one of that name. */
  "exists",
  /** There is none of that name. */
  "not-found",
  /** It is not in a state for that. */
  "wrong-state",
  /** Something was paid under that nonce. */
  "nonce-used",
  /** A lower nonce has not been paid yet. */
  "nonce-gap",
  /** There is not so much. */
  "funds",
] as const;

/** A payment that waits, as `stage` answers it. */
export interface Intent {
  readonly disbursement: string;
  readonly nonce: number;
  readonly to: string;
  readonly amount: number;
}

/** How things stand, in numbers. */
export interface Summary {
  readonly queued: number;
  readonly staged: number;
  readonly executed: number;
  readonly funds: number;
  /** How many payments the ledger has. */
  readonly paid: number;
  /** The newest epoch that has paid. */
  readonly epoch: number;
  readonly refusedStale: number;
}

/** What a holder, or who wants to be one, is answered. */
export type LeaseResult =
  | { readonly type: "granted"; readonly epoch: number }
  | Refusal<LeaseError>;

export type TreasuryResult =
  | LeaseResult
  | Refusal<TreasuryError>
  | { readonly type: "done" }
  | { readonly type: "intents"; readonly intents: readonly Intent[] }
  | { readonly type: "lease"; readonly lease: Lease | undefined }
  | { readonly type: "disbursement"; readonly disbursement: Disbursement }
  | { readonly type: "summary"; readonly summary: Summary };

/** The treasury as a replicated service. */
export interface TreasuryTypes {
  readonly request: Request;
  readonly operation: LoggedOperation;
  readonly result: TreasuryResult;
  readonly question: Question;
  readonly answer: TreasuryResult;
  readonly state: TreasuryState;
}

export const DONE: TreasuryResult = { type: "done" };

/** Whether it may answer a {@link LeaseRequest}. */
export function isLeaseResult(result: TreasuryResult): result is LeaseResult {
  if (result.type !== "error") return result.type === "granted";
  return LEASE_ERRORS.some((error) => error === result.error);
}

/** That something was not done, and why. */
interface Refusal<Why extends TreasuryError> {
  readonly type: "error";
  readonly error: Why;
  readonly reason: string;
}

/** A refusal. */
export function refused<Why extends TreasuryError>(error: Why, reason: string): Refusal<Why> {
  return { type: "error", error, reason };
}
