import { describe, expect, it } from "vitest";
import { checkLinearizability } from "../../../src/invariants/linearizability.ts";
import { REFUSED } from "../../../src/invariants/model.ts";
import { contentOf, hashOf } from "../../../src/invariants/models/values.ts";
import { findModel, models } from "../../../src/invariants/models.ts";
import type { Plain } from "../../../src/sim/env.ts";
import { calls } from "../../support/written-calls.ts";

describe("the list of models", () => {
  it("finds each by its name", () => {
    expect(models.map(({ model }) => findModel(model.name))).toEqual(
      models.map(({ model }) => model),
    );
  });

  it("has one line about each", () => {
    const lines = models.map(({ about }) => about);
    expect(lines.filter((line) => !/^[^\n]{10,90}$/.test(line))).toEqual([]);
    expect(new Set(lines).size).toBe(models.length);
  });

  it("lists all and offers the nearest when a name is unknown", () => {
    const list = models.map(({ model }) => model.name).join(", ");
    expect(() => findModel("registre")).toThrow(
      `model: expected one of ${list}, got "registre", did you mean register?`,
    );
  });
});

describe("a failed cas", () => {
  it.each(["cas-register", "key-value"])("may be made nothing of: %s", (name) => {
    const history = calls("c1 1-2 fail cas [null,1]");
    expect(checkLinearizability(history, findModel(name)).verdict).toBe("illegal");
    const model = findModel(name, { failedCas: "nothing" });
    expect(checkLinearizability(history, model)).toMatchObject({ verdict: "ok", operations: 0 });
  });

  it("is nothing that other models know of", () => {
    expect(findModel("set", { failedCas: "nothing" })).toBe(findModel("set"));
  });
});

describe("a malformed call", () => {
  it.each([
    ["register", "frob 1", 'f: expected read or write, got "frob"'],
    ["cas-register", "cas 3", "value: expected [expected, new] of a cas, got 3"],
    ["key-value", "append 3", "value: expected a text to append, got 3"],
    ["counter", "frob 1", 'f: expected increment, decrement, add or read, got "frob"'],
    ["counter", 'add "1"', 'value: expected a whole number, got "1"'],
    ["counter", "add", "value: expected a whole number, got nothing"],
    ["counter", "increment 2", "value: expected nothing or 1, got 2"],
    ["counter", "read -> 0.5", "result: expected a whole number, got 0.5"],
    ["counter", "read -> null", "result: expected a whole number, got null"],
    ["counter", "increment -> true", "result: expected a whole number, got true"],
    ["set", "add", "value: expected an element, got nothing"],
    ["set", "add 1 -> 1", "result: expected true or false, got 1"],
    ["set", "contains 1", "result: expected true or false, got nothing"],
    ["set", 'read -> {"a":[1,2]}', 'result: expected a list of elements, got {"a":[1,2]}'],
    ["queue", "enqueue", "value: expected an element, got nothing"],
    ["queue", "drain -> 1", "result: expected a list of elements, got 1"],
    ["queue", "push 1", 'f: expected enqueue, dequeue, peek or drain, got "push"'],
    ["lock", "acquire -> 3", "result: expected true, false or nothing, got 3"],
    ["lock", "read -> 3", "result: expected the owner's name or null, got 3"],
    ["fenced-lock", "acquire", "result: expected a token (a whole number from 0 on) or false"],
    ["vm", "create", "value: expected what to create, got nothing"],
    ["vm", 'report "sad"', 'value: expected one of running, stopped, failed, got "sad"'],
    ["vm", 'status -> "sad"', "result: expected one of created, starting, running, stopping,"],
    ["vm", "status -> [1]", "result: expected a status, { status } or { error }, got [1]"],
    [
      "vm",
      'create 1 -> {"error":"oops"}',
      "result.error: expected one of exists, invalid, capacity, busy, not-leader, unavailable",
    ],
  ])("is refused by %s: %s", (model, words, message) => {
    const [call] = calls(`c1 1-2 ${words}`);
    expect(() => findModel(model).read(call!)).toThrow(message);
  });

  it("is refused even if it failed, as its value does not make sense", () => {
    const [call] = calls('c1 1-2 fail add "1"');
    expect(() => findModel("counter").read(call!)).toThrow("value: expected a whole number");
  });
});

