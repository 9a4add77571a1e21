import { describe, expect, it } from "vitest";
import { blockAt, tipOf, transactionAt } from "../../../src/protocols/block-sync/chain.ts";
import { trieRoot } from "../../../src/protocols/block-sync/trie/trie.ts";
import { hexOf } from "../../../src/protocols/hex.ts";
import { ManualDisk } from "../../support/recording-env.ts";
import {
  GENESIS,
  type Made,
  madeBlock,
  madeLine,
  madeVote,
  StoredNode,
} from "../../support/stored-chain.ts";

const LINE = madeLine("b", GENESIS, 9);
const FIRST_FILE = "blocks-00000001";

function hashOf({ block }: Made): string {
  return block.header.hash;
}

/** A disk on which these blocks are durable, each synced before the next. */
function diskWith(made: readonly Made[], sectorBytes = 1): ManualDisk {
  const node = new StoredNode(new ManualDisk(sectorBytes), { segmentBlocks: 4 });
  node.settle();
  for (const one of made) {
    node.add(one);
    node.settle();
  }
  return node.disk;
}

/** Flips a bit in the middle of a block's record. */
function rot(node: StoredNode, made: Made): void {
  const { segment, start } = node.state.blocks.places.get(hashOf(made))!;
  node.disk.rot(`blocks-0000000${segment}`, start + 40, 0);
}

describe("a store", () => {
  it("that is new has genesis only", () => {
    const { recovered } = new StoredNode();
    expect(tipOf(recovered.chain)).toEqual(GENESIS);
    expect(recovered).toMatchObject({ votes: [], damage: undefined, areVotesLost: false });
  });

  it("gives back its blocks with their accounts, bodies and transactions", () => {
    const { chain, recovered } = new StoredNode(diskWith(LINE));
    expect(recovered.damage).toBeUndefined();
    expect(chain.canonical.slice(1)).toEqual(LINE.map(hashOf));
    expect(blockAt(chain, 9)).toEqual(LINE[8]!.block);
    expect(hexOf(trieRoot(tipOf(chain).accounts!.trie))).toBe(LINE[8]!.block.header.stateRoot);
    const place = transactionAt(chain, LINE[3]!.block.transactions[1]!);
    expect(place).toEqual({ block: hashOf(LINE[3]!), index: 1 });
  });

  it("gives back branches, too", () => {
    const branch = madeLine("branch", LINE[1]!.block, 3);
    const { chain } = new StoredNode(diskWith([...LINE.slice(0, 4), ...branch]));
    expect(chain.blocks.size).toBe(8);
    expect(tipOf(chain)).toEqual(branch[2]!.block);
  });

  it("takes more blocks in its next life, and the next", () => {
    const disk = diskWith(LINE.slice(0, 3));
    const second = new StoredNode(disk, { segmentBlocks: 4 });
    second.add(...LINE.slice(3, 7));
    second.settle();
    expect(new StoredNode(disk).chain.canonical.slice(1)).toEqual(LINE.slice(0, 7).map(hashOf));
  });

  it("tells which blocks are durable, once a sync that began after them has come back", () => {
    const node = new StoredNode();
    node.settle();
    node.add(LINE[0]!);
    node.add(LINE[1]!, LINE[2]!);
    expect(node.disk.syncs.length).toBe(1);
    node.complete();
    expect(node.durable).toEqual([{ kind: "block", hash: hashOf(LINE[0]!) }]);
    node.complete();
    expect(node.durable.slice(1)).toEqual([
      { kind: "block", hash: hashOf(LINE[1]!) },
      { kind: "block", hash: hashOf(LINE[2]!) },
    ]);
    expect(node.disk.syncs).toEqual([]);
  });

  it("finds bodies on the disk", () => {
    const node = new StoredNode(diskWith(LINE), { segmentBlocks: 4 });
    const hashes = [LINE[5]!, LINE[1]!].map(hashOf);
    expect(node.store.bodiesOf([...hashes, "unknown", hashes[0]!])).toEqual([
      LINE[5]!.block.body,
      LINE[1]!.block.body,
    ]);
    expect(node.store.bodyOf("unknown")).toBeUndefined();
  });

  it("holds its blocks in segments of as many as asked for", () => {
    const files = diskWith(LINE)
      .list()
      .filter((file) => file.startsWith("blocks-"));
    expect(files).toEqual([FIRST_FILE, "blocks-00000002", "blocks-00000003"]);
  });
});

