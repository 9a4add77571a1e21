import { describe, expect, it } from "vitest";
import { insert } from "../../../src/protocols/block-sync/finality/fork-choice.ts";
import type { SyncReply } from "../../../src/protocols/block-sync/messages.ts";
import {
  inTime,
  SyncWorld,
  TOY_GENESIS,
  type ToyPeer,
  toyBlock,
  toyChain,
  toyLine,
} from "../../support/sync-world.ts";

const LINE = toyLine(TOY_GENESIS, 100);
const SECOND = 1_000_000;
const NOWHERE = "ff".repeat(32);

/** A peer that has the first blocks and does its best. */
function honest(name: string, count = LINE.length): ToyPeer {
  return { name, chain: toyChain(...LINE.slice(0, count)) };
}

/** A peer that answers bodies as it likes, and all else as it is. */
function withBodies(name: string, answer: NonNullable<ToyPeer["answer"]>): ToyPeer {
  return {
    ...honest(name),
    answer: (truth, request, number) =>
      request.type === "get bodies" ? answer(truth, request, number) : inTime(truth),
  };
}

/** A peer that claims to have the highest chain of all. */
function boaster(name: string, answer: ToyPeer["answer"]): ToyPeer {
  const claims = { tip: { height: 1_000_000_000, hash: NOWHERE } };
  return { ...honest(name, 0), claims, ...(answer === undefined ? {} : { answer }) };
}

function faultsOf(world: SyncWorld, peer: string): unknown[] {
  const faults = world.events("peer fault") as { peer: string; fault: string }[];
  return faults.filter((fault) => fault.peer === peer).map(({ fault }) => fault);
}

/** How many requests for bodies each peer got. */
function bodyRequestsOf(world: SyncWorld, peer: string): number {
  return world.asked.filter(([to, { type }]) => to === peer && type === "get bodies").length;
}

