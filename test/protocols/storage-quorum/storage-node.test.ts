import { describe, expect, it, vi } from "vitest";
import { addressOf, bindingOf } from "../../../src/protocols/storage-quorum/cipher.ts";
import { fileBytes } from "../../../src/protocols/storage-quorum/file-bytes.ts";
import { isProven, leavesOf, merkleRoot } from "../../../src/protocols/storage-quorum/merkle.ts";
import type {
  ChallengeProof,
  StorageQuorumMessage,
  StorageRequest,
} from "../../../src/protocols/storage-quorum/messages.ts";
import { defaultStorageQuorumOptions } from "../../../src/protocols/storage-quorum/options.ts";
import { STORAGE_QUORUM_SITES } from "../../../src/protocols/storage-quorum/sites.ts";
import { StorageNode } from "../../../src/protocols/storage-quorum/storage-node.ts";
import type { DiskError, NodeId, Plain } from "../../../src/sim/env.ts";
import { ManualDisk, RecordingEnv } from "../../support/recording-env.ts";

const options = { ...defaultStorageQuorumOptions, leafBytes: 4 };
const { heartbeatInterval, retryDelay } = options;

const A = fileBytes(1, 10);
const B = fileBytes(2, 10);
const [addressA, addressB] = [addressOf(A), addressOf(B)];
const [fileA, fileB] = [`replica-${addressA}`, `replica-${addressB}`];
const NONCE = Uint8Array.of(1, 2, 3);
const IO: DiskError = { kind: "io" };

const storeA = (call: number): StorageRequest => ({
  ...{ type: "store", call, address: addressA },
  data: A,
});
const storeB = (call: number): StorageRequest => ({
  ...{ type: "store", call, address: addressB },
  data: B,
});
const challenge = (call: number, leaf: number): StorageRequest => ({
  ...{ type: "challenge", call, address: addressA },
  ...{ nonce: NONCE, leaf },
});

/** The storage node `n1` of the backend `b` and the discovery `d`. */
class Bench {
  readonly env: RecordingEnv<StorageQuorumMessage>;
  readonly node: StorageNode;

  constructor(disk = new ManualDisk(), capacityBytes = 100) {
    this.env = new RecordingEnv<StorageQuorumMessage>("n1", disk);
    const places = { discovery: "d", backend: "b" };
    this.node = new StorageNode(this.env, { ...places, capacityBytes, options });
    this.node.onStart();
  }

  /** Gives it a message and returns what it sends. */
  hear(from: NodeId, message: StorageQuorumMessage): readonly StorageQuorumMessage[] {
    this.node.onMessage(from, message);
    return this.sent;
  }

  ask(request: StorageRequest): readonly StorageQuorumMessage[] {
    return this.hear("b", request);
  }

  get sent(): readonly StorageQuorumMessage[] {
    return this.env.takeSent().map(({ message }) => message);
  }

  /** The oldest sync is over; returns what the node sends. */
  synced(error?: DiskError): readonly StorageQuorumMessage[] {
    this.node.onSynced(this.env.disk.completeSync(), error);
    return this.sent;
  }

  /** Whatever the disk has done, the node hears that this sync is over; returns what it sends. */
  hearSynced(token: string, error?: DiskError): readonly StorageQuorumMessage[] {
    this.node.onSynced(token, error);
    return this.sent;
  }

  /** All syncs are over; returns what the node sends. */
  settle(): readonly StorageQuorumMessage[] {
    const sent: StorageQuorumMessage[] = [];
    while (this.env.disk.syncs.length > 0) sent.push(...this.synced());
    return sent;
  }

  fire(timer: string): readonly StorageQuorumMessage[] {
    this.node.onTimer(this.env.fire(timer));
    return this.sent;
  }

  /** What was told of replicas. */
  get told(): [event: string, data: Plain][] {
    return this.env.emitted.filter(([event]) => event.includes("replica"));
  }
}

/** A node that has started and holds the replica A, durable. */
function holding(): Bench {
  const bench = new Bench();
  bench.ask(storeA(1));
  bench.settle();
  return bench;
}

/** The next life of the node on that disk. */
function restarted({ env }: Bench): Bench {
  env.disk.loseUnsynced();
  const next = new Bench(env.disk);
  next.env.takeSent();
  return next;
}

