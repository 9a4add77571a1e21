// A register that several clients read and write, kept by servers of which a minority may be down.
// The algorithm: Attiya, Bar-Noy, Dolev, Sharing Memory Robustly in Message-Passing Systems, 1995,
// for several writers as in Lynch, Shvartsman, 1997. A beginning: put your own protocol in its place.

import {
  type DiskError,
  defineScenario,
  type Env,
  type Invariant,
  ms,
  type Node,
  type NodeId,
  type Operation,
  type Plain,
  reachable,
  seconds,
} from "stormglass";

/** A read stores what it has read before it returns. Set this to false, and see what is found. */
const READS_STORE: boolean = true;

/** Orders all writes: by their count, then by the writer's name. */
type Tag = { readonly count: number; readonly writer: string };

type Stamped = { readonly tag: Tag; readonly value: string };

/** Clients request, of any server. That one queries the others, and has them store. */
type Message =
  | { readonly type: "request"; readonly operation: Operation }
  | { readonly type: "query"; readonly id: string }
  | ({ readonly type: "queryReply"; readonly id: string } & Stamped)
  | ({ readonly type: "store"; readonly id: string } & Stamped)
  | { readonly type: "stored"; readonly id: string }
  | ({ readonly type: "response"; readonly id: string } & Stamped);

const NOTHING: Stamped = { tag: { count: 0, writer: "" }, value: "" };

function isNewer(a: Tag, b: Tag): boolean {
  return a.count > b.count || (a.count === b.count && a.writer > b.writer);
}

/** What a server does for a client; of each phase it needs the answers of a majority. */
interface Task {
  /** A new one for each request, so that no late answer to an earlier one counts. */
  readonly id: string;
  readonly client: NodeId;
  readonly operation: Operation;
  phase: "query" | "store";
  /** The newest that was heard of; in the second phase what is to be stored. */
  best: Stamped;
  heard: readonly NodeId[];
}

interface Waiting {
  readonly server: NodeId;
  readonly id: string;
}

interface ServerState {
  /** Of this life: a server that comes back must not give a tag of its past to another value. */
  life: number;
  held: Stamped;
  /** Who is to be told once what is held now is durable, and once what is being synced is. */
  waiting: readonly Waiting[];
  syncing: readonly Waiting[];
  taskCount: number;
  readonly tasks: Map<string, Task>;
}

/** Keeps the newest value that it was sent, and reads and writes for clients. */
class Server implements Node<Message, ServerState> {
  state: ServerState = {
    life: 0,
    held: NOTHING,
    waiting: [],
    syncing: [],
    taskCount: 0,
    tasks: new Map(),
  };
  readonly #env: Env<Message>;
  readonly #servers: readonly NodeId[];

  constructor(env: Env<Message>, servers: readonly NodeId[]) {
    this.#env = env;
    this.#servers = servers;
  }

  onStart(): void {
    this.state.life = this.#env.random.int(1, 1_000_000_000);
    const bytes = this.#env.disk.read("register");
    if (bytes !== undefined) this.state.held = JSON.parse(new TextDecoder().decode(bytes));
  }

  onMessage(from: NodeId, message: Message): void {
    const { state } = this;
    switch (message.type) {
      case "request": {
        const id = `${state.life}.${state.taskCount++}`;
        const { operation } = message;
        const task: Task = {
          id,
          client: from,
          operation,
          phase: "query",
          best: NOTHING,
          heard: [],
        };
        state.tasks.set(id, task);
        this.#ask(task);
        break;
      }
      case "query":
        this.#env.send(from, { type: "queryReply", id: message.id, ...state.held });
        break;
      case "store":
        if (isNewer(message.tag, state.held.tag)) {
          state.held = { tag: message.tag, value: message.value };
        }
        state.waiting = [...state.waiting, { server: from, id: message.id }];
        this.#save();
        break;
      case "queryReply":
      case "stored":
        this.#onAnswer(from, message);
        break;
    }
  }

  /** Messages may have been lost with a connection, or with a server. */
  onTimer(id: string): void {
    const task = this.state.tasks.get(id);
    if (task !== undefined) this.#ask(task);
  }

