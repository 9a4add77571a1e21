// The state machine of source document S2; numbers are those of its requirements.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { REFUSED } from "../../../src/invariants/model.ts";
import { vmModel } from "../../../src/invariants/models/vm.ts";
import { ByteReader, ByteWriter } from "../../../src/protocols/codec.ts";
import { operations, results } from "../../../src/protocols/orchestrator/codecs.ts";
import { orchestrator } from "../../../src/protocols/orchestrator/machine.ts";
import { minus } from "../../../src/protocols/orchestrator/placement.ts";
import type {
  OrchestratorResult,
  OrchestratorState,
  Resources,
} from "../../../src/protocols/orchestrator/types.ts";
import {
  type Asked,
  create,
  Machine,
  register,
  request,
  SMALL,
  submit,
} from "../../support/orchestrator.ts";

const requests = fc.array(request, { minLength: 1, maxLength: 60, size: "max" });

/** What is placed on a worker, added up. */
function placedOn(state: OrchestratorState, id: string): Resources {
  const vms = [...state.vms.values()].filter(({ worker }) => worker === id);
  const tasks = [...state.tasks.values()].filter(
    ({ worker, status }) => worker === id && (status === "assigned" || status === "running"),
  );
  const all = [...vms.map(({ spec }) => spec), ...tasks.map(({ needs }) => needs)];
  return all.reduce<Resources>(
    (sum, { cpu, memory, disk }) => ({
      cpu: sum.cpu + cpu,
      memory: sum.memory + memory,
      disk: sum.disk + disk,
    }),
    { cpu: 0, memory: 0, disk: 0 },
  );
}

describe("whatever is asked", () => {
  it("S2.48: what a worker has in use is what is placed there, and never more than it has", () => {
    const property = fc.property(requests, (asked) => {
      const machine = new Machine();
      for (const one of asked) {
        machine.do(one);
        for (const [id, { used, capacity }] of machine.state.workers) {
          expect(used).toEqual(placedOn(machine.state, id));
          expect(Math.min(...Object.values(minus(capacity, used)))).toBeGreaterThanOrEqual(0);
        }
      }
    });
    fc.assert(property, { numRuns: 300 });
  });

  it("S2.37: a refusal changes nothing", () => {
    const property = fc.property(requests, (asked) => {
      const machine = new Machine();
      for (const one of asked) {
        const before = machine.bytes();
        const { type } = machine.do(one);
        if (type === "error") expect(machine.bytes()).toEqual(before);
      }
    });
    fc.assert(property, { numRuns: 300 });
  });

  it("S2.9: a machine read back from bytes answers and goes on as the one that wrote them", () => {
    const property = fc.property(requests, requests, (before, after) => {
      const machine = new Machine();
      machine.do(...before);
      const copy = machine.copy();
      expect(copy.state).toEqual(machine.state);
      for (const one of after) expect(copy.do(one)).toEqual(machine.do(one));
      expect(copy.bytes()).toEqual(machine.bytes());
    });
    fc.assert(property, { numRuns: 300 });
  });

  it("operations and results are read back from bytes as they were", () => {
    const property = fc.property(requests, (asked) => {
      const machine = new Machine();
      for (const one of asked) {
        const admitted = orchestrator.admit(one, () => 5);
        expect("operation" in admitted).toBe(true);
        if ("operation" in admitted)
          expect(roundTrip(operations, admitted.operation)).toEqual(admitted.operation);
        const result = machine.do(one);
        expect(roundTrip(results, result)).toEqual(result);
      }
    });
    fc.assert(property, { numRuns: 100 });
  });

  it("a machine's life is the model's, error by error", () => {
    const one = fc.oneof(
      fc.constantFrom<Asked>(
        create("v"),
        ...["start", "stop", "delete", "status"].map((op) => ({ op, vm: "v" })),
        ...["running", "stopped", "failed"].map((report) => ({ op: "report", vm: "v", report })),
      ),
    );
    const property = fc.property(fc.array(one, { maxLength: 40, size: "max" }), (asked) => {
      const machine = new Machine();
      machine.do(register("w1"));
      asked.reduce((state, request) => {
        const operation = vmModel.read(callOf(request, machine.do(request)))!;
        const next = vmModel.step(state, operation);
        expect(next).not.toBe(REFUSED);
        return next === REFUSED ? state : next;
      }, vmModel.init);
    });
    fc.assert(property, { numRuns: 500 });
  });
});

function roundTrip<Value>(
  codec: { encode(value: Value, writer: ByteWriter): void; decode(reader: ByteReader): Value },
  value: Value,
): Value {
  const writer = new ByteWriter();
  codec.encode(value, writer);
  return codec.decode(new ByteReader(writer.bytes, 0));
}