/** The next life where only the process has ended: what was written is still to be read. */
function respawned({ env }: Bench): Bench {
  env.disk.syncs.length = 0;
  const next = new Bench(env.disk);
  next.env.takeSent();
  return next;
}

describe("a replica that is to be stored", () => {
  it("is confirmed only when its bytes and its name are durable", () => {
    const bench = new Bench();
    bench.env.takeSent();
    expect(bench.ask(storeA(1))).toEqual([]);
    expect(bench.synced()).toEqual([]);
    expect(bench.synced()).toEqual([{ type: "stored", call: 1, error: undefined }]);
    bench.env.disk.loseUnsynced();
    expect(bench.env.disk.read(fileA)).toEqual(A);
  });

  it("is not confirmed when its name is durable first, and its bytes are not", () => {
    const bench = new Bench();
    bench.ask(storeA(1));
    bench.env.takeSent();
    const [bytes, name] = bench.env.disk.syncs;
    expect(bench.hearSynced(name!.token)).toEqual([]);
    expect(bench.hearSynced(bytes!.token)).toEqual([{ type: "stored", call: 1, error: undefined }]);
  });

  it("has syncs of its own, of its file and of the directory", () => {
    const { disk } = new Bench(new ManualDisk()).env;
    const bench = new Bench(disk);
    bench.ask(storeA(1));
    bench.ask(storeB(2));
    const scopes = disk.syncs.map(({ scope }) => scope);
    expect(scopes).toEqual([disk.scopeOf(fileA), "directory", disk.scopeOf(fileB), "directory"]);
  });

  it("is told of once it is durable", () => {
    expect(holding().told).toEqual([["replica stored", { address: addressA, sizeBytes: 10 }]]);
  });

  it("that is not what its address says is refused, and not written", () => {
    const bench = new Bench();
    bench.env.takeSent();
    const wrong = { type: "store", call: 1, address: addressA, data: B } as const;
    expect(bench.ask(wrong)).toEqual([{ type: "stored", call: 1, error: "damaged" }]);
    expect(bench.env.disk.list()).toEqual([]);
  });

  it("is stored to the last byte of the capacity, and refused beyond it", () => {
    const bench = new Bench(new ManualDisk(), 20);
    bench.ask(storeA(1));
    bench.ask(storeB(2));
    bench.env.takeSent();
    const more = fileBytes(3, 1);
    const message = { type: "store", call: 3, address: addressOf(more), data: more } as const;
    expect(bench.ask(message)).toEqual([{ type: "stored", call: 3, error: "full" }]);
    expect(bench.env.disk.list()).toEqual([fileA, fileB].sort());
  });

  it.each(["full", "io"] as const)("that the disk refuses as %s leaves nothing", (kind) => {
    const bench = new Bench();
    bench.env.takeSent();
    bench.env.disk.refusal = { kind };
    expect(bench.ask(storeA(1))).toEqual([{ type: "stored", call: 1, error: kind }]);
    expect(bench.env.disk.list()).toEqual([]);
    expect(bench.node.state.usedBytes).toBe(0);
  });

  it.each([
    ["bytes", [IO]],
    ["name", [undefined, IO]],
  ])("whose sync of its %s fails is removed, and an error", (_, errors) => {
    const bench = new Bench();
    bench.ask(storeA(1));
    bench.env.takeSent();
    const answers = errors.flatMap((error) => bench.synced(error));
    expect(answers).toEqual([{ type: "stored", call: 1, error: "io" }]);
    expect(bench.env.disk.list()).toEqual([]);
    expect(bench.node.state.usedBytes).toBe(0);
    expect(bench.settle()).toEqual([]);
  });

  it("is not confirmed by the syncs of an attempt that has failed", () => {
    const bench = new Bench();
    bench.ask(storeA(1));
    const [oldBytes, oldName] = bench.env.disk.syncs;
    bench.hearSynced(oldName!.token, IO);
    bench.ask(storeA(2));
    const [, , bytes, name] = bench.env.disk.syncs;
    expect(bench.hearSynced(oldBytes!.token)).toEqual([]);
    expect(bench.hearSynced(name!.token)).toEqual([]);
    expect(bench.hearSynced(bytes!.token)).toEqual([{ type: "stored", call: 2, error: undefined }]);
  });

  it("is not touched by the failure of another one's bytes", () => {
    const bench = new Bench();
    bench.ask(storeA(1));
    bench.ask(storeB(2));
    bench.env.takeSent();
    expect(bench.synced(IO)).toEqual([{ type: "stored", call: 1, error: "io" }]);
    expect(bench.settle()).toEqual([{ type: "stored", call: 2, error: undefined }]);
    bench.env.disk.loseUnsynced();
    expect(bench.env.disk.read(fileB)).toEqual(B);
  });

  it("is not confirmed when a sync of the names, also a later one's, fails", () => {
    const bench = new Bench();
    bench.ask(storeA(1));
    bench.ask(storeB(2));
    bench.env.takeSent();
    const [, , , names] = bench.env.disk.syncs;
    expect(bench.hearSynced(names!.token, IO)).toMatchObject([
      { call: 1, error: "io" },
      { call: 2, error: "io" },
    ]);
    expect(bench.settle()).toEqual([]);
  });

  it("keeps its name when a later sync of the names fails", () => {
    const bench = new Bench();
    bench.ask(storeA(1));
    bench.ask(storeB(2));
    bench.env.takeSent();
    const [bytesA, nameA, , nameB] = bench.env.disk.syncs;
    bench.hearSynced(nameA!.token);
    expect(bench.hearSynced(nameB!.token, IO)).toMatchObject([{ call: 2, error: "io" }]);
    expect(bench.hearSynced(bytesA!.token)).toEqual([
      { type: "stored", call: 1, error: undefined },
    ]);
  });

  it("is begun late, where such is tried, and confirmed all the same", () => {
    const bench = new Bench();
    bench.env.firing.add(STORAGE_QUORUM_SITES.nodeSyncsLate);
    bench.ask(storeA(1));
    expect(bench.env.disk.syncs).toEqual([]);
    bench.fire("sync");
    expect(bench.settle()).toEqual([{ type: "stored", call: 1, error: undefined }]);
  });
});