describe("after a crash", () => {
  it("a block and its accounts are both there or both not", () => {
    const node = new StoredNode(diskWith(LINE.slice(0, 1), 128));
    node.settle();
    node.add(LINE[1]!);
    const states = node.disk.crashStates(10_000)!;
    const heights = states.map((files) => {
      const disk = new ManualDisk();
      disk.become(new Map([...files].map(([name, bytes]) => [name, bytes.slice()])));
      const { chain, recovered } = new StoredNode(disk);
      expect(recovered.damage).toBeUndefined();
      const { header, accounts } = tipOf(chain);
      expect(hexOf(trieRoot(accounts!.trie))).toBe(header.stateRoot);
      return header.height;
    });
    expect(new Set(heights)).toEqual(new Set([1, 2]));
  });

  it("what was durable is there, wherever in the file the torn tail ends", () => {
    const disk = diskWith(LINE.slice(0, 2));
    const whole = disk.sizeOf(FIRST_FILE);
    const node = new StoredNode(disk);
    node.settle();
    node.add(LINE[2]!);
    const bytes = disk.read(FIRST_FILE)!;
    for (let size = whole; size <= bytes.length; size++) {
      const torn = new ManualDisk();
      torn.become(new Map([[FIRST_FILE, bytes.slice(0, size)]]));
      const { chain, recovered } = new StoredNode(torn);
      expect(tipOf(chain).header.height).toBe(size === bytes.length ? 3 : 2);
      expect(recovered.damage).toBeUndefined();
    }
  });

  it("a segment that ends too early takes those behind it along, without being damage", () => {
    const node = new StoredNode(diskWith(LINE.slice(0, 3)), { segmentBlocks: 4 });
    node.settle();
    // The fourth block ends the first segment, and nothing of this is durable.
    node.add(...LINE.slice(3, 6));
    const files = new Map(node.disk.list().map((file) => [file, node.disk.read(file)!]));
    files.set(FIRST_FILE, files.get(FIRST_FILE)!.slice(0, -1));
    const disk = new ManualDisk();
    disk.become(files);
    const { chain, recovered } = new StoredNode(disk);
    expect(tipOf(chain).header.height).toBe(3);
    expect(recovered.damage).toBeUndefined();
    expect(disk.list()).not.toContain("blocks-00000002");
  });
});

describe("a damaged store", () => {
  it("is cut where bytes have rotted, and says where; the rest is taken again", () => {
    const disk = diskWith(LINE);
    rot(new StoredNode(disk, { segmentBlocks: 4 }), LINE[5]!);
    const node = new StoredNode(disk, { segmentBlocks: 4 });
    expect(node.recovered.damage).toEqual({
      ...{ file: "blocks-00000002", height: 6, reason: "rotten" },
    });
    expect(tipOf(node.chain).header.height).toBe(5);
    node.add(...LINE.slice(5));
    node.settle();
    const next = new StoredNode(disk, { segmentBlocks: 4 });
    expect(next.recovered.damage).toBeUndefined();
    expect(tipOf(next.chain)).toEqual(LINE[8]!.block);
  });

  it("says that a segment is missing", () => {
    const disk = diskWith(LINE);
    disk.remove("blocks-00000002");
    const { chain, recovered } = new StoredNode(disk);
    expect(recovered.damage).toEqual({
      ...{ file: "blocks-00000002", height: 5, reason: "missing" },
    });
    expect(tipOf(chain).header.height).toBe(4);
  });

  it("says that the first segment is missing", () => {
    const disk = diskWith(LINE);
    disk.remove(FIRST_FILE);
    const { chain, recovered } = new StoredNode(disk);
    expect(recovered.damage).toMatchObject({ file: FIRST_FILE, height: 1, reason: "missing" });
    expect(tipOf(chain)).toEqual(GENESIS);
  });

  it("says that a segment which was durable is too short", () => {
    const disk = diskWith(LINE);
    disk.truncate(FIRST_FILE, disk.sizeOf(FIRST_FILE) - 1);
    const { chain, recovered } = new StoredNode(disk);
    expect(recovered.damage).toEqual({ file: FIRST_FILE, height: 4, reason: "cut short" });
    expect(tipOf(chain).header.height).toBe(3);
  });

  it("takes no block whose accounts are not what it says", () => {
    const disk = diskWith(LINE.slice(0, 2));
    const forger = new StoredNode(disk);
    const other = madeBlock("other", LINE[1]!.block);
    forger.add({ block: LINE[2]!.block, changes: other.changes });
    forger.settle();
    const { chain, recovered } = new StoredNode(disk);
    expect(recovered.damage).toEqual({ file: FIRST_FILE, height: 3, reason: "wrong accounts" });
    expect(tipOf(chain).header.height).toBe(2);
  });
});

