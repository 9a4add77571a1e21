import { describe, expect, it } from "vitest";
import type { ChainState } from "../../../src/protocols/block-sync/chain.ts";
import { onFinalized } from "../../../src/protocols/block-sync/finality/fork-choice.ts";
import type { SyncReply, SyncRequest } from "../../../src/protocols/block-sync/messages.ts";
import { defaultBlockSyncOptions } from "../../../src/protocols/block-sync/options.ts";
import { answerTo, type ServingContext } from "../../../src/protocols/block-sync/peers/serving.ts";
import { locatorOf } from "../../../src/protocols/block-sync/sync/locator.ts";
import { TOY_GENESIS, toyChain, toyLine } from "../../support/sync-world.ts";

const LINE = toyLine(TOY_GENESIS, 50);
const CHAIN = toyChain(...LINE);
const UNKNOWN = "ee".repeat(32);

/** The answer of a node that gives 20 headers, 10 bodies and 5 accounts at once. */
function answer(request: SyncRequest, over: Partial<ServingContext> = {}): SyncReply | undefined {
  const { sync, limits } = defaultBlockSyncOptions;
  return answerTo(request, {
    options: {
      sync: { ...sync, headersPerRequest: 20, bodiesPerRequest: 10, accountsPerRequest: 5 },
      limits,
    },
    ...{ chain: CHAIN, isBusy: false, bodyOf: ({ body }) => body },
    ...over,
  });
}

function hashesFrom(height: number, count: number): string[] {
  return LINE.slice(height - 1, height - 1 + count).map(({ header }) => header.hash);
}

function headersFrom(height: number, count: number): Uint8Array[] {
  return LINE.slice(height - 1, height - 1 + count).map(({ header }) => header.bytes);
}

describe("a request for headers", () => {
  const ask = (locator: readonly string[], count = 3): SyncRequest => ({
    ...{ type: "get headers", request: 7, locator, count },
  });

  it("is answered with those behind the first that both have", () => {
    const locator = [UNKNOWN, ...hashesFrom(9, 1), ...hashesFrom(4, 1)];
    expect(answer(ask(locator))).toEqual({
      ...{ type: "headers", request: 7, headers: headersFrom(10, 3) },
    });
  });

  it("is answered with none behind the tip, and with no more than there are before it", () => {
    expect(answer(ask(hashesFrom(50, 1)))).toMatchObject({ headers: [] });
    expect(answer(ask(hashesFrom(48, 1), 20))).toMatchObject({ headers: headersFrom(49, 2) });
  });

  it("is answered with no more than this node would ask for", () => {
    const most = answer(ask([TOY_GENESIS.header.hash], 1_000_000_000));
    expect(most).toMatchObject({ headers: headersFrom(1, 20) });
  });

  it("does not begin at a block off the chain", () => {
    const fork = toyLine(LINE[9]!, 3, "fork");
    const chain = toyChain(...LINE, ...fork);
    const locator = [fork[2]!.header.hash, LINE[9]!.header.hash];
    expect(answer(ask(locator), { chain })).toMatchObject({ headers: headersFrom(11, 3) });
  });

  it("is not answered when nothing is shared", () => {
    const expected = { type: "not available", request: 7, reason: "unknown" };
    expect(answer(ask([UNKNOWN]))).toEqual(expected);
    expect(answer(ask([]))).toEqual(expected);
  });

  it("may be for one header by its hash, on the chain or off it", () => {
    const [hash] = hashesFrom(5, 1);
    expect(answer({ type: "get header", request: 1, hash: hash! })).toEqual({
      ...{ type: "headers", request: 1, headers: headersFrom(5, 1) },
    });
    expect(answer({ type: "get header", request: 1, hash: UNKNOWN })).toMatchObject({
      reason: "unknown",
    });
  });
});

