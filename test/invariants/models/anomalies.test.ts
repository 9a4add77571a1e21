// Every classic anomaly as a pair: a history that has it, and the nearest one that has not.

import { describe, expect, it } from "vitest";
import { checkLinearizability } from "../../../src/invariants/linearizability.ts";
import { findModel } from "../../../src/invariants/models.ts";
import { calls } from "../../support/written-calls.ts";

interface Pair {
  readonly model: string;
  readonly anomaly: string;
  readonly illegal: readonly string[];
  readonly legal: readonly string[];
}

const registers: readonly Pair[] = [
  {
    model: "register",
    anomaly: "a stale read",
    illegal: ["c1 1-2 write 1", "c1 3-4 write 2", "c2 5-6 read -> 1"],
    legal: ["c1 1-2 write 1", "c1 3-5 write 2", "c2 4-6 read -> 1"],
  },
  {
    model: "register",
    anomaly: "a read from the future",
    illegal: ["c2 1-2 read -> 1", "c1 3-4 write 1"],
    legal: ["c2 1-4 read -> 1", "c1 2-3 write 1"],
  },
  {
    model: "register",
    anomaly: "a read of a value that nobody wrote",
    illegal: ["c1 1-2 write 1", "c2 3-4 read -> 3"],
    legal: ["c1 1-2 write 1", "c2 3-4 read -> 1"],
  },
  {
    model: "register",
    anomaly: "a lost write",
    illegal: ["c1 1-2 write 1", "c2 3-4 read -> null"],
    legal: ["c1 1-4 write 1", "c2 2-3 read -> null"],
  },
  {
    model: "register",
    anomaly: "new, then old: two reads during one write",
    illegal: ["c1 1-8 write 1", "c2 2-3 read -> 1", "c3 4-5 read -> null"],
    legal: ["c1 1-8 write 1", "c2 2-3 read -> null", "c3 4-5 read -> 1"],
  },
  {
    model: "register",
    anomaly: "a failed write that is read",
    illegal: ["c1 1-2 fail write 1", "c2 3-4 read -> 1"],
    legal: ["c1 1-2 fail write 1", "c2 3-4 read -> null"],
  },
  {
    model: "register",
    anomaly: "an unknown write that takes effect before it was asked for",
    illegal: ["c2 1-2 read -> 1", "c1 3-? write 1"],
    legal: ["c2 1-4 read -> 1", "c1 3-? write 1"],
  },
  {
    model: "register",
    anomaly: "an unknown write that takes effect twice",
    illegal: [
      ...["c1 1-? write 1", "c2 2-3 read -> 1", "c2 4-5 write 2"],
      ...["c2 6-7 read -> 2", "c2 8-9 read -> 1"],
    ],
    // It takes effect once, late.
    legal: [
      ...["c1 1-? write 1", "c2 2-3 read -> null", "c2 4-5 write 2"],
      ...["c2 6-7 read -> 2", "c2 8-9 read -> 1"],
    ],
  },
  {
    model: "register",
    anomaly: "an object read as it was before, by content",
    illegal: ['c1 1-2 write {"a":1,"b":2}', 'c2 3-4 read -> {"a":1,"b":3}'],
    legal: ['c1 1-2 write {"a":1,"b":2}', 'c2 3-4 read -> {"b":2,"a":1}'],
  },
  {
    model: "register",
    anomaly: "one key's write seen under another key",
    illegal: ["c1 1-2 write(x) 1", "c2 3-4 read(y) -> 1"],
    legal: ["c1 1-2 write(x) 1", "c2 3-4 read(y) -> null"],
  },
];