  /** First the bytes of the new file become durable, then its name. */
  onSynced(token: string, error?: DiskError): void {
    const { disk } = this.#env;
    if (error === undefined && token === "bytes") {
      disk.rename("register.new", "register");
      disk.syncDirectory("name");
      return;
    }
    const told = error === undefined ? this.state.syncing : [];
    for (const { server, id } of told) this.#env.send(server, { type: "stored", id });
    this.state.syncing = [];
    this.#save();
  }

  #save(): void {
    const { state } = this;
    if (state.syncing.length > 0 || state.waiting.length === 0) return;
    const { disk } = this.#env;
    if (disk.read("register.new") !== undefined) disk.remove("register.new");
    const bytes = new TextEncoder().encode(JSON.stringify(state.held));
    const refused = disk.append("register.new", bytes);
    // A full disk: nobody is told anything, and all will ask again.
    if (refused === undefined) state.syncing = state.waiting;
    state.waiting = [];
    if (refused === undefined) disk.sync("bytes");
  }

  /** Asks those that have not answered yet, itself too, and again after a while. */
  #ask({ id, phase, best, heard }: Task): void {
    const message: Message =
      phase === "query" ? { type: "query", id } : { type: "store", id, ...best };
    for (const server of this.#servers) {
      if (!heard.includes(server)) this.#env.send(server, message);
    }
    this.#env.setTimer(id, ms(200));
  }

  #onAnswer(from: NodeId, message: Extract<Message, { type: "queryReply" | "stored" }>): void {
    const task = this.state.tasks.get(message.id);
    if (task === undefined || task.heard.includes(from)) return;
    if (message.type !== (task.phase === "query" ? "queryReply" : "stored")) return;
    task.heard = [...task.heard, from];
    if (message.type === "queryReply" && isNewer(message.tag, task.best.tag)) {
      if (task.heard.length > 1) this.#env.emit("replicas differ");
      task.best = { tag: message.tag, value: message.value };
    }
    if (task.heard.length * 2 > this.#servers.length) this.#advance(task);
  }

  /** A majority has answered. */
  #advance(task: Task): void {
    const { id, client, operation, phase, best } = task;
    const isWrite = operation.op === "write";
    if (phase === "query" && (isWrite || READS_STORE)) {
      const writer = `${this.#env.id}.${this.state.life}`;
      const tag = { count: best.tag.count + 1, writer };
      if (isWrite) task.best = { tag, value: String(operation.value) };
      task.phase = "store";
      task.heard = [];
      this.#ask(task);
      return;
    }
    this.#env.send(client, { type: "response", id: operation.id, ...best });
    this.#env.cancelTimer(id);
    this.state.tasks.delete(id);
  }
}

interface ClientState {
  queue: readonly Operation[];
  asking: Operation | undefined;
  /** How many servers it has given up on: it asks them in turn. */
  attempts: number;
}

/** Does one operation after the other. */
class Client implements Node<Message, ClientState> {
  state: ClientState = { queue: [], asking: undefined, attempts: 0 };
  readonly #env: Env<Message>;
  readonly #servers: readonly NodeId[];

  constructor(env: Env<Message>, servers: readonly NodeId[]) {
    this.#env = env;
    this.#servers = servers;
  }

  onStart(): void {}

  onOperation(operation: Operation): void {
    this.state.queue = [...this.state.queue, operation];
    this.#next();
  }

  onMessage(_from: NodeId, message: Message): void {
    const { asking } = this.state;
    if (message.type !== "response" || message.id !== asking?.id) return;
    const { tag, value } = message;
    this.#end("ok", { tag, value });
  }

  /** No answer: another server may read as well, but a write may have been done, or may be yet. */
  onTimer(): void {
    this.state.attempts++;
    if (this.state.asking?.op === "write") this.#end("info", "no answer");
    else this.#request();
  }