describe("a replica that is to be stored again", () => {
  it("is confirmed at once when it is durable", () => {
    expect(holding().ask(storeA(2))).toEqual([{ type: "stored", call: 2, error: undefined }]);
  });

  it("waits for the same syncs when it is not", () => {
    const bench = new Bench();
    bench.ask(storeA(1));
    bench.ask(storeA(2));
    expect(bench.env.disk.syncs.length).toBe(2);
    bench.env.takeSent();
    expect(bench.settle()).toMatchObject([{ call: 1 }, { call: 2 }]);
  });

  it("is written anew when what is there has rotted", () => {
    const bench = holding();
    bench.env.disk.rot(fileA, 3, 0);
    expect(bench.ask(storeA(2))).toEqual([]);
    expect(bench.settle()).toEqual([{ type: "stored", call: 2, error: undefined }]);
    expect(bench.env.disk.read(fileA)).toEqual(A);
  });

  it("is confirmed twice, where such is tried", () => {
    const bench = holding();
    bench.env.firing.add(STORAGE_QUORUM_SITES.nodeAnswersTwice);
    expect(bench.ask(storeA(2))).toMatchObject([{ call: 2 }, { call: 2 }]);
  });
});

describe("a replica that is asked for", () => {
  const fetch = { type: "fetch", call: 5, address: addressA } as const;

  it("is given", () => {
    expect(holding().ask(fetch)).toEqual([{ type: "fetched", call: 5, data: A }]);
  });

  it("is not given when it is not there", () => {
    expect(new Bench().ask(fetch)).toContainEqual({ type: "fetched", call: 5, data: undefined });
  });

  it("is not given but removed when it has rotted", () => {
    const bench = holding();
    bench.env.disk.rot(fileA, 0, 7);
    expect(bench.ask(fetch)).toEqual([{ type: "fetched", call: 5, data: undefined }]);
    expect(bench.env.disk.list()).toEqual([]);
    expect(bench.told).toContainEqual(["replica damaged", { address: addressA }]);
  });

  it("by anybody but the backend is kept", () => {
    const bench = holding();
    expect(bench.hear("c1", fetch)).toEqual([]);
    expect(bench.hear("d", fetch)).toEqual([]);
    expect(bench.hear("c1", { type: "drop", call: 6, addresses: [addressA] })).toEqual([]);
    expect(bench.env.disk.list()).toEqual([fileA]);
  });
});

