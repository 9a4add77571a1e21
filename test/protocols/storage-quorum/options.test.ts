import { describe, expect, it } from "vitest";
import {
  checkStorageQuorumClientOptions,
  defaultStorageQuorumClientOptions,
} from "../../../src/protocols/storage-quorum/client.ts";
import {
  cheapScryptOptions,
  checkStorageQuorumOptions,
  defaultStorageQuorumOptions,
} from "../../../src/protocols/storage-quorum/options.ts";
import { UsageError } from "../../../src/sim/assert.ts";

const COUNTS = [
  ...["chunkBytes", "leafBytes", "replication", "confirmationsMin", "consensusTimeout"],
  ...["requestTimeout", "bandwidthMin", "retryDelay", "hedgeDelay", "heartbeatInterval", "ttl"],
  ...["reapAfter", "sweepInterval", "peersInterval", "challengeInterval", "challengeTimeout"],
  ...["missedChallengesMax", "repairInterval"],
];

const check = (changes: object): unknown =>
  checkStorageQuorumOptions({ ...defaultStorageQuorumOptions, ...changes }, "options");

describe("options of a storage quorum", () => {
  it("are good as they are by default", () => {
    expect(check({})).toEqual(defaultStorageQuorumOptions);
  });

  it("may make passwords cheap", () => {
    expect(check({ scrypt: cheapScryptOptions })).toMatchObject({ scrypt: cheapScryptOptions });
  });

  it.each(COUNTS)("are refused without a %s, or with none of it", (name) => {
    const expected = `options.${name}: expected a whole number of at least 1, got`;
    expect(() => check({ [name]: 0 })).toThrow(new UsageError(`${expected} 0`));
    expect(() => check({ [name]: 1.5 })).toThrow(new UsageError(`${expected} 1.5`));
    expect(() => check({ [name]: undefined })).toThrow(new UsageError(`${expected} nothing`));
  });

  it.each([
    [{ fileBytesMax: -1 }, "options.fileBytesMax: expected a whole number of at least 0, got -1"],
    [{ reputationMin: 101 }, "options.reputationMin: expected a whole number in [0, 100], got 101"],
    [{ uploadsPerMinute: -1 }, "options.uploadsPerMinute: expected a whole number of at least 0"],
    [{ isPendingAllowed: 1 }, "options.isPendingAllowed: expected true or false, got 1"],
    [{ quorum: 0.67 }, "options.quorum: expected an object, got 0.67"],
    [
      { quorum: { numerator: 4, denominator: 3 } },
      "options.quorum.numerator: expected a whole number in [0, 3], got 4",
    ],
    [
      { quorum: { numerator: 0, denominator: 0 } },
      "options.quorum.denominator: expected a whole number of at least 1, got 0",
    ],
    [
      { scrypt: { ...cheapScryptOptions, cost: 3 } },
      "options.scrypt.cost: expected a power of two, got 3",
    ],
    [
      { scrypt: { ...cheapScryptOptions, cost: 1 } },
      "options.scrypt.cost: expected a whole number in [2, 1073741824], got 1",
    ],
    [
      { scrypt: { ...cheapScryptOptions, blockSize: 0 } },
      "options.scrypt.blockSize: expected a whole number of at least 1, got 0",
    ],
    [
      { scrypt: { ...cheapScryptOptions, salt: "x" } },
      "options.scrypt.salt: unknown field, expected only cost, blockSize, parallelization",
    ],
    [{ confirmations: 2 }, "options.confirmations: unknown field"],
    [
      { confirmationsMin: 4 },
      "options.confirmationsMin: expected at most the replication, 3, got 4",
    ],
    [{ ttl: 1 }, "options.ttl: expected at least the heartbeatInterval, 15000000, got 1"],
    [{ reapAfter: 1 }, "options.reapAfter: expected at least the ttl, 60000000, got 1"],
  ])("are refused with %j", (changes, message) => {
    expect(() => check(changes)).toThrow(UsageError);
    expect(() => check(changes)).toThrow(message);
  });

  it.each([undefined, null, 3, []])("are no %j", (value) => {
    expect(() => checkStorageQuorumOptions(value, "options")).toThrow(
      "options: expected an object",
    );
  });
});

describe("options of a client", () => {
  const checkClient = (changes: object): unknown =>
    checkStorageQuorumClientOptions({ ...defaultStorageQuorumClientOptions, ...changes }, "client");

  it("are good as they are by default", () => {
    expect(checkClient({})).toEqual(defaultStorageQuorumClientOptions);
  });

  it.each(["requestTimeout", "waitMax", "retryDelay"])("are refused without a %s", (name) => {
    const expected = `client.${name}: expected a whole number of at least 1, got 0`;
    expect(() => checkClient({ [name]: 0 })).toThrow(new UsageError(expected));
  });

  it("are refused with others", () => {
    expect(() => checkClient({ retries: 3 })).toThrow("client.retries: unknown field");
  });
});