/** A request with its answer as a call that the model reads. */
function callOf(request: Asked, result: OrchestratorResult): Parameters<typeof vmModel.read>[0] {
  const fields = request as { op: string; spec?: never; report?: string };
  const shown =
    result.type === "error"
      ? { error: result.error }
      : result.type === "vm"
        ? { status: result.vm.status, spec: { ...result.vm.spec } }
        : undefined;
  return {
    ...{ client: "c", id: "1", key: "v", f: fields.op, outcome: "ok", invoked: 0, returned: 1 },
    value: fields.spec ?? fields.report,
    result: shown,
  } as never;
}

describe("placement", () => {
  it("is on the worker that keeps least", () => {
    const machine = new Machine();
    machine.do(register("w1", { cpu: 8, memory: 8_192, disk: 100 }), register("w2"));
    expect(machine.do(create("v"))).toEqual({ type: "placed", worker: "w2" });
  });

  it("weighs a processor as much as 1 GB", () => {
    const machine = new Machine();
    machine.do(register("w1", { cpu: 5, memory: 8_192, disk: 9 }));
    machine.do(register("w2", { cpu: 4, memory: 9_215, disk: 9 }));
    expect(machine.do(create("v"))).toEqual({ type: "placed", worker: "w2" });
    machine.do(create("u", 1, 1));
    expect(machine.state.vms.get("u")?.worker).toBe("w2");
  });

  it("of equal workers is on the first by name, in whatever order they came", () => {
    const machine = new Machine();
    machine.do(register("w2"), register("w10"), register("w3"));
    expect(machine.do(create("v"))).toEqual({ type: "placed", worker: "w10" });
  });

  it("asks for every feature", () => {
    const machine = new Machine();
    machine.do(register("w1", SMALL, "gpu"), register("w2", SMALL, "gpu", "ssd"));
    expect(machine.do(create("v", 1, 1, "ssd", "gpu"))).toEqual({ type: "placed", worker: "w2" });
  });

  it("takes room: what fits an empty worker does not fit a full one", () => {
    const machine = new Machine();
    machine.do(register("w1"));
    expect(machine.do(create("a", 3))).toEqual({ type: "placed", worker: "w1" });
    expect(machine.do(create("b", 2))).toMatchObject({ error: "capacity" });
    expect(machine.do({ op: "delete", vm: "a" }, create("b", 2))).toMatchObject({ worker: "w1" });
  });

  it.each<[string, Asked, string]>([
    ["processors", create("v", 5), "no worker is so large"],
    ["memory", create("v", 1, 8_193), "no worker is so large"],
    ["features", create("v", 1, 1, "gpu"), "no worker has gpu"],
    ["disk", { op: "create", vm: "v", spec: { cpu: 1, memory: 1, disk: 101 } }, "so large"],
  ])("refuses what asks for more %s than any worker has", (_what, asked, reason) => {
    const machine = new Machine();
    const result = machine.do(register("w1"), asked);
    expect(result).toMatchObject({ error: "capacity", reason: expect.stringContaining(reason) });
  });

  it("is on none that is busy, offline or failed", () => {
    const machine = new Machine();
    machine.do(register("w1"), { op: "mark", worker: "w1", status: "busy" });
    expect(machine.do(create("v"))).toMatchObject({ error: "capacity" });
    machine.do({ op: "mark", worker: "w1", status: "online" });
    expect(machine.do(create("v"))).toMatchObject({ worker: "w1" });
  });
});

