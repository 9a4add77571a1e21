import { describe, expect, it } from "vitest";
import { addressOf } from "../../../src/protocols/storage-quorum/cipher.ts";
import {
  defaultStorageQuorumClientOptions,
  StorageQuorumClient,
} from "../../../src/protocols/storage-quorum/client.ts";
import { fileBytes } from "../../../src/protocols/storage-quorum/file-bytes.ts";
import type {
  ClientRequest,
  ClientResult,
  Refusal,
  StorageQuorumMessage,
} from "../../../src/protocols/storage-quorum/messages.ts";
import { STORAGE_QUORUM_SITES } from "../../../src/protocols/storage-quorum/sites.ts";
import { UsageError } from "../../../src/sim/assert.ts";
import type { NodeId, Operation, Plain } from "../../../src/sim/env.ts";
import { ms } from "../../../src/sim/time.ts";
import { RecordingEnv, type Sent } from "../../support/recording-env.ts";

const options = defaultStorageQuorumClientOptions;
const { requestTimeout, waitMax, retryDelay } = options;

/** The session of a client that starts at once, with a draw of 0. */
const SESSION = "c1@0.0";
const UPLOAD = { op: "upload", name: "notes", sizeBytes: 5, fill: 7 };
const RECEIPT = {
  file: "c1/notes",
  status: "confirmed",
  ...{ chunkCount: 1, blockIndex: 0, confirmations: 2 },
} as const;

type Asked = Omit<Operation, "id">;

/** The client `c1` of the backend `b` and the discovery `d`. */
class Bench {
  readonly env: RecordingEnv<StorageQuorumMessage>;
  readonly client: StorageQuorumClient;

  constructor(startedAt = 0, drawn = 0) {
    this.env = new RecordingEnv<StorageQuorumMessage>("c1");
    this.env.pass(startedAt);
    this.env.random.draw = () => drawn;
    this.client = new StorageQuorumClient(this.env, { backend: "b", discovery: "d", options });
    this.client.onStart();
  }

  /** Gives it an operation and returns what it sends. */
  begin(id: string, operation: Asked): readonly Sent<StorageQuorumMessage>[] {
    this.client.onOperation({ id, ...operation });
    return this.env.takeSent();
  }

  hear(from: NodeId, message: StorageQuorumMessage): readonly Sent<StorageQuorumMessage>[] {
    this.client.onMessage(from, message);
    return this.env.takeSent();
  }

  /** The backend answers the request of that number. */
  reply(serial: number, result: ClientResult): readonly Sent<StorageQuorumMessage>[] {
    return this.hear("b", { type: "reply", session: SESSION, serial, result });
  }

  refuse(serial: number, reason: Refusal): readonly Sent<StorageQuorumMessage>[] {
    return this.reply(serial, { kind: "refused", reason });
  }

  fire(timer: string): readonly Sent<StorageQuorumMessage>[] {
    this.client.onTimer(this.env.fire(timer));
    return this.env.takeSent();
  }

  /** What the history has of it, without the invocations. */
  get outcomes(): [event: string, data: Plain][] {
    return this.env.emitted.filter(([event]) => event !== "invoke");
  }
}

/** A client that has registered and logged in, and has asked for this as its request 3. */
function asking(operation: Asked = UPLOAD): Bench {
  const bench = new Bench();
  bench.begin("o1", operation);
  bench.reply(1, { kind: "done" });
  bench.reply(2, { kind: "token", token: "T" });
  return bench;
}

const request = (fields: Partial<ClientRequest>): Sent<StorageQuorumMessage> => ({
  to: "b",
  message: {
    ...{ type: "request", session: SESSION, serial: 1 },
    ...{ token: undefined, password: "password of c1" },
    ...{ call: { op: "list" } },
    ...fields,
  },
});

