import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type {
  KvCommand,
  KvOperation,
  KvResult,
  KvValue,
} from "../../../src/protocols/kv/commands.ts";
import { kvService } from "../../../src/protocols/kv/machine.ts";
import { applyCommand, emptyReplica } from "../../../src/protocols/replicated/state-machine.ts";

/** Applies the operations in turn, each in a session of its own; returns the results. */
function results(...operations: readonly KvOperation[]): (KvResult | undefined)[] {
  const machine = emptyReplica(kvService);
  return operations.map((operation, i) =>
    applyCommand(kvService, machine, i + 1, { session: `s${i}`, serial: 1, operation }),
  );
}

const put = (key: string, value: KvValue): KvOperation => ({ op: "put", key, value });
const get = (key: string): KvOperation => ({ op: "get", key });
const cas = (key: string, expected: KvValue | undefined, value: KvValue): KvOperation => {
  return { op: "cas", key, expected, value };
};
const command = (session: string, serial: number, operation: KvOperation): KvCommand => {
  return { session, serial, operation };
};
const value = (value: KvValue | undefined) => ({ type: "value", value });

describe("get", () => {
  it("gives what was put last under that key", () => {
    const [, , , found] = results(put("a", "1"), put("a", "2"), put("b", "3"), get("a"));
    expect(found).toEqual(value("2"));
  });

  it("gives undefined for a key that was never put", () => {
    expect(results(put("a", "1"), get("b"))[1]).toEqual(value(undefined));
  });

  it("gives undefined for a key that was deleted", () => {
    const [, , found] = results(put("a", "1"), { op: "delete", key: "a" }, get("a"));
    expect(found).toEqual(value(undefined));
  });

  it("tells an empty text from none", () => {
    expect(results(put("a", ""), get("a"))[1]).toEqual(value(""));
  });
});

describe("put and delete", () => {
  it("are done, whether or not there was such a key", () => {
    const done = { type: "done" };
    expect(results(put("a", "1"), put("a", "2"))).toEqual([done, done]);
    expect(results({ op: "delete", key: "a" })).toEqual([done]);
  });

  it("put keeps the index of its entry, delete takes the item away", () => {
    const machine = emptyReplica(kvService);
    applyCommand(kvService, machine, 7, command("s", 1, put("a", "1")));
    expect(machine.state.keys.get("a")).toEqual({ value: "1", modified: 7 });
    applyCommand(kvService, machine, 8, command("s", 2, { op: "delete", key: "a" }));
    expect(machine.state.keys.has("a")).toBe(false);
  });
});

describe("compare-and-swap", () => {
  it("puts the value where the key holds what is expected", () => {
    const [, swapped, found] = results(put("a", "1"), cas("a", "1", "2"), get("a"));
    expect(swapped).toEqual({ type: "cas", isSwapped: true });
    expect(found).toEqual(value("2"));
  });

  it("leaves another value alone", () => {
    const [, swapped, found] = results(put("a", "1"), cas("a", "9", "2"), get("a"));
    expect(swapped).toEqual({ type: "cas", isSwapped: false });
    expect(found).toEqual(value("1"));
  });

  it("with none expected puts a key that is absent", () => {
    const [swapped, found] = results(cas("a", undefined, "1"), get("a"));
    expect(swapped).toEqual({ type: "cas", isSwapped: true });
    expect(found).toEqual(value("1"));
  });

  it("with none expected leaves a key that is there", () => {
    const [, swapped] = results(put("a", ""), cas("a", undefined, "1"));
    expect(swapped).toEqual({ type: "cas", isSwapped: false });
  });

  it("compares bytes by content, and a text with no bytes", () => {
    const bytes = put("a", Uint8Array.of(0x31));
    expect(results(bytes, cas("a", Uint8Array.of(0x31), "2"))[1]).toMatchObject({
      isSwapped: true,
    });
    expect(results(bytes, cas("a", Uint8Array.of(0x32), "2"))[1]).toMatchObject({
      isSwapped: false,
    });
    expect(results(bytes, cas("a", Uint8Array.of(0x31, 0), "2"))[1]).toMatchObject({
      isSwapped: false,
    });
    expect(results(bytes, cas("a", "1", "2"))[1]).toMatchObject({ isSwapped: false });
  });

  it("keeps the index of the entry that swapped", () => {
    const machine = emptyReplica(kvService);
    applyCommand(kvService, machine, 3, command("s", 1, cas("a", undefined, "1")));
    applyCommand(kvService, machine, 4, command("s", 2, cas("a", "9", "2")));
    expect(machine.state.keys.get("a")?.modified).toBe(3);
  });
});