describe("a node that synchronizes", () => {
  it("has what its peer has, each block handed over once and in order, and is idle", () => {
    const world = new SyncWorld([honest("p1")]);
    expect(world.runUntil(100, SECOND)).toBeDefined();
    expect(world.handedOver).toEqual(LINE.map(({ header }) => header.height));
    expect(world.memory.sync.requests.size).toBe(0);
    expect([...world.env.timers.keys()]).toEqual(["status"]);
    expect(world.memory.sync.counts).toMatchObject({ failures: 0, wastedBytes: 0 });
    expect(world.events("sync ended")).toEqual([
      { kind: "blocks", reason: "caught up", imported: 100 },
    ]);
  });

  it("asks for headers from one and for bodies from all, as many at once as it may", () => {
    const world = new SyncWorld([honest("p1"), honest("p2"), honest("p3")]);
    expect(world.runUntil(100, SECOND)).toBeDefined();
    const leaders = world.asked.filter(([, { type }]) => type === "get headers");
    expect(new Set(leaders.map(([peer]) => peer))).toEqual(new Set(["p1"]));
    const shares = ["p1", "p2", "p3"].map((peer) => bodyRequestsOf(world, peer));
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(3);
    expect(world.inFlightMax).toBe(4);
  });

  it("takes from a slow peer what does not hold up the others", () => {
    const slow = withBodies("p1", (reply) => ({ delay: 5 * SECOND, reply }));
    const world = new SyncWorld([slow, honest("p2"), honest("p3")]);
    expect(world.runUntil(100, 6 * SECOND)).toBeDefined();
    expect(bodyRequestsOf(world, "p1")).toBeLessThanOrEqual(2);
  });

  it("is twice as fast at least with four peers as with one, if each gives only so much", () => {
    // A batch of 8 blocks takes 100 ms to be sent, and 8 ms to be imported.
    const times = [1, 4].map((count) => {
      const names = ["p1", "p2", "p3", "p4"].slice(0, count);
      const until = new Map<string, number>();
      const world: SyncWorld = new SyncWorld(
        names.map((name) =>
          withBodies(name, (reply) => {
            const now = world.env.now();
            const sent = Math.max(now, until.get(name) ?? 0) + 100_000;
            until.set(name, sent);
            return { reply, delay: sent - now };
          }),
        ),
      );
      return world.runUntil(100, 3 * SECOND)!;
    });
    expect(times[0]! / times[1]!).toBeGreaterThan(2);
  });

  it("does not wait again and again for the headers of a slow peer", () => {
    const slow: ToyPeer = { ...honest("p1"), answer: (reply) => ({ delay: 5 * SECOND, reply }) };
    const world = new SyncWorld([slow, honest("p2")]);
    expect(world.runUntil(100, 11 * SECOND)).toBeDefined();
    expect(world.events("leader changed")).toEqual([{ from: "p1", to: "p2" }]);
    expect(world.events("sync ended")).toMatchObject([{ reason: "caught up", imported: 100 }]);
  });

  it("does not fetch what has come otherwise meanwhile", () => {
    const world = new SyncWorld([withBodies("p1", (reply) => ({ delay: 50_000, reply }))]);
    world.after(30_000, () => world.gossip(LINE.slice(0, 60)));
    expect(world.runUntil(100, SECOND)).toBeDefined();
    const hashes = world.asked.flatMap(([, asked]) =>
      asked.type === "get bodies" ? asked.hashes : [],
    );
    expect(hashes).toHaveLength(100 - 60 + 32);
    expect(world.memory.sync.counts.fetchedTwice).toBe(32);
  });

  it("has never more blocks to be imported than two batches", () => {
    const world = new SyncWorld([honest("p1"), honest("p2")]);
    let most = 0;
    for (let i = 0; i < 200; i++) {
      world.run(1_000);
      most = Math.max(most, world.memory.sync.importing.size);
    }
    expect(world.height).toBe(100);
    expect(most).toBeGreaterThan(8);
    expect(most).toBeLessThan(16);
  });

  it("goes on when there is more, and asks only for what it has not got", () => {
    const world = new SyncWorld([honest("p1")], { chain: toyChain(...LINE.slice(0, 90)) });
    expect(world.runUntil(100, SECOND)).toBeDefined();
    expect(world.handedOver).toEqual([91, 92, 93, 94, 95, 96, 97, 98, 99, 100]);
  });

  it("takes the bodies of large blocks a few at a time", () => {
    const limits = { blockBytes: 60 };
    const world = new SyncWorld([honest("p1", 20)], { limits });
    expect(world.runUntil(20, SECOND)).toBeDefined();
    expect(bodyRequestsOf(world, "p1")).toBeGreaterThanOrEqual(10);
    expect(world.memory.sync.counts).toMatchObject({ failures: 0, wastedBytes: 0 });
  });

  it("fetches an equally high branch if its tip has the lower hash, and only then", () => {
    const tips = ["a", "b"].map((name) => toyBlock(LINE[9], name));
    const [lower, higher] = tips.sort((one, other) =>
      one.header.hash < other.header.hash ? -1 : 1,
    );
    const [low, high] = [lower!, higher!].map((tip) => toyChain(...LINE.slice(0, 10), tip));
    const fetching = new SyncWorld([{ name: "p1", chain: low! }], { chain: high! });
    fetching.run(2 * SECOND);
    expect(fetching.memory.chain.blocks.has(lower!.header.hash)).toBe(true);
    const content = new SyncWorld(
      [{ name: "p1", chain: toyChain(...LINE.slice(0, 10), higher!) }],
      {
        chain: low!,
      },
    );
    content.run(2 * SECOND);
    expect(content.asked).toEqual([]);
  });

  it("changes to a branch that leaves its chain", () => {
    const chain = toyChain(...LINE.slice(0, 10), ...toyLine(LINE[9]!, 5, "other"));
    const world = new SyncWorld([honest("p1", 20)], { chain });
    expect(world.runUntil(20, SECOND)).toBeDefined();
    expect(world.handedOver).toEqual([11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
  });
});

describe("what is overdue while a node synchronizes", () => {
  /** Answers at once but for the n-th bodies, from 0, which come after so long, or never. */
  const holding = (name: string, place: number, delay?: number): ToyPeer => {
    let count = -1;
    return withBodies(name, (reply) => {
      count++;
      if (count !== place) return inTime(reply);
      return delay === undefined ? undefined : { reply, delay };
    });
  };

  it("is asked of a second peer as well, and the first good answer counts", () => {
    const world = new SyncWorld([honest("p1"), holding("p2", 1)]);
    expect(world.runUntil(100, 3 * SECOND)).toBeDefined();
    expect(world.events("batch overdue")).toMatchObject([{ peer: "p2" }]);
    expect(world.events("batch failed")).toEqual([]);
    expect(world.handedOver).toHaveLength(100);
    expect(world.inFlightMax).toBe(4);
  });

  it("is neither a fault nor imported twice when it comes late", () => {
    const world = new SyncWorld([honest("p1"), holding("p2", 1, 1_020_000)]);
    expect(world.runUntil(100, 3 * SECOND)).toBeDefined();
    world.run(SECOND);
    const [late] = world.events("answer late") as { peer: string; type: string }[];
    expect(late).toMatchObject({ peer: "p2", type: "bodies" });
    expect(world.events("peer fault")).toEqual([]);
    expect(world.handedOver).toHaveLength(100);
    expect(world.memory.sync.counts).toMatchObject({ failures: 0, fetchedTwice: 0 });
  });

  it("waits when the window has no room, so that no more is under way than may be", () => {
    const world = new SyncWorld([honest("p1"), holding("p2", 1)], { sync: { window: 1 } });
    world.run(20 * SECOND);
    expect(world.events("batch overdue")).toEqual([]);
    expect(world.inFlightMax).toBe(1);
    world.run(12 * SECOND);
    expect(world.height).toBe(100);
  });

  it("is nobody's second request while the peer takes what it always takes", () => {
    const slow = withBodies("p2", (reply) => ({ delay: 2_500_000, reply }));
    const quick = withBodies("p1", (reply) => ({ delay: 900_000, reply }));
    const world = new SyncWorld([quick, slow]);
    expect(world.runUntil(100, 12 * SECOND)).toBeDefined();
    expect(bodyRequestsOf(world, "p2")).toBeGreaterThan(0);
    expect(world.events("batch overdue")).toEqual([]);
    expect(world.memory.sync.counts.wastedBytes).toBe(0);
  });

  it("costs the leader its place when it is headers, which are taken when they come first", () => {
    const late: ToyPeer = { ...honest("p1"), answer: (reply) => ({ delay: 3_500_000, reply }) };
    const later: ToyPeer = { ...honest("p2"), answer: (reply) => ({ delay: 9_000_000, reply }) };
    const world = new SyncWorld([late, later]);
    world.run(4 * SECOND);
    expect(world.events("leader changed")).toEqual([
      { from: "p1", to: "p2" },
      { from: "p2", to: "p1" },
    ]);
    expect(world.events("headers accepted")).toMatchObject([{ peer: "p1", first: 1, last: 32 }]);
  });

  it("is nobody's fault when it is headers behind which others have come meanwhile", () => {
    // Overdue after 3 s; by 3.4 s others have come, and what is behind them is asked for.
    const late: ToyPeer = { ...honest("p1"), answer: (reply) => ({ delay: 3_500_000, reply }) };
    const next: ToyPeer = { ...honest("p2"), answer: (reply) => ({ delay: 400_000, reply }) };
    const world = new SyncWorld([late, next]);
    world.run(3_600_000);
    expect(world.events("headers accepted")).toMatchObject([{ peer: "p2", first: 1, last: 32 }]);
    expect(world.events("answer late")).toMatchObject([{ peer: "p1", type: "headers" }]);
    expect(world.events("leader changed")).toEqual([{ from: "p1", to: "p2" }]);
    expect(world.runUntil(100, 10 * SECOND)).toBeDefined();
    expect([...world.events("headers refused"), ...world.events("peer fault")]).toEqual([]);
  });

  it("goes back to who led before when the next one knows nothing of that chain", () => {
    const other = { name: "p2", chain: toyChain(...toyLine(TOY_GENESIS, 120, "other")) };
    const slow: ToyPeer = { ...honest("p1"), answer: (reply) => ({ delay: 1_200_000, reply }) };
    const world = new SyncWorld([slow, other], { limits: { reorgMax: 1_000 } });
    world.memory.peers.get("p2")!.score = 90;
    world.run(SECOND);
    world.memory.peers.get("p2")!.score = 100;
    world.run(8 * SECOND);
    expect(world.events("leader changed").slice(0, 2)).toEqual([
      { from: "p1", to: "p2" },
      { from: "p2", to: "p1" },
    ]);
    expect(world.memory.chain.blocks.has(LINE[99]!.header.hash)).toBe(true);
    expect(faultsOf(world, "p2")).toEqual([]);
  });
});

describe("peers that are slow, and no worse", () => {
  it("are not lost while they have time to answer, however long nothing else comes", () => {
    const slow: ToyPeer = {
      ...honest("p1"),
      answer: (reply) => ({ delay: 8 * SECOND, reply }),
      isMuteUntilAnswered: true,
    };
    const world = new SyncWorld([slow], { sync: { bodiesPerRequest: 32 } });
    expect(world.runUntil(100, 60 * SECOND)).toBeDefined();
    expect(world.events("peer lost")).toEqual([]);
  });

  it("are asked again and again, though each request of theirs times out for long", () => {
    let isAwake = false;
    const slow = withBodies("p1", (reply) => (isAwake ? inTime(reply) : undefined));
    const world = new SyncWorld([slow], { sync: { requestTimeout: SECOND } });
    world.run(60 * SECOND);
    expect(faultsOf(world, "p1").length).toBeGreaterThan(14);
    expect(world.events("peer banned")).toEqual([]);
    isAwake = true;
    expect(world.runUntil(100, 40 * SECOND)).toBeDefined();
  });
});

describe("a peer that was out of reach for long", () => {
  it("leads again before as much time has passed again, and then as soon as any", () => {
    let isAwake = false;
    const peer: ToyPeer = {
      ...honest("p1"),
      answer: (truth) => (isAwake ? inTime(truth) : undefined),
    };
    const world = new SyncWorld([peer]);
    world.run(200 * SECOND);
    isAwake = true;
    expect(world.runUntil(100, 100 * SECOND)).toBeDefined();
    expect(world.memory.sync.experience.get("p1")).toMatchObject({ silences: 0, failures: 0 });
  });
});

describe("a node that synchronizes in a recorded run", () => {
  it("does the same as in any other", () => {
    const bad = toyBlock(LINE[9]!, "bad", { blockFlaw: "wrong state root" });
    const chain = toyChain(...LINE.slice(0, 10), bad, ...toyLine(bad, 100, "bad"));
    const lossy = withBodies("p1", (reply, _, number) =>
      number % 5 === 2 ? undefined : inTime(reply),
    );
    const [plain, recorded] = [false, true].map((isRecorded) => {
      const peers = [{ name: "liar", chain }, lossy, honest("p2")];
      const world = new SyncWorld(peers, { isRecorded });
      world.run(40 * SECOND);
      return world;
    });
    expect(recorded!.height).toBe(100);
    expect(recorded!.env.emitted).toEqual(plain!.env.emitted);
    expect(recorded!.asked).toEqual(plain!.asked);
    expect(recorded!.memory.sync).toEqual(plain!.memory.sync);
  });
});

describe("what is lost while a node synchronizes", () => {
  it("is asked for again, of each kind, by another number", () => {
    const lossy: ToyPeer = {
      ...honest("p1"),
      answer: (truth, _, number) => (number === 0 || number === 3 ? undefined : inTime(truth)),
    };
    const world = new SyncWorld([lossy]);
    // Nobody knows at first how long it takes: lost after 6 s; when that is known, after 2.
    expect(world.runUntil(100, 10 * SECOND)).toBeDefined();
    const numbers = world.asked.map(([, { request }]) => request);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(world.events("headers lost")).toMatchObject([{ peer: "p1" }]);
    expect(world.events("batch lost")).toMatchObject([{ peer: "p1" }]);
    expect([...world.events("batch failed"), ...world.events("peer fault")]).toEqual([]);
    expect(world.events("sync ended")).toHaveLength(1);
  });

  it("is asked of two peers again who have both lost it", () => {
    const wanted = LINE[48]!.header.hash;
    const losing = (name: string): ToyPeer => {
      let count = 0;
      return withBodies(name, (truth, request) => {
        const isWanted = request.type === "get bodies" && request.hashes.includes(wanted);
        return isWanted && ++count === 1 ? undefined : inTime(truth);
      });
    };
    const world = new SyncWorld([losing("p1"), losing("p2")]);
    expect(world.runUntil(100, 6 * SECOND)).toBeDefined();
    expect(world.events("batch overdue")).toHaveLength(1);
    const lost = world.events("batch lost") as { peer: string }[];
    expect(lost.map(({ peer }) => peer).sort()).toEqual(["p1", "p2"]);
    expect(world.inFlightMax).toBeLessThanOrEqual(4);
  });

  it("is asked of each peer as often as it may be, and the last time it has its time", () => {
    const wanted = LINE[48]!.header.hash;
    const asked: string[] = [];
    const losing = (name: string): ToyPeer =>
      withBodies(name, (truth, request) => {
        const isWanted = request.type === "get bodies" && request.hashes.includes(wanted);
        // In the first session.
        if (isWanted && world.events("sync ended").length === 0) asked.push(name);
        return isWanted ? undefined : inTime(truth);
      });
    const world = new SyncWorld([losing("p1"), losing("p2")]);
    world.run(70 * SECOND);
    expect(asked.sort()).toEqual(["p1", "p1", "p1", "p2", "p2", "p2"]);
    expect(world.events("batch lost").length).toBeGreaterThanOrEqual(4);
    expect(world.events("sync ended")).toMatchObject([{ reason: "bodies not available" }]);
  });

  it("is taken when it was not lost, but slow, and what was asked for anew is late", () => {
    const slow: ToyPeer = { ...honest("p1"), answer: (reply) => ({ delay: 7 * SECOND, reply }) };
    const world = new SyncWorld([slow]);
    world.run(7_100_000);
    expect(world.events("headers lost")).toHaveLength(1);
    expect(world.events("headers accepted")).toMatchObject([{ peer: "p1", first: 1, last: 32 }]);
    world.run(6 * SECOND);
    expect(world.events("answer late")).toMatchObject([{ peer: "p1", type: "headers" }]);
    expect([...world.events("leader changed"), ...world.events("peer fault")]).toEqual([]);
    expect(world.runUntil(100, 100 * SECOND)).toBeDefined();
  });

  it("was silence if nothing comes in the time to answer, however often it was asked", () => {
    const world = new SyncWorld([{ ...honest("p1"), answer: () => undefined }]);
    world.run(29 * SECOND);
    expect(world.asked).toHaveLength(3);
    expect(world.events("sync ended")).toEqual([]);
    world.run(2 * SECOND);
    expect(world.events("sync ended")).toMatchObject([{ reason: "timeout" }]);
    expect(world.memory.sync.experience.get("p1")).toMatchObject({ silences: 1, failures: 1 });
    expect(faultsOf(world, "p1")).toEqual(["timeout"]);
  });

  it("is asked for elsewhere at once when the peer is out of reach", () => {
    const mute = withBodies("p2", () => undefined);
    const world = new SyncWorld([honest("p1"), mute]);
    world.after(50_000, () => world.peers.lose("p2"));
    expect(world.runUntil(100, SECOND)).toBeDefined();
    expect(world.events("batch failed")[0]).toMatchObject({ peer: "p2", reason: "gone" });
    expect(world.events("sync ended")).toHaveLength(1);
    expect(faultsOf(world, "p2")).toEqual([]);
  });

  it("is asked of one peer as often as it may be, and then given up", () => {
    const mute = withBodies("p1", () => undefined);
    const world = new SyncWorld([mute], { sync: { requestTimeout: SECOND } });
    world.run(3 * SECOND);
    expect(world.sync.phase).toBe("bodies");
    world.run(100_000);
    expect(world.sync.phase).toBe("idle");
    expect(world.events("sync ended")).toEqual([
      { kind: "blocks", reason: "bodies not available", imported: 0 },
    ]);
    expect(bodyRequestsOf(world, "p1")).toBe(12);
  });

  it("is wasted when it comes too late", () => {
    const late = withBodies("p1", (reply, _, number) => ({
      ...{ reply, delay: number === 2 ? 2 * SECOND : 10_000 },
    }));
    const world = new SyncWorld([late], { sync: { requestTimeout: SECOND } });
    world.run(3 * SECOND);
    expect(world.height).toBe(100);
    expect(world.events("answer unwanted")).toMatchObject([{ peer: "p1", type: "bodies" }]);
    expect(world.memory.sync.counts.wastedBytes).toBeGreaterThan(0);
    expect(world.handedOver).toHaveLength(100);
  });

  it("waits for what is under way, and is fetched when that has not come in time", () => {
    const world = new SyncWorld([honest("p1", 2)]);
    world.run(SECOND / 2);
    expect(world.asked).toEqual([]);
    world.run(SECOND);
    world.sync.look();
    world.run(SECOND);
    expect([world.height, world.sync.phase]).toEqual([2, "idle"]);
  });

  it("waits anew for the next block when what was under way has come", () => {
    const world = new SyncWorld([honest("p1", 1)]);
    const peer = world.memory.peers.get("p1")!;
    world.run(SECOND / 10);
    insert(world.memory.chain, LINE[0]!);
    world.run(SECOND);
    peer.status = { ...peer.status!, tip: { height: 2, hash: LINE[1]!.header.hash } };
    world.sync.look();
    expect(world.asked).toEqual([]);
  });

  it("is nobody's while there are no peers, and fetched when there are", () => {
    const world = new SyncWorld([{ ...honest("p1"), claims: { genesis: NOWHERE } }]);
    world.run(10 * SECOND);
    expect([world.sync.phase, world.asked.length]).toEqual(["idle", 0]);
  });

  it("comes from others when a peer is busy, and from it later", () => {
    const busy = withBodies("p1", (reply, { request }, number) =>
      inTime(number < 5 ? { type: "not available", request, reason: "busy" } : reply),
    );
    const world = new SyncWorld([busy]);
    expect(world.runUntil(100, 3 * SECOND)).toBeGreaterThan(SECOND);
    expect(faultsOf(world, "p1")).toEqual([]);
  });
});

describe("a peer that lies to a node that synchronizes", () => {
  it("costs a tenth of a timeout if it claims a greater height and is silent", () => {
    const world = new SyncWorld([boaster("liar", () => undefined), honest("p1")]);
    world.run(3 * SECOND);
    expect(world.height).toBe(0);
    world.run(SECOND / 2);
    expect(world.height).toBe(100);
    expect(world.events("leader changed")).toEqual([{ from: "liar", to: "p1" }]);
    world.run(31 * SECOND);
    expect(faultsOf(world, "liar")).toEqual(["timeout"]);
  });

  it("does not keep others waiting a second time", () => {
    const world = new SyncWorld([boaster("liar", () => undefined), honest("p1", 50)]);
    world.run(10 * SECOND);
    expect([world.height, world.sync.phase]).toEqual([50, "headers"]);
    world.memory.peers.get("p1")!.status = {
      ...world.memory.peers.get("p1")!.status!,
      tip: { height: 53, hash: LINE[52]!.header.hash },
    };
    world.sync.look();
    expect(world.events("sync ended")).toContainEqual({
      ...{ kind: "blocks", reason: "better leader", imported: 0 },
    });
  });

  it("leads ever more seldom while it is silent, in the end as if it were banned", () => {
    const world = new SyncWorld([boaster("liar", () => undefined), honest("p1", 50)]);
    world.run(2_000 * SECOND);
    const leads = world.asked.filter(([to, { type }]) => to === "liar" && type === "get headers");
    // First another takes its place; then it is asked three times in 30 s, and between these it
    // has 1, 2, 4, ..., 256 s, 300 s of peace.
    expect(leads).toHaveLength(1 + 13 * 3);
    expect(world.events("peer banned")).toEqual([]);
  });

  it("is found out when it gives fewer headers than it has claimed", () => {
    const boast = { tip: { height: 1_000, hash: NOWHERE } };
    const world = new SyncWorld([{ ...honest("p1"), claims: boast }]);
    expect(world.runUntil(100, SECOND)).toBeDefined();
    expect(faultsOf(world, "p1")).toEqual(["lighter than promised"]);
  });

  it("costs nothing but its own score if it claims a greater height and has nothing", () => {
    const world = new SyncWorld([boaster("liar", undefined), honest("p1")]);
    expect(world.runUntil(100, SECOND)).toBeDefined();
    expect(faultsOf(world, "liar")).toEqual(["lighter than promised"]);
    world.run(300 * SECOND);
    expect(world.events("peer banned")).toEqual([{ peer: "liar", fault: "lighter than promised" }]);
    expect(world.sync.phase).toBe("idle");
  });

  it.each([
    ["are junk", [new Uint8Array(100)], "malformed header"],
    ["belong nowhere", [LINE[50]!.header.bytes], "unknown parent"],
    ["leave one out", [LINE[0]!.header.bytes, LINE[2]!.header.bytes], "unknown parent"],
    [
      "break a rule",
      [toyBlock(TOY_GENESIS, "bad", { headerFlaw: "not its slot" }).header.bytes],
      "not its slot",
    ],
    ["are too many", LINE.slice(0, 33).map(({ header }) => header.bytes), "too many"],
  ])("is not believed when its headers %s", (_, headers, rule) => {
    const liar = boaster("liar", (truth, { request }) =>
      inTime(
        truth.type === "headers"
          ? { type: "headers", request, headers }
          : { type: "not available", request, reason: "unknown" },
      ),
    );
    const world = new SyncWorld([liar, honest("p1")]);
    expect(world.runUntil(100, SECOND)).toBeDefined();
    expect(world.events("headers refused")).toMatchObject([{ peer: "liar", rule }]);
    expect(faultsOf(world, "liar")).toEqual(["invalid headers"]);
  });

  it("is found out when its body is another's, and the right one comes from elsewhere", () => {
    const liar = withBodies("p2", ({ request }) =>
      inTime({ type: "bodies", request, bodies: [LINE[99]!.body!] }),
    );
    const world = new SyncWorld([honest("p1"), liar]);
    expect(world.runUntil(100, SECOND)).toBeDefined();
    expect(new Set(faultsOf(world, "p2"))).toEqual(new Set(["wrong body"]));
    expect(world.events("body refused")[0]).toMatchObject({ peer: "p2" });
    expect(faultsOf(world, "p1")).toEqual([]);
    expect(world.memory.sync.counts.wastedBytes).toBeGreaterThan(0);
  });

  it.each<[string, (request: number) => SyncReply, string]>([
    ["gives none", (request) => ({ type: "bodies", request, bodies: [] }), "withheld"],
    [
      "gives headers instead",
      (request) => ({ type: "headers", request, headers: [] }),
      "malformed",
    ],
    [
      "says that it has not got them",
      (request) => ({ type: "not available", request, reason: "unknown" }),
      "withheld",
    ],
  ])("is asked no more than it may be when it has given headers and %s", (_, reply, fault) => {
    const liar = withBodies("a1", (_truth, { request }) => inTime(reply(request)));
    const world = new SyncWorld([liar, honest("p1")]);
    expect(world.runUntil(100, SECOND)).toBeDefined();
    expect(new Set(faultsOf(world, "a1"))).toEqual(new Set([fault]));
  });

  it("answers for an invalid block if it gave the headers, not if it gave the body", () => {
    const bad = toyBlock(LINE[9]!, "bad", { blockFlaw: "wrong state root" });
    const blocks = [...LINE.slice(0, 10), bad, ...toyLine(bad, 100, "bad")];
    const liar = { name: "liar", chain: toyChain(...blocks) };
    const dupe = { name: "p1", chain: toyChain(...blocks), claims: { tip: tipAt(11, bad) } };
    const world = new SyncWorld([liar, dupe, honest("p2", 50)]);
    world.run(3 * SECOND);
    expect(world.events("block refused")).toContainEqual(
      expect.objectContaining({ peer: "liar", rule: "wrong state root" }),
    );
    expect(faultsOf(world, "liar")[0]).toBe("invalid block");
    expect(world.height).toBe(50);
    const answers = world.events("block refused") as { rule: string }[];
    expect(answers.filter(({ rule }) => rule === "wrong state root")).toHaveLength(1);
  });

  it("is believed no more about a chain that has proven invalid", () => {
    const bad = toyBlock(LINE[9]!, "bad", { blockFlaw: "over gas limit" });
    const chain = toyChain(...LINE.slice(0, 10), bad, ...toyLine(bad, 100, "bad"));
    const world = new SyncWorld([{ name: "liar", chain }]);
    world.run(10 * SECOND + SECOND / 2);
    expect(world.height).toBe(10);
    expect(faultsOf(world, "liar").slice(0, 3)).toEqual([
      ...["invalid block", "invalid headers", "invalid headers"],
    ]);
    expect(world.sync.phase).toBe("idle");
  });
});

describe("a branch that cannot be taken", () => {
  it("leaves the chain too far back: it is not fetched, and nobody is to blame", () => {
    const chain = toyChain(...toyLine(TOY_GENESIS, 30, "other"));
    const world = new SyncWorld([honest("p1")], { chain, limits: { reorgMax: 20 } });
    world.run(5 * SECOND);
    expect(world.height).toBe(30);
    expect(world.events("headers refused")[0]).toEqual({
      ...{ peer: "p1", height: 1, rule: "fork too deep" },
    });
    expect(faultsOf(world, "p1")).toEqual([]);
    expect(bodyRequestsOf(world, "p1")).toBe(0);
  });

  it("leaves the chain behind what is final: the peer does not know that, and says so", () => {
    const chain = toyChain(...toyLine(TOY_GENESIS, 30, "other"));
    chain.finalized = { height: 10, hash: chain.canonical[10]! };
    const world = new SyncWorld([honest("p1")], { chain });
    world.run(5 * SECOND);
    expect(world.events("sync ended")[0]).toMatchObject({ reason: "not available" });
    expect(faultsOf(world, "p1")).toEqual([]);
  });
});

describe("peers that have removed old bodies", () => {
  it("are asked for those that they have, and others for the rest", () => {
    const pruned: ToyPeer = {
      ...{ ...honest("p1"), claims: { bodiesFrom: 60 } },
      bodyOf: (block) => (block.header.height < 60 ? undefined : block.body),
    };
    const world = new SyncWorld([pruned, honest("p2")]);
    expect(world.runUntil(100, SECOND)).toBeDefined();
    expect(world.events("batch failed")).toEqual([]);
    expect(bodyRequestsOf(world, "p1")).toBeGreaterThan(0);
  });

  it("are not asked for a batch again once they have said so", () => {
    const pruned: ToyPeer = { ...honest("p1"), bodyOf: () => undefined };
    const world = new SyncWorld([pruned, honest("p2")]);
    expect(world.runUntil(100, SECOND)).toBeDefined();
    const failed = world.events("batch failed") as { first: number }[];
    expect(failed.length).toBeGreaterThan(0);
    expect(new Set(failed.map(({ first }) => first)).size).toBe(failed.length);
    expect(faultsOf(world, "p1")).toEqual([]);
  });
});

function tipAt(
  height: number,
  { header: { hash } }: { readonly header: { readonly hash: string } },
) {
  return { height, hash };
}
