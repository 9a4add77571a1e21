// The life of virtual machines.

import { unreachable } from "../../sim/assert.ts";
import { assignPending, bestFit, impossibility, occupy, release } from "./placement.ts";
import {
  DONE,
  type OrchestratorResult,
  type OrchestratorState,
  refused,
  type Vm,
  type VmOperation,
  type VmReport,
  type VmStatus,
} from "./types.ts";

/** From which statuses each operation leads to which; from the others it is a `wrong-state`. */
const MOVES = {
  start: new Map<VmStatus, VmStatus>([
    ["created", "starting"],
    ["stopped", "starting"],
  ]),
  stop: new Map<VmStatus, VmStatus>([
    ["starting", "stopping"],
    ["running", "stopping"],
  ]),
};

const REPORTED: Readonly<Record<VmReport, readonly VmStatus[]>> = {
  running: ["starting"],
  stopped: ["stopping"],
  failed: ["starting", "running", "stopping"],
};

const DELETABLE: readonly VmStatus[] = ["created", "stopped", "failed"];

/** Does what is asked of a machine, or refuses it and changes nothing. */
export function applyToVm(state: OrchestratorState, operation: VmOperation): OrchestratorResult {
  const { vm: name, at } = operation;
  const vm = state.vms.get(name);
  if (operation.op === "create") return vm ? exists(name) : createVm(state, operation);
  if (vm === undefined) return refused("not-found", `no machine ${name}`);
  switch (operation.op) {
    case "start":
    case "stop": {
      const status = MOVES[operation.op].get(vm.status);
      if (status === undefined) return wrongState(name, vm);
      if (operation.op === "start" && isGone(state, vm)) return unavailable(vm);
      state.vms.set(name, { ...vm, status, updatedAt: at });
      return DONE;
    }
    case "report": {
      const { report, worker } = operation;
      if (worker !== undefined && worker !== vm.worker) {
        return refused("wrong-state", `${name} is on ${vm.worker}`);
      }
      if (!REPORTED[report].includes(vm.status)) return wrongState(name, vm);
      state.vms.set(name, { ...vm, status: report, updatedAt: at });
      return DONE;
    }
    case "delete":
      if (!DELETABLE.includes(vm.status)) return wrongState(name, vm);
      state.vms.delete(name);
      release(state, vm.worker, vm.spec);
      assignPending(state, at);
      return DONE;
    default:
      return unreachable(operation);
  }
}

function createVm(
  state: OrchestratorState,
  { vm, spec, at }: Extract<VmOperation, { op: "create" }>,
): OrchestratorResult {
  const worker = bestFit(state.workers, spec);
  if (worker === undefined) {
    return refused("capacity", impossibility(state.workers, spec) ?? "no worker has room");
  }
  occupy(state, worker, spec);
  state.vms.set(vm, { spec, status: "created", worker, createdAt: at, updatedAt: at });
  return { type: "placed", worker };
}

/** Of a worker that is gone: its machines that did something have failed. */
export function failVmsOf(state: OrchestratorState, worker: string, at: number): void {
  for (const [name, vm] of [...state.vms]) {
    if (vm.worker !== worker || !REPORTED.failed.includes(vm.status)) continue;
    state.vms.set(name, { ...vm, status: "failed", updatedAt: at });
  }
}

function isGone({ workers }: OrchestratorState, { worker }: Vm): boolean {
  const status = workers.get(worker)?.status;
  return status === "offline" || status === "failed";
}

function exists(name: string): OrchestratorResult {
  return refused("exists", `there is a machine ${name}`);
}

function wrongState(name: string, { status }: Vm): OrchestratorResult {
  return refused("wrong-state", `${name} is ${status}`);
}

function unavailable({ worker }: Vm): OrchestratorResult {
  return refused("unavailable", `${worker} is gone`);
}
