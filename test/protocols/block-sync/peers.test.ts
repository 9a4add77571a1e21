import { describe, expect, it } from "vitest";
import type { BlockSyncMessage, Status } from "../../../src/protocols/block-sync/messages.ts";
import {
  defaultBlockSyncOptions,
  type PeerOptions,
} from "../../../src/protocols/block-sync/options.ts";
import type { PeersState } from "../../../src/protocols/block-sync/peers/peer-state.ts";
import {
  activePeers,
  isPartitioned,
  Peers,
} from "../../../src/protocols/block-sync/peers/peers.ts";
import { RecordingEnv } from "../../support/recording-env.ts";

const GENESIS = "00".repeat(32);
const KEYS = ["a1", "b2", "c3"].map((digits) => digits.repeat(32));

/** What a peer says that has the genesis block only. */
function statusOf(changes: Partial<Status> = {}): Status {
  const tip = { height: 0, hash: GENESIS };
  return {
    ...{ genesis: GENESIS, tip, justified: tip, finalized: tip, bodiesFrom: 0 },
    ...{ peers: [], isFirst: false, validator: undefined, life: 1 },
    ...changes,
  };
}

function claimOf(key: string): Partial<Status> {
  return { validator: { key, signature: new Uint8Array(64) } };
}

/** A table of peers that takes every signature for good but those of the last key. */
class Table {
  readonly env = new RecordingEnv<BlockSyncMessage>("n1");
  readonly state: PeersState = new Map();
  readonly gone: string[] = [];
  /** Who has time yet to answer. */
  readonly owing = new Set<string>();
  readonly peers: Peers;

  constructor(bootstrap: readonly string[], options: Partial<PeerOptions> = {}) {
    const tip = { height: 0, hash: GENESIS };
    this.peers = new Peers({
      env: this.env,
      options: { ...defaultBlockSyncOptions.peers, ...options },
      ...{ bootstrap, genesis: GENESIS, state: this.state },
      ownStatus: () => ({
        ...{ genesis: GENESIS, tip, justified: tip, finalized: tip, bodiesFrom: 0 },
        validator: undefined,
        life: 1,
      }),
      isHost: (name) => name !== "nobody",
      owes: (peer) => this.owing.has(peer),
      isProven: ({ key }) => key !== KEYS[2],
      onGone: (peer) => this.gone.push(peer),
    });
    this.peers.begin();
  }

  /** A status comes from a host. */
  status(from: string, changes: Partial<Status> = {}): boolean {
    return this.peers.hear(from, 100) && this.peers.onStatus(from, statusOf(changes));
  }

  /** Time goes by until the timer is due. */
  tick(): void {
    this.env.fire("status");
    this.peers.onTick();
  }

  /** Whom a status was sent to since the last call, and whether as if for the first time. */
  told(): (readonly [string, boolean | undefined])[] {
    const sent = this.env.takeSent();
    return sent.map(({ to, message }) => [to, firstOf(message)] as const);
  }

  events(name: string): unknown[] {
    return this.env.emitted.filter(([event]) => event === name).map(([, data]) => data);
  }
}

function firstOf(message: BlockSyncMessage): boolean | undefined {
  return message.type === "status" ? message.status.isFirst : undefined;
}

