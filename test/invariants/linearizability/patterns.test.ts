import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Call } from "../../../src/invariants/call.ts";
import { knownPattern } from "../../../src/invariants/linearizability/patterns.ts";
import type { Model } from "../../../src/invariants/model.ts";
import { casRegisterModel } from "../../../src/invariants/models/cas-register.ts";
import { counterModel } from "../../../src/invariants/models/counter.ts";
import { keyValueModel } from "../../../src/invariants/models/key-value.ts";
import { fencedLockModel, lockModel } from "../../../src/invariants/models/lock.ts";
import { queueModel, strictQueueModel } from "../../../src/invariants/models/queue.ts";
import { registerModel } from "../../../src/invariants/models/register.ts";
import { setModel } from "../../../src/invariants/models/set.ts";
import { isLinearizableByBruteForce } from "../../support/brute-force.ts";
import { history, type SaidCall } from "../../support/call-histories.ts";
import { type Ask, histories } from "../../support/drawn-histories.ts";

/** A call that was answered. */
function did(f: string, value?: Call["value"], result?: Call["value"]): SaidCall {
  return { f, key: "k", value, result, outcome: "ok" };
}

/** A call of which nobody knows what became. */
function tried(f: string, value?: Call["value"]): SaidCall {
  return { f, key: "k", value, result: undefined, outcome: "info" };
}

function sentenceOf(model: Model, said: Record<string, SaidCall>, drawing: string) {
  const calls = history(said, drawing).sort((a, b) => a.invoked - b.invoked);
  return knownPattern(calls, model)?.sentence;
}

describe("of a register", () => {
  const register = registerModel as Model;

  it("a value that nobody wrote", () => {
    const said = { w: did("write", 1), r: did("read", undefined, 2) };
    expect(sentenceOf(register, said, "w+ w- r+ r-")).toBe(
      "value never written: r read 2 [2-3], but nobody wrote that",
    );
    const written = { ...said, v: tried("write", 2) };
    expect(sentenceOf(register, written, "w+ v+ w- r+ r-")).toBeUndefined();
  });

  it("a value of a write that failed", () => {
    const calls = history({ r: did("read", undefined, 2) }, "r+ r-");
    const failed = history({ f: { ...did("write", 2), outcome: "fail" } }, "f+ f-");
    expect(knownPattern(calls, register, failed)?.sentence).toBe(
      "value never written: r read 2 [0-1], but nobody wrote that: " +
        "the write of it by f [0-1] failed",
    );
  });

  it("a value from the future", () => {
    const said = { r: did("read", undefined, 2), w: did("write", 2) };
    expect(sentenceOf(register, said, "r+ r- w+ w-")).toBe(
      "read from the future: r read 2 [0-1] before anybody set out to write that: " +
        "first w wrote 2 [2-3]",
    );
    expect(sentenceOf(register, said, "r+ w+ r- w-")).toBeUndefined();
  });

  it("a stale read", () => {
    const said = {
      w1: did("write", 1),
      w2: did("write", 2),
      r2: did("read", undefined, 2),
      r1: did("read", undefined, 1),
    };
    expect(sentenceOf(register, said, "w1+ w1- w2+ w2- r2+ r2- r1+ r1-")).toBe(
      "stale read: w1 wrote 1 [0-1], then r2 read 2 [4-5], yet later r1 read 1 [6-7], " +
        "which nobody wrote again in between",
    );
    expect(sentenceOf(register, said, "w1+ w1- w2+ w2- r2+ r1+ r2- r1-")).toContain("w2 wrote 2");
    expect(sentenceOf(register, said, "w1+ w1- w2+ r1+ r2+ r2- w2- r1-")).toBeUndefined();
  });

  it("a lost write", () => {
    const said = { w: did("write", 1), r: did("read", undefined, null) };
    expect(sentenceOf(register, said, "w+ w- r+ r-")).toBe(
      "lost write: w wrote 1 [0-1], yet later r read nothing [2-3]",
    );
    expect(sentenceOf(register, said, "w+ r+ w- r-")).toBeUndefined();
  });

  it("a value that comes back", () => {
    const said = {
      w1: tried("write", 1),
      w2: tried("write", 2),
      a: did("read", undefined, 1),
      b: did("read", undefined, 2),
      c: did("read", undefined, 1),
    };
    const sentence = sentenceOf(register, said, "w1+ w2+ a+ a- b+ b- c+ c-");
    expect(sentence).toBe(
      "value that comes back: a read 1 [2-3], then b read 2 [4-5], then again c read 1 [6-7], " +
        "though 1 was written but once",
    );
    const again = { ...said, w3: tried("write", 1) };
    expect(sentenceOf(register, again, "w1+ w2+ w3+ a+ a- b+ b- c+ c-")).toBeUndefined();
  });

  it("two values at a time", () => {
    const said = {
      w1: tried("write", 1),
      w2: tried("write", 2),
      a: did("read", undefined, 1),
      b: did("read", undefined, 2),
      c: did("read", undefined, 1),
      d: did("read", undefined, 2),
    };
    // Until c begins it is 1 since a ended; since b ended it is 2.
    const sentence = sentenceOf(register, said, "w1+ w2+ a+ b+ a- b- c+ d+ c- d-");
    expect(sentence).toContain("two values at a time: since a read 1 [2-4] and until c read 1");
    expect(sentenceOf(register, said, "w1+ w2+ a+ c+ a- c- b+ d+ b- d-")).toBeUndefined();
  });
});

