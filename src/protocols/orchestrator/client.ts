import { assert, unreachable } from "../../sim/assert.ts";
import type { Env, NodeId, Plain } from "../../sim/env.ts";
import { type ClientOptions, type ClientWords, ReplicatedClient } from "../replicated/client.ts";
import { checkOrchestratorOperation, isQuestion } from "./operation.ts";
import type { OrchestratorMessage } from "./server.ts";
import { ORCHESTRATOR_SITES } from "./sites.ts";
import type {
  Listing,
  OrchestratorRequest,
  OrchestratorResult,
  OrchestratorTypes,
  Question,
} from "./types.ts";

/** A client of a replicated orchestrator. */
export class OrchestratorClient extends ReplicatedClient<OrchestratorTypes> {
  /** `home` is the server that it asks first. Default: any. */
  constructor(
    env: Env<OrchestratorMessage>,
    servers: readonly NodeId[],
    options: ClientOptions,
    home?: NodeId,
  ) {
    super(env, { words, servers, options, home });
  }
}

const words: ClientWords<OrchestratorTypes> = {
  sites: ORCHESTRATOR_SITES,
  check: checkOrchestratorOperation,
  questionOf,
  // What was refused as malformed has no place in any log, and never will.
  isRefusal: (result) => result.type === "error" && result.error === "invalid",
  showResult,
  showAnswer: showResult,
};

function questionOf(request: OrchestratorRequest): Question {
  assert(isQuestion(request), "no question:", request.op);
  return request;
}

/** As the history has it: nothing, `{ error, reason }`, or what was found. */
function showResult(result: OrchestratorResult): Plain {
  switch (result.type) {
    case "done":
      return undefined;
    case "error":
      return { error: result.error, reason: result.reason };
    case "placed":
      return { worker: result.worker };
    case "vm": {
      const { status, spec, worker } = result.vm;
      return { status, spec, worker };
    }
    case "task": {
      const { status, worker, attempts, output } = result.task;
      return { status, worker, attempts, output };
    }
    case "vms":
      return byName(result.vms);
    case "tasks":
      return byName(result.tasks);
    case "workers":
      return byName(result.workers);
    default:
      return unreachable(result);
  }
}

function byName<Line extends Plain>(listing: Listing<Line>): Plain {
  return Object.fromEntries(listing.map(({ name, line }) => [name, line]));
}
