import { describe, expect, it } from "vitest";
import { Backend } from "../../../src/protocols/storage-quorum/backend.ts";
import type {
  ClientCall,
  ClientResult,
  Peer,
  StorageQuorumMessage,
} from "../../../src/protocols/storage-quorum/messages.ts";
import {
  cheapScryptOptions,
  defaultStorageQuorumOptions,
} from "../../../src/protocols/storage-quorum/options.ts";
import { RecordingEnv } from "../../support/recording-env.ts";

const OPTIONS = {
  ...defaultStorageQuorumOptions,
  ...{ chunkBytes: 10, fileBytesMax: 100, scrypt: cheapScryptOptions },
};
const PASSWORD = "secret";

/** A backend, and a client that asks it one thing after the other. */
class Asked {
  readonly env = new RecordingEnv<StorageQuorumMessage>("backend");
  readonly backend = new Backend(this.env, { discovery: "discovery", options: OPTIONS });
  #token: string | undefined;
  #serial = 0;

  constructor(peers: readonly Partial<Peer>[]) {
    this.backend.onStart();
    this.#sync();
    const { peersSerial: serial } = this.backend.state;
    const known = { life: 1, capacityBytes: 1_000, freeBytes: 1_000, expiresIn: 60_000_000 };
    this.backend.onMessage("discovery", {
      ...{ type: "peerList", serial, age: 0, registered: peers.length },
      peers: peers.map((peer, i) => ({ ...known, name: `n${i + 1}`, ...peer })),
    });
    this.ask({ op: "register", user: "ann" });
    const login = this.ask({ op: "login", user: "ann" });
    this.#token = login?.kind === "token" ? login.token : undefined;
  }

  /** The answer; undefined when there is none yet. */
  ask(call: ClientCall): ClientResult | undefined {
    this.env.takeSent();
    const serial = ++this.#serial;
    const request = { type: "request", session: "s", serial, call, password: PASSWORD } as const;
    this.backend.onMessage("c1", { ...request, token: this.#token });
    this.#sync();
    const replies = this.env.takeSent().filter(({ to }) => to === "c1");
    return replies.flatMap(({ message }) => (message.type === "reply" ? message.result : []))[0];
  }

  /** What the client is told when a timer fires. */
  toldAt(timer: string): readonly StorageQuorumMessage[] {
    this.env.takeSent();
    this.backend.onTimer(this.env.fire(timer));
    this.#sync();
    return this.env.takeSent().flatMap(({ to, message }) => (to === "c1" ? message : []));
  }

  upload(name: string, sizeBytes: number): ClientResult | undefined {
    return this.ask({ op: "upload", name, data: new Uint8Array(sizeBytes) });
  }

  #sync(): void {
    while (this.env.disk.syncs.length > 0) this.backend.onSynced(this.env.disk.completeSync());
  }
}

const THREE = [{}, {}, {}];

function refusal(reason: string): ClientResult {
  return { kind: "refused", reason } as ClientResult;
}

describe("an upload is refused", () => {
  it.each([
    ["when nobody lives", [], 15, "no storage"],
    ["when no node has room for some chunk", [{ freeBytes: 50 }], 15, "no storage"],
    ["when it is too large", THREE, 101, "too large"],
  ])("%s", (_when, peers, sizeBytes, reason) => {
    const asked = new Asked(peers);
    expect(asked.upload("a", sizeBytes)).toEqual(refusal(reason));
    expect(asked.backend.blocks.size).toBe(0);
  });

  it("when the backend's disk is full, and nothing is sent to anybody", () => {
    const asked = new Asked(THREE);
    asked.env.disk.leaveRoom(10);
    expect(asked.upload("a", 15)).toEqual(refusal("disk full"));
    expect(asked.backend.blocks.size).toBe(0);
    expect(asked.backend.state.calls.size).toBe(0);
  });

  it.each(["", "a/b"])("when its name is %j", (name) => {
    expect(new Asked(THREE).upload(name, 15)).toEqual(refusal("bad request"));
  });
});

describe("an upload that lacks its quorum at the deadline", () => {
  it("is refused at once, and not only when the client asks again", () => {
    const asked = new Asked(THREE);
    asked.upload("a", 15);
    const told = asked.toldAt("deadline ann/a");
    expect(told).toMatchObject([{ type: "reply", result: refusal("no consensus") }]);
    expect(asked.toldAt("repair")).toEqual([]);
  });
});

describe("an upload in the middle of which a node is full", () => {
  it("goes to another node, and what was stored counts", () => {
    const asked = new Asked([{}, {}, {}, { freeBytes: 900 }]);
    asked.upload("a", 10);
    const { backend, env } = asked;
    const full = [...backend.state.calls].find(([, { node }]) => node === "n1")!;

    backend.onMessage("n1", { type: "stored", call: full[0], error: "full" });
    env.takeSent();
    backend.onTimer(env.fire("tend ann/a"));

    const stores = env.takeSent().filter(({ message }) => message.type === "store");
    expect(stores.map(({ to }) => to)).toEqual(["n4"]);
  });

  it("is offered to the same node under the same seal if it was only silent", () => {
    const asked = new Asked(THREE);
    asked.upload("a", 10);
    const { backend, env } = asked;
    const [call, { about }] = [...backend.state.calls].find(([, { node }]) => node === "n1")!;

    backend.onTimer(env.fire(`call ${call}`));
    env.takeSent();
    backend.onTimer(env.fire("tend ann/a"));

    const [again] = env.takeSent().filter(({ message }) => message.type === "store");
    const address = about.kind === "store" ? about.replica.address : "";
    expect(again).toMatchObject({ to: "n1", message: { type: "store", address } });
  });
});