describe("contents", () => {
  const same: [Plain, Plain][] = [
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
    [{ a: undefined }, {}],
    [undefined, null],
    [0, -0],
    [new Set([1, 2]), new Set([2, 1])],
    [new Map([["a", 1]]), new Map([["a", 1]])],
    [Uint8Array.of(1, 2), Uint8Array.of(1, 2)],
  ];
  it.each(same)("of %o and %o are one", (a, b) => {
    expect(contentOf(a)).toBe(contentOf(b));
  });

  const other: [Plain, Plain][] = [
    [1, "1"],
    [null, "null"],
    [null, false],
    [[1, 2], "1,2"],
    [["a", "b"], ["a,b"]],
    [[], {}],
    [{ a: null }, {}],
    [Uint8Array.of(1, 2), [1, 2]],
    [new Set([1]), [1]],
    [["a"], 'a"]'],
  ];
  it.each(other)("of %o and %o differ", (a, b) => {
    expect(contentOf(a)).not.toBe(contentOf(b));
  });
});

describe("hashes that are kept up to date", () => {
  it("of a set do not depend on how it came about", () => {
    const step = stepper("set");
    const long = step("add 1", "add 2", "add 3", "remove 1", "add 1", "remove 3");
    expect(long).toEqual(step("add 2", "add 1"));
    expect(long).not.toEqual(step("add 2", "add 3"));
  });

  it("of a queue are those of its elements in order, whatever was before them", () => {
    const step = stepper("queue");
    const many = step("enqueue 1", "enqueue 2", "enqueue 3", "enqueue 4", "dequeue -> 1");
    expect(many).toEqual(step("enqueue 2", "enqueue 3", "enqueue 4"));
    expect(step("enqueue 1", "dequeue -> 1")).toEqual(step());
    const swapped = step("enqueue 3", "enqueue 2", "enqueue 4") as { hash: number };
    expect(swapped.hash).not.toBe((many as { hash: number }).hash);
  });

  it("of texts are those of FNV-1a", () => {
    // The published vectors of the 32-bit form, as signed numbers.
    expect([hashOf(""), hashOf("a"), hashOf("foobar")].map((hash) => hash >>> 0)).toEqual([
      0x811c9dc5, 0xe40c292c, 0xbf9cf968,
    ]);
  });
});

describe("a deleted machine", () => {
  it.each(["vm", "vm-hosts-unseen"])("is as one that never was: %s", (model) => {
    const step = stepper(model);
    expect(step("create 1", "delete")).toEqual(step());
  });
});

describe("words", () => {
  it.each([
    ["counter", "3", ["add 3"]],
    ["set", '{"a", 1}', ['add "a"', "add 1"]],
    ["queue", "[2, 1]", ["enqueue 2", "enqueue 1"]],
    ["lock", "free", []],
    ["lock", "held by c1", ["acquire"]],
    ["reentrant-lock", "held by c1 2 times", ["acquire", "acquire"]],
    ["fenced-lock", "held by c1, last token 7", ["acquire -> 7"]],
    ["vm", "created", ["create 1"]],
    ["vm-hosts-unseen", "starting or running or failed", ["create 1", "start"]],
  ])("say a state of %s: %s", (model, words, lines) => {
    expect(findModel(model).describe?.state?.(stepper(model)(...lines))).toBe(words);
  });
});

/** The state of a model after calls by one client. */
function stepper(name: string): (...lines: readonly string[]) => unknown {
  const { init, read, step } = findModel(name);
  return (...lines) =>
    calls(...lines.map((line, i) => `c1 ${2 * i + 1}-${2 * i + 2} ${line}`)).reduce(
      (state: unknown, call) => {
        const next = step(state, read(call));
        expect(next).not.toBe(REFUSED);
        return next;
      },
      init,
    );
}