  #next(): void {
    const [operation, ...queue] = this.state.queue;
    if (this.state.asking !== undefined || operation === undefined) return;
    this.state.queue = queue;
    this.state.asking = operation;
    this.#env.emit("invoke", { id: operation.id, operation });
    this.#request();
  }

  #request(): void {
    const { asking, attempts } = this.state;
    const server = this.#servers[attempts % this.#servers.length];
    if (asking === undefined || server === undefined) return;
    this.#env.send(server, { type: "request", operation: asking });
    this.#env.setTimer("no answer", ms(500));
  }

  #end(outcome: "ok" | "info", result: Plain): void {
    const { asking } = this.state;
    if (asking === undefined) return;
    this.#env.emit(outcome, { id: asking.id, result });
    this.#env.cancelTimer("no answer");
    this.state.asking = undefined;
    this.#next();
  }
}

/**
 * To its clients the register is one: whoever begins after another has come back sees what that
 * one has seen or written, or something newer. Tags tell which of two is newer.
 */
function atomic(): Invariant {
  const state = {
    invoked: 0,
    returned: 0,
    /** The newest that any client was told, and what that was when each operation began. */
    newest: NOTHING,
    floors: new Map<string, Stamped>(),
  };
  return {
    name: "ATOMIC",
    state,
    onStep: ({ history: { invoked, returned } }) => {
      for (; state.returned < returned.length; state.returned++) {
        const { id, client, operation, outcome, result } = returned[state.returned]!;
        if (outcome !== "ok") continue;
        // What the clients above emit.
        const got = result as unknown as Stamped;
        const floor = state.floors.get(id) ?? NOTHING;
        const isWrite = (operation as Operation).op === "write";
        const isLate = isNewer(floor.tag, got.tag) || (isWrite && !isNewer(got.tag, floor.tag));
        if (isLate) {
          return `${client} got "${got.value}" though "${floor.value}" had been seen before`;
        }
        if (isNewer(got.tag, state.newest.tag)) state.newest = got;
      }
      for (; state.invoked < invoked.length; state.invoked++) {
        state.floors.set(invoked[state.invoked]!.id, state.newest);
      }
      return undefined;
    },
  };
}

/** What is read in the calm, with four seconds left, is answered. */
function answered(asked: readonly string[]): Invariant {
  return {
    name: "ANSWERED",
    onEnd: ({ history }) => {
      const open = asked.filter((id) => history.entries.get(id)?.outcome !== "ok");
      return open.length === 0 ? undefined : `no answer to ${open.join(", ")}`;
    },
  };
}

const HORIZON = seconds(10);

export const register = defineScenario<Message, Server>({
  name: "register",
  about: "A register on three servers, three clients, and whatever weather the seed draws.",
  plan: (streams) => {
    const random = streams.stream("operations");
    const operations = Array.from({ length: 100 }, (_, i) => {
      const asked = random.chance(1 / 2) ? { op: "read" } : { op: "write", value: `v${i}` };
      const client = random.pick(["c1", "c2", "c3"]);
      return { at: ms(100 * i), client, operation: { id: `o${i}`, ...asked } };
    });
    // No `faults`: the seed draws crashes, cuts, loss, slow and full disks, wrong clocks and more
    // for the first half of the run, and calm for the second.
    return {
      servers: ["n1", "n2", "n3"],
      clients: ["c1", "c2", "c3"],
      // Connections give up soon: until then they try again, more and more slowly.
      network: { transport: "stream", connectTimeout: ms(500), streamTimeout: seconds(1) },
      operations,
      horizon: HORIZON,
    };
  },
  server: (env, { servers }) => new Server(env, servers),
  client: (env, { servers }) => new Client(env, servers),
  invariants: ({ operations, calm }) => {
    const reads = operations.filter(
      ({ at, operation }) => operation.op === "read" && at >= calm && at <= HORIZON - seconds(4),
    );
    return [
      atomic(),
      answered(reads.map(({ operation }) => operation.id)),
      // A campaign in which replicas never differ has proved nothing.
      reachable("replicas differ"),
    ];
  },
  // Nobody looks at the time of day.
  immuneTo: ["clockStep", "clockSlew"],
});
