import { unreachable } from "../../sim/assert.ts";
import { admission } from "../replicated/admission.ts";
import type { StateMachine } from "../replicated/state-machine.ts";
import { operations, results, states } from "./codecs.ts";
import { pay } from "./ledger.ts";
import { disburse, mark, stage } from "./queue.ts";
import { checkOperation } from "./request.ts";
import { applyToLease } from "./table.ts";
import {
  type LoggedOperation,
  type Question,
  refused,
  type Summary,
  type TreasuryResult,
  type TreasuryState,
  type TreasuryTypes,
} from "./types.ts";

/**
 * The treasury as a state machine. Its three parts share a log and nothing else: the table gives
 * leases, and queue and ledger go by the epochs that they are shown, as they would elsewhere.
 */
export function treasury(funds: number): StateMachine<TreasuryTypes> {
  return {
    initial: () => ({
      leases: new Map(),
      queue: { disbursements: new Map(), staged: [], executed: 0, epoch: 0 },
      ledger: { funds, epoch: 0, payments: [], refusedStale: 0 },
    }),
    admit: admission((request, at) => checkOperation(request, "request", at), refused),
    apply: (state, _index, operation) => apply(state, operation),
    query: answer,
    resultOf: (result) => result,
    operations,
    results,
    states,
  };
}

function apply(state: TreasuryState, operation: LoggedOperation): TreasuryResult {
  switch (operation.op) {
    case "acquire":
    case "renew":
    case "release":
      return applyToLease(state.leases, operation);
    case "disburse":
      return disburse(state.queue, operation);
    case "stage":
      return stage(state.queue, operation);
    case "pay": {
      const { nonce, disbursement, to, amount, epoch } = operation;
      return pay(state.ledger, nonce, { disbursement, to, amount, epoch });
    }
    case "mark":
      return mark(state.queue, operation);
    default:
      return answer(state, operation);
  }
}

function answer(state: TreasuryState, question: Question): TreasuryResult {
  switch (question.op) {
    case "holder":
      return { type: "lease", lease: state.leases.get(question.lease) };
    case "disbursement": {
      const { disbursement: name } = question;
      const disbursement = state.queue.disbursements.get(name);
      if (disbursement === undefined) return refused("not-found", `no disbursement ${name}`);
      return { type: "disbursement", disbursement };
    }
    case "summary":
      return { type: "summary", summary: summaryOf(state) };
    default:
      return unreachable(question);
  }
}

/** How the treasury stands, in numbers. */
export function summaryOf({ queue, ledger }: TreasuryState): Summary {
  const { disbursements, staged, executed } = queue;
  const { funds, payments, epoch, refusedStale } = ledger;
  return {
    ...{ queued: disbursements.size - staged.length, staged: staged.length - executed },
    ...{ executed, funds, paid: payments.length, epoch, refusedStale },
  };
}