const counters: readonly Pair[] = [
  {
    model: "counter",
    anomaly: "an increment counted twice",
    illegal: ["c1 1-2 increment", "c2 3-4 read -> 2"],
    legal: ["c1 1-2 increment", "c2 3-4 read -> 1"],
  },
  {
    model: "counter",
    anomaly: "a lost update: two that were told the same",
    illegal: ["c1 1-3 increment -> 1", "c2 2-4 increment -> 1"],
    legal: ["c1 1-3 increment -> 2", "c2 2-4 increment -> 1"],
  },
  {
    model: "counter",
    anomaly: "an unknown addition counted twice",
    illegal: ["c1 1-? add 5", "c2 2-3 read -> 5", "c2 4-5 read -> 10"],
    legal: ["c1 1-? add 5", "c2 2-3 read -> 0", "c2 4-5 read -> 5"],
  },
  {
    model: "counter",
    anomaly: "a failed addition that counts",
    illegal: ["c1 1-2 fail add 5", "c2 3-4 read -> 5"],
    legal: ["c1 1-2 fail add 5", "c2 3-4 read -> 0"],
  },
  {
    model: "counter",
    anomaly: "a decrement the wrong way",
    illegal: ["c1 1-2 decrement", "c2 3-4 read -> 1"],
    legal: ["c1 1-2 decrement", "c2 3-4 read -> -1"],
  },
];

const sets: readonly Pair[] = [
  {
    model: "set",
    anomaly: "a lost element",
    illegal: ["c1 1-2 add 1", "c1 3-4 add 2", "c2 5-6 read -> [2]"],
    legal: ["c1 1-2 add 1", "c1 3-4 add 2", "c2 5-6 read -> [2,1]"],
  },
  {
    model: "set",
    anomaly: "a removed element that is back",
    illegal: ["c1 1-2 add 1", "c1 3-4 remove 1", "c2 5-6 contains 1 -> true"],
    legal: ["c1 1-2 add 1", "c1 3-4 remove 1", "c2 5-6 contains 1 -> false"],
  },
  {
    model: "set",
    anomaly: "an element that two have added",
    illegal: ["c1 1-3 add 1 -> true", "c2 2-4 add 1 -> true"],
    legal: ["c1 1-3 add 1 -> true", "c2 2-4 add 1 -> false"],
  },
  {
    model: "set",
    anomaly: "an element that two have removed",
    illegal: ["c1 1-2 add 1", "c1 3-5 remove 1 -> true", "c2 4-6 remove 1 -> true"],
    legal: ["c1 1-2 add 1", "c1 3-5 remove 1 -> true", "c2 4-6 remove 1 -> false"],
  },
  {
    model: "set",
    anomaly: "an addition to an empty set that changes nothing",
    illegal: ["c1 1-2 add 1 -> false"],
    legal: ["c1 1-2 add 1 -> true"],
  },
  {
    model: "set",
    anomaly: "a removal from an empty set that changes it",
    illegal: ["c1 1-2 remove 1 -> true"],
    legal: ["c1 1-2 remove 1 -> false"],
  },
  {
    model: "set",
    anomaly: "an element that is in it twice",
    illegal: ['c1 1-2 add {"a":1}', 'c2 3-4 read -> [{"a":1},{"a":1}]'],
    legal: ['c1 1-2 add {"a":1}', 'c2 3-4 read -> [{"a":1}]'],
  },
  {
    model: "set",
    anomaly: "an element that was never added",
    illegal: ["c1 1-? add 1", "c2 2-3 read -> [1,2]"],
    legal: ["c1 1-? add 1", "c2 2-3 read -> [1]"],
  },
];

