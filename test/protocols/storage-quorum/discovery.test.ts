import { describe, expect, it } from "vitest";
import { Discovery } from "../../../src/protocols/storage-quorum/discovery.ts";
import type {
  NodeReport,
  PeersReply,
  StorageQuorumMessage,
} from "../../../src/protocols/storage-quorum/messages.ts";
import { defaultStorageQuorumOptions } from "../../../src/protocols/storage-quorum/options.ts";
import type { NodeId } from "../../../src/sim/env.ts";
import { type Micros, minutes, seconds } from "../../../src/sim/time.ts";
import { RecordingEnv, type Sent } from "../../support/recording-env.ts";

const { ttl, reapAfter, sweepInterval } = defaultStorageQuorumOptions;

const report = (name: NodeId, life = 1): NodeReport => ({
  ...{ name, life },
  ...{ capacityBytes: 100, freeBytes: 60 },
});

/** The discovery `d`, and the messages that it gets. */
class Bench {
  readonly env = new RecordingEnv<StorageQuorumMessage>("d");
  readonly discovery: Discovery;

  constructor(startedAt: Micros = 0) {
    this.env.pass(startedAt);
    this.discovery = new Discovery(this.env, defaultStorageQuorumOptions);
    this.discovery.onStart();
  }

  hear(from: NodeId, message: StorageQuorumMessage): readonly Sent<StorageQuorumMessage>[] {
    this.discovery.onMessage(from, message);
    return this.env.takeSent();
  }

  register(name: NodeId, life = 1): readonly Sent<StorageQuorumMessage>[] {
    return this.hear(name, { type: "register", ...report(name, life) });
  }

  heartbeat(name: NodeId, life = 1): readonly Sent<StorageQuorumMessage>[] {
    return this.hear(name, { type: "heartbeat", ...report(name, life) });
  }

  leave(name: NodeId, life = 1): readonly Sent<StorageQuorumMessage>[] {
    return this.hear(name, { type: "leave", name, life });
  }

  sweep(): void {
    this.env.fire("sweep");
    this.discovery.onTimer();
  }

  get list(): PeersReply {
    const [sent] = this.hear("c1", { type: "peers", serial: 1 });
    // A peers request is answered with a list.
    return sent!.message as PeersReply;
  }

  get names(): NodeId[] {
    return this.list.peers.map(({ name }) => name);
  }
}

function withMembers(...names: readonly NodeId[]): Bench {
  const bench = new Bench();
  for (const name of names) bench.register(name);
  return bench;
}

describe("a storage node that registers", () => {
  it("is told so", () => {
    expect(new Bench().register("n1")).toEqual([{ to: "n1", message: { type: "registered" } }]);
  });

  it("is told so again when it asks again, and is there once", () => {
    const bench = withMembers("n1");
    expect(bench.register("n1")).toEqual([{ to: "n1", message: { type: "registered" } }]);
    expect(bench.list.registered).toBe(1);
  });

  it("under the name of another is refused, and changes nothing", () => {
    const bench = withMembers("n1");
    const forged = { type: "register", ...report("n1", 2), freeBytes: 0 } as const;
    expect(bench.hear("n2", forged)).toEqual([{ to: "n2", message: { type: "notYou" } }]);
    expect(bench.list.peers).toMatchObject([{ name: "n1", life: 1, freeBytes: 60 }]);
  });
});

describe("a list of peers", () => {
  it("names all who live, sorted, with what they said last and how long that is good", () => {
    const bench = withMembers("n3", "n1", "n2");
    bench.env.pass(seconds(10));
    bench.hear("n2", { type: "heartbeat", ...report("n2"), freeBytes: 5 });
    expect(bench.hear("c1", { type: "peers", serial: 8 })).toEqual([
      {
        to: "c1",
        message: {
          ...{ type: "peerList", serial: 8, age: seconds(10), registered: 3 },
          peers: [
            { ...report("n1"), expiresIn: ttl - seconds(10) },
            { ...report("n2"), freeBytes: 5, expiresIn: ttl },
            { ...report("n3"), expiresIn: ttl - seconds(10) },
          ],
        },
      },
    ]);
  });

  it("says how long the discovery has been there, not what its clock shows", () => {
    const bench = new Bench(minutes(7));
    bench.env.pass(seconds(2));
    expect(bench.list.age).toBe(seconds(2));
  });

  it("names a silent node to the very end of its ttl, and counts it after that", () => {
    const bench = withMembers("n1");
    bench.env.pass(ttl);
    expect(bench.list.peers).toMatchObject([{ name: "n1", expiresIn: 0 }]);
    bench.env.pass(1);
    expect(bench.list).toMatchObject({ peers: [], registered: 1 });
  });

  it("does not hang on what the wall clock shows", () => {
    const bench = withMembers("n1");
    bench.env.wallOffset = minutes(90);
    expect(bench.names).toEqual(["n1"]);
  });
});