describe("a client's first operation", () => {
  it("comes after a registration and a login, each with its number", () => {
    const bench = new Bench();
    const register = request({ call: { op: "register", user: "c1" } });
    expect(bench.begin("o1", { op: "list" })).toEqual([register]);
    const login = request({ serial: 2, call: { op: "login", user: "c1" } });
    expect(bench.reply(1, { kind: "done" })).toEqual([login]);
    const list = request({ serial: 3, token: "T" });
    expect(bench.reply(2, { kind: "token", token: "T" })).toEqual([list]);
  });

  it("needs no registration of a user whom another client has registered", () => {
    const bench = new Bench();
    bench.begin("o1", { op: "list" });
    expect(bench.refuse(1, "user exists")).toMatchObject([{ message: { call: { op: "login" } } }]);
  });

  it("fails when the login is refused: it was never asked for", () => {
    const bench = new Bench();
    bench.begin("o1", UPLOAD);
    bench.reply(1, { kind: "done" });
    bench.refuse(2, "wrong password");
    expect(bench.outcomes).toEqual([["fail", { id: "o1", result: "wrong password" }]]);
  });

  it("fails when the login is not answered in time: it was never asked for", () => {
    const bench = new Bench();
    bench.begin("o1", UPLOAD);
    bench.fire("deadline");
    expect(bench.outcomes).toEqual([["fail", { id: "o1", result: "not logged in" }]]);
  });
});

describe("a client's next operation", () => {
  it("is asked for at once", () => {
    const bench = asking({ op: "list" });
    bench.reply(3, { kind: "files", files: [] });
    const stats = request({ serial: 4, token: "T", call: { op: "stats" } });
    expect(bench.begin("o2", { op: "stats" })).toEqual([stats]);
  });

  it("waits for the end of the one before", () => {
    const bench = asking({ op: "list" });
    expect(bench.begin("o2", { op: "stats" })).toEqual([]);
    expect(bench.env.emitted.length).toBe(1);
    const sent = bench.reply(3, { kind: "files", files: [] });
    expect(sent).toMatchObject([{ message: { serial: 4, call: { op: "stats" } } }]);
  });

  it("for another user comes after a login of that user, and has its token", () => {
    const bench = asking({ op: "list" });
    bench.reply(3, { kind: "files", files: [] });
    const password = "password of bob";
    const register = request({ serial: 4, password, call: { op: "register", user: "bob" } });
    expect(bench.begin("o2", { op: "list", user: "bob" })).toEqual([register]);
    bench.reply(4, { kind: "done" });
    const list = request({ serial: 6, password, token: "U" });
    expect(bench.reply(5, { kind: "token", token: "U" })).toEqual([list]);
  });

  it("registers and logs in anew when the backend does not know the token", () => {
    const bench = asking({ op: "list" });
    bench.refuse(3, "unauthenticated");
    expect(bench.outcomes).toEqual([["fail", { id: "o1", result: "unauthenticated" }]]);
    const sent = bench.begin("o2", { op: "list" });
    expect(sent).toMatchObject([{ message: { call: { op: "register" } } }]);
  });
});

describe("credentials", () => {
  const wrongToken = `c1:${"0".repeat(64)}`;

  it.each([
    ["none", undefined],
    ["wrong", wrongToken],
  ])("with a token that is %s are sent without a login", (token, sent) => {
    const asked = request({ token: sent });
    expect(new Bench().begin("o1", { op: "list", token })).toEqual([asked]);
  });

  it.each([
    ["none", undefined],
    ["wrong", "not the password of c1"],
  ])("with a password that is %s are sent after a login with the right one", (password, sent) => {
    const bench = new Bench();
    const register = request({ call: { op: "register", user: "c1" } });
    expect(bench.begin("o1", { op: "list", password })).toEqual([register]);
    bench.reply(1, { kind: "done" });
    const asked = request({ serial: 3, token: "T", password: sent });
    expect(bench.reply(2, { kind: "token", token: "T" })).toEqual([asked]);
  });

  it("that were refused on purpose leave the right ones as they are", () => {
    const bench = asking({ op: "list" });
    bench.reply(3, { kind: "files", files: [] });
    bench.begin("o2", { op: "list", token: "none" });
    bench.refuse(4, "unauthenticated");
    const list = request({ serial: 5, token: "T" });
    expect(bench.begin("o3", { op: "list" })).toEqual([list]);
  });
});