describe("verification", () => {
  it("gives the height of a chain that is as it was", () => {
    const node = new StoredNode(diskWith(LINE), { segmentBlocks: 4 });
    expect(node.store.verify()).toBe(9);
  });

  it.each([0, 3, 4, 6, 8])("names the first height that is not, above %i", (index) => {
    const node = new StoredNode(diskWith(LINE), { segmentBlocks: 4 });
    node.settle();
    rot(node, LINE[index]!);
    const before = node.disk.list().map((file) => node.disk.read(file));
    expect(node.store.verify()).toMatchObject({ height: index + 1 });
    expect(node.disk.list().map((file) => node.disk.read(file))).toEqual(before);
  });

  it("names the first height of a segment that is gone", () => {
    const node = new StoredNode(diskWith(LINE), { segmentBlocks: 4 });
    node.disk.remove("blocks-00000002");
    expect(node.store.verify()).toMatchObject({ file: "blocks-00000002", height: 5 });
  });
});

describe("a disk that fails", () => {
  it("is written again what a failed sync has covered", () => {
    const node = new StoredNode();
    node.settle();
    node.add(...LINE.slice(0, 2));
    node.complete({ kind: "io" });
    expect(node.durable).toEqual([]);
    expect(node.store.failure).toEqual({ kind: "io" });
    node.store.retry();
    node.settle();
    expect(node.store.failure).toBeUndefined();
    expect(node.durable.length).toBe(2);
    node.disk.loseUnsynced();
    expect(tipOf(new StoredNode(node.disk).chain).header.height).toBe(2);
  });

  it("takes blocks once it has room, in their order", () => {
    const node = new StoredNode();
    node.settle();
    node.disk.leaveRoom(10);
    node.add(...LINE.slice(0, 2));
    expect(node.store.failure).toEqual({ kind: "full" });
    expect(node.store.bodyOf(hashOf(LINE[0]!))).toEqual(LINE[0]!.block.body);
    node.disk.leaveRoom(1_000_000);
    node.store.retry();
    node.settle();
    expect(node.durable.map((one) => one.kind === "block" && one.hash)).toEqual(
      LINE.slice(0, 2).map(hashOf),
    );
    expect(node.store.failure).toBeUndefined();
  });

  it("does not take a block of one's own, and nothing is left of it", () => {
    const node = new StoredNode();
    node.settle();
    node.disk.leaveRoom(10);
    expect(node.store.propose(LINE[0]!.block, LINE[0]!.changes)).toBe(false);
    node.disk.leaveRoom(1_000_000);
    node.store.retry();
    node.settle();
    expect(node.durable).toEqual([]);
    expect(node.store.propose(LINE[0]!.block, LINE[0]!.changes)).toBe(true);
    node.settle();
    expect(node.durable).toEqual([{ kind: "block", hash: hashOf(LINE[0]!) }]);
  });

  it("does not take a vote, and says so", () => {
    const node = new StoredNode();
    node.settle();
    node.disk.leaveRoom(10);
    expect(node.store.appendVote(madeVote(GENESIS, LINE[0]!.block))).toBe(false);
    node.settle();
    expect(node.durable).toEqual([]);
  });

  it("that was full from the start takes votes later", () => {
    const disk = new ManualDisk();
    disk.leaveRoom(10);
    const node = new StoredNode(disk);
    disk.leaveRoom(1_000_000);
    const vote = madeVote(GENESIS, LINE[0]!.block);
    expect(node.store.appendVote(vote)).toBe(true);
    node.settle();
    expect(new StoredNode(disk).recovered.votes).toEqual([vote]);
  });
});