describe("a table of peers", () => {
  it("says hello to all that it knows, as one who has not heard of them", () => {
    expect(new Table(["n2", "n3", "n1"]).told()).toEqual([
      ["n2", true],
      ["n3", true],
    ]);
  });

  it("answers a first status at once, and no other", () => {
    const table = new Table(["n2"]);
    table.told();
    table.status("n2", { isFirst: true });
    table.status("n2");
    expect(table.told()).toEqual([["n2", false]]);
  });

  it("learns of peers from those who write, and from their statuses", () => {
    const table = new Table(["n2"]);
    table.status("n3", { peers: ["n4", "n1", "n2"] });
    expect([...table.state.keys()]).toEqual(["n2", "n3", "n4"]);
  });

  it("keeps room for those who write, at the cost of those that it was only told of", () => {
    const table = new Table(["n2"], { peersMax: 3 });
    table.status("n2", { peers: ["n3", "n4", "n5"] });
    table.status("n6");
    expect([...table.state.keys()]).toEqual(["n2", "n4", "n6"]);
  });

  it("does not listen to more peers than it has room for", () => {
    const table = new Table(["n2"], { peersMax: 2 });
    table.status("n3");
    expect(table.status("n4")).toBe(false);
    expect([...table.state.keys()]).toEqual(["n2", "n3"]);
  });

  it("does not learn of a host that there is not, and sends nothing there", () => {
    const table = new Table(["n2"]);
    table.status("n2", { peers: ["nobody", "n3"] });
    expect([...table.state.keys()]).toEqual(["n2", "n3"]);
  });

  it("passes on whom it can hear", () => {
    const table = new Table(["n2", "n3", "n4"]);
    table.status("n2");
    table.status("n3");
    table.env.takeSent();
    table.peers.announce();
    const [first] = table.env.takeSent();
    expect(first?.message).toMatchObject({ status: { peers: ["n3"] } });
  });

  it("loses a peer that is silent for too long, goes on telling it, and finds it again", () => {
    const table = new Table(["n2"]);
    table.status("n2");
    for (const _ of "12345") table.tick();
    expect(activePeers(table.state)).toEqual(["n2"]);
    table.told();
    table.tick();
    expect(activePeers(table.state)).toEqual([]);
    expect(table.gone).toEqual(["n2"]);
    expect(table.told()).toEqual([["n2", true]]);
    table.status("n2");
    expect(activePeers(table.state)).toEqual(["n2"]);
    expect(table.events("peer lost")).toEqual([{ peer: "n2" }]);
    expect(table.events("peer found")).toEqual([{ peer: "n2" }, { peer: "n2" }]);
  });

  it("does not lose a peer that is silent and has time yet to answer", () => {
    const table = new Table(["n2"]);
    table.status("n2");
    table.owing.add("n2");
    for (const _ of "1234567") table.tick();
    expect(activePeers(table.state)).toEqual(["n2"]);
    table.owing.delete("n2");
    table.tick();
    expect(activePeers(table.state)).toEqual([]);
  });

  it("gives up what it asked a peer that has forgotten it", () => {
    const table = new Table(["n2"]);
    table.status("n2", { isFirst: true });
    table.status("n2", { isFirst: true });
    expect(table.gone).toEqual([]);
    table.status("n2", { life: 2 });
    expect(table.gone).toEqual(["n2"]);
  });

  it("asks nothing of a peer of another chain, whatever it was before", () => {
    const table = new Table(["n2"]);
    table.status("n2");
    expect(table.status("n2", { genesis: KEYS[0]! })).toBe(false);
    expect(activePeers(table.state)).toEqual([]);
    expect(table.events("peer fault")).toEqual([{ peer: "n2", fault: "wrong genesis", score: 94 }]);
  });

  it.each<[string, Partial<Status>]>([
    ["a fraction of a height", { tip: { height: 0.5, hash: GENESIS } }],
    ["a height of 2^53", { finalized: { height: 2 ** 53, hash: GENESIS } }],
    ["a negative height", { bodiesFrom: -1 }],
    ["a hash in capitals", { justified: { height: 1, hash: "AB".repeat(32) } }],
    ["a short hash", { genesis: "00" }],
    ["more peers than it may have", { peers: Array.from({ length: 51 }, (_, i) => `p${i}`) }],
    ["a short signature", { validator: { key: KEYS[0]!, signature: new Uint8Array(63) } }],
  ])("does not take a status with %s", (_, changes) => {
    const table = new Table(["n2"]);
    expect(table.status("n2", changes)).toBe(false);
    expect(table.events("peer fault")).toEqual([{ peer: "n2", fault: "malformed", score: 94 }]);
  });
});

