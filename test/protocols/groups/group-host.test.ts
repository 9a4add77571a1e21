import { describe, expect, it } from "vitest";
import { GroupHost } from "../../../src/protocols/groups/group-host.ts";
import type { Grouped } from "../../../src/protocols/groups/scope.ts";
import type { DiskError, Env, Node, NodeId, Operation } from "../../../src/sim/env.ts";
import { RecordingEnv } from "../../support/recording-env.ts";

interface Hello {
  readonly type: "hello";
}

interface Heard {
  readonly heard: string[];
}

/** Remembers what it is told; asked by a message to write, it writes and asks for a sync. */
class Listener implements Node<Hello, Heard> {
  state: Heard = { heard: [] };
  readonly #env: Env<Hello>;

  constructor(env: Env<Hello>) {
    this.#env = env;
  }

  onStart(): void {
    this.state.heard.push("start");
  }

  onMessage(from: NodeId): void {
    this.state.heard.push(`message of ${from}`);
    this.#env.disk.append("file", Uint8Array.of(1));
    this.#env.disk.sync("written");
  }

  onTimer(name: string): void {
    this.state.heard.push(`timer ${name}`);
  }

  onSynced(token: string, error?: DiskError): void {
    this.state.heard.push(`synced ${token}${error === undefined ? "" : `, ${error.kind}`}`);
  }

  onDisconnect(peer: NodeId): void {
    this.state.heard.push(`disconnected from ${peer}`);
  }

  onOperation({ id }: Operation): void {
    this.state.heard.push(`operation ${id}`);
  }
}

function started() {
  const env = new RecordingEnv<Hello & Grouped>("n1");
  const host = new GroupHost<Hello, Heard, Listener>(env, ["g1", "g2"], (own) => new Listener(own));
  host.onStart();
  /** What each has been told since the start. */
  const heard = () => [...host.groups.values()].map(({ state }) => state.heard.slice(1));
  return { env, host, heard };
}

const hello = (group: string): Hello & Grouped => ({ type: "hello", group });

describe("a host of several groups", () => {
  it("hands messages, timers and operations to the group that they name", () => {
    const { host, heard } = started();
    host.onMessage("n2", hello("g2"));
    host.onTimer("g1 election timeout");
    host.onOperation({ id: "o1", group: "g2" });
    expect(heard()).toEqual([["timer election timeout"], ["message of n2", "operation o1"]]);
  });

  it("tells all groups of a connection that is gone", () => {
    const { host, heard } = started();
    host.onDisconnect("n2");
    expect(heard()).toEqual([["disconnected from n2"], ["disconnected from n2"]]);
  });

  it.each([
    ["a message", (host: ReturnType<typeof started>["host"]) => host.onMessage("n2", hello("g3"))],
    ["a timer", (host: ReturnType<typeof started>["host"]) => host.onTimer("g3 election")],
    [
      "an operation",
      (host: ReturnType<typeof started>["host"]) => host.onOperation({ id: "o1", group: "g3" }),
    ],
  ])("asserts that it serves the group of %s", (_, hand) => {
    expect(() => hand(started().host)).toThrow("a group that is not served here: n1 g3");
  });

  it("asserts that timers and syncs are some group's", () => {
    const { host } = started();
    expect(() => host.onTimer("election")).toThrow("a timer of no group: election");
    expect(() => host.onSynced("written")).toThrow("a sync of no group: written");
  });

  it("lends each group its part of a memory that is put in its place", () => {
    const { host } = started();
    host.state = {
      ...host.state,
      groups: new Map([
        ["g1", { heard: ["a"] }],
        ["g2", { heard: [] }],
      ]),
    };
    host.onTimer("g1 b");
    expect(host.groups.get("g1")!.state.heard).toEqual(["a", "timer b"]);
    expect(host.state.groups.get("g1")).toEqual({ heard: ["a", "timer b"] });
  });

  it("draws a key for its random numbers in each life", () => {
    const { env } = started();
    expect(env.random.ranges).toEqual([[0, 0xffff_ffff]]);
  });
});

describe("one sync of the disk at a time", () => {
  it("serves those who had asked when it began, and the next one the others", () => {
    const { env, host, heard } = started();
    host.onMessage("n2", hello("g1"));
    host.onMessage("n2", hello("g2"));
    host.onMessage("n3", hello("g1"));
    expect(env.disk.syncs).toHaveLength(1);
    host.onSynced(env.disk.completeSync());
    const written = ["message of n2", "message of n3", "synced written"];
    expect(heard()).toEqual([written, ["message of n2"]]);
    expect(env.disk.syncs).toHaveLength(1);
    host.onSynced(env.disk.completeSync());
    expect(heard()).toEqual([
      [...written, "synced written"],
      ["message of n2", "synced written"],
    ]);
    expect(env.disk.syncs).toEqual([]);
  });

  it("fails for all whom it was to serve", () => {
    const { env, host, heard } = started();
    host.onMessage("n2", hello("g1"));
    host.onMessage("n2", hello("g1"));
    host.onMessage("n2", hello("g2"));
    host.onSynced(env.disk.completeSync());
    host.onSynced(env.disk.completeSync(), { kind: "io" });
    expect(heard().map((list) => list.at(-1))).toEqual([
      "synced written, io",
      "synced written, io",
    ]);
  });

  it("is not asked for in vain", () => {
    const { env, host } = started();
    host.onTimer("g1 election");
    expect(env.disk.syncs).toEqual([]);
    expect(() => host.onSynced("groups")).toThrow("a sync that was not asked for");
  });
});
