import { describe, expect, it } from "vitest";
import {
  checkBlockSyncOptions,
  defaultBlockSyncOptions,
} from "../../../src/protocols/block-sync/options.ts";
import { UsageError } from "../../../src/sim/assert.ts";

const check = (changes: object): unknown =>
  checkBlockSyncOptions({ ...defaultBlockSyncOptions, ...changes }, "options");

type Group = "costs" | "limits" | "sync" | "peers" | "store";

const checkIn = (group: Group, changes: object): unknown =>
  check({ [group]: { ...defaultBlockSyncOptions[group], ...changes } });

const LOWEST: readonly (readonly [Group, number, readonly string[]])[] = [
  ["costs", 0, ["start", "createBlock", "importBlock", "transaction"]],
  ["limits", 21_000, ["blockGas"]],
  ["limits", 1, ["blockBytes", "transactionBytes", "mempoolCount", "mempoolPerSender"]],
  ["limits", 1, ["mempoolAge"]],
  ["limits", 0, ["futureMax", "reorgMax", "orphans"]],
  ["sync", 1, ["headersPerRequest", "bodiesPerRequest", "window", "requestTimeout"]],
  ["sync", 1, ["attemptsPerPeer", "retryDelay", "accountsPerRequest"]],
  ["peers", 1, ["statusInterval", "silenceMax", "peersMax"]],
  ["peers", 0, ["banTime", "messagesPerSecond", "bytesPerSecond"]],
  ["store", 1, ["segmentBlocks", "keptStates"]],
  ["store", 0, ["keptBlocks"]],
];
const CASES = LOWEST.flatMap(([group, low, names]) =>
  names.map((name) => [group, name, low] as const),
);

describe("options of a chain's nodes", () => {
  it("are good as they are by default", () => {
    expect(check({})).toEqual(defaultBlockSyncOptions);
  });

  it("may leave production to an operator", () => {
    expect(check({ production: "on order" })).toMatchObject({ production: "on order" });
  });

  it.each(CASES)("have %s.%s of at least %i", (group, name, low) => {
    const refusal = (got: string) =>
      new UsageError(
        `options.${group}.${name}: expected a whole number of at least ${low}, got ${got}`,
      );
    expect(() => checkIn(group, { [name]: low - 1 })).toThrow(refusal(String(low - 1)));
    expect(() => checkIn(group, { [name]: low + 0.5 })).toThrow(refusal(String(low + 0.5)));
    expect(() => checkIn(group, { [name]: undefined })).toThrow(refusal("nothing"));
  });

  it.each([
    [
      { production: "never" },
      'options.production: expected one of every slot, on order, got "never"',
    ],
    [{ sync: 3 }, "options.sync: expected an object, got 3"],
    [{ store: {} }, "options.store.segmentBlocks: expected a whole number of at least 1, got no"],
    [{ gas: 1 }, "options.gas: unknown field, expected only production, costs, limits, sync, p"],
  ])("are refused with wrong fields, case %#", (changes, message) => {
    expect(() => check(changes)).toThrow(UsageError);
    expect(() => check(changes)).toThrow(message);
  });

  it.each(["penalty", "scoreMin"])("have peers.%s in [0, 100]", (name) => {
    expect(checkIn("peers", { [name]: 100 })).toMatchObject({ peers: { [name]: 100 } });
    const message = `options.peers.${name}: expected a whole number in [0, 100], got 101`;
    expect(() => checkIn("peers", { [name]: 101 })).toThrow(new UsageError(message));
  });

  it("let a transaction be as long as a body, and no longer", () => {
    const sizes = { blockBytes: 100, transactionBytes: 100 };
    expect(checkIn("limits", sizes)).toMatchObject({ limits: sizes });
    expect(() => checkIn("limits", { ...sizes, transactionBytes: 101 })).toThrow(
      new UsageError(
        "options.limits.transactionBytes: expected at most the blockBytes, 100, got 101",
      ),
    );
  });

  it("let nobody be silent for less than the time between two statuses", () => {
    const message = "options.peers.silenceMax: expected at least the statusInterval, 10, got 9";
    expect(() => checkIn("peers", { statusInterval: 10, silenceMax: 9 })).toThrow(
      new UsageError(message),
    );
    expect(checkIn("peers", { statusInterval: 10, silenceMax: 10 })).toMatchObject({
      peers: { silenceMax: 10 },
    });
  });
});