describe("a registration or a login that is asked for", () => {
  it("is an operation like others, and saves the one before the next", () => {
    const bench = new Bench();
    const register = request({ call: { op: "register", user: "c1" } });
    expect(bench.begin("o1", { op: "register" })).toEqual([register]);
    bench.reply(1, { kind: "done" });
    const login = request({ serial: 2, call: { op: "login", user: "c1" } });
    expect(bench.begin("o2", { op: "login" })).toEqual([login]);
    bench.reply(2, { kind: "token", token: "T" });
    expect(bench.outcomes).toEqual([
      ["ok", { id: "o1", result: undefined }],
      ["ok", { id: "o2", result: undefined }],
    ]);
    expect(bench.begin("o3", { op: "list" })).toEqual([request({ serial: 3, token: "T" })]);
  });

  it("registers the user before a login", () => {
    const bench = new Bench();
    const register = request({ call: { op: "register", user: "c1" } });
    expect(bench.begin("o1", { op: "login", password: "wrong" })).toEqual([register]);
    const call = { op: "login", user: "c1" } as const;
    const login = request({ serial: 2, password: "not the password of c1", call });
    expect(bench.reply(1, { kind: "done" })).toEqual([login]);
  });

  it("fails where the user exists", () => {
    const bench = new Bench();
    bench.begin("o1", { op: "register" });
    bench.refuse(1, "user exists");
    expect(bench.outcomes).toEqual([["fail", { id: "o1", result: "user exists" }]]);
  });
});

describe("the history", () => {
  it("has of an upload what it is called, and the hash of its bytes", () => {
    expect(asking().env.emitted).toEqual([
      [
        "invoke",
        {
          id: "o1",
          operation: {
            ...UPLOAD,
            ...{ user: "c1", token: "right", password: "right", file: "c1/notes" },
            sha256: addressOf(fileBytes(7, 5)),
          },
        },
      ],
    ]);
  });

  const info = {
    file: "c1/notes",
    status: "pending",
    ...{ sizeBytes: 5, root: "r" },
    chunks: [{ index: 0, sizeBytes: 33, required: 2, assigned: ["n1"], holders: [] }],
  } as const;
  const block = {
    ...{ index: 0, previous: "0", hash: "h", file: "c1/notes" },
    status: "rejected",
    confirmations: 1,
  } as const;
  const stats = { blocks: 1, pending: 0, confirmed: 0, rejected: 1, head: "h" };
  const data = fileBytes(7, 5);

  it.each<[Asked, ClientResult, Plain]>([
    [UPLOAD, { kind: "uploaded", ...RECEIPT }, RECEIPT],
    [
      { op: "download", file: "c1/notes" },
      { kind: "data", data, attempts: 2 },
      { sizeBytes: 5, sha256: addressOf(data), attempts: 2 },
    ],
    [{ op: "info", file: "c1/notes" }, { kind: "info", info }, info],
    [{ op: "list" }, { kind: "files", files: ["c1/notes"] }, { files: ["c1/notes"] }],
    [
      { op: "blocks", limit: 1, offset: 0 },
      { kind: "blocks", blocks: [block] },
      { blocks: [block] },
    ],
    [{ op: "stats" }, { kind: "stats", stats }, stats],
  ])("has of %j what was answered, and no bytes", (operation, result, shown) => {
    const bench = asking(operation);
    bench.reply(3, result);
    expect(bench.outcomes).toEqual([["ok", { id: "o1", result: shown }]]);
    expect(bench.env.timers).toEqual(new Map());
  });

  it("has a refusal as a failure, with its reason", () => {
    const bench = asking();
    bench.refuse(3, "no consensus");
    expect(bench.outcomes).toEqual([["fail", { id: "o1", result: "no consensus" }]]);
  });

  it("has an operation without an answer as one that may happen yet", () => {
    const bench = asking();
    expect(bench.env.timers.get("deadline")).toBe(waitMax);
    bench.fire("deadline");
    expect(bench.outcomes).toEqual([["info", { id: "o1", result: "no answer in time" }]]);
    expect(bench.env.timers).toEqual(new Map());
  });
});

