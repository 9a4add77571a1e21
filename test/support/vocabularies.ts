import type { Model } from "../../src/invariants/model.ts";
import { taskModel } from "../../src/invariants/models/task.ts";
import { findModel } from "../../src/invariants/models.ts";
import type { Ask, Vocabulary } from "./drawn-histories.ts";

const END = { status: "completed", output: "1" };

/** For every model what clients ask for in drawn histories: small domains, so that calls meet. */
export const vocabularies: Readonly<Record<string, Vocabulary>> = {
  register: {
    model: findModel("register"),
    asks: [
      { f: "read", answers: [undefined, 1, 2] },
      { f: "write", value: 1 },
      { f: "write", value: 2 },
    ],
    keys: ["x", "y"],
  },
  "cas-register": {
    model: findModel("cas-register"),
    asks: [
      { f: "read", answers: [null, 1, 2] },
      { f: "write", value: 1 },
      { f: "write", value: 2 },
      { f: "cas", value: [1, 2], answers: [true, false] },
      { f: "cas", value: [2, 1], answers: [true, false] },
      { f: "cas", value: [null, 1], answers: [true, false] },
    ],
  },
  "key-value": {
    model: findModel("key-value"),
    asks: [
      { f: "get", answers: ["", "a", "b", "ab", "ba", "aa"] },
      { f: "get", answers: ["b", "a", "ba", "ab", null, "bb"] },
      { f: "put", value: "a" },
      { f: "append", value: "a" },
      { f: "append", value: "b" },
      { f: "cas", value: ["a", "b"], answers: [true, false] },
      { f: "delete" },
    ],
    keys: ["x", "y"],
  },
  counter: {
    model: findModel("counter"),
    asks: [
      { f: "read", answers: [0, 1, 2, 3, -1, -2] },
      { f: "increment" },
      { f: "decrement", answers: [0, 1, 2, -1, -2] },
      { f: "add", value: 2, answers: [2, 3, 4, 1, 0, undefined] },
    ],
  },
  set: {
    model: findModel("set"),
    asks: [
      { f: "add", value: 1, answers: [undefined, true, false] },
      { f: "add", value: 2 },
      { f: "remove", value: 1, answers: [undefined, false, true] },
      { f: "contains", value: 1, answers: [true, false] },
      { f: "read", answers: [[], [1], [2], [2, 1]] },
    ],
  },
  queue: { model: findModel("queue"), asks: queueAsks() },
  "queue-fail-is-empty": { model: findModel("queue-fail-is-empty"), asks: queueAsks() },
  lock: { model: findModel("lock"), asks: lockAsks([undefined, false]) },
  "reentrant-lock": { model: findModel("reentrant-lock"), asks: lockAsks([true, false]) },
  "fenced-lock": { model: findModel("fenced-lock"), asks: lockAsks([1, 2, 4, false]) },
  vm: { model: findModel("vm"), asks: vmAsks() },
  "vm-hosts-unseen": {
    model: findModel("vm-hosts-unseen"),
    asks: vmAsks().filter(({ f }) => f !== "report"),
  },
};

/** Of the tasks of an orchestrator, whose model judges scenarios and has no name. */
export const taskVocabulary: Vocabulary = {
  model: taskModel as unknown as Model,
  asks: [
    { f: "submit", answers: [undefined, { error: "exists" }] },
    { f: "run", answers: [undefined, { error: "not-found" }, { error: "wrong-state" }] },
    { f: "complete", value: "1", answers: [undefined, { error: "wrong-state" }] },
    { f: "fail", value: "2", answers: [undefined, { error: "not-found" }] },
    { f: "task", answers: [{ error: "not-found" }, { status: "running" }, END] },
    { f: "task", answers: [END, { status: "failed", output: "2" }, { status: "pending" }] },
  ],
};

function queueAsks(): readonly Ask[] {
  return [
    { f: "enqueue", value: 1 },
    { f: "enqueue", value: 2 },
    { f: "dequeue", answers: [1, 2, null] },
    { f: "dequeue", answers: [2, 1, null] },
    { f: "peek", answers: [null, 1, 2] },
    { f: "drain", answers: [[], [1], [2], [1, 2], [2, 1], [1, 1], [2, 2]] },
  ];
}

function lockAsks(granted: Ask["answers"] & object): readonly Ask[] {
  return [
    { f: "acquire", answers: granted },
    { f: "acquire", answers: granted },
    { f: "release", answers: [true, false] },
    { f: "read", answers: [null, "c1", "c2", "c3"] },
  ];
}

function vmAsks(): readonly Ask[] {
  const errors = [{ error: "not-found" }, { error: "wrong-state" }];
  return [
    { f: "create", value: { cpus: 1 }, answers: [undefined, { error: "exists" }] },
    { f: "create", value: { cpus: 2 }, answers: [undefined, { error: "exists" }] },
    { f: "start", answers: [undefined, ...errors] },
    { f: "stop", answers: [undefined, ...errors] },
    { f: "delete", answers: [undefined, ...errors] },
    { f: "report", value: "running", answers: [undefined, ...errors] },
    { f: "report", value: "stopped", answers: [undefined, ...errors] },
    {
      f: "status",
      answers: [
        ...["created", "starting", "running", "stopping", "stopped"],
        { error: "not-found" },
        { status: "created", spec: { cpus: 2 } },
      ],
    },
  ];
}
