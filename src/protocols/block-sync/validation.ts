import type { InvalidTransaction } from "./executor.ts";

/** The rule that a block breaks: each has its own name. */
export type InvalidBlock =
  | "malformed header"
  | "malformed body"
  | "too large"
  | "wrong genesis"
  | "unknown parent"
  | "height gap"
  | "timestamp not after parent"
  | "timestamp in the future"
  | "unknown producer"
  | "not its slot"
  | "bad block signature"
  | "wrong transactions root"
  | "over gas limit"
  | "wrong state root"
  | `transaction: ${InvalidTransaction | "malformed"}`;