describe("a request for bodies", () => {
  const ask = (hashes: readonly string[]): SyncRequest => ({
    ...{ type: "get bodies", request: 7, hashes },
  });
  const bodies = (height: number, count: number) =>
    LINE.slice(height - 1, height - 1 + count).map(({ body }) => body);

  it("is answered in the order of the hashes", () => {
    const [a, b, c] = hashesFrom(1, 3);
    expect(answer(ask([b!, c!, a!]))).toEqual({
      ...{ type: "bodies", request: 7, bodies: [...bodies(2, 2), ...bodies(1, 1)] },
    });
  });

  it("is answered with no more than this node would ask for", () => {
    expect(answer(ask(hashesFrom(1, 30)))).toMatchObject({ bodies: bodies(1, 10) });
  });

  it("is answered with no more bytes than a block may have, and with one body at least", () => {
    const small = { options: { ...defaultBlockSyncOptions } };
    const sizeBytes = LINE[0]!.body!.reduce((sum, bytes) => sum + bytes.length, 0);
    const limits = { ...small.options.limits, blockBytes: 3 * sizeBytes };
    const options = { ...small.options, limits };
    expect(answer(ask(hashesFrom(1, 5)), { options })).toMatchObject({ bodies: bodies(1, 3) });
    const tiny = { ...small.options, limits: { ...limits, blockBytes: 1 } };
    expect(answer(ask(hashesFrom(1, 5)), { options: tiny })).toMatchObject({
      bodies: bodies(1, 1),
    });
  });

  it("is answered up to the first that is not there", () => {
    const [a, b] = hashesFrom(1, 2);
    expect(answer(ask([a!, UNKNOWN, b!]))).toMatchObject({ bodies: bodies(1, 1) });
  });

  it("is refused when the first is not there: it was removed, or never was", () => {
    expect(answer(ask([UNKNOWN]))).toMatchObject({ type: "not available", reason: "unknown" });
    expect(answer(ask(hashesFrom(1, 1)), { bodyOf: () => undefined })).toMatchObject({
      ...{ type: "not available", reason: "pruned" },
    });
  });
});

describe("a request for accounts", () => {
  const block = LINE[9]!.header.hash;
  const start = "00".repeat(32);

  it("is refused when the block is not known, or its state no longer kept", () => {
    const ask: SyncRequest = { type: "get accounts", request: 7, block: UNKNOWN, start, count: 1 };
    expect(answer(ask)).toMatchObject({ reason: "unknown" });
    const blocks = new Map(CHAIN.blocks);
    blocks.set(block, { ...LINE[9]!, accounts: undefined });
    const chain: ChainState = { ...CHAIN, blocks };
    expect(answer({ ...ask, block }, { chain })).toMatchObject({ reason: "pruned" });
  });

  it("is answered with nothing when there is nothing", () => {
    const ask: SyncRequest = { type: "get accounts", request: 7, block, start, count: 1 };
    expect(answer(ask)).toEqual({ type: "accounts", request: 7, accounts: [], proof: [] });
  });
});

describe("any request", () => {
  const hash = LINE[0]!.header.hash;

  it("is put off by a node that is busy", () => {
    expect(answer({ type: "get bodies", request: 7, hashes: [hash] }, { isBusy: true })).toEqual({
      ...{ type: "not available", request: 7, reason: "busy" },
    });
  });

  it.each<[string, SyncRequest]>([
    ["no headers", { type: "get headers", request: 1, locator: [hash], count: 0 }],
    ["half a header", { type: "get headers", request: 1, locator: [hash], count: 0.5 }],
    [
      "headers behind any of 65",
      {
        type: "get headers",
        request: 1,
        locator: Array.from({ length: 65 }, () => hash),
        count: 1,
      },
    ],
    ["no bodies", { type: "get bodies", request: 1, hashes: [] }],
    ["a block with a short hash", { type: "get header", request: 1, hash: "ee" }],
    [
      "accounts from a text on",
      { type: "get accounts", request: 1, block: hash, start: "start", count: 1 },
    ],
  ])("is not answered when it is for %s", (_, request) => {
    expect(answer(request)).toBeUndefined();
  });
});

describe("a locator", () => {
  const heightsOf = (chain: ChainState): number[] =>
    locatorOf(chain).map((hash) => chain.blocks.get(hash)!.header.height);

  it("has the last ones without gaps, then ever larger gaps, and genesis at the end", () => {
    expect(heightsOf(CHAIN)).toEqual([50, 49, 48, 47, 46, 45, 44, 43, 41, 37, 29, 13, 0]);
    expect(heightsOf(toyChain())).toEqual([0]);
    expect(heightsOf(toyChain(...LINE.slice(0, 2)))).toEqual([2, 1, 0]);
  });

  it("ends at the block that is final", () => {
    const chain = toyChain(...LINE);
    onFinalized(chain, { height: 40, hash: LINE[39]!.header.hash });
    expect(heightsOf(chain)).toEqual([50, 49, 48, 47, 46, 45, 44, 43, 41, 40]);
  });
});