describe("of a cas-register", () => {
  it("two changes from one value", () => {
    const said = { w: did("write", 1), a: did("cas", [1, 2]), b: did("cas", [1, 3]) };
    expect(sentenceOf(casRegisterModel as Model, said, "w+ w- a+ b+ a- b-")).toBe(
      "change from one value twice: a changed 1 to 2 [2-4], and b changed 1 to 3 [3-5], " +
        "though it was 1 but once",
    );
    const again = { ...said, v: tried("write", 1) };
    const drawing = "w+ w- v+ a+ b+ a- b-";
    expect(sentenceOf(casRegisterModel as Model, again, drawing)).toBeUndefined();
  });

  it("a refusal in spite of the value that is there", () => {
    const said = {
      w: did("write", 1),
      refused: did("cas", [1, 2], false),
      r: did("read", undefined, 1),
    };
    const drawing = "w+ w- refused+ refused- r+ r-";
    expect(sentenceOf(casRegisterModel as Model, said, drawing)).toContain(
      "refused was refused to change 1 to 2 [2-3], yet later r read 1 [4-5]",
    );
    const overlapping = "w+ refused+ w- refused- r+ r-";
    expect(sentenceOf(casRegisterModel as Model, said, overlapping)).toBeUndefined();
  });
});

describe("of a key that is appended to", () => {
  const store = keyValueModel as Model;
  const growing = { x: did("append", "x"), y: did("append", "y") };

  it("a read of but the beginning of an earlier one", () => {
    const said = { ...growing, a: did("get", undefined, "xy"), b: did("get", undefined, "x") };
    expect(sentenceOf(store, said, "x+ x- y+ a+ a- b+ b- y-")).toBe(
      'stale read: a read "xy" [3-4], yet later b read "x" [5-6], which is but its beginning',
    );
    expect(sentenceOf(store, said, "x+ x- y+ a+ b+ a- b- y-")).toBeUndefined();
    const reset = { ...said, p: tried("put", "x") };
    expect(sentenceOf(store, reset, "x+ x- y+ p+ a+ a- b+ b- y-")).toBeUndefined();
  });

  it("a lost append", () => {
    const said = { ...growing, b: did("get", undefined, "x") };
    expect(sentenceOf(store, said, "x+ x- y+ y- b+ b-")).toBe(
      'lost write: y appended "y" [2-3], yet later b read "x" [4-5], where that is missing',
    );
    expect(sentenceOf(store, said, "x+ x- y+ b+ y- b-")).toBeUndefined();
  });

  it("reads of which neither begins with the other", () => {
    const said = { ...growing, a: did("get", undefined, "x"), b: did("get", undefined, "yx") };
    const tokens = { ...said, z: tried("append", "x") };
    expect(sentenceOf(store, tokens, "x+ y+ z+ a+ a- b+ b- x- y-")).toContain(
      'reads that contradict: a read "x" [3-4], yet later b read "yx" [5-6]',
    );
    expect(sentenceOf(store, tokens, "x+ y+ z+ a+ b+ a- b- x- y-")).toBeUndefined();
  });

  it("an append that was applied twice", () => {
    const said = { ...growing, p: tried("append", "z"), b: did("get", undefined, "xyx") };
    expect(sentenceOf(store, said, "x+ x- y+ y- p+ b+ b-")).toBe(
      'duplicate apply: b read "xyx" [5-6], with "x" more often than it was appended, ' +
        'at most once: x appended "x" [0-1]',
    );
    const again = { ...said, p: tried("append", "x") };
    expect(sentenceOf(store, again, "x+ x- y+ y- p+ b+ b-")).toBeUndefined();
  });

  it("more than was ever written", () => {
    const said = { x: did("append", "x"), b: did("get", undefined, "xx") };
    expect(sentenceOf(store, said, "x+ x- b+ b-")).toContain("more than was written: b read");
    const right = { x: did("append", "x"), b: did("get", undefined, "x") };
    expect(sentenceOf(store, right, "x+ x- b+ b-")).toBeUndefined();
  });

  it("appends the other way round", () => {
    const said = { ...growing, b: did("get", undefined, "yx") };
    expect(sentenceOf(store, said, "x+ x- y+ b+ b- y-")).toBe(
      'appends out of order: x appended "x" [0-1], then y appended "y" [2-5], ' +
        'yet b read "yx" [3-4], the other way round',
    );
    expect(sentenceOf(store, said, "x+ y+ x- b+ b- y-")).toBeUndefined();
  });

  it("a text that nobody appended", () => {
    const said = { ...growing, b: did("get", undefined, "xz") };
    expect(sentenceOf(store, said, "x+ x- y+ b+ b- y-")).toContain('nobody appended "z"');
  });
});