const queues: readonly Pair[] = [
  {
    model: "queue",
    anomaly: "a double dequeue",
    illegal: ["c1 1-2 enqueue 1", "c1 3-5 dequeue -> 1", "c2 4-6 dequeue -> 1"],
    legal: ["c1 1-2 enqueue 1", "c1 3-5 dequeue -> 1", "c2 4-6 dequeue -> null"],
  },
  {
    model: "queue",
    anomaly: "last in, first out",
    illegal: ["c1 1-2 enqueue 1", "c1 3-4 enqueue 2", "c2 5-6 dequeue -> 2"],
    legal: ["c1 1-2 enqueue 1", "c1 3-4 enqueue 2", "c2 5-6 dequeue -> 1"],
  },
  {
    model: "queue",
    anomaly: "a lost element",
    illegal: ["c1 1-2 enqueue 1", "c2 3-4 dequeue -> null"],
    legal: ["c1 1-4 enqueue 1", "c2 2-3 dequeue -> null"],
  },
  {
    model: "queue",
    anomaly: "an unknown dequeue that takes two",
    illegal: ["c1 1-2 enqueue 1", "c1 3-4 enqueue 2", "c2 5-? dequeue", "c1 6-7 dequeue -> null"],
    legal: ["c1 1-2 enqueue 1", "c1 3-4 enqueue 2", "c2 5-? dequeue", "c1 6-7 dequeue -> 2"],
  },
  {
    model: "queue",
    anomaly: "a drain that forgets",
    illegal: ["c1 1-2 enqueue 1", "c1 3-4 enqueue 2", "c2 5-6 drain -> [1]"],
    legal: ["c1 1-2 enqueue 1", "c1 3-4 enqueue 2", "c2 5-6 drain -> [1,2]"],
  },
  {
    model: "queue",
    anomaly: "a peek that takes",
    illegal: ["c1 1-2 enqueue 1", "c2 3-4 peek -> 1", "c2 5-6 dequeue -> null"],
    legal: ["c1 1-2 enqueue 1", "c2 3-4 peek -> 1", "c2 5-6 dequeue -> 1"],
  },
  {
    model: "queue",
    anomaly: "the hash of what is left, told apart: an unknown drain that leaves one",
    illegal: ["c1 1-2 enqueue 1", "c2 3-? drain", "c1 4-5 peek -> null", "c1 6-7 dequeue -> 1"],
    legal: ["c1 1-2 enqueue 1", "c2 3-? drain", "c1 4-5 peek -> 1", "c1 6-7 dequeue -> null"],
  },
  {
    model: "queue-fail-is-empty",
    anomaly: "a dequeue that failed while something was in it",
    illegal: ["c1 1-2 enqueue 1", "c2 3-4 fail dequeue"],
    legal: ["c1 1-4 enqueue 1", "c2 2-3 fail dequeue"],
  },
];

const locks: readonly Pair[] = [
  {
    model: "lock",
    anomaly: "a lock held by two",
    illegal: ["c1 1-2 acquire", "c2 3-4 acquire"],
    legal: ["c1 1-2 acquire", "c1 3-4 release", "c2 5-6 acquire"],
  },
  {
    model: "lock",
    anomaly: "a release by another",
    illegal: ["c1 1-2 acquire", "c2 3-4 release"],
    legal: ["c1 1-2 acquire", "c2 3-4 release -> false"],
  },
  {
    model: "lock",
    anomaly: "a free lock that is refused",
    illegal: ["c1 1-2 acquire", "c1 3-4 release", "c2 5-6 acquire -> false"],
    legal: ["c1 1-2 acquire", "c1 3-6 release", "c2 4-5 acquire -> false"],
  },
  {
    model: "lock",
    anomaly: "an unknown release that frees twice",
    illegal: ["c1 1-2 acquire", "c1 3-? release", "c2 4-5 acquire", "c3 6-7 acquire"],
    legal: ["c1 1-2 acquire", "c1 3-? release", "c2 4-5 acquire", "c3 6-7 acquire -> false"],
  },
  {
    model: "lock",
    anomaly: "an owner that it is not",
    illegal: ["c1 1-2 acquire", 'c2 3-4 read -> "c2"'],
    legal: ["c1 1-2 acquire", 'c2 3-4 read -> "c1"'],
  },
  {
    model: "lock",
    anomaly: "acquired again by its owner",
    illegal: ["c1 1-2 acquire", "c1 3-4 acquire"],
    legal: ["c1 1-2 acquire", "c1 3-4 acquire -> false"],
  },
  {
    model: "reentrant-lock",
    anomaly: "free after fewer releases than acquisitions",
    illegal: ["c1 1-2 acquire", "c1 3-4 acquire", "c1 5-6 release", "c2 7-8 acquire"],
    legal: [
      ...["c1 1-2 acquire", "c1 3-4 acquire", "c1 5-6 release", "c1 7-8 release"],
      "c2 9-10 acquire",
    ],
  },
  {
    model: "fenced-lock",
    anomaly: "a token that is not larger than the last",
    illegal: ["c1 1-2 acquire -> 4", "c1 3-4 release", "c2 5-6 acquire -> 4"],
    legal: ["c1 1-2 acquire -> 4", "c1 3-4 release", "c2 5-6 acquire -> 7"],
  },
  {
    model: "fenced-lock",
    anomaly: "no room for the token that nobody saw",
    illegal: [
      ...["c1 1-2 acquire -> 4", "c1 3-4 release", "c2 5-? acquire"],
      ...['c1 6-7 read -> "c2"', "c2 8-9 release", "c1 10-11 acquire -> 5"],
    ],
    legal: [
      ...["c1 1-2 acquire -> 4", "c1 3-4 release", "c2 5-? acquire"],
      ...['c1 6-7 read -> "c2"', "c2 8-9 release", "c1 10-11 acquire -> 6"],
    ],
  },
];

