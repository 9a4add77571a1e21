import { describe, expect, it } from "vitest";
import {
  type Block,
  type Body,
  type Header,
  unsignedHeader,
} from "../../../src/protocols/block-sync/block.ts";
import { genesisOf } from "../../../src/protocols/block-sync/genesis.ts";
import type { ChainLimits } from "../../../src/protocols/block-sync/options.ts";
import type { Transaction } from "../../../src/protocols/block-sync/transaction.ts";
import { orderedRoot } from "../../../src/protocols/block-sync/trie/trie.ts";
import {
  checkBody,
  checkExecution,
  type InvalidBlock,
  isBrokenForNow,
  isSenderAtFault,
  ruleBrokenByHeader,
} from "../../../src/protocols/block-sync/validation.ts";
import { hexOf } from "../../../src/protocols/hex.ts";
import { blockOf, GENESIS, genesis, resigned, rulesOfThree, withBody } from "./chain-of-three.ts";
import { addresses, alice, bob, carol, forged, pays, person } from "./chain-support.ts";

const NOW = GENESIS.timestamp + 10_000;
const FUTURE_MAX = 1_000;

/** Made in slot 4, which is Bob's. */
const parent = blockOf(4, [pays(alice)]);
const child = (slot = 5) =>
  blockOf(slot, [pays(alice, { nonce: 1 })], {
    header: parent.block.header,
    trie: parent.executed.trie,
  });

describe("the rules of headers", () => {
  const ruleOf = (header: Header, on: Header | undefined = parent.block.header, now = NOW) =>
    ruleBrokenByHeader(header, on, now, rulesOfThree({ futureMax: FUTURE_MAX }));
  const { header } = child().block;
  const at = (slot: number) => GENESIS.timestamp + 100 * slot;

  it("are kept by the next block, by one some slots later, and by the genesis block", () => {
    expect(ruleOf(header)).toBeUndefined();
    expect(ruleOf(child(9).block.header)).toBeUndefined();
    expect(ruleOf(genesis.block.header)).toBeUndefined();
  });

  it.each<[InvalidBlock, Partial<Header>]>([
    ["height gap", { height: 3 }],
    ["height gap", { height: 1_000_000_000 }],
    ["timestamp not after parent", { timestamp: at(4) }],
    ["timestamp not after parent", { timestamp: at(4) - 1 }],
    ["timestamp in the future", { timestamp: NOW + FUTURE_MAX + 1 }],
    ["not its slot", { timestamp: at(6) }],
    ["not its slot", { timestamp: at(4) + 1 }],
  ])("name what is broken: %s, with %o", (rule, over) => {
    expect(ruleOf(resigned(header, over))).toBe(rule);
  });

  it("let nobody make two blocks in a slot of his own, one after another", () => {
    const second = resigned(child(7).block.header, { timestamp: at(4) + 50 });
    expect(second.producer).toBe(bob.publicKey);
    expect(ruleOf(second)).toBe("not its slot");
  });

  it("let nobody but validators make blocks", () => {
    expect(ruleOf(resigned(header, {}, person(9)))).toBe("unknown producer");
  });

  it("let nobody sign for another", () => {
    const stolen = resigned(header, { stateRoot: "00".repeat(32) });
    const forgery = { ...stolen, bytes: stolen.bytes.slice(0, -1) };
    const bytes = Uint8Array.of(...forgery.bytes, stolen.bytes.at(-1)! ^ 1);
    expect(ruleOf({ ...stolen, bytes })).toBe("bad block signature");
  });

  it("need the parent", () => {
    expect(ruleBrokenByHeader(header, undefined, NOW, rulesOfThree())).toBe("unknown parent");
  });

  it("are for one genesis", () => {
    const other = genesisOf({ ...GENESIS, name: "four" }, addresses).block.header;
    expect(ruleOf(other)).toBe("wrong genesis");
    const first = blockOf(1).block.header;
    expect(ruleOf(first, genesis.block.header)).toBeUndefined();
    expect(ruleOf(resigned(first, { parent: other.hash }), other)).toBe("wrong genesis");
  });

  it("are as strict at their limits as is said", () => {
    // The times are Alice's slots: of 3, or of 105 and more.
    const late = resigned(header, { timestamp: NOW + 500 }, alice);
    const ruleAt = (now: number) => ruleOf(late, parent.block.header, now);
    expect(ruleAt(NOW - FUTURE_MAX + 500)).toBeUndefined();
    expect(ruleAt(NOW - FUTURE_MAX + 499)).toBe("timestamp in the future");
  });
});

