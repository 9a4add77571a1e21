import { describe, expect, it } from "vitest";
import { hashOf, keccak256 } from "../../../src/protocols/block-sync/encoding/hash.ts";
import type { SyncReply, SyncRequest } from "../../../src/protocols/block-sync/messages.ts";
import { trieRoot, trieUpdate } from "../../../src/protocols/block-sync/trie/trie.ts";
import { hexOf } from "../../../src/protocols/hex.ts";
import {
  inTime,
  SyncWorld,
  TOY_GENESIS,
  type ToyPeer,
  toyBlock,
  toyChain,
  toyLine,
} from "../../support/sync-world.ts";

const SECOND = 1_000_000;
const ACCOUNTS = 1_000;

/** A thousand accounts. */
const TRIE = trieUpdate(
  undefined,
  Array.from({ length: ACCOUNTS }, (_, i) => ({
    key: keccak256(new Uint8Array([i % 256, Math.floor(i / 256)])),
    value: new Uint8Array([i % 256, Math.floor(i / 256), 1]),
  })),
);
const OLD = toyLine(TOY_GENESIS, 20);
const TRUSTED = toyBlock(OLD[19], "trusted", { trie: TRIE });
const NEW = toyLine(TRUSTED, 20);
const CHAIN = toyChain(...OLD, TRUSTED, ...NEW);
const checkpoint = { height: 21, hash: TRUSTED.header.hash };

function honest(name: string): ToyPeer {
  return { name, chain: CHAIN };
}

/** A peer that answers for accounts as it likes. */
function withAccounts(
  name: string,
  answer: (truth: SyncReply, number: number) => SyncReply | undefined,
): ToyPeer {
  return {
    ...honest(name),
    answer: (truth, request, number) => {
      if (request.type !== "get accounts") return inTime(truth);
      const reply = answer(truth, number);
      return reply === undefined ? undefined : inTime(reply);
    },
  };
}

function rangesAsked(world: SyncWorld): string[] {
  return world.asked.flatMap(([, request]) =>
    request.type === "get accounts" ? [request.start] : [],
  );
}

function typesAsked(world: SyncWorld): Set<SyncRequest["type"]> {
  return new Set(world.asked.map(([, { type }]) => type));
}