describe("a heartbeat", () => {
  it("of a node that has registered is not answered, and keeps it listed", () => {
    const bench = withMembers("n1");
    bench.env.pass(ttl);
    expect(bench.heartbeat("n1")).toEqual([]);
    bench.env.pass(ttl);
    expect(bench.names).toEqual(["n1"]);
  });

  it("lists a node again that was silent for too long", () => {
    const bench = withMembers("n1");
    bench.env.pass(ttl + 1);
    bench.heartbeat("n1");
    expect(bench.names).toEqual(["n1"]);
  });

  it("of a node that has not registered is answered: it shall", () => {
    const bench = new Bench();
    expect(bench.heartbeat("n1")).toEqual([{ to: "n1", message: { type: "unknown" } }]);
    expect(bench.list.registered).toBe(0);
  });

  it("of another life is answered: it shall register", () => {
    const bench = withMembers("n1");
    expect(bench.heartbeat("n1", 2)).toEqual([{ to: "n1", message: { type: "unknown" } }]);
    expect(bench.list.peers).toMatchObject([{ life: 1 }]);
  });

  it("in the name of another is refused, and does not keep it listed", () => {
    const bench = withMembers("n1");
    bench.env.pass(ttl + 1);
    const forged = { type: "heartbeat", ...report("n1") } as const;
    expect(bench.hear("n2", forged)).toEqual([{ to: "n2", message: { type: "notYou" } }]);
    expect(bench.names).toEqual([]);
  });
});

describe("a sweep", () => {
  it("comes at regular times", () => {
    const bench = new Bench();
    bench.sweep();
    expect(bench.env.timers.get("sweep")).toBe(2 * sweepInterval);
  });

  it("forgets who was silent for too long, and nobody else", () => {
    const bench = withMembers("n1", "n2");
    bench.env.pass(1);
    bench.heartbeat("n2");
    bench.env.pass(reapAfter - 1);
    bench.sweep();
    expect(bench.list.registered).toBe(1);
    expect(bench.heartbeat("n1")).toEqual([{ to: "n1", message: { type: "unknown" } }]);
    expect(bench.heartbeat("n2")).toEqual([]);
  });
});

describe("a storage node that leaves", () => {
  it("is listed and counted no more, at once", () => {
    const bench = withMembers("n1", "n2");
    expect(bench.leave("n1")).toEqual([]);
    expect(bench.list).toMatchObject({ peers: [{ name: "n2" }], registered: 1 });
  });

  it("is not listed by what it had sent before and comes later", () => {
    const bench = withMembers("n1");
    bench.leave("n1");
    expect(bench.register("n1")).toEqual([]);
    expect(bench.heartbeat("n1")).toEqual([]);
    expect(bench.names).toEqual([]);
  });

  it("is not listed by a registration that comes only after it has left", () => {
    const bench = new Bench();
    bench.leave("n1");
    bench.register("n1");
    expect(bench.names).toEqual([]);
  });

  it("is listed again in its next life", () => {
    const bench = withMembers("n1");
    bench.leave("n1");
    bench.register("n1", 2);
    expect(bench.names).toEqual(["n1"]);
  });

  it("does not take its next life with it when its word comes late", () => {
    const bench = withMembers("n1");
    bench.register("n1", 2);
    bench.leave("n1", 1);
    expect(bench.names).toEqual(["n1"]);
  });

  it("is not sent away by another", () => {
    const bench = withMembers("n1");
    const forged = { type: "leave", name: "n1", life: 1 } as const;
    expect(bench.hear("n2", forged)).toEqual([{ to: "n2", message: { type: "notYou" } }]);
    expect(bench.names).toEqual(["n1"]);
  });

  it("is forgotten like others in the end", () => {
    const bench = withMembers("n1");
    bench.leave("n1");
    bench.env.pass(reapAfter);
    bench.sweep();
    expect(bench.discovery.state.members.size).toBe(0);
  });
});
