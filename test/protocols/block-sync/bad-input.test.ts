// What a node does with what is no message of a sound peer: it says what is wrong, remembers who it
// was, and changes nothing.

import { describe, expect, it } from "vitest";
import { encodeBlock } from "../../../src/protocols/block-sync/block.ts";
import { encodeList } from "../../../src/protocols/block-sync/encoding/rlp.ts";
import type { BlockSyncMessage } from "../../../src/protocols/block-sync/messages.ts";
import { loneChainNode, statusAtGenesis } from "../../support/lone-chain-node.ts";
import { blockOf, genesis, resigned } from "./chain-of-three.ts";
import { alice } from "./chain-support.ts";

const JUNK = Uint8Array.of(0xff, 0xff, 0xff, 0xff);
const { header } = blockOf(1).block;
const SCORE = 94;

/** The header with bytes of the test's own making in the place of its height. */
function withHeight(item: Uint8Array): Uint8Array {
  // A header is a list with a prefix of two bytes; the height of block 1 is its third byte.
  const rest = header.bytes.slice(3);
  const content = new Uint8Array(item.length + rest.length);
  content.set(item);
  content.set(rest, item.length);
  return Uint8Array.of(0xf8, content.length, ...content);
}

function block(bytes: Uint8Array, body: readonly Uint8Array[] = []): BlockSyncMessage {
  return { type: "block", header: bytes, body };
}

describe("a peer's message costs it score and changes nothing", () => {
  it.each<readonly [string, BlockSyncMessage]>([
    ["a header of junk", block(JUNK)],
    ["no header at all", block(new Uint8Array(0))],
    [
      "a header with a negative height, as who has no sign would write it",
      block(withHeight(Uint8Array.of(0x88, ...new Array(8).fill(0xff)))),
    ],
    ["a header with a leading zero", block(withHeight(Uint8Array.of(0x82, 0, 1)))],
    [
      "a header with a height that has a prefix too many",
      block(withHeight(Uint8Array.of(0x81, 1))),
    ],
    ["a header with a byte behind it", block(Uint8Array.of(...header.bytes, 0))],
    ["a header that is a whole block", block(encodeBlock({ header, body: [] }))],
    ["a body of junk", block(header.bytes, [JUNK])],
    ["a body above the limit", block(header.bytes, [new Uint8Array(5_000_000)])],
    ["a body with nothing in it", block(header.bytes, [new Uint8Array(0)])],
    ["a header of another chain", block(resigned(header, { parent: "ab".repeat(32) }).bytes)],
    ["votes of junk", { type: "votes", votes: [JUNK] }],
    ["a vote with a field too few", { type: "votes", votes: [encodeList([1, 2, 3])] }],
    ["transactions of junk", { type: "transactions", transactions: [JUNK] }],
    [
      "a transaction that is too long",
      { type: "transactions", transactions: [new Uint8Array(20_000)] },
    ],
    ["evidence of junk", { type: "evidence", evidence: [[JUNK, JUNK]] }],
    ["evidence of one block", { type: "evidence", evidence: [[header.bytes, header.bytes]] }],
    [
      "a status of another genesis",
      { type: "status", status: statusAtGenesis({ genesis: "ab".repeat(32) }) },
    ],
    ["a status with half a hash", { type: "status", status: statusAtGenesis({ genesis: "ab" }) }],
    [
      "a status with a height that is no number",
      { type: "status", status: statusAtGenesis({ bodiesFrom: -1 }) },
    ],
    [
      "a locator without end",
      {
        type: "get headers",
        request: 1,
        locator: new Array(1_000).fill("ab".repeat(32)),
        count: 1,
      },
    ],
  ])("%s", (_what, message) => {
    const { node, env } = loneChainNode();
    const before = structuredClone({ chain: node.chain, mempool: node.state.mempool });

    node.onMessage("n2", message);

    expect({ chain: node.chain, mempool: node.state.mempool }).toEqual(before);
    expect(node.state.peers.get("n2")?.score).toBe(SCORE);
    expect(env.emitted.some(([event]) => event === "peer fault")).toBe(true);
  });
});

describe("a client is told what is wrong", () => {
  it("with a transaction", () => {
    const { node, env } = loneChainNode();
    node.onMessage("c1", { type: "submit", serial: 1, transactions: [JUNK] });
    expect(env.takeSent()[0]?.message).toMatchObject({
      type: "submitted",
      refused: [
        { index: 0, reason: { kind: "malformed", reason: expect.stringContaining("transaction") } },
      ],
    });
  });

  it.each([
    ["a height that there is not", { op: "block", height: 99 }],
    ["a height below none", { op: "hash", height: -1 }],
    ["a hash of nothing", { op: "block by hash", hash: "no hash" }],
    ["a transaction that there is not", { op: "transaction", hash: "ab".repeat(32) }],
    ["an address that is none", { op: "account", address: "nobody" }],
  ] as const)("with %s: none", (_what, query) => {
    const { node, env } = loneChainNode();
    node.onMessage("c1", { type: "query", serial: 1, query });
    expect(env.takeSent()).toEqual([
      { to: "c1", message: { type: "answer", serial: 1, answer: { kind: "none" } } },
    ]);
  });

  it("of an account that nobody has paid, which is empty and proven to be", () => {
    const { node, env } = loneChainNode();
    const query = { op: "account", address: "12".repeat(20) } as const;
    node.onMessage("c1", { type: "query", serial: 1, query });
    expect(env.takeSent()[0]?.message).toMatchObject({
      answer: { kind: "account", account: { balance: 0, nonce: 0 }, height: 0 },
    });
  });

  it("of an account of genesis", () => {
    const { node, env } = loneChainNode();
    const query = { op: "account", address: alice.address } as const;
    node.onMessage("c1", { type: "query", serial: 1, query });
    const { stateRoot } = genesis.block.header;
    expect(env.takeSent()[0]?.message).toMatchObject({
      answer: { account: { balance: 1_000_000, nonce: 0 }, stateRoot },
    });
  });
});