describe("a challenge", () => {
  const proofIn = ([message]: readonly StorageQuorumMessage[]): ChallengeProof => {
    // What a challenge of a good replica is answered with.
    return (message as { proof: ChallengeProof }).proof;
  };

  it.each([0, 1, 2])("is answered with leaf %i, its path and its binding", (leaf) => {
    const proof = proofIn(holding().ask(challenge(3, leaf)));
    const leaves = leavesOf(A, 4);
    expect(proof.leaf).toEqual(leaves[leaf]);
    expect(proof.binding).toEqual(bindingOf(NONCE, leaves[leaf]!));
    expect(isProven(proof, proof.leaf, 3, merkleRoot(leaves))).toBe(true);
  });

  it.each([-1, 3, 0.5])("for leaf %d, which there is not, has no proof", (leaf) => {
    const answer = { type: "proof", call: 3, proof: undefined };
    expect(holding().ask(challenge(3, leaf))).toEqual([answer]);
  });

  it("for what is not there has no proof", () => {
    const answer = { type: "proof", call: 3, proof: undefined };
    expect(new Bench().ask(challenge(3, 0))).toContainEqual(answer);
  });

  it("for what has rotted, in another leaf, has no proof, and the replica is removed", () => {
    const bench = holding();
    bench.env.disk.rot(fileA, 9, 0);
    const answer = { type: "proof", call: 3, proof: undefined };
    expect(bench.ask(challenge(3, 0))).toEqual([answer]);
    expect(bench.env.disk.list()).toEqual([]);
  });

  it("waits until the replica is durable", () => {
    const bench = new Bench();
    bench.ask(storeA(1));
    bench.env.takeSent();
    expect(bench.ask(challenge(3, 0))).toEqual([]);
    expect(bench.settle()).toMatchObject([{ type: "stored" }, { type: "proof", call: 3 }]);
  });

  it("waits for another sync when that of what was there before has failed", () => {
    const bench = restarted(holding());
    bench.ask(challenge(3, 0));
    expect(bench.synced(IO)).toEqual([]);
    bench.settle();
    bench.fire("sync");
    expect(bench.settle()).toMatchObject([{ type: "proof", call: 3, proof: { index: 0 } }]);
  });

  it("has no proof when the replica does not become durable", () => {
    const bench = new Bench();
    bench.ask(storeA(1));
    bench.ask(challenge(3, 0));
    bench.env.takeSent();
    const answer = { type: "proof", call: 3, proof: undefined };
    expect(bench.synced(IO)).toContainEqual(answer);
  });
});

describe("the holdings of a node", () => {
  const inventory = { type: "inventory", call: 4 } as const;

  it("are what is durable, sorted", () => {
    const bench = holding();
    bench.ask(storeB(2));
    bench.settle();
    const addresses = [addressA, addressB].sort();
    expect(bench.ask(inventory)).toEqual([{ type: "holdings", call: 4, addresses }]);
  });

  it("are without what is being stored", () => {
    const bench = holding();
    bench.ask(storeB(2));
    const answer = { type: "holdings", call: 4, addresses: [addressA] };
    expect(bench.ask(inventory)).toEqual([answer]);
  });

  it("are told after a restart only when what was found is durable", () => {
    const bench = restarted(holding());
    expect(bench.ask(inventory)).toEqual([]);
    const answer = { type: "holdings", call: 4, addresses: [addressA] };
    expect(bench.settle()).toEqual([answer]);
  });

  it("are told when all are durable but one that was dropped", () => {
    const first = holding();
    first.ask(storeB(2));
    first.settle();
    const bench = restarted(first);
    bench.ask(inventory);
    // The lower address, and so the first that the question waits for.
    bench.ask({ type: "drop", call: 6, addresses: [addressB] });
    const answer = { type: "holdings", call: 4, addresses: [addressA] };
    expect(bench.settle()).toContainEqual(answer);
  });
});