describe("of a counter", () => {
  const counter = counterModel as Model;
  const one = { a: did("increment"), b: did("increment") };

  it("a lost update", () => {
    const said = { ...one, r: did("read", undefined, 1) };
    expect(sentenceOf(counter, said, "a+ a- b+ b- r+ r-")).toBe(
      "lost update: r read 1 [4-5], when it was 2 or more",
    );
    expect(sentenceOf(counter, said, "a+ a- b+ r+ b- r-")).toBeUndefined();
  });

  it("one that is counted twice", () => {
    const said = { ...one, r: did("read", undefined, 2) };
    expect(sentenceOf(counter, said, "a+ a- r+ r- b+ b-")).toBe(
      "counted twice: r read 2 [2-3], when it was 1 or less",
    );
    expect(sentenceOf(counter, said, "a+ a- r+ b+ r- b-")).toBeUndefined();
  });

  it("a count that goes backwards", () => {
    const said = { ...one, q: did("read", undefined, 2), r: did("read", undefined, 1) };
    expect(sentenceOf(counter, said, "a+ b+ q+ q- r+ r- a- b-")).toBe(
      "count that goes backwards: q read 2 [2-3], yet later r read 1 [4-5]",
    );
    expect(sentenceOf(counter, said, "a+ b+ q+ r+ q- r- a- b-")).toBeUndefined();
  });
});

describe("of a set", () => {
  const set = setModel as Model;

  it("a lost element", () => {
    const said = { a: did("add", 1), r: did("read", undefined, []), d: did("remove", 1) };
    expect(sentenceOf(set, said, "a+ a- r+ r- d+ d-")).toBe(
      "lost element: a added 1 [0-1], yet later r read [] [2-3], with 1 not in the set, " +
        "and nobody removed it in between",
    );
    expect(sentenceOf(set, said, "a+ a- d+ r+ r- d-")).toBeUndefined();
  });

  it("an element that comes back, that nobody added, from the future, and twice", () => {
    const said = { a: did("add", 1), d: did("remove", 1), r: did("read", undefined, [1]) };
    expect(sentenceOf(set, said, "a+ a- d+ d- r+ r-")).toContain("element that comes back: d");
    expect(sentenceOf(set, said, "a+ a- d+ r+ d- r-")).toBeUndefined();
    expect(sentenceOf(set, said, "r+ r- a+ a- d+ d-")).toContain("read from the future");
    const twice = { a: did("add", 1), r: did("read", undefined, [1, 1]) };
    expect(sentenceOf(set, twice, "a+ a- r+ r-")).toContain("element twice");
    const strange = { a: did("add", 1), r: did("read", undefined, [2]) };
    expect(sentenceOf(set, strange, "a+ r+ a- r-")).toContain("element never added");
  });
});

describe("of a queue", () => {
  const queue = queueModel as Model;
  const two = { a: did("enqueue", 1), b: did("enqueue", 2) };

  it("an element that is dequeued twice", () => {
    const said = { a: did("enqueue", 1), c: did("dequeue", null, 1), d: did("dequeue", null, 1) };
    expect(sentenceOf(queue, said, "a+ a- c+ c- d+ d-")).toBe(
      "dequeued twice: c dequeued 1 [2-3], and d dequeued 1 [4-5], " +
        "but that was enqueued once: a enqueued 1 [0-1]",
    );
    const again = { ...said, b: tried("enqueue", 1) };
    expect(sentenceOf(queue, again, "a+ b+ a- c+ c- d+ d-")).toBeUndefined();
  });

  it("an element that is overtaken", () => {
    const said = { ...two, d: did("dequeue", null, 2) };
    expect(sentenceOf(queue, said, "a+ a- b+ b- d+ d-")).toBe(
      "overtaken element: a enqueued 1 [0-1], then b enqueued 2 [2-3], " +
        "yet d dequeued 2 [4-5], and nobody dequeued 1",
    );
    expect(sentenceOf(queue, said, "a+ b+ a- b- d+ d-")).toBeUndefined();
    const unseen = { ...said, u: tried("dequeue") };
    expect(sentenceOf(queue, unseen, "a+ a- b+ b- u+ d+ d-")).toBeUndefined();
  });

  it("a lost element, one that nobody enqueued, and one from the future", () => {
    const said = { a: did("enqueue", 1), d: did("dequeue", null, null) };
    expect(sentenceOf(queue, said, "a+ a- d+ d-")).toContain("lost element: a enqueued 1");
    expect(sentenceOf(queue, said, "a+ d+ a- d-")).toBeUndefined();
    const strange = { a: did("enqueue", 1), d: did("dequeue", null, 2) };
    expect(sentenceOf(queue, strange, "a+ a- d+ d-")).toContain("element never enqueued: d");
    const early = { a: did("enqueue", 1), d: did("dequeue", null, 1) };
    expect(sentenceOf(queue, early, "d+ d- a+ a-")).toContain("read from the future: d");
  });
});