const CREATED = 'c1 1-2 create {"cpus":2}';
const vms: readonly Pair[] = [
  {
    model: "vm",
    anomaly: "a deleted machine that is back",
    illegal: [CREATED, "c1 3-4 delete", 'c2 5-6 status -> "created"'],
    legal: [CREATED, "c1 3-4 delete", 'c2 5-6 status -> {"error":"not-found"}'],
  },
  {
    model: "vm",
    anomaly: "one name created twice",
    illegal: [CREATED, 'c2 3-4 create {"cpus":4}'],
    legal: [CREATED, 'c2 3-4 create {"cpus":4} -> {"error":"exists"}'],
  },
  {
    model: "vm",
    anomaly: "a start of what runs",
    illegal: [CREATED, "c1 3-4 start", 'c1 5-6 report "running"', "c1 7-8 start"],
    legal: [
      ...[CREATED, "c1 3-4 start", 'c1 5-6 report "running"'],
      'c1 7-8 start -> {"error":"wrong-state"}',
    ],
  },
  {
    model: "vm",
    anomaly: "a wrong state that was right",
    illegal: [CREATED, 'c1 3-4 start -> {"error":"wrong-state"}'],
    legal: [CREATED, 'c1 3-4 stop -> {"error":"wrong-state"}'],
  },
  {
    model: "vm",
    anomaly: "a machine deleted while it runs",
    illegal: [CREATED, "c1 3-4 start", "c1 5-6 delete"],
    legal: [CREATED, "c1 3-4 start", 'c1 5-6 report "failed"', "c1 7-8 delete"],
  },
  {
    model: "vm",
    anomaly: "an acknowledged machine that is not found",
    illegal: [CREATED, 'c2 3-4 status -> {"error":"not-found"}'],
    legal: ['c1 1-? create {"cpus":2}', 'c2 3-4 status -> {"error":"not-found"}'],
  },
  {
    model: "vm",
    anomaly: "another spec than it was created with",
    illegal: [CREATED, 'c2 3-4 status -> {"status":"created","spec":{"cpus":1}}'],
    legal: [CREATED, 'c2 3-4 status -> {"status":"created","spec":{"cpus":2}}'],
  },
  {
    model: "vm",
    anomaly: "an unknown deletion that takes effect twice",
    illegal: [
      ...[CREATED, "c1 3-? delete", 'c2 4-5 create {"cpus":4}'],
      'c2 6-7 status -> {"error":"not-found"}',
    ],
    legal: [
      ...[CREATED, "c1 3-? delete", 'c2 4-5 create {"cpus":4}'],
      'c2 6-7 status -> {"status":"created","spec":{"cpus":4}}',
    ],
  },
  {
    model: "vm",
    anomaly: "an error that says nothing, with an effect",
    illegal: ['c1 1-2 create 1 -> {"error":"capacity"}', 'c1 3-4 status -> "created"'],
    legal: ['c1 1-2 create 1 -> {"error":"capacity"}', 'c1 3-4 status -> {"error":"not-found"}'],
  },
  {
    model: "vm-hosts-unseen",
    anomaly: "running, then starting",
    illegal: [CREATED, "c1 3-4 start", 'c2 5-6 status -> "running"', 'c2 7-8 status -> "starting"'],
    legal: [CREATED, "c1 3-4 start", 'c2 5-6 status -> "starting"', 'c2 7-8 status -> "running"'],
  },
  {
    model: "vm-hosts-unseen",
    anomaly: "deleted while it cannot have come to a stop",
    illegal: [CREATED, "c1 3-4 start", 'c2 5-6 stop -> {"error":"not-found"}'],
    legal: [CREATED, "c1 3-4 start", "c2 5-6 stop", "c2 7-8 delete"],
  },
];