describe("the score of a peer", () => {
  it("falls with every fault and rises with every kept promise, up to 100", () => {
    const table = new Table(["n2"]);
    table.peers.penalise("n2", "timeout");
    table.peers.reward("n2");
    expect(table.state.get("n2")?.score).toBe(95);
    for (const _ of "123456") table.peers.reward("n2");
    expect(table.state.get("n2")?.score).toBe(100);
  });

  it("bans it below the limit: it is not heard, and nothing is sent to it", () => {
    const table = new Table(["n2"], { penalty: 40 });
    table.status("n2");
    table.told();
    table.peers.penalise("n2", "timeout");
    table.peers.penalise("n2", "withheld");
    expect(activePeers(table.state)).toEqual(["n2"]);
    table.peers.penalise("n2", "wrong body");
    expect(table.status("n2")).toBe(false);
    table.tick();
    expect(table.told()).toEqual([]);
    expect(table.events("peer banned")).toEqual([{ peer: "n2", fault: "wrong body" }]);
  });

  it("falls to the limit by timeouts, and no further: to be slow is not to lie", () => {
    const table = new Table(["n2"]);
    table.status("n2");
    for (let i = 0; i < 30; i++) table.peers.penalise("n2", "timeout");
    expect(table.state.get("n2")?.score).toBe(20);
    expect(activePeers(table.state)).toEqual(["n2"]);
    table.peers.penalise("n2", "wrong body");
    expect(table.events("peer banned")).toEqual([{ peer: "n2", fault: "wrong body" }]);
  });

  it("is at the limit when a ban is over", () => {
    const table = new Table(["n2"], { penalty: 90, banTime: 10_000_000 });
    table.peers.penalise("n2", "malformed");
    table.env.pass(9_999_999);
    expect(table.status("n2")).toBe(false);
    table.env.pass(1);
    expect(table.status("n2")).toBe(true);
    expect(table.state.get("n2")?.score).toBe(20);
    expect(table.events("peer pardoned")).toEqual([{ peer: "n2" }]);
  });
});

describe("what a peer may send", () => {
  it("is so many messages in a second, and no more are looked at", () => {
    const table = new Table(["n2"], { messagesPerSecond: 2 });
    const heard = [1, 2, 3, 4].map((size) => table.peers.hear("n2", size));
    expect(heard).toEqual([true, true, false, false]);
    table.env.pass(500_000);
    expect([table.peers.hear("n2", 1), table.peers.hear("n2", 1)]).toEqual([true, false]);
    expect(table.events("peer fault")).toEqual([
      { peer: "n2", fault: "flood", score: 94 },
      { peer: "n2", fault: "flood", score: 88 },
    ]);
  });

  it("is so many bytes: what a large message has too many is owed", () => {
    const table = new Table(["n2"], { bytesPerSecond: 100 });
    expect([table.peers.hear("n2", 250), table.peers.hear("n2", 1)]).toEqual([true, false]);
    table.env.pass(1_000_000);
    expect(table.peers.hear("n2", 1)).toBe(false);
    table.env.pass(600_000);
    expect(table.peers.hear("n2", 1)).toBe(true);
  });
});

describe("a partition", () => {
  it("is when fewer validators can be heard than finality takes", () => {
    const table = new Table(["n2", "n3", "n4"]);
    table.status("n2", claimOf(KEYS[0]!));
    expect(isPartitioned(table.state, 3, "own", 0)).toBe(true);
    table.status("n3", claimOf(KEYS[1]!));
    expect(isPartitioned(table.state, 3, "own", 0)).toBe(false);
    expect(isPartitioned(table.state, 3, undefined, 0)).toBe(true);
    table.peers.lose("n2");
    expect(isPartitioned(table.state, 3, "own", 0)).toBe(true);
  });

  it("is noticed though who is not heard has time yet to answer", () => {
    const table = new Table(["n2"]);
    table.status("n2", claimOf(KEYS[0]!));
    table.owing.add("n2");
    table.tick();
    expect(isPartitioned(table.state, 2, "own", table.env.now() - 5_000_000)).toBe(false);
    for (const _ of "12345") table.tick();
    expect(isPartitioned(table.state, 2, "own", table.env.now() - 5_000_000)).toBe(true);
  });

  it("is not hidden by one that says that it is many, nor by one that is none", () => {
    const table = new Table(["n2", "n3"]);
    table.status("n2", claimOf(KEYS[0]!));
    table.status("n2", claimOf(KEYS[1]!));
    table.status("n3", claimOf(KEYS[2]!));
    expect(isPartitioned(table.state, 2, undefined, 0)).toBe(true);
    expect(table.events("peer fault")).toEqual([
      { peer: "n3", fault: "false validator", score: 94 },
    ]);
  });
});