describe("of a lock", () => {
  const byTwo = { a: did("acquire", null, true), b: did("acquire", null, true) };

  it("one that is held by two", () => {
    expect(sentenceOf(lockModel as Model, byTwo, "a+ a- b+ b-")).toBe(
      "lock held by two: a acquired the lock [0-1], yet later b acquired the lock [2-3], " +
        "with no release in between",
    );
    const [a, b] = history(byTwo, "a+ a- b+ b-");
    const release = { ...tried("release"), client: "a", order: undefined };
    const times = { invoked: 1.5, returned: undefined, invokedAt: 1.5, returnedAt: undefined };
    expect(knownPattern([a!, { ...release, ...times }, b!], lockModel)).toBeUndefined();
  });

  it("a fencing token that does not grow", () => {
    const said = { a: did("acquire", null, 5), b: did("acquire", null, 5) };
    expect(sentenceOf(fencedLockModel as Model, said, "a+ a- b+ b-")).toContain(
      "token that does not grow: a acquired the lock [0-1] with the token 5",
    );
    expect(sentenceOf(fencedLockModel as Model, said, "a+ b+ a- b-")).toBeUndefined();
  });
});

describe("a sentence is true:", () => {
  const texts = ["", "a", "b", "ab", "ba", "aa", "aab"];
  const vocabularies: readonly (readonly [Model, readonly Ask[]])[] = [
    [
      registerModel as Model,
      [
        { f: "write", value: 1 },
        { f: "write", value: 2 },
        { f: "read", answers: [null, 1, 2] },
      ],
    ],
    [
      casRegisterModel as Model,
      [
        { f: "write", value: 1 },
        { f: "read", answers: [null, 1, 2, 3] },
        { f: "cas", value: [1, 2], answers: [true, false] },
        { f: "cas", value: [2, 3], answers: [true, false] },
      ],
    ],
    [
      keyValueModel as Model,
      [
        { f: "append", value: "a" },
        { f: "append", value: "b" },
        { f: "put", value: "a" },
        { f: "cas", value: ["a", "b"], answers: [true, false] },
        { f: "get", answers: texts },
        { f: "get", answers: texts },
      ],
    ],
    [
      counterModel as Model,
      [
        { f: "increment", answers: [null, 1, 2] },
        { f: "add", value: 2, answers: [null, 2, 3] },
        { f: "read", answers: [0, 1, 2, 3, 4] },
      ],
    ],
    [
      setModel as Model,
      [
        { f: "add", value: 1, answers: [null, true, false] },
        { f: "add", value: 2 },
        { f: "remove", value: 1, answers: [null, true, false] },
        { f: "contains", value: 1, answers: [true, false] },
        { f: "read", answers: [[], [1], [2], [1, 2]] },
      ],
    ],
    ...[queueModel as Model, strictQueueModel as Model].map((model): [Model, Ask[]] => [
      model,
      [
        { f: "enqueue", value: 1 },
        { f: "enqueue", value: 2 },
        { f: "enqueue", value: 3 },
        { f: "dequeue", answers: [null, 1, 2, 3] },
        { f: "dequeue", answers: [null, 1, 2, 3] },
        { f: "peek", answers: [null, 1, 2] },
        { f: "drain", answers: [[], [1], [1, 2]] },
      ],
    ]),
    [
      lockModel as Model,
      [
        { f: "acquire", answers: [true, false] },
        { f: "release", answers: [true, false] },
      ],
    ],
    [
      fencedLockModel as Model,
      [
        { f: "acquire", answers: [1, 2, 3, false] },
        { f: "release", answers: [true, false] },
      ],
    ],
  ];

  it.each(vocabularies)("no order explains such a history of $name", (model, asks) => {
    let said = 0;
    fc.assert(
      fc.property(histories({ model, asks }), (calls) => {
        const judged = calls.filter((call) => model.read(call) !== undefined);
        const isSaid = knownPattern(judged, model) !== undefined;
        said += isSaid ? 1 : 0;
        return !isSaid || !isLinearizableByBruteForce(judged, model);
      }),
      { numRuns: 1000 },
    );
    expect(said).toBeGreaterThan(50);
  });
});