describe("a node that begins at a checkpoint", () => {
  it("takes its accounts in ranges, and then what follows it, and nothing before", () => {
    const world = new SyncWorld([honest("p1")], { checkpoint });
    expect(world.runUntil(41, SECOND)).toBeDefined();
    expect(world.adopted).toEqual([hexOf(trieRoot(TRIE))]);
    expect(rangesAsked(world)).toHaveLength(4);
    expect(world.handedOver).toEqual(NEW.map(({ header }) => header.height));
    expect(world.memory.sync.accounts).toBeUndefined();
    expect(world.events("sync ended")[0]).toMatchObject({ kind: "checkpoint", reason: "adopted" });
  });

  it("goes on with another peer where one has gone, and asks for nothing twice", () => {
    const gone = withAccounts("a", (truth, number) => (number < 3 ? truth : undefined));
    const world = new SyncWorld([gone, honest("b")], { checkpoint });
    world.after(100_000, () => world.peers.lose("a"));
    expect(world.runUntil(41, SECOND)).toBeDefined();
    expect(world.adopted).toEqual([hexOf(trieRoot(TRIE))]);
    const ranges = rangesAsked(world);
    expect(ranges.length - new Set(ranges).size).toBeLessThanOrEqual(1);
  });

  it("asks another peer when one does not answer in time", () => {
    const mute = withAccounts("a", () => undefined);
    const world = new SyncWorld([mute, honest("b")], { checkpoint });
    expect(world.runUntil(41, 61 * SECOND)).toBeDefined();
    expect(world.events("checkpoint request failed")).toContainEqual(
      expect.objectContaining({ peer: "a", reason: "timeout" }),
    );
  });

  it.each<[string, (truth: SyncReply) => SyncReply]>([
    ["leaves one out", (truth) => changed(truth, (accounts) => accounts.slice(1))],
    ["leaves out the last", (truth) => changed(truth, (accounts) => accounts.slice(0, -1))],
    [
      "changes one",
      (truth) => changed(truth, (all) => [[all[0]![0], new Uint8Array([9])], ...all.slice(1)]),
    ],
    ["gives none", (truth) => changed(truth, () => [])],
    [
      "makes keys longer",
      (truth) => changed(truth, (all) => [[new Uint8Array([...all[0]![0], 0]), all[0]![1]]]),
    ],
    ["gives no proof", (truth) => (truth.type === "accounts" ? { ...truth, proof: [] } : truth)],
  ])("finds out a peer that %s", (_, lie) => {
    const world = new SyncWorld([withAccounts("a", lie), honest("b")], { checkpoint });
    expect(world.runUntil(41, SECOND)).toBeDefined();
    expect(world.adopted).toEqual([hexOf(trieRoot(TRIE))]);
    expect(world.events("peer fault")[0]).toMatchObject({ peer: "a", fault: "wrong accounts" });
  });

  it("does not take another block for the trusted one", () => {
    const forged = toyBlock(OLD[19], "forged", { trie: undefined }).header.bytes;
    const liar: ToyPeer = {
      ...honest("a"),
      answer: (truth, { type, request }) =>
        inTime(type === "get header" ? { type: "headers", request, headers: [forged] } : truth),
    };
    const world = new SyncWorld([liar, honest("b")], { checkpoint });
    expect(world.runUntil(41, SECOND)).toBeDefined();
    expect(world.adopted).toEqual([hexOf(trieRoot(TRIE))]);
    expect(world.events("checkpoint refused")[0]).toEqual({ height: 21, got: hashOf(forged) });
    expect(world.events("peer fault")[0]).toMatchObject({ peer: "a", fault: "wrong checkpoint" });
  });

  it("fetches nothing else while nobody has that block, and asks again", () => {
    const unknown = { height: 21, hash: "ee".repeat(32) };
    const world = new SyncWorld([honest("a"), honest("b")], { checkpoint: unknown });
    world.run(10 * SECOND + SECOND / 2);
    expect([world.height, world.sync.phase]).toEqual([0, "idle"]);
    expect(typesAsked(world)).toEqual(new Set(["get header"]));
    expect(world.asked.length).toBeGreaterThan(6);
    expect(world.events("peer fault")).toEqual([]);
  });

  it("begins at a newer final block when all have removed the accounts of the old one", () => {
    const later = toyBlock(NEW[9], "later", { trie: TRIE });
    const chain = toyChain(...OLD, TRUSTED, ...NEW.slice(0, 10), later, ...toyLine(later, 5));
    const pruned = (name: string): ToyPeer => ({
      ...{ name, chain },
      answer: (truth, asked) =>
        inTime(
          asked.type === "get accounts" && asked.block === checkpoint.hash
            ? { type: "not available", request: truth.request, reason: "pruned" }
            : truth,
        ),
    });
    const final = { height: 32, hash: later.header.hash };
    const world = new SyncWorld([pruned("a"), pruned("b")], { checkpoint, final });
    expect(world.runUntil(37, 4 * SECOND)).toBeDefined();
    expect(world.events("checkpoint renewed")).toEqual([{ from: 21, ...final }]);
    expect(world.memory.chain.base).toBe(32);
    const kept = new SyncWorld([pruned("a"), withAccounts("b", (truth) => truth)], {
      ...{ checkpoint, final },
    });
    kept.run(4 * SECOND);
    expect(kept.events("checkpoint renewed")).toEqual([]);
    expect(kept.memory.chain.base).toBe(21);
  });

  it("keeps to its checkpoint when nobody has ever had that block", () => {
    const unknown = { height: 21, hash: "ee".repeat(32) };
    const final = { height: 31, hash: NEW[9]!.header.hash };
    const world = new SyncWorld([honest("a"), honest("b")], { checkpoint: unknown, final });
    world.run(5 * SECOND);
    expect(world.events("checkpoint renewed")).toEqual([]);
    expect(world.height).toBe(0);
  });

  it("keeps what it has when nobody goes on, and goes on with it later", () => {
    let isKept = true;
    const forgetful = withAccounts("a", (truth, number) => {
      if (number === 3) isKept = false;
      const { request } = truth;
      return isKept ? truth : { type: "not available", request, reason: "pruned" };
    });
    const world = new SyncWorld([forgetful], { checkpoint });
    world.run(3 * SECOND);
    expect(world.sync.phase).toBe("idle");
    expect(world.memory.sync.accounts?.accounts).toHaveLength(512);
    isKept = true;
    expect(world.runUntil(41, 3 * SECOND)).toBeDefined();
    expect(world.adopted).toEqual([hexOf(trieRoot(TRIE))]);
    expect(world.asked.filter(([, { type }]) => type === "get header")).toHaveLength(1);
  });
});

type Accounts = Extract<SyncReply, { readonly type: "accounts" }>["accounts"];

function changed(truth: SyncReply, change: (accounts: Accounts) => Accounts): SyncReply {
  return truth.type === "accounts" ? { ...truth, accounts: change(truth.accounts) } : truth;
}