describe("a task", () => {
  const ended = { op: "complete", task: "t", output: "42" };

  it("goes from assigned to running to completed, and keeps its result", () => {
    const machine = new Machine();
    const placed = machine.do(register("w1"), submit("t"));
    expect(placed).toEqual({ type: "placed", worker: "w1" });
    machine.do({ op: "run", task: "t", worker: "w1" });
    expect(machine.state.tasks.get("t")?.status).toBe("running");
    machine.do({ ...ended, worker: "w1" });
    expect(machine.do({ op: "task", task: "t" })).toMatchObject({
      task: { status: "completed", worker: "w1", output: "42", attempts: 1 },
    });
  });

  it.each(["complete", "fail", "run"])("that has ended refuses a %s", (op) => {
    const machine = new Machine();
    machine.do(register("w1"), submit("t"), ended);
    expect(machine.do({ op, task: "t", output: "43" })).toMatchObject({ error: "wrong-state" });
    expect(machine.state.tasks.get("t")?.output).toBe("42");
  });

  it("S2.35: waits for room; six of two processors run on three empty workers of four", () => {
    const machine = new Machine();
    machine.do(...["w1", "w2", "w3"].map((id) => register(id)));
    machine.do(...Array.from({ length: 50 }, (_, i) => submit(`t${i}`)));
    const statuses = [...machine.state.tasks.values()].map(({ status }) => status);
    expect(statuses.filter((status) => status === "assigned").length).toBe(6);
    expect(statuses.filter((status) => status === "pending").length).toBe(44);
  });

  it("that has waited longest is next, and one that does not fit holds up none", () => {
    const machine = new Machine();
    machine.do(register("w1"), submit("a", 3), submit("z", 4), submit("c", 3), submit("b", 3));
    machine.do(submit("small", 1));
    expect(machine.state.tasks.get("small")?.status).toBe("assigned");
    machine.do({ op: "complete", task: "a", output: "" });
    const { tasks } = machine.state;
    expect(["z", "c", "b"].map((name) => tasks.get(name)?.status)).toEqual([
      ...["pending", "assigned", "pending"],
    ]);
  });

  it("moves when its worker is lost, and no word of that worker counts any more", () => {
    const machine = new Machine();
    machine.do(register("w1"), submit("t"), { op: "run", task: "t", worker: "w1" });
    machine.do(register("w2"), { op: "mark", worker: "w1", status: "failed" });
    expect(machine.state.tasks.get("t")).toMatchObject({
      ...{ status: "assigned", worker: "w2", attempts: 2 },
    });
    expect(machine.do({ ...ended, worker: "w1" })).toMatchObject({ error: "wrong-state" });
    expect(machine.do({ ...ended, worker: "w2" })).toEqual({ type: "done" });
  });

  it("waits when its worker is lost and there is no other", () => {
    const machine = new Machine();
    machine.do(register("w1"), submit("t"), { op: "mark", worker: "w1", status: "offline" });
    expect(machine.state.tasks.get("t")).toMatchObject({ status: "pending", worker: undefined });
    machine.do(register("w1"));
    expect(machine.state.tasks.get("t")).toMatchObject({ status: "assigned", worker: "w1" });
  });

  it.each([
    ["no worker at all", [], submit("t")],
    ["none so large", [register("w1")], submit("t", 1_000, 1_024)],
    ["none with that feature", [register("w1")], submit("t", 1, 1, "gpu")],
  ])("is refused where there is %s", (_why, before, asked) => {
    const machine = new Machine();
    machine.do({ op: "list" }, ...before);
    expect(machine.do(asked)).toMatchObject({ error: "capacity" });
    expect(machine.state.tasks.size).toBe(0);
  });

  it("is there once, and none is where none was submitted", () => {
    const machine = new Machine();
    expect(machine.do(register("w1"), submit("t"), submit("t"))).toMatchObject({ error: "exists" });
    expect(machine.do({ op: "task", task: "u" })).toMatchObject({ error: "not-found" });
    expect(machine.do({ op: "run", task: "u" })).toMatchObject({ error: "not-found" });
  });
});

describe("a worker", () => {
  const expire = { op: "expire", silence: 1_500 };

  it("that is not heard of is taken for dead, and its machines fail; others stay", () => {
    const machine = new Machine();
    machine.do(register("w1"), create("v"), { op: "start", vm: "v" }, create("u"));
    machine.do(register("w2"), expire);
    const { workers, vms } = machine.state;
    expect([workers.get("w1")?.status, workers.get("w2")?.status]).toEqual(["failed", "online"]);
    expect([vms.get("v")?.status, vms.get("u")?.status]).toEqual(["failed", "created"]);
    expect(machine.do({ op: "start", vm: "u" })).toMatchObject({ error: "unavailable" });
  });

  it("that is heard of lives on", () => {
    const machine = new Machine();
    machine.do(register("w1"), { op: "list" }, { op: "heartbeat", worker: "w1" }, expire);
    expect(machine.state.workers.get("w1")?.status).toBe("online");
  });

  it("that is taken for dead must register again, with room for what it holds", () => {
    const machine = new Machine();
    machine.do(register("w1"), create("v", 3), { op: "mark", worker: "w1", status: "failed" });
    expect(machine.do({ op: "heartbeat", worker: "w1" })).toMatchObject({ error: "wrong-state" });
    expect(machine.do({ op: "mark", worker: "w1", status: "online" })).toMatchObject({
      error: "wrong-state",
    });
    const small = { cpu: 2, memory: 8_192, disk: 100 };
    expect(machine.do(register("w1", small))).toMatchObject({ error: "capacity" });
    expect(machine.do(register("w1"))).toEqual({ type: "done" });
    expect(machine.do(register("w1"))).toMatchObject({ error: "exists" });
  });

  it("is struck off when there is nothing on it", () => {
    const machine = new Machine();
    const unregister = { op: "unregister", worker: "w1" };
    expect(machine.do(register("w1"), create("v"), unregister)).toMatchObject({
      error: "wrong-state",
    });
    expect(machine.do({ op: "delete", vm: "v" }, unregister)).toEqual({ type: "done" });
    expect(machine.do(unregister)).toMatchObject({ error: "not-found" });
  });

  it("reports on machines that are there, and on no others", () => {
    const machine = new Machine();
    machine.do(register("w1"), create("v"), { op: "start", vm: "v" });
    const report = { op: "report", vm: "v", report: "running" };
    expect(machine.do({ ...report, worker: "w2" })).toMatchObject({ error: "wrong-state" });
    expect(machine.do({ ...report, worker: "w1" })).toEqual({ type: "done" });
  });
});

