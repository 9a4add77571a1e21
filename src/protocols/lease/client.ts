import { assert, unreachable } from "../../sim/assert.ts";
import type { Env, NodeId, Plain } from "../../sim/env.ts";
import { type ClientOptions, type ClientWords, ReplicatedClient } from "../replicated/client.ts";
import type { TreasuryMessage } from "./messages.ts";
import { checkTreasuryOperation, isQuestion } from "./request.ts";
import { TREASURY_SITES } from "./sites.ts";
import type { Question, Request, TreasuryResult, TreasuryTypes } from "./types.ts";

/** A client of the treasury: it orders disbursements, and asks how things stand. */
export class TreasuryClient extends ReplicatedClient<TreasuryTypes> {
  constructor(env: Env<TreasuryMessage>, servers: readonly NodeId[], options: ClientOptions) {
    super(env, { words, servers, options });
  }
}

const words: ClientWords<TreasuryTypes> = {
  sites: TREASURY_SITES,
  check: checkTreasuryOperation,
  questionOf,
  // What was refused as malformed has no place in any log, and never will.
  isRefusal: (result) => result.type === "error" && result.error === "invalid",
  showResult,
  showAnswer: showResult,
};

function questionOf(request: Request): Question {
  assert(isQuestion(request), "no question:", request.op);
  return request;
}

/** As the history has it: nothing, `{ error, reason }`, or what was found. */
function showResult(result: TreasuryResult): Plain {
  switch (result.type) {
    case "done":
      return undefined;
    case "error":
      return { error: result.error, reason: result.reason };
    case "granted":
      return { epoch: result.epoch };
    case "intents":
      return result.intents.map((intent) => ({ ...intent }));
    case "lease":
      return result.lease && { ...result.lease };
    case "disbursement":
      return { ...result.disbursement };
    case "summary":
      return { ...result.summary };
    default:
      return unreachable(result);
  }
}
