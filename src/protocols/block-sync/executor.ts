/** The rule that a transaction breaks. */
export type InvalidTransaction =
  | "bad signature"
  | "nonce too low"
  | "nonce too high"
  | "insufficient balance"
  | "gas limit too low"
  | "gas limit above block"
  | "amount overflow";