describe("a question", () => {
  it("is answered by name, in the order of names", () => {
    const machine = new Machine();
    machine.do(register("w1"), create("b"), create("a"), submit("t", 1, 1));
    const line = { status: "created", worker: "w1" };
    const vms = [
      { name: "a", line },
      { name: "b", line },
    ];
    expect(machine.do({ op: "list" })).toEqual({ type: "vms", vms });
    const tasks = [{ name: "t", line: { status: "assigned", worker: "w1" } }];
    expect(machine.do({ op: "tasks" })).toEqual({ type: "tasks", tasks });
    expect(machine.do({ op: "workers" })).toMatchObject({ type: "workers" });
  });
});

describe("S2.37: a malformed request", () => {
  const spec = { cpu: 1, memory: 1 };
  it.each<[string, unknown, string]>([
    ["no record", "create", "operation: expected an object"],
    ["no operation", {}, "operation.op: expected one of create, start"],
    ["an unknown operation", { op: "frob" }, 'got "frob"'],
    ["no name", { op: "create", spec }, "operation.vm: expected a text, got nothing"],
    ["an empty name", { op: "create", vm: "", spec }, "operation.vm: expected a text"],
    ["a long name", { op: "create", vm: "x".repeat(1_003), spec }, "at most 255 characters"],
    ["a name that is no text", { op: "start", vm: 7 }, "operation.vm: expected a text, got 7"],
    ["a name that is no Unicode", { op: "start", vm: "\ud800" }, "expected Unicode"],
    ["no processor", { op: "create", vm: "v", spec: { cpu: 0, memory: 1 } }, "spec.cpu: expected"],
    ["no memory", { op: "create", vm: "v", spec: { cpu: 1, memory: 0 } }, "spec.memory: expected"],
    ["half a processor", { op: "submit", task: "t", needs: { cpu: 0.5, memory: 1 } }, "got 0.5"],
    ["no number", { op: "submit", task: "t", needs: { cpu: "2", memory: 1 } }, 'got "2"'],
    ["NaN", { op: "submit", task: "t", needs: { cpu: Number.NaN, memory: 1 } }, "got NaN"],
    ["an unknown report", { op: "report", vm: "v", report: "lost" }, "running, stopped, failed"],
    ["an unknown status", { op: "mark", worker: "w", status: "x" }, "one of online, busy"],
    ["no silence", { op: "expire", silence: 0 }, "operation.silence: expected"],
    [
      "too many features",
      {
        op: "create",
        vm: "v",
        spec: { ...spec, features: Array.from({ length: 65 }, (_, i) => `f${i}`) },
      },
      "at most 64",
    ],
  ])("with %s is refused with what was expected", (_what, asked, reason) => {
    const machine = new Machine();
    machine.do(register("w1"));
    const before = machine.bytes();
    expect(machine.do(asked as Asked)).toEqual({
      ...{ type: "error", error: "invalid" },
      reason: expect.stringContaining(reason),
    });
    expect(machine.bytes()).toEqual(before);
  });

  it("of any kind at all is refused or taken, and no bug", () => {
    const property = fc.property(fc.anything(), fc.anything(), (name, rest) => {
      const machine = new Machine();
      machine.do(register("w1"));
      for (const op of ["create", "status", "register", "submit", "complete"]) {
        machine.do({ op, vm: name, worker: name, task: name, spec: rest, needs: rest });
      }
      expect(machine.copy().state).toEqual(machine.state);
    });
    fc.assert(property, { numRuns: 300 });
  });
});