describe("votes", () => {
  const votes = LINE.slice(0, 3).map(({ block }) => madeVote(GENESIS, block));

  it("are remembered once they are durable", () => {
    const node = new StoredNode();
    node.settle();
    for (const vote of votes) expect(node.store.appendVote(vote)).toBe(true);
    node.settle();
    expect(node.durable.map((one) => one.kind)).toEqual(["vote", "vote", "vote"]);
    node.disk.loseUnsynced();
    const second = new StoredNode(node.disk);
    expect(second.recovered).toMatchObject({ votes, areVotesLost: false });
    second.settle();
    expect(new StoredNode(node.disk).recovered).toMatchObject({ votes, areVotesLost: false });
  });

  it("are remembered in whatever state a crash at the next start leaves the disk", () => {
    const node = new StoredNode(diskWith(LINE.slice(0, 1), 128));
    node.settle();
    node.store.appendVote(votes[0]!);
    node.settle();
    const second = new StoredNode(node.disk);
    const states = second.disk.crashStates(10_000)!;
    expect(states.length).toBeGreaterThan(10);
    for (const files of states) {
      const disk = new ManualDisk();
      disk.become(new Map([...files].map(([name, bytes]) => [name, bytes.slice()])));
      const { recovered } = new StoredNode(disk);
      expect(recovered).toMatchObject({ votes: [votes[0]], areVotesLost: false });
    }
  });

  it("are in the old file until what follows on it is durable", () => {
    const node = new StoredNode();
    node.settle();
    node.store.appendVote(votes[0]!);
    node.settle();
    const old = "votes-00000001";
    const { source, target } = votes[0]!;
    // So many that the file is written anew, while a sync is under way that began before.
    for (let i = 0; i < 600; i++) {
      node.store.appendCertificate("final", { source, target, votes });
    }
    node.complete();
    expect(node.disk.list()).toEqual([FIRST_FILE, old, "votes-00000002"]);
    node.settle();
    expect(node.disk.list()).toEqual([FIRST_FILE, "votes-00000002"]);
    expect(new StoredNode(node.disk).recovered.votes).toEqual([votes[0]]);
  });

  it("that have rotted are said to be lost, for good", () => {
    const node = new StoredNode(diskWith(LINE.slice(0, 1)));
    for (const vote of votes) node.store.appendVote(vote);
    node.settle();
    // The last file's second record but one; later ones know that it was durable.
    const file = node.disk.list().findLast((name) => name.startsWith("votes-"))!;
    node.store.appendVote(madeVote(GENESIS, LINE[3]!.block));
    node.settle();
    node.disk.rot(file, node.disk.sizeOf(file) - 300, 0);
    const second = new StoredNode(node.disk);
    expect(second.recovered.areVotesLost).toBe(true);
    second.settle();
    expect(new StoredNode(node.disk).recovered.areVotesLost).toBe(true);
  });

  it("are said to be lost when their file is gone", () => {
    const disk = diskWith(LINE);
    for (const file of disk.list()) if (file.startsWith("votes-")) disk.remove(file);
    expect(new StoredNode(disk).recovered.areVotesLost).toBe(true);
  });

  it("prove after a restart what was final", () => {
    const node = new StoredNode();
    node.addFinal(...LINE);
    expect(node.chain.finalized.height).toBe(8);
    const { chain, finality } = new StoredNode(node.disk);
    expect(chain.finalized).toEqual(node.chain.finalized);
    expect(chain.justified).toEqual(node.chain.justified);
    expect(finality.certificate).toEqual(node.finality.certificate);
  });
});