describe("what is to be dropped", () => {
  const drop = { type: "drop", call: 6, addresses: [addressA, addressB] } as const;

  it("is removed, and that is told once it is durable", () => {
    const bench = holding();
    expect(bench.ask(drop)).toEqual([]);
    expect(bench.env.disk.list()).toEqual([]);
    expect(bench.synced()).toEqual([{ type: "dropped", call: 6 }]);
    bench.env.disk.loseUnsynced();
    expect(bench.env.disk.list()).toEqual([]);
    expect(bench.told).toContainEqual(["replica dropped", { address: addressA }]);
  });

  it("makes room", () => {
    const bench = new Bench(new ManualDisk(), 10);
    bench.ask(storeA(1));
    bench.ask(drop);
    bench.ask(storeB(2));
    bench.env.takeSent();
    expect(bench.settle()).toContainEqual({ type: "stored", call: 2, error: undefined });
  });

  it("is told of to nobody when the disk does not make it durable", () => {
    const bench = holding();
    bench.ask(drop);
    expect(bench.synced(IO)).toEqual([]);
  });

  it("while it is being stored is not confirmed", () => {
    const bench = new Bench();
    bench.ask(storeA(1));
    bench.env.takeSent();
    expect(bench.ask(drop)).toEqual([{ type: "stored", call: 1, error: "io" }]);
    expect(bench.settle()).toEqual([{ type: "dropped", call: 6 }]);
  });
});

describe("a node that starts again", () => {
  it("has what was durable, and what it takes", () => {
    const bench = restarted(holding());
    bench.settle();
    expect(bench.node.state.usedBytes).toBe(10);
    expect(bench.ask(storeA(2))).toEqual([{ type: "stored", call: 2, error: undefined }]);
  });

  it("removes what a crash has torn", () => {
    const { disk } = holding().env;
    disk.truncate(fileA, 9);
    const bench = new Bench(disk);
    expect(disk.list()).toEqual([]);
    expect(bench.node.state.usedBytes).toBe(0);
    expect(bench.told).toEqual([["replica damaged", { address: addressA }]]);
  });

  it("does not find again what it has removed, though the power fails", () => {
    const { disk } = holding().env;
    disk.truncate(fileA, 9);
    new Bench(disk).settle();
    disk.loseUnsynced();
    expect(disk.list()).toEqual([]);
  });

  it("leaves files alone that are no replicas", () => {
    const disk = new ManualDisk();
    disk.append("notes", A);
    expect(new Bench(disk).env.disk.list()).toEqual(["notes"]);
  });

  it("writes again what a failed sync has left in the cache, before it confirms it", () => {
    const first = new Bench();
    first.ask(storeA(1));
    const [sync] = first.env.disk.syncs;
    first.env.disk.abandon(sync!.written, sync!.scope);
    const bench = respawned(first);
    expect(bench.ask(storeA(2))).toEqual([]);
    expect(bench.settle()).toEqual([{ type: "stored", call: 2, error: undefined }]);
    bench.env.disk.loseUnsynced();
    expect(bench.env.disk.read(fileA)).toEqual(A);
  });

  it("keeps what was there when a sync fails, and tries again after a pause", () => {
    const bench = restarted(holding());
    bench.ask(storeA(2));
    expect(bench.synced(IO)).toEqual([{ type: "stored", call: 2, error: "io" }]);
    bench.settle();
    expect(bench.env.disk.list()).toEqual([fileA]);
    expect(bench.env.timers.get("sync")).toBe(retryDelay);
    bench.fire("sync");
    bench.ask(storeA(3));
    expect(bench.settle()).toEqual([{ type: "stored", call: 3, error: undefined }]);
  });
});

describe("a disk that does not take again what is there", () => {
  it("is asked to after a pause", () => {
    const { disk } = holding().env;
    vi.spyOn(disk, "write").mockReturnValueOnce(IO);
    const bench = new Bench(disk);
    expect(disk.syncs).toEqual([]);
    bench.fire("sync");
    bench.settle();
    expect(bench.told).toEqual([["replica stored", { address: addressA, sizeBytes: 10 }]]);
  });
});

