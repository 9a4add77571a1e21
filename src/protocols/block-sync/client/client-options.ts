import { checkCount, checkOneOf, checkRecord } from "../../../sim/check.ts";
import type { NodeId } from "../../../sim/env.ts";
import { type Micros, ms, seconds } from "../../../sim/time.ts";
import type { Wallet } from "./wallet.ts";

export interface ChainClientOptions {
  /** How long to wait for an answer before asking again, or another node. Default: 2 s. */
  readonly requestTimeout: Micros;
  /** How long to wait in all before giving up, with the outcome unknown. Default: 60 s. */
  readonly waitMax: Micros;
  /** How often it asks whether a transfer is in the chain. Default: 500 ms. */
  readonly pollInterval: Micros;
  /** When a transfer is done. Default: included. */
  readonly until: (typeof TRANSFER_STAGES)[number];
}

/** Taken by a node, in its chain, or in a chain that is final. */
export const TRANSFER_STAGES = ["accepted", "included", "final"] as const;

export const defaultChainClientOptions: ChainClientOptions = {
  requestTimeout: seconds(2),
  waitMax: seconds(60),
  pollInterval: ms(500),
  until: "included",
};

/** Checks options from outside; throws a UsageError that names the path. */
export function checkChainClientOptions(value: unknown, path: string): ChainClientOptions {
  const fields = checkRecord(value, path, Object.keys(defaultChainClientOptions));
  return {
    requestTimeout: checkCount(fields.requestTimeout, `${path}.requestTimeout`, 1),
    waitMax: checkCount(fields.waitMax, `${path}.waitMax`, 1),
    pollInterval: checkCount(fields.pollInterval, `${path}.pollInterval`, 1),
    until: checkOneOf(fields.until, `${path}.until`, TRANSFER_STAGES),
  };
}

/** Whom a client asks, and how. */
export interface ChainClientConfig {
  /** In the order in which transfers are offered; it begins with another for each client. */
  readonly nodes: readonly NodeId[];
  readonly options: ChainClientOptions;
  /** The keys of accounts by name; it only remembers, so clients may share one. */
  readonly wallet: Wallet;
}
