// A node's answers as the history is to have them: hashes in place of bytes.

import type { Plain } from "../../../sim/env.ts";
import { decodeHeader } from "../block.ts";
import { isMalformed } from "../encoding/rlp.ts";
import type { Checkpoint } from "../finality/vote.ts";
import type { QueryAnswer } from "../queries.ts";

/** An answer as the history is to have it. */
export function showAnswer(answer: QueryAnswer): Plain {
  switch (answer.kind) {
    case "block": {
      const { kind, transactions } = answer;
      return { kind, ...heightIn(answer), transactions };
    }
    case "transaction": {
      const { bytes: _, ...rest } = answer;
      return rest;
    }
    case "account": {
      const { proof: _, account, ...rest } = answer;
      return { ...rest, account: { ...account } };
    }
    case "damaged":
      return { kind: answer.kind, ...answer.damage };
    case "health":
      return { kind: answer.kind, ...answer.health };
    default:
      return { ...answer };
  }
}

/** The height and the hash of a block that was told of. */
export function heightIn(answer: QueryAnswer): Checkpoint | undefined {
  if (answer.kind === "height") return { height: answer.height, hash: answer.hash };
  if (answer.kind !== "block") return undefined;
  const header = decodeHeader(answer.header);
  return isMalformed(header) ? undefined : { height: header.height, hash: header.hash };
}
