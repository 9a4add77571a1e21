import { describe, expect, it } from "vitest";
import type { Plain } from "../../src/sim/env.ts";
import { History, type HistoryEvent, isHistoryEvent } from "../../src/sim/history.ts";

function invoked(...ids: readonly string[]): History {
  const history = new History();
  for (const id of ids) history.record("c1", "invoke", { id, operation: `read ${id}` }, 5);
  return history;
}

const stateOf = (history: History): unknown => structuredClone(history.state);

describe("the history", () => {
  it("lists the operations in order of invocation, the same as by id", () => {
    const history = invoked("o2", "o1");
    expect(history.invoked).toEqual([...history.entries.values()]);
    history.record("c1", "ok", { id: "o1" }, 9);
    expect(history.invoked.map(({ id, outcome }) => `${id} ${outcome}`)).toEqual([
      "o2 open",
      "o1 ok",
    ]);
  });

  it("has an operation open from its invocation on", () => {
    const history = invoked("o1");
    expect(history.open()).toEqual([
      {
        ...{ id: "o1", client: "c1", operation: "read o1", invokedAt: 5 },
        ...{ returnedAt: undefined, outcome: "open", result: undefined },
        ...{ invoked: 1, returned: undefined },
      },
    ]);
    expect(history.returned).toEqual([]);
  });

  it.each<HistoryEvent>(["ok", "fail", "info"])("closes it with %s, time and result", (outcome) => {
    const history = invoked("o1");
    history.record("c1", outcome, { id: "o1", result: 42 }, 9);
    expect(history.entries.get("o1")).toMatchObject({ outcome, result: 42, returnedAt: 9 });
    expect(history.open()).toEqual([]);
  });

  it("says what came first where times are equal", () => {
    const history = invoked("o1");
    history.record("c1", "ok", { id: "o1" }, 5);
    history.record("c1", "invoke", { id: "o2", operation: "read o2" }, 5);
    expect(history.invoked).toMatchObject([
      { invokedAt: 5, returnedAt: 5, invoked: 1, returned: 2 },
      { invokedAt: 5, invoked: 3 },
    ]);
  });

  it("lists operations by invocation, and those that returned by return", () => {
    const history = invoked("o1", "o2", "o3");
    history.record("c1", "ok", { id: "o3" }, 6);
    history.record("c1", "info", { id: "o1" }, 7);
    expect([...history.entries.keys()]).toEqual(["o1", "o2", "o3"]);
    expect(history.returned.map(({ id }) => id)).toEqual(["o3", "o1"]);
    expect(history.open().map(({ id }) => id)).toEqual(["o2"]);
  });

  it.each<[string, HistoryEvent, Plain, string]>([
    ["a second invocation", "invoke", { id: "o1" }, "invoked twice: o1"],
    ["an outcome of what was never invoked", "ok", { id: "o9" }, "not open: ok o9"],
    ["a second outcome", "fail", { id: "done" }, "not open: fail done"],
    ["an event without an id", "ok", { result: 1 }, "no id of an operation in ok"],
    ["an event without data", "info", undefined, "no id of an operation in info"],
    ["an id that is no text", "ok", { id: 7 }, "no id of an operation in ok"],
  ])("refuses %s, and stays as it was", (_what, event, data, message) => {
    const history = invoked("o1", "done");
    history.record("c1", "ok", { id: "done" }, 6);
    const before = stateOf(history);
    expect(() => history.record("c1", event, data, 7)).toThrow(message);
    expect(stateOf(history)).toEqual(before);
  });
});

it("is made of four events and no others", () => {
  const events = ["invoke", "ok", "fail", "info", "open", "leader", ""];
  expect(events.filter(isHistoryEvent)).toEqual(["invoke", "ok", "fail", "info"]);
});
