import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type HistoryOptions,
  HistoryReader,
  type ReadHistory,
} from "../../src/histories/history-reader.ts";
import { historyLines } from "../../src/histories/write-history.ts";
import type { Call } from "../../src/invariants/call.ts";

function read(text: string, options?: HistoryOptions): ReadHistory {
  const reader = new HistoryReader("h", options);
  reader.push(text);
  return reader.end();
}

function jsonl(...lines: readonly object[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

const invoke = { process: 0, type: "invoke", f: "write", value: 3 };
const ok = { process: 0, type: "ok", f: "write", value: 3 };

const written: Call = {
  client: "0",
  f: "write",
  key: undefined,
  value: 3,
  outcome: "ok",
  result: 3,
  invoked: 1,
  returned: 2,
  invokedAt: 1,
  returnedAt: 2,
  order: undefined,
};

describe("JSON lines", () => {
  it("become calls at their lines, and in time when all lines have it", () => {
    expect(read(jsonl(invoke, ok)).calls).toEqual([written]);
    const timed = read(jsonl({ ...invoke, time: 17 }, { ...ok, time: 17.5, index: 1 })).calls;
    expect(timed).toEqual([{ ...written, invokedAt: 17, returnedAt: 17.5 }]);
    expect(read(jsonl({ ...invoke, time: 17 }, ok)).calls).toEqual([written]);
  });

  it("have keys, orders, and null for what there is not", () => {
    const text = jsonl(
      { ...invoke, key: 7, value: null },
      { ...ok, key: "7", value: null, order: 5 },
    );
    const none = { value: undefined, result: undefined };
    expect(read(text).calls).toEqual([{ ...written, ...none, key: "7", order: 5 }]);
  });

  it("may be blank, end as on Windows, begin with a mark, and lack the last end", () => {
    const text = `\ufeff\n${JSON.stringify(invoke)}\r\n \t\n${JSON.stringify(ok)}`;
    const places = { invoked: 2, returned: 4, invokedAt: 2, returnedAt: 4 };
    expect(read(text).calls).toEqual([{ ...written, ...places }]);
  });

  it("leave a call open that has no return, or that returned with info", () => {
    const info = { process: 0, type: "info", f: "write", value: 3, error: "timeout" };
    const { calls } = read(jsonl(invoke, info, invoke));
    const open = { outcome: "info", returned: undefined, returnedAt: undefined };
    expect(calls).toEqual([
      { ...written, outcome: "info", result: "timeout" },
      { ...written, ...open, result: undefined, invoked: 3, invokedAt: 3 },
    ]);
  });

  it("give a fail its reason, which its argument is not", () => {
    const failed = { ...written, outcome: "fail", result: undefined };
    expect(read(jsonl(invoke, { ...ok, type: "fail" })).calls).toEqual([failed]);
    const why = { ...ok, type: "fail", value: "timed-out" };
    expect(read(jsonl(invoke, why)).calls).toEqual([{ ...failed, result: "timed-out" }]);
  });

  it("keep whole numbers apart that a double cannot", () => {
    const text =
      '{"process":0,"type":"invoke","f":"write","value":[9007199254740993,"1234567890123456"]}';
    expect(read(text).calls[0]?.value).toEqual(["9007199254740993", "1234567890123456"]);
  });

  it("say nothing of the nemesis", () => {
    const nemesis = { process: "nemesis", type: "info", f: "start" };
    expect(read(jsonl(nemesis, invoke, nemesis, ok)).calls).toMatchObject([
      { invoked: 2, returned: 4 },
    ]);
  });

  it("are the same in whatever pieces they come", () => {
    const text = jsonl(invoke, ok, invoke, ok);
    const cut = fc.array(fc.nat(text.length), { maxLength: 5 });
    fc.assert(
      fc.property(cut, (cuts) => {
        const ends = [...cuts, text.length].sort((a, b) => a - b);
        const reader = new HistoryReader("h");
        ends.forEach((end, i) => {
          reader.push(text.slice(ends[i - 1] ?? 0, end));
        });
        expect(reader.end().calls).toEqual(read(text).calls);
      }),
    );
  });
});

describe("EDN", () => {
  it("becomes the same calls, one map a line or all in a vector", () => {
    const maps =
      "{:process 0, :type :invoke, :f :write, :value 3, :index 0}\n" +
      "{:process 0, :type :ok, :f :write, :value 3}";
    expect(read(maps).calls).toEqual([written]);
    expect(read(`[${maps}]`).calls).toEqual([written]);
    const spread = "[{:process 0 :type :invoke\n :f :write :value 3}\n{:process 0\n:type :ok}]";
    const calls = [{ ...written, returned: 3, returnedAt: 3, result: undefined }];
    expect(read(spread).calls).toEqual(calls);
  });

  it("gives events of one line places of their own, and knows their line", () => {
    const { calls, lineOf } = read(
      ";; two on one line\n[{:process 0 :type :invoke :f :read} {:process 0 :type :ok :value 1}]",
    );
    expect(calls).toMatchObject([{ invoked: 2, returned: 3 }]);
    expect([lineOf(2), lineOf(3)]).toEqual([2, 2]);
  });

  it("has keys as tuples, tagged or by option", () => {
    const lines = (tag: string): string =>
      `{:process 0 :type :invoke :f :cas :value ${tag}[5 [0 1]]}\n` +
      `{:process 0 :type :ok :f :cas :value ${tag}[5 [0 1]]}`;
    const keyed = [{ key: "5", value: [0, 1], result: [0, 1] }];
    expect(read(lines("#jepsen.independent/tuple ")).calls).toMatchObject(keyed);
    expect(read(lines(""), { isIndependent: true }).calls).toMatchObject(keyed);
    expect(read(lines("")).calls).toMatchObject([{ key: undefined, value: [5, [0, 1]] }]);
  });

  it("has records, keys and processes of any kind that Jepsen writes", () => {
    const text = `#jepsen.history.Op{:time 10, :type :info, :process :nemesis, :f :start}
#jepsen.history.Op{:time 20, :type :invoke, :process 3, :f :read, :key :x, :value nil}
#jepsen.history.Op{:time 30, :type :ok, :process 3, :f :read, :key :x, :value #{1 2} :x [:a]}`;
    expect(read(text).calls).toMatchObject([
      { client: "3", key: "x", result: [1, 2], invokedAt: 20, returnedAt: 30 },
    ]);
  });
});

describe("Jepsen's log", () => {
  const log = `INFO  jepsen.core - Running test
INFO  jepsen.util - 0\t:invoke\t:cas\t[3 0]
INFO  jepsen.util - 4   :invoke :read   nil
INFO  jepsen.util - 0\t:fail\t:cas\t[3 0]
INFO  jepsen.util - 4   :fail   :read   :timed-out
INFO  jepsen.util - :nemesis\t:info\t:start\tnil
2016-01-01 INFO [jepsen worker 4] jepsen.util - 4\t:invoke\t:write\t1
INFO  jepsen.util - 4\t:info\t:write\t1\tindeterminate: [oops
INFO  jepsen.util - all is well
`;

  it("becomes calls, whatever else is in it", () => {
    const { format, calls } = read(log);
    expect(format).toBe("etcd-log");
    expect(calls).toMatchObject([
      { client: "0", f: "cas", value: [3, 0], outcome: "fail", result: undefined, invoked: 2 },
      { client: "4", f: "read", value: undefined, outcome: "fail", result: "timed-out" },
      { client: "4", f: "write", value: 1, outcome: "info", invoked: 7, returned: 8 },
    ]);
  });
});

describe("what is wrong", () => {
  const start = JSON.stringify(invoke);

  it.each([
    ["", "h: expected operations of a history, got none"],
    ["; nothing\n\n", "h: expected operations of a history, got none"],
    ["INFO  jepsen.core - nothing\n", "h: expected operations of a history, got none"],
    ["hello", 'h:1:1: expected a history as JSON lines, EDN or Jepsen\'s log, got "hello"'],
    [`\n  ${start.slice(0, -2)}`, "h:2:52: expected a value, got the end of the line"],
    [`${start} x`, 'h:1:53: expected the end of the line, got "x"'],
    ['{"process":0,}', 'h:1:14: expected a field in quotes, got "}"'],
    ['{"process":01}', 'h:1:13: expected a comma or }, got "1}"'],
    ['{"process":[1,]}', 'h:1:15: expected a value, got "]}"'],
    ['{"process":[1 2]}', 'h:1:15: expected a comma or the end of the list, got "2]}"'],
    ['{"process" 0}', "h:1:1: type: expected one of invoke, ok, fail, info, got nothing"],
    ['{"process":"\t"}', 'h:1:12: expected a value, got "\\"\\t\\"}"'],
    ['[{"process":0}]', 'h:1:1: expected one JSON object a line, got [{"process":0}]'],
    [`${start}\n5`, "h:2:1: expected one JSON object a line, got 5"],
    [
      jsonl({ ...invoke, process: 1.5 }),
      "h:1:12: process: expected a whole number or a name, got 1.5",
    ],
    [jsonl({ type: "ok" }), "h:1:1: process: expected a whole number or a name, got nothing"],
    [
      jsonl({ ...invoke, type: "done" }),
      'h:1:21: type: expected one of invoke, ok, fail, info, got "done"',
    ],
    [jsonl({ ...invoke, f: 5 }), "h:1:34: f: expected a name, got 5"],
    [jsonl(ok), 'h:1:21: expected an invoke of process 0 first, got "ok"'],
    [
      jsonl(invoke, invoke),
      "h:2:21: expected a return of write of process 0, invoked at line 1, got another invoke",
    ],
    [
      jsonl(invoke, { ...ok, f: "read" }),
      'h:2:30: f: expected write, which was invoked of process 0 at line 1, got "read"',
    ],
    [
      jsonl(invoke, { ...ok, key: "x" }),
      'h:2:54: key: expected no key, as the invoke of process 0 at line 1 has it, got "x"',
    ],
    [
      jsonl({ ...invoke, time: 5 }, { ...ok, time: 4 }),
      "h:2:55: time: expected at least 5, as before, got 4",
    ],
    [jsonl({ ...invoke, time: "soon" }), 'h:1:59: time: expected a number, got "soon"'],
    [jsonl({ ...invoke, order: 0.5 }), "h:1:60: order: expected a whole number, got 0.5"],
    ["{:process 0\n :type :invoke, :f 5}", "h:2:20: f: expected a name, got 5"],
    [
      "{:process 0 :type :invoke :f :read\n",
      "h:1:1: expected } to close it, got the end of the file",
    ],
    ["[1]", "h:1:2: expected the map of an operation, got 1"],
    [
      "INFO  jepsen.util - 0\t:ok\t:read\tnil",
      'h:1:23: expected an invoke of process 0 first, got "ok"',
    ],
    [
      "INFO  jepsen.util - 0\t:invoke\t:cas\t[3 0",
      "h:1:36: expected ] to close it, got the end of the file",
    ],
  ])("%j", (text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it("is a value without a key where all are to have one", () => {
    expect(() => read(jsonl(invoke), { isIndependent: true })).toThrow(
      "h:1:50: value: expected a pair of key and value, got 3",
    );
  });

  it("is the form that was not asked for", () => {
    expect(() => read(jsonl(invoke), { format: "edn" })).toThrow(
      'h:1:20: expected a keyword such as :read, got ":"',
    );
  });
});

describe("a history that was written", () => {
  const value = fc.oneof(
    fc.constant(undefined),
    fc.integer(),
    fc.string(),
    fc.array(fc.integer(), { maxLength: 3 }),
    fc.dictionary(fc.string(), fc.integer(), { maxKeys: 2 }),
  );
  const shape = fc.record({
    client: fc.constantFrom("c1", "c2", "7"),
    f: fc.constantFrom("read", "write"),
    key: fc.option(fc.string(), { nil: undefined }),
    value,
    outcome: fc.constantFrom("ok", "fail", "info", "open"),
    result: value,
    order: fc.option(fc.nat(), { nil: undefined }),
  });

  it("has the events of all calls in their order", () => {
    const { calls } = read(jsonl(invoke, { ...invoke, process: 1 }, ok, { ...ok, process: 1 }));
    const text = [...historyLines(calls)].join("\n");
    expect(calls.map(({ returned }) => returned)).toEqual([3, 4]);
    expect(read(text).calls).toEqual(calls);
  });

  it("is read again as it was", () => {
    fc.assert(
      fc.property(fc.array(shape, { minLength: 1, maxLength: 6 }), (shapes) => {
        const calls = callsOf(shapes);
        const text = [...historyLines(calls)].join("\n");
        expect(read(text).calls).toEqual(calls);
      }),
    );
  });
});

/** Calls one after another, each of a client of its own where it stays open. */
function callsOf(
  shapes: readonly (Pick<Call, "client" | "f" | "key" | "value" | "order"> & {
    readonly outcome: string;
    readonly result: Call["value"];
  })[],
): Call[] {
  let place = 0;
  return shapes.map(({ outcome, result, order, client, ...rest }, i): Call => {
    const invoked = ++place;
    const isOpen = outcome === "open";
    const returned = isOpen ? undefined : ++place;
    const [invokedAt, returnedAt] = [invoked * 10, returned && returned * 10];
    const at = { invoked, returned, invokedAt, returnedAt };
    const said = isOpen ? { result: undefined, order: undefined } : { result, order };
    const ended = outcome === "ok" || outcome === "fail" ? outcome : "info";
    return { ...rest, ...at, ...said, outcome: ended, client: isOpen ? `${client}/${i}` : client };
  });
}