const stores: readonly Pair[] = [
  {
    model: "cas-register",
    anomaly: "a cas that succeeded from a wrong value",
    illegal: ["c1 1-2 write 1", "c2 3-4 cas [2,3]"],
    legal: ["c1 1-2 write 1", "c2 3-4 cas [1,3]"],
  },
  {
    model: "cas-register",
    anomaly: "a cas that was refused from the right value",
    illegal: ["c1 1-2 write 1", "c2 3-4 fail cas [1,3]"],
    legal: ["c1 1-2 write 1", "c2 3-4 fail cas [2,3]"],
  },
  {
    model: "cas-register",
    anomaly: "a lost update: two of the same value have succeeded",
    illegal: ["c1 1-2 write 1", "c1 3-5 cas [1,2]", "c2 4-6 cas [1,3]"],
    legal: ["c1 1-2 write 1", "c1 3-5 cas [1,2]", "c2 4-6 cas [2,3]"],
  },
  {
    model: "cas-register",
    anomaly: "an unknown cas that takes effect from a wrong value",
    illegal: ["c1 1-2 write 1", "c2 3-? cas [2,3]", "c1 4-5 read -> 3"],
    legal: ["c1 1-2 write 1", "c2 3-? cas [1,3]", "c1 4-5 read -> 3"],
  },
  {
    model: "key-value",
    anomaly: "a delete that resurrects",
    illegal: [
      ...['c1 1-2 put(x) "a"', "c1 3-4 delete(x)", "c2 5-6 get(x) -> null"],
      'c2 7-8 get(x) -> "a"',
    ],
    legal: ['c1 1-2 put(x) "a"', "c1 3-6 delete(x)", 'c2 4-5 get(x) -> "a"'],
  },
  {
    model: "key-value",
    anomaly: "a duplicate apply: an append that is in it twice",
    illegal: ['c1 1-2 append(x) "a"', 'c2 3-4 get(x) -> "aa"'],
    legal: ['c1 1-2 append(x) "a"', 'c2 3-4 get(x) -> "a"'],
  },
  {
    model: "key-value",
    anomaly: "appends in an order that time refutes",
    illegal: ['c1 1-2 append(x) "a"', 'c1 3-4 append(x) "b"', 'c2 5-6 get(x) -> "ba"'],
    legal: ['c1 1-3 append(x) "a"', 'c2 2-4 append(x) "b"', 'c2 5-6 get(x) -> "ba"'],
  },
  {
    model: "key-value",
    anomaly: "an append that a later write has not overwritten",
    illegal: ['c1 1-2 append(x) "a"', 'c1 3-4 put(x) "b"', 'c2 5-6 get(x) -> "ab"'],
    legal: ['c1 1-? append(x) "a"', 'c1 3-4 put(x) "b"', 'c2 5-6 get(x) -> "ba"'],
  },
];

const pairs = [...stores, ...registers, ...counters, ...sets, ...queues, ...locks, ...vms];

describe("an anomaly", () => {
  it.each(pairs)("is refused by $model: $anomaly", ({ model, illegal }) => {
    expect(checkLinearizability(calls(...illegal), findModel(model)).verdict).toBe("illegal");
  });

  it.each(pairs)("is not seen by $model where it is none: $anomaly", ({ model, legal }) => {
    expect(checkLinearizability(calls(...legal), findModel(model)).verdict).toBe("ok");
  });
});
