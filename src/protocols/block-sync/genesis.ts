import type { Micros } from "../../sim/time.ts";
import type { Address, PublicKey } from "./transaction.ts";

/** What all nodes of a chain agree on before it begins; another genesis is another chain. */
export interface GenesisOptions {
  /** Of the chain. */
  readonly name: string;
  /** Since 1970. No block is older. */
  readonly timestamp: Micros;
  /** Slot n begins n times that after genesis, and belongs to validator n modulo their number. */
  readonly slotTime: Micros;
  /** In the order of their slots. */
  readonly validators: readonly PublicKey[];
  /** What accounts have in the beginning, by address. */
  readonly balances: Readonly<Record<Address, number>>;
}
