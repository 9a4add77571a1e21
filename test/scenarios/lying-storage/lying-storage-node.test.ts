import { describe, expect, it } from "vitest";
import { addressOf, bindingOf } from "../../../src/protocols/storage-quorum/cipher.ts";
import { fileBytes } from "../../../src/protocols/storage-quorum/file-bytes.ts";
import { isProven, leavesOf, merkleRoot } from "../../../src/protocols/storage-quorum/merkle.ts";
import type {
  ChallengeProof,
  StorageQuorumMessage,
  StorageRequest,
} from "../../../src/protocols/storage-quorum/messages.ts";
import { defaultStorageQuorumOptions } from "../../../src/protocols/storage-quorum/options.ts";
import {
  LYING_BEHAVIOURS,
  type LyingBehaviour,
} from "../../../src/scenarios/lying-storage/lies.ts";
import { LyingStorageNode } from "../../../src/scenarios/lying-storage/lying-storage-node.ts";
import type { NodeId } from "../../../src/sim/env.ts";
import { type ManualDisk, RecordingEnv } from "../../support/recording-env.ts";

const options = { ...defaultStorageQuorumOptions, leafBytes: 4 };
const A = fileBytes(1, 14);
const B = fileBytes(2, 14);
const C = fileBytes(3, 3);
const [addressA, addressB, addressC] = [addressOf(A), addressOf(B), addressOf(C)];
const LEAVES = 4;

const store = (call: number, data = A): StorageRequest => ({
  ...{ type: "store", call, address: addressOf(data), data },
});
const fetchOf = (call: number, address = addressA): StorageRequest => ({
  ...{ type: "fetch", call, address },
});
const challenge = (call: number, leaf: number): StorageRequest => ({
  ...{ type: "challenge", call, address: addressA, nonce: Uint8Array.of(call), leaf },
});
const stored = (call: number): StorageQuorumMessage => ({
  ...{ type: "stored", call, error: undefined },
});

/** A lying storage node with the backend `b`, the discovery `d` and the accomplices given. */
class Bench {
  readonly env: RecordingEnv<StorageQuorumMessage>;
  readonly node: LyingStorageNode;
  readonly #lies = new Set<string>();

