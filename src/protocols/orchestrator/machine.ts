import { unreachable } from "../../sim/assert.ts";
import { admission } from "../replicated/admission.ts";
import type { StateMachine } from "../replicated/state-machine.ts";
import { operations, results, states } from "./codecs.ts";
import { checkOperation } from "./operation.ts";
import { applyToTask } from "./tasks.ts";
import {
  type Listing,
  type OrchestratorOperation,
  type OrchestratorResult,
  type OrchestratorState,
  type OrchestratorTypes,
  type Question,
  refused,
} from "./types.ts";
import { applyToVm } from "./vms.ts";
import { applyToWorker } from "./workers.ts";

/** The orchestrator as a state machine. */
export const orchestrator: StateMachine<OrchestratorTypes> = {
  initial: () => ({ workers: new Map(), vms: new Map(), tasks: new Map() }),
  admit: admission((request, at) => checkOperation(request, "operation", at), refused),
  apply,
  query: answer,
  resultOf: (result) => result,
  operations,
  results,
  states,
};

function apply(
  state: OrchestratorState,
  index: number,
  operation: OrchestratorOperation,
): OrchestratorResult {
  switch (operation.op) {
    case "create":
    case "start":
    case "stop":
    case "delete":
    case "report":
      return applyToVm(state, operation);
    case "register":
    case "heartbeat":
    case "mark":
    case "expire":
    case "unregister":
      return applyToWorker(state, operation);
    case "submit":
    case "run":
    case "complete":
    case "fail":
      return applyToTask(state, index, operation);
    default:
      return answer(state, operation);
  }
}

function answer(state: OrchestratorState, question: Question): OrchestratorResult {
  const { vms, tasks, workers } = state;
  switch (question.op) {
    case "status": {
      const vm = vms.get(question.vm);
      return vm ? { type: "vm", vm } : refused("not-found", `no machine ${question.vm}`);
    }
    case "task": {
      const task = tasks.get(question.task);
      return task ? { type: "task", task } : refused("not-found", `no task ${question.task}`);
    }
    case "list":
      return { type: "vms", vms: inOrder(vms, ({ status, worker }) => ({ status, worker })) };
    case "tasks":
      return { type: "tasks", tasks: inOrder(tasks, ({ status, worker }) => ({ status, worker })) };
    case "workers":
      return { type: "workers", workers: inOrder(workers, (worker) => worker) };
    default:
      return unreachable(question);
  }
}

function inOrder<Item, Line>(
  items: ReadonlyMap<string, Item>,
  lineOf: (item: Item) => Line,
): Listing<Line> {
  const names = [...items.keys()].sort();
  return names.map((name) => ({ name, line: lineOf(items.get(name)!) }));
}