describe("a request without an answer", () => {
  it("is sent again with the same number, bytes and all", () => {
    const bench = asking();
    const call = { op: "upload", name: "notes", data: fileBytes(7, 5) } as const;
    expect(bench.env.timers.get("retry")).toBe(requestTimeout);
    expect(bench.fire("retry")).toEqual([request({ serial: 3, token: "T", call })]);
    expect(bench.env.timers.get("retry")).toBe(2 * requestTimeout);
  });

  it("is sent again soon when the connection is gone", () => {
    const bench = asking();
    bench.client.onDisconnect("n1");
    expect(bench.env.timers.get("retry")).toBe(requestTimeout);
    bench.client.onDisconnect("b");
    expect(bench.env.timers.get("retry")).toBe(retryDelay);
  });

  it("may have been done when what it makes is there already", () => {
    const bench = asking();
    bench.fire("retry");
    bench.refuse(3, "exists");
    expect(bench.outcomes).toEqual([["info", { id: "o1", result: "exists" }]]);
  });

  it("may have been done when it was sent twice", () => {
    const bench = new Bench();
    bench.env.firing.add(STORAGE_QUORUM_SITES.clientAsksTwice);
    expect(bench.begin("o1", { op: "register" }).length).toBe(2);
    bench.refuse(1, "user exists");
    expect(bench.outcomes).toEqual([["info", { id: "o1", result: "user exists" }]]);
  });

  it("was not done when it was sent once, and what it makes is there already", () => {
    const bench = asking();
    bench.refuse(3, "exists");
    expect(bench.outcomes).toEqual([["fail", { id: "o1", result: "exists" }]]);
  });
});

describe("an answer", () => {
  it.each([
    ["an earlier request", "b", SESSION, 2],
    ["an earlier life", "b", "c1@0.1", 3],
    ["a request, but not from whom was asked", "n1", SESSION, 3],
  ])("to %s is ignored", (_, from, session, serial) => {
    const bench = asking();
    const result = { kind: "uploaded", ...RECEIPT } as const;
    bench.hear(from, { type: "reply", session, serial, result });
    expect(bench.outcomes).toEqual([]);
  });

  it("that comes after all was said is ignored", () => {
    const bench = asking();
    bench.reply(3, { kind: "uploaded", ...RECEIPT });
    bench.reply(3, { kind: "uploaded", ...RECEIPT });
    expect(bench.outcomes.length).toBe(1);
  });
});

describe("a client's session", () => {
  it("and its first number are drawn at its start, so that no two lives share them", () => {
    const bench = new Bench(ms(5), 0xff);
    expect(bench.client.state.session).toBe("c1@5000.ff");
    expect(bench.begin("o1", { op: "peers" })).toEqual([
      { to: "d", message: { type: "peers", serial: 0x100 } },
    ]);
  });
});

describe("the peers", () => {
  const peer = { name: "n1", life: 1, capacityBytes: 9, freeBytes: 8, expiresIn: 7 };
  const list = { type: "peerList", serial: 1, age: 6, peers: [peer], registered: 2 } as const;

  it("are asked of the discovery, without a login", () => {
    const bench = new Bench();
    expect(bench.begin("o1", { op: "peers" })).toEqual([
      { to: "d", message: { type: "peers", serial: 1 } },
    ]);
    bench.hear("b", list);
    bench.hear("d", { ...list, serial: 0 });
    expect(bench.outcomes).toEqual([]);
    bench.hear("d", list);
    const result = { age: 6, peers: [peer], registered: 2 };
    expect(bench.outcomes).toEqual([["ok", { id: "o1", result }]]);
  });
});

describe("a node's drain", () => {
  it("is asked of the node, and done when it says so", () => {
    const bench = new Bench();
    expect(bench.begin("o1", { op: "drain", node: "n2" })).toEqual([
      { to: "n2", message: { type: "drain", serial: 1 } },
    ]);
    bench.hear("n3", { type: "drained", serial: 1 });
    expect(bench.outcomes).toEqual([]);
    bench.hear("n2", { type: "drained", serial: 1 });
    expect(bench.outcomes).toEqual([["ok", { id: "o1", result: undefined }]]);
  });
});

describe("an operation that is none", () => {
  it("is refused", () => {
    const bench = new Bench();
    const expected = "operation.op: expected one of register, login, upload";
    expect(() => bench.begin("o1", { op: "share" })).toThrow(UsageError);
    expect(() => bench.begin("o1", { op: "share" })).toThrow(expected);
  });
});