describe("thesis §6.3, a session", () => {
  it("gives a repeated request its first answer", () => {
    const machine = emptyReplica(kvService);
    const once = command("s", 1, get("a"));
    const first = applyCommand(kvService, machine, 1, once);
    applyCommand(kvService, machine, 2, command("other", 1, put("a", "1")));
    expect(applyCommand(kvService, machine, 3, once)).toEqual(first);
  });

  it("applies a repeated request once", () => {
    const machine = emptyReplica(kvService);
    applyCommand(kvService, machine, 1, command("s", 1, put("a", "1")));
    applyCommand(kvService, machine, 2, command("other", 1, put("a", "2")));
    applyCommand(kvService, machine, 3, command("s", 1, put("a", "1")));
    expect(machine.state.keys.get("a")).toEqual({ value: "2", modified: 2 });
  });

  it("ignores a request older than its last: that client has moved on", () => {
    const machine = emptyReplica(kvService);
    applyCommand(kvService, machine, 1, command("s", 2, put("a", "2")));
    expect(applyCommand(kvService, machine, 2, command("s", 1, put("a", "1")))).toBeUndefined();
    expect(machine.state.keys.get("a")?.value).toBe("2");
  });

  it("may leave out numbers: a request that was never decided", () => {
    const machine = emptyReplica(kvService);
    applyCommand(kvService, machine, 1, command("s", 1, put("a", "1")));
    expect(applyCommand(kvService, machine, 2, command("s", 5, get("a")))).toEqual(value("1"));
  });

  it("knows nothing of another session's numbers", () => {
    const machine = emptyReplica(kvService);
    applyCommand(kvService, machine, 1, command("s", 9, put("a", "1")));
    expect(applyCommand(kvService, machine, 2, command("t", 1, get("a")))).toEqual(value("1"));
  });

  it("makes retries harmless wherever they fall", () => {
    const operation = fc.oneof(
      fc.constantFrom("a", "b").map(get),
      fc.tuple(fc.constantFrom("a", "b"), fc.constantFrom("0", "1")).map((args) => put(...args)),
      fc.constantFrom("0", "1").map((expected) => cas("a", expected, "2")),
    );
    const property = fc.property(
      fc.array(operation, { minLength: 1, maxLength: 20, size: "max" }),
      fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 20, size: "max" }),
      (operations, retries) => {
        const commands = operations.map((one, i) => command("s", i + 1, one));
        const repeated = withRetries(commands, retries);
        expect(itemsAfter(repeated)).toEqual(itemsAfter(commands));
      },
    );
    fc.assert(property, { numRuns: 300 });
  });
});

/** The commands with copies of some, each somewhere behind the original. */
function withRetries(
  commands: readonly KvCommand[],
  retries: readonly (readonly [which: number, where: number])[],
): KvCommand[] {
  const repeated = [...commands];
  for (const [which, where] of retries) {
    const place = which % repeated.length;
    const behind = place + 1 + (where % (repeated.length - place));
    repeated.splice(behind, 0, repeated[place]!);
  }
  return repeated;
}

/** Keys and values after these commands. */
function itemsAfter(commands: readonly KvCommand[]): (readonly [string, KvValue])[] {
  const machine = emptyReplica(kvService);
  commands.forEach((one, i) => {
    applyCommand(kvService, machine, i + 1, one);
  });
  return [...machine.state.keys].map(([key, item]) => [key, item.value]);
}

describe("add", () => {
  const add = (key: string, by: number): KvOperation => ({ op: "add", key, by });

  it("answers the sum, from 0 on, and keeps it as a text", () => {
    expect(results(add("n", 2), add("n", 3), get("n"))).toEqual(["2", "5", "5"].map(value));
  });

  it("answers nothing and changes nothing where there is no number", () => {
    const found = results(put("n", "x"), add("n", 1), get("n"));
    expect(found.slice(1)).toEqual([value(undefined), value("x")]);
  });

  it("is done once, however often it is applied", () => {
    const machine = emptyReplica(kvService);
    const once = command("s", 1, add("n", 1));
    const answers = [1, 2].map((index) => applyCommand(kvService, machine, index, once));
    expect(answers).toEqual([value("1"), value("1")]);
    expect(machine.state.keys.get("n")).toEqual({ value: "1", modified: 1 });
  });
});