describe("the rules of bodies", () => {
  const check = (block: Block, limits: Partial<ChainLimits> = {}) =>
    checkBody(block, rulesOfThree(limits));
  const rootOf = (body: Body) => hexOf(orderedRoot(body));
  const withRoot = (body: Body) => withBody(child().block, body, rootOf(body));
  const transfers = (count: number) =>
    Array.from({ length: count }, (_, nonce) => pays(alice, { nonce }));
  const bytesOfAll = (all: readonly Transaction[]) => all.map(({ bytes }) => bytes);

  it("are kept by the body of the header, and by an empty one", () => {
    const { block, transactions } = child();
    expect(check(block)).toEqual({ kind: "checked", transactions });
    expect(check(blockOf(1).block)).toEqual({ kind: "checked", transactions: [] });
  });

  it.each<[InvalidBlock, string, unknown]>([
    ["malformed body", "no list", "junk"],
    ["malformed body", "something else in the list", ["junk"]],
    ["malformed body", "an empty transaction", [new Uint8Array()]],
    [
      "malformed body",
      "more transactions than a list holds",
      Array(65_537).fill(new Uint8Array(1)),
    ],
    ["too large", "10 MiB of junk", [new Uint8Array(10 * 1_024 * 1_024)]],
    ["wrong transactions root", "another transaction", bytesOfAll([pays(bob)])],
    ["wrong transactions root", "no transaction", []],
    ["wrong transactions root", "one twice", bytesOfAll([...child().transactions, pays(alice)])],
  ])("name what is broken: %s, by %s", (rule, _, body) => {
    // A liar may send what is no body at all.
    const block = { header: child().block.header, body: body as Body };
    expect(check(block)).toEqual({ kind: "broken", rule, index: undefined });
  });

  it("name a transaction that is none", () => {
    const body = [...bytesOfAll(transfers(1)), Uint8Array.of(1, 2, 3)];
    expect(check(withRoot(body))).toEqual({
      ...{ kind: "broken", rule: "transaction: malformed", index: 1 },
    });
  });

  it("name a transaction that is too long", () => {
    const long = pays(alice, { data: new Uint8Array(1_000) });
    const block = withRoot([long.bytes]);
    expect(check(block)).toMatchObject({ rule: "transaction: malformed", index: 0 });
    expect(check(block, { transactionBytes: long.bytes.length })).toMatchObject({
      kind: "checked",
    });
  });

  it("bound the gas of all together", () => {
    expect(check(withRoot(bytesOfAll(transfers(10))))).toMatchObject({ kind: "checked" });
    expect(check(withRoot(bytesOfAll(transfers(11))))).toEqual({
      ...{ kind: "broken", rule: "over gas limit", index: 10 },
    });
  });

  it("bound the bytes of all together, prefixes and all", () => {
    const body = bytesOfAll(transfers(3));
    // A transfer has between 56 and 255 bytes, and a prefix of two; the list's is of three.
    const sizeBytes = body.reduce((sum, { length }) => sum + length + 2, 3);
    const block = withRoot(body);
    expect(check(block, { blockBytes: sizeBytes })).toMatchObject({ kind: "checked" });
    expect(check(block, { blockBytes: sizeBytes - 1 })).toMatchObject({ rule: "too large" });
  });
});

describe("the rules of execution", () => {
  const execute = (header: Header, transactions: readonly Transaction[]) =>
    checkExecution(header, transactions, parent.executed.trie, rulesOfThree());

  it("are kept by a block of its producer", () => {
    const { block, transactions, executed } = child();
    expect(execute(block.header, transactions)).toEqual(executed);
  });

  it("need the state root that comes of it", () => {
    const header = resigned(child().block.header, { stateRoot: parent.block.header.stateRoot });
    expect(execute(header, child().transactions)).toEqual({
      ...{ kind: "broken", rule: "wrong state root", index: undefined },
    });
  });

  const next = { nonce: 1 };
  it.each<[InvalidBlock, Transaction]>([
    ["transaction: bad signature", forged(pays(alice, next))],
    ["transaction: nonce too low", pays(alice)],
    ["transaction: nonce too high", pays(alice, { nonce: 2 })],
    ["transaction: insufficient balance", pays(carol, { amount: 1 })],
    ["transaction: gas limit too low", pays(alice, { ...next, gasLimit: 1 })],
    ["transaction: gas limit above block", pays(alice, { ...next, gasLimit: 210_001 })],
    ["transaction: amount overflow", pays(alice, { ...next, gasPrice: 2 ** 50 })],
  ])("name what is broken: %s", (rule, transaction) => {
    const { header } = child().block;
    expect(execute(header, [transaction])).toEqual({ kind: "broken", rule, index: 0 });
  });
});

describe("who has broken a rule", () => {
  const all: readonly InvalidBlock[] = [
    ...(["malformed header", "malformed body", "too large", "wrong genesis"] as const),
    ...(["unknown parent", "height gap", "timestamp not after parent"] as const),
    ...(["timestamp in the future", "unknown producer", "not its slot"] as const),
    ...(["bad block signature", "wrong transactions root", "over gas limit"] as const),
    ...(["wrong state root", "transaction: malformed"] as const),
  ];

  it("is whoever has sent the bytes, when they say nothing of the block", () => {
    expect(all.filter(isSenderAtFault)).toEqual([
      ...["malformed header", "malformed body", "too large", "wrong transactions root"],
    ]);
  });

  it("is nobody, for a block that may be valid later", () => {
    expect(all.filter(isBrokenForNow)).toEqual(["unknown parent", "timestamp in the future"]);
  });
});

describe("a header that nobody has signed", () => {
  it("keeps no rule above genesis", () => {
    const { header } = child().block;
    const bare = { ...unsignedHeader(header), producer: header.producer };
    const rule = ruleBrokenByHeader(bare, parent.block.header, NOW, rulesOfThree());
    expect(rule).toBe("bad block signature");
  });
});