  constructor(id = "n2", accomplices: readonly NodeId[] = [], disk?: ManualDisk) {
    this.env = new RecordingEnv(id, disk);
    const places = { discovery: "d", backend: "b", capacityBytes: 100, options };
    this.node = new LyingStorageNode(this.env, places, {
      ...{ conduct: (behaviour) => this.#lies.has(behaviour), accomplices, alias: "c1" },
    });
    this.node.onStart();
    this.env.takeSent();
  }

  /** From now on it lies so, and in no other way. */
  lie(...behaviours: readonly LyingBehaviour[]): this {
    this.#lies.clear();
    for (const behaviour of behaviours) this.#lies.add(behaviour);
    return this;
  }

  /** Gives it a message of the backend, and returns what it sends until all syncs are over. */
  ask(request: StorageRequest): readonly StorageQuorumMessage[] {
    return this.hear("b", request);
  }

  hear(from: NodeId, message: StorageQuorumMessage): readonly StorageQuorumMessage[] {
    this.node.onMessage(from, message);
    while (this.env.disk.syncs.length > 0) this.node.onSynced(this.env.disk.completeSync());
    return this.env.takeSent().map((sent) => sent.message);
  }

  fire(timer: string): readonly StorageQuorumMessage[] {
    this.node.onTimer(this.env.fire(timer));
    return this.env.takeSent().map((sent) => sent.message);
  }

  inventory(): unknown {
    return this.ask({ type: "inventory", call: 99 });
  }

  /** Whether the backend is satisfied with what it says to a challenge for the replica A. */
  passes(call: number, leaf: number): boolean {
    return isGood(this.ask(challenge(call, leaf)), call, leaf);
  }

  get told(): unknown[] {
    return this.env.emitted.flatMap(([event, data]) => (event === "lie" ? [data] : []));
  }
}

/** A backend's check. */
function isGood(sent: readonly StorageQuorumMessage[], call: number, leaf: number): boolean {
  const [answer] = sent;
  if (answer?.type !== "proof" || answer.proof === undefined) return false;
  const { proof } = answer;
  const binding = bindingOf(Uint8Array.of(call), proof.leaf);
  return (
    proof.index === leaf &&
    String(proof.binding) === String(binding) &&
    isProven(proof, proof.leaf, LEAVES, merkleRoot(leavesOf(A, options.leafBytes)))
  );
}

/** A node that has stored these, honestly. */
function holding(...replicas: readonly Uint8Array[]): Bench {
  const bench = new Bench();
  for (const [i, data] of replicas.entries()) bench.ask(store(i, data));
  return bench;
}

const proofIn = (sent: readonly StorageQuorumMessage[]): ChallengeProof | undefined =>
  sent[0]?.type === "proof" ? sent[0].proof : undefined;
const holdings = (...addresses: readonly string[]) => [
  { type: "holdings", call: 99, addresses: addresses.toSorted() },
];
const isOnDisk = ({ env }: Bench, address = addressA): boolean =>
  env.disk.durable(`replica-${address}`) !== undefined;

describe("a lying storage node that does not lie", () => {
  it("stores, gives, proves, lists and removes as an honest one does", () => {
    const bench = new Bench();
    expect(bench.ask(store(1))).toEqual([stored(1)]);
    expect(bench.ask(fetchOf(2))).toEqual([{ type: "fetched", call: 2, data: A }]);
    expect(bench.passes(3, 2)).toBe(true);
    expect(bench.inventory()).toEqual(holdings(addressA));
    expect(bench.ask({ type: "drop", call: 4, addresses: [addressA] })).toEqual([
      { type: "dropped", call: 4 },
    ]);
    expect(bench.fire("register")).toMatchObject([{ type: "register", freeBytes: 100 }]);
    expect(bench.told).toEqual([]);
  });

  it("is deaf to others, an accomplice included", () => {
    const bench = new Bench("n1", ["n2"]);
    bench.ask(store(1));
    expect(bench.hear("n2", fetchOf(5))).toEqual([]);
    expect(bench.hear("n3", fetchOf(5))).toEqual([]);
    expect(bench.hear("n2", { type: "fetched", call: 1, data: B })).toEqual([]);
  });
});

describe("acks without storing", () => {
  it("confirms at once, keeps nothing, and claims it in inventories", () => {
    const bench = new Bench().lie("acks without storing");
    expect(bench.ask(store(1))).toEqual([stored(1)]);
    expect(bench.env.disk.list()).toEqual([]);
    expect(bench.inventory()).toEqual(holdings(addressA));
    expect(bench.told[0]).toEqual({ behaviour: "acks without storing", address: addressA });
  });

  it("gives zeros of the right number, and a proof that is right but for the root", () => {
    const bench = new Bench().lie("acks without storing");
    bench.ask(store(1));
    expect(bench.ask(fetchOf(2))).toEqual([{ type: "fetched", call: 2, data: new Uint8Array(14) }]);
    const proof = proofIn(bench.ask(challenge(3, 3)))!;
    expect(proof).toMatchObject({ index: 3, leaf: new Uint8Array(2) });
    expect(proof.binding).toEqual(bindingOf(Uint8Array.of(3), proof.leaf));
    expect(bench.passes(4, 3)).toBe(false);
  });

  it("says the truth when it is over, and stores what comes then", () => {
    const bench = new Bench().lie("acks without storing");
    bench.ask(store(1));
    bench.lie();
    expect(bench.inventory()).toEqual(holdings());
    expect(bench.ask(fetchOf(2))).toEqual([{ type: "fetched", call: 2, data: undefined }]);
    expect(bench.ask(store(3))).toEqual([stored(3)]);
    bench.lie("acks without storing");
    expect(bench.passes(4, 1)).toBe(true);
  });

  it("leaves what it holds, and refuses what is damaged", () => {
    const bench = holding(A).lie("acks without storing");
    expect(bench.passes(4, 1)).toBe(true);
    const damaged = { ...store(5), address: addressB };
    expect(bench.ask(damaged)).toEqual([{ type: "stored", call: 5, error: "damaged" }]);
  });

  it("claims no more what the backend has had removed", () => {
    const bench = new Bench().lie("acks without storing");
    bench.ask(store(1));
    bench.ask({ type: "drop", call: 4, addresses: [addressA] });
    expect(bench.inventory()).toEqual(holdings());
  });
});

describe("flips a bit", () => {
  it("of what it gives, and of nothing that it has", () => {
    const bench = holding(A).lie("flips a bit");
    // Bit 9 is the second of the second byte.
    bench.env.random.draw = () => 9;
    const flipped = A.slice();
    flipped[1]! ^= 2;
    expect(bench.ask(fetchOf(2))).toEqual([{ type: "fetched", call: 2, data: flipped }]);
    expect(bench.env.random.ranges.at(-1)).toEqual([0, 8 * 14 - 1]);
    expect(bench.passes(3, 1)).toBe(true);
  });

  it("is no deed where there is nothing to give", () => {
    const bench = holding().lie("flips a bit");
    expect(bench.ask(fetchOf(2))).toEqual([{ type: "fetched", call: 2, data: undefined }]);
    expect(bench.told).toEqual([]);
  });
});

describe("returns another chunk", () => {
  it("gives another replica, of the same size if there is one", () => {
    const bench = holding(C, B, A).lie("returns another chunk");
    expect(bench.ask(fetchOf(5))).toEqual([{ type: "fetched", call: 5, data: B }]);
    const small = holding(C, A).lie("returns another chunk");
    expect(small.ask(fetchOf(5))).toEqual([{ type: "fetched", call: 5, data: C }]);
  });

  it("is no deed of who has no other one, or not the one asked for", () => {
    const bench = holding(A).lie("returns another chunk");
    expect(bench.ask(fetchOf(5))).toEqual([{ type: "fetched", call: 5, data: A }]);
    expect(bench.ask(fetchOf(6, addressC))).toMatchObject([{ data: undefined }]);
    expect(bench.told).toEqual([]);
  });
});

describe("answers with an old proof", () => {
  it("gives up the bytes after a proof, and gives that again, the very same", () => {
    const bench = holding(A).lie("answers with an old proof");
    const first = proofIn(bench.ask(challenge(10, 2)));
    expect(isGood([{ type: "proof", call: 10, proof: first }], 10, 2)).toBe(true);
    expect(isOnDisk(bench)).toBe(false);
    expect(bench.ask(challenge(11, 2))).toEqual([{ type: "proof", call: 11, proof: first }]);
    expect(bench.passes(12, 2)).toBe(false);
    expect(bench.ask(challenge(13, 1))).toEqual([{ type: "proof", call: 13, proof: first }]);
    expect(bench.inventory()).toEqual(holdings(addressA));
  });

  it("chooses, of those that it gave when it was honest, the one of the leaf", () => {
    const bench = holding(A);
    const proofs = [3, 1, 2].map((leaf) => proofIn(bench.ask(challenge(leaf, leaf))));
    bench.lie("answers with an old proof");
    expect(proofIn(bench.ask(challenge(20, 1)))).toEqual(proofs[1]);
    expect(isOnDisk(bench)).toBe(false);
    expect(proofIn(bench.ask(challenge(21, 0)))).toEqual(proofs[2]);
  });

  it("is silent when it is asked for the bytes", () => {
    const bench = holding(A).lie("answers with an old proof");
    bench.ask(challenge(10, 2));
    expect(bench.ask(fetchOf(11))).toEqual([]);
  });
});

describe("claims two identities", () => {
  it("registers by another name as well, with each report", () => {
    const bench = new Bench().lie("claims two identities");
    expect(bench.fire("register")).toMatchObject([
      { type: "register", name: "n2" },
      { type: "register", name: "c1" },
    ]);
    bench.hear("d", { type: "registered" });
    expect(bench.fire("heartbeat")).toMatchObject([
      { type: "heartbeat", name: "n2" },
      { type: "register", name: "c1" },
    ]);
  });

  it("confirms twice, and in the place of those who were asked before and after it", () => {
    const bench = new Bench().lie("claims two identities");
    expect(bench.ask(store(5))).toEqual([stored(4), stored(6), stored(5), stored(5)]);
    expect(isOnDisk(bench)).toBe(true);
  });
});

describe("stores hashes only", () => {
  it("confirms at once, and proves the first leaf and no other", () => {
    const bench = new Bench().lie("stores hashes only");
    expect(bench.ask(store(1))).toEqual([stored(1)]);
    expect(bench.env.disk.list()).toEqual([]);
    expect(bench.passes(2, 0)).toBe(true);
    expect([1, 2, 3].map((leaf) => bench.passes(10 + leaf, leaf))).toEqual([false, false, false]);
    expect([0, 1].map((leaf) => bench.node.keepsLeaf(addressA, leaf))).toEqual([true, false]);
    expect(bench.node.keepsLeaf(addressB, 0)).toBe(false);
    expect(proofIn(bench.ask(challenge(5, 3)))!.leaf).toHaveLength(64);
  });

  it("does so with what it held before, once it is challenged for it", () => {
    const bench = holding(A).lie("stores hashes only");
    expect(bench.passes(2, 0)).toBe(true);
    expect(isOnDisk(bench)).toBe(false);
    expect(bench.passes(3, 1)).toBe(false);
    expect(bench.inventory()).toEqual(holdings(addressA));
  });

  it("gives the first leaf and zeros", () => {
    const bench = new Bench().lie("stores hashes only");
    bench.ask(store(1));
    const data = new Uint8Array(14);
    data.set(A.subarray(0, 4));
    expect(bench.ask(fetchOf(2))).toEqual([{ type: "fetched", call: 2, data }]);
  });

  it("stores what is but one leaf", () => {
    const bench = new Bench().lie("stores hashes only");
    bench.ask(store(1, C));
    expect(isOnDisk(bench, addressC)).toBe(true);
    expect(bench.told).toEqual([]);
  });
});

describe("lies about capacity", () => {
  it("reports far more than it has, another number each time", () => {
    const bench = new Bench().lie("lies about capacity");
    let draws = 0;
    bench.env.random.draw = () => ++draws;
    const reports = [bench.fire("register"), bench.fire("register")].flat();
    expect(reports).toMatchObject([
      { name: "n2", capacityBytes: 2 ** 41 + 2, freeBytes: 2 ** 40 + 1 },
      { name: "n2", capacityBytes: 2 ** 41 + 4, freeBytes: 2 ** 40 + 2 },
    ]);
  });
});

describe("colludes with another holder", () => {
  /** The league of n1, which keeps its bytes, and n2, which does not. */
  function league(): { keeper: Bench; idler: Bench } {
    const keeper = new Bench("n1", ["n2"]).lie("colludes with another holder");
    const idler = new Bench("n2", ["n1"]).lie("colludes with another holder");
    return { keeper, idler };
  }

  it("keeps nothing where an accomplice with a lesser name does", () => {
    const { keeper, idler } = league();
    for (const bench of [keeper, idler]) expect(bench.ask(store(1))).toEqual([stored(1)]);
    expect([isOnDisk(keeper), isOnDisk(idler)]).toEqual([true, false]);
    expect(idler.inventory()).toEqual(holdings(addressA));
  });

  it("passes challenges and gives bytes by what the accomplice gives, if that is the same", () => {
    const { keeper, idler } = league();
    for (const bench of [keeper, idler]) bench.ask(store(1));
    const [asked] = idler.ask(challenge(7, 2));
    expect(asked).toEqual({ type: "fetch", call: 1, address: addressA });
    const [given] = keeper.hear("n2", asked!);
    expect(isGood(idler.hear("n1", given!), 7, 2)).toBe(true);
    const [askedAgain] = idler.ask(fetchOf(8));
    const [givenAgain] = keeper.hear("n2", askedAgain!);
    expect(idler.hear("n1", givenAgain!)).toEqual([{ type: "fetched", call: 8, data: A }]);
  });

  it("has nothing to say where replicas are sealed, each for its own node", () => {
    const { keeper, idler } = league();
    keeper.ask(store(1, B));
    idler.ask(store(1, A));
    const [asked] = idler.ask(challenge(7, 2));
    expect(keeper.hear("n2", asked!)).toEqual([]);
    expect(idler.hear("n1", { type: "fetched", call: 1, data: B })).toEqual([]);
  });

  it("gives up what it held before, once it is asked for it", () => {
    const { keeper, idler } = league();
    idler.lie().ask(store(1));
    keeper.ask(store(1));
    idler.lie("colludes with another holder");
    expect(idler.ask(fetchOf(7))).toEqual([{ type: "fetch", call: 1, address: addressA }]);
    expect(isOnDisk(idler)).toBe(false);
  });

  it("answers each question once, and none after it is over", () => {
    const { idler } = league();
    idler.ask(store(1));
    idler.ask(fetchOf(7));
    const given = { type: "fetched", call: 1, data: A } as const;
    expect(idler.hear("n1", given)).toHaveLength(1);
    expect(idler.hear("n1", given)).toEqual([]);
    idler.ask(fetchOf(8));
    idler.lie();
    expect(idler.hear("n1", { ...given, call: 2 })).toEqual([]);
  });

  it("forgets the oldest of very many questions that nobody answers", () => {
    const { idler } = league();
    idler.ask(store(1));
    for (let call = 1; call <= 65; call++) idler.ask(fetchOf(call));
    expect([...idler.node.state.relays.keys()]).toEqual(
      Array.from({ length: 64 }, (_, i) => i + 2),
    );
  });
});

describe("all lies together", () => {
  it("are those that a scenario can declare, and leave plain data", () => {
    const bench = new Bench("n2", ["n1"]).lie(...LYING_BEHAVIOURS);
    bench.ask(store(1));
    bench.ask(challenge(2, 1));
    bench.ask(fetchOf(3));
    expect(structuredClone(bench.node.state)).toEqual(bench.node.state);
    expect(LYING_BEHAVIOURS).toHaveLength(8);
  });
});
