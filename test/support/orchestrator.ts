// An orchestrator's state machine without its servers: requests go into it one after another.

import fc from "fast-check";
import { orchestrator } from "../../src/protocols/orchestrator/machine.ts";
import type { OrchestratorTypes, Resources } from "../../src/protocols/orchestrator/types.ts";
import { type Asked as AskedOf, LoneMachine } from "./lone-machine.ts";

export type Asked = AskedOf<OrchestratorTypes>;

export class Machine extends LoneMachine<OrchestratorTypes> {
  constructor() {
    super(orchestrator);
  }
}

export const SMALL: Resources = { cpu: 4, memory: 8_192, disk: 100 };

export function register(worker: string, capacity: Resources = SMALL, ...features: string[]) {
  return { op: "register", worker, capacity, features };
}

export function create(vm: string, cpu = 1, memory = 1_024, ...features: string[]) {
  return { op: "create", vm, spec: { cpu, memory, disk: 1, features } };
}

export function submit(task: string, cpu = 2, memory = 2_048, ...features: string[]) {
  return { op: "submit", task, needs: { cpu, memory, features } };
}

const worker = fc.constantFrom("w1", "w2", "w3");
const vm = fc.constantFrom("v1", "v2", "v3", "v4");
const task = fc.constantFrom("t1", "t2", "t3", "t4");
const needs = fc.record({
  cpu: fc.integer({ min: 1, max: 3 }),
  memory: fc.integer({ min: 1, max: 5_000 }),
  disk: fc.nat(60),
  features: fc.subarray(["gpu"]),
});
const maybe = fc.option(worker, { nil: undefined });
const op = <Name extends string>(...names: readonly Name[]) => fc.constantFrom(...names);

/** Requests of every kind that meet each other: on three workers, four machines and four tasks. */
export const request: fc.Arbitrary<Asked> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ op: op("create"), vm, spec: needs }) },
  { weight: 6, arbitrary: fc.record({ op: op("start", "stop", "delete", "status"), vm }) },
  {
    weight: 4,
    arbitrary: fc.record({
      op: op("report"),
      vm,
      report: fc.constantFrom("running", "stopped", "failed"),
      worker: maybe,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      op: op("register"),
      worker,
      capacity: fc.record({ cpu: fc.constantFrom(3, 4), memory: fc.constantFrom(4_000, 8_192) }),
      features: fc.subarray(["gpu"]),
    }),
  },
  { weight: 2, arbitrary: fc.record({ op: op("heartbeat", "unregister"), worker }) },
  {
    weight: 2,
    arbitrary: fc.record({
      op: op("mark"),
      worker,
      status: fc.constantFrom("online", "busy", "offline", "failed"),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ op: op("expire"), silence: fc.integer({ min: 1, max: 9_000 }) }),
  },
  { weight: 5, arbitrary: fc.record({ op: op("submit"), task, needs }) },
  { weight: 3, arbitrary: fc.record({ op: op("run"), task, worker: maybe }) },
  {
    weight: 4,
    arbitrary: fc.record({
      op: op("complete", "fail"),
      task,
      worker: maybe,
      output: fc.string({ maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ op: op("list", "tasks", "workers") }) },
);