describe("pruning", () => {
  const long = madeLine("long", GENESIS, 40);

  it("keeps as many blocks as asked for, and a state to begin with", () => {
    const node = new StoredNode(new ManualDisk(), { segmentBlocks: 4, keptBlocks: 10 });
    node.addFinal(...long);
    expect(node.chain.bodiesFrom).toBeGreaterThan(20);
    expect(node.chain.bodiesFrom).toBeLessThanOrEqual(31);
    expect(node.store.bodyOf(hashOf(long[5]!))).toBeUndefined();
    expect(node.store.bodyOf(hashOf(long[30]!))).toEqual(long[30]!.block.body);
    const { chain, recovered } = new StoredNode(node.disk, { keptBlocks: 10 });
    expect(recovered.damage).toBeUndefined();
    expect(tipOf(chain)).toEqual(long[39]!.block);
    expect(chain.base).toBeGreaterThan(20);
    expect(chain.base).toBeLessThanOrEqual(30);
    expect(chain.finalized.height).toBe(39);
  });

  it("removes nothing that is not final", () => {
    const node = new StoredNode(new ManualDisk(), { segmentBlocks: 4, keptBlocks: 10 });
    node.add(...long);
    node.store.prune();
    node.settle();
    expect(node.chain.bodiesFrom).toBe(0);
    expect(node.disk.list()).toContain(FIRST_FILE);
  });

  it("keeps what comes before a base that is of a branch which was given up", () => {
    const node = new StoredNode(new ManualDisk(), { segmentBlocks: 4, keptBlocks: 2 });
    const branch = madeLine("other", long[2]!.block, 3);
    node.add(...long.slice(0, 4), ...branch);
    node.addFinal(madeBlock("more", branch[2]!.block));
    // The fourth block of the long line is old enough, and not of the chain.
    expect(node.chain.finalized.height).toBe(6);
    expect(node.disk.list()).toContain(FIRST_FILE);
  });

  it("can begin at a base that is of a branch which was given up", () => {
    const node = new StoredNode(new ManualDisk(), { segmentBlocks: 4, keptBlocks: 4 });
    const branch = madeLine("other", long[2]!.block, 3);
    // The fourth block of the long line is the base of the second segment, and goes.
    node.add(...long.slice(0, 4), ...branch);
    node.addFinal(...madeLine("more", branch[2]!.block, 20));
    const { chain, recovered } = new StoredNode(node.disk, { keptBlocks: 4 });
    expect(recovered.damage).toBeUndefined();
    expect(tipOf(chain).header.hash).toBe(tipOf(node.chain).header.hash);
  });

  it("keeps what a block of one's own that is not part of the chain yet will need", () => {
    const node = new StoredNode(new ManualDisk(), { segmentBlocks: 4, keptBlocks: 4 });
    node.settle();
    for (const { block, changes } of long.slice(0, 20)) {
      // Stored first, and part of the chain when it is durable.
      node.store.propose(block, changes);
      node.settle();
      node.adopt(block);
    }
    const { chain, recovered } = new StoredNode(node.disk, { keptBlocks: 4 });
    expect(recovered.damage).toBeUndefined();
    expect(tipOf(chain)).toEqual(long[19]!.block);
    expect(chain.base).toBeGreaterThan(8);
  });

  it("begins at a checkpoint that is trusted, without what was before", () => {
    const node = new StoredNode();
    node.settle();
    node.store.begin({ ...long[19]!.block, body: undefined, transactions: [] });
    node.settle();
    const { chain } = new StoredNode(node.disk);
    expect(chain.base).toBe(20);
    expect(tipOf(chain).accounts).toEqual(long[19]!.block.accounts);
  });
});
