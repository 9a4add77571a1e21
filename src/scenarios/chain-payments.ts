// A workload of the chain: accounts that pay each other, each by one client.

import type { NodeId } from "../sim/env.ts";
import type { Random } from "../sim/random/random.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { type Micros, seconds } from "../sim/time.ts";
import { balancesOf } from "./chain-settings.ts";

/** Who pays, how often, and when. */
export interface Payments {
  readonly clients: readonly NodeId[];
  readonly perSecond: number;
  readonly from: Micros;
  readonly until: Micros;
}

const ACCOUNTS = ["alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi"];

/** What the payers have in the beginning: enough for all that they pay. */
export const PAYERS: Readonly<Record<string, number>> = balancesOf(ACCOUNTS, 1_000_000_000);

/** Transfers at random times, from a random account to a random other one. */
export function payments(
  random: Random,
  { clients, perSecond, from, until }: Payments,
): PlannedOperation[] {
  const count = Math.floor(((until - from) * perSecond) / seconds(1));
  const times = Array.from({ length: count }, () => random.int(from, until)).sort((a, b) => a - b);
  return times.map((at, n) => {
    const payer = random.int(0, ACCOUNTS.length - 1);
    const payee = (payer + random.int(1, ACCOUNTS.length - 1)) % ACCOUNTS.length;
    const operation = {
      ...{ id: `pay${n}`, op: "transfer", from: ACCOUNTS[payer]!, to: ACCOUNTS[payee]! },
      amount: random.int(1, 1_000),
    };
    return { at, client: clients[payer % clients.length]!, operation };
  });
}