describe("a node's registration", () => {
  const report = { name: "n1", life: 0, capacityBytes: 100, freeBytes: 100 };

  it("is sent at the start, and again until it is answered", () => {
    const bench = new Bench();
    expect(bench.sent).toEqual([{ type: "register", ...report }]);
    expect(bench.env.timers).toEqual(new Map([["register", retryDelay]]));
    expect(bench.fire("register")).toEqual([{ type: "register", ...report }]);
    bench.hear("d", { type: "registered" });
    expect(bench.env.timers).toEqual(new Map([["heartbeat", retryDelay + heartbeatInterval]]));
    expect(bench.env.emitted).toEqual([["registered", { life: 0 }]]);
  });

  it("has a life of its own, drawn from the node's stream", () => {
    const env = new RecordingEnv<StorageQuorumMessage>("n1");
    env.random.draw = (_, high) => high;
    const places = { discovery: "d", backend: "b", capacityBytes: 1, options };
    new StorageNode(env, places).onStart();
    expect(env.takeSent()).toMatchObject([{ to: "d", message: { life: 0xffff_ffff } }]);
  });

  it("is kept alive by heartbeats, with the room that is left", () => {
    const bench = holding();
    bench.hear("d", { type: "registered" });
    const heartbeat = { type: "heartbeat", ...report, freeBytes: 90 };
    expect(bench.fire("heartbeat")).toEqual([heartbeat]);
    expect(bench.env.timers.get("heartbeat")).toBe(2 * heartbeatInterval);
  });

  it("says that no room is left, and not less, when the capacity was made smaller", () => {
    const { disk } = holding().env;
    expect(new Bench(disk, 4).sent).toMatchObject([{ capacityBytes: 4, freeBytes: 0 }]);
  });

  it("is sent again when the discovery does not know the node", () => {
    const bench = new Bench();
    bench.hear("d", { type: "registered" });
    expect(bench.hear("d", { type: "unknown" })).toEqual([{ type: "register", ...report }]);
    expect([...bench.env.timers.keys()]).toEqual(["register"]);
  });

  it("is nobody else's affair", () => {
    const bench = new Bench();
    bench.hear("c1", { type: "registered" });
    expect([...bench.env.timers.keys()]).toEqual(["register"]);
  });
});

describe("a node that is drained", () => {
  const drained = (): Bench => {
    const bench = holding();
    bench.hear("d", { type: "registered" });
    bench.hear("c1", { type: "drain", serial: 8 });
    return bench;
  };

  it("leaves the discovery, and tells who asked for it", () => {
    const bench = holding();
    bench.node.onMessage("c1", { type: "drain", serial: 8 });
    expect(bench.env.takeSent()).toEqual([
      { to: "d", message: { type: "leave", name: "n1", life: 0 } },
      { to: "c1", message: { type: "drained", serial: 8 } },
    ]);
  });

  it("sends no heartbeats, and does not register again", () => {
    const bench = drained();
    expect(bench.env.timers).toEqual(new Map());
    expect(bench.hear("d", { type: "unknown" })).toEqual([]);
    expect(bench.hear("d", { type: "registered" })).toEqual([]);
    expect(bench.env.timers).toEqual(new Map());
  });

  it("stores nothing new", () => {
    const bench = drained();
    expect(bench.ask(storeB(2))).toEqual([{ type: "stored", call: 2, error: "full" }]);
  });

  it("gives and confirms what it has", () => {
    const bench = drained();
    expect(bench.ask(storeA(2))).toEqual([{ type: "stored", call: 2, error: undefined }]);
    expect(bench.ask({ type: "fetch", call: 3, address: addressA })).toMatchObject([{ data: A }]);
  });

  it("leaves again when it is drained again, as the word may have been lost", () => {
    const bench = drained();
    const answers = bench.hear("c1", { type: "drain", serial: 9 });
    expect(answers).toMatchObject([{ type: "leave" }, { type: "drained", serial: 9 }]);
    expect(bench.env.emitted.filter(([event]) => event === "drained").length).toBe(1);
  });

  it("is back after its next start", () => {
    const bench = restarted(drained());
    bench.settle();
    bench.ask(storeB(2));
    expect(bench.settle()).toEqual([{ type: "stored", call: 2, error: undefined }]);
  });
});
