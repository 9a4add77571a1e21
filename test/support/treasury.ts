// A treasury's state machine without its servers: requests go into it one after another, each at
// the time that a test says.

import fc from "fast-check";
import { treasury } from "../../src/protocols/lease/machine.ts";
import type { TreasuryResult, TreasuryTypes } from "../../src/protocols/lease/types.ts";
import type { Micros } from "../../src/sim/time.ts";
import { type Asked as AskedOf, LoneMachine } from "./lone-machine.ts";

export type Asked = AskedOf<TreasuryTypes>;

/** What there is to be paid out. */
export const FUNDS = 1_000;
export const service = treasury(FUNDS);

export class Treasury extends LoneMachine<TreasuryTypes> {
  constructor() {
    super(service);
  }
}

export function acquire(life: string, holder = life, ttl: Micros = 60): Asked {
  return { op: "acquire", lease: "l", holder, life, ttl };
}

export function renew(life: string, epoch: number): Asked {
  return { op: "renew", lease: "l", life, epoch };
}

export function release(life: string, epoch: number): Asked {
  return { op: "release", lease: "l", life, epoch };
}

export function disburse(disbursement: string, after: Micros = 0, amount = 10): Asked {
  return { op: "disburse", disbursement, to: "p", amount, after };
}

export function stage(epoch: number, count = 10): Asked {
  return { op: "stage", epoch, count };
}

export function pay(epoch: number, nonce: number, disbursement: string, amount = 10): Asked {
  return { op: "pay", epoch, nonce, disbursement, to: "p", amount };
}

export function mark(epoch: number, nonce: number, disbursement: string): Asked {
  return { op: "mark", epoch, nonce, disbursement };
}

/** The kind of a result, or of a refusal. */
export function kindOf(result: TreasuryResult): string {
  return result.type === "error" ? result.error : result.type;
}

const life = fc.constantFrom("a", "b", "c");
const epoch = fc.integer({ min: 1, max: 4 });
const nonce = fc.integer({ min: 1, max: 5 });
const disbursement = fc.constantFrom("d1", "d2", "d3", "d4");
const to = fc.constantFrom("p", "q");
const amount = fc.integer({ min: 1, max: 400 });
const lease = fc.constantFrom("l", "m");
const op = <Name extends string>(...names: readonly Name[]) => fc.constantFrom(...names);
const span = fc.nat(30);

/** Requests of every kind that meet each other: two leases, three lives and four disbursements. */
export const request: fc.Arbitrary<Asked> = fc.oneof(
  fc.record({
    ...{ op: op("acquire"), lease, holder: fc.constantFrom("h", "i"), life },
    ttl: fc.integer({ min: 1, max: 40 }),
  }),
  fc.record({ op: op("renew", "release"), lease, life, epoch }),
  fc.record({ op: op("disburse"), disbursement, to, amount, after: span }),
  fc.record({ op: op("stage"), epoch, count: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ op: op("pay"), epoch, nonce, disbursement, to, amount }),
  fc.record({ op: op("mark"), epoch, nonce, disbursement }),
  fc.record({ op: op("holder"), lease }),
  fc.record({ op: op("disbursement"), disbursement }),
  fc.record({ op: op("summary") }),
);

/** Requests, each so much later than the one before. */
export const requests = fc.array(fc.tuple(fc.nat(20), request), { maxLength: 60, size: "max" });
