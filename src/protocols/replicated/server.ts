import { assert, fail } from "../../sim/assert.ts";
import type { DiskError, Env, Node, NodeId } from "../../sim/env.ts";
import { type ByteReader, ByteWriter, type Codec } from "../codec.ts";
import { type Entry, termAt } from "../raft/log.ts";
import type { RaftOptions } from "../raft/options.ts";
import { type Place, Raft, type Refusal } from "../raft/raft.ts";
import { makeSnapshot, type Snapshot } from "../raft/snapshot.ts";
import { initialRaftState } from "../raft/state.ts";
import { Administration } from "./administration.ts";
import type { BatchOptions } from "./batching.ts";
import { type Command, commandCodec } from "./command.ts";
import { Forwarding } from "./forwarding.ts";
import type { LocalRead, Read, Request, ServiceMessage } from "./messages.ts";
import { RaftViews } from "./raft-views.ts";
import type { Gathered, ServerState } from "./server-state.ts";
import type { ServiceSites } from "./sites.ts";
import {
  applyCommand,
  emptyReplica,
  hashOf,
  type Replica,
  replicaCodec,
  type ServiceTypes,
  type StateMachine,
} from "./state-machine.ts";

/** What a server is to run, and with whom. */
export interface ServerConfig<Of extends ServiceTypes> {
  readonly service: StateMachine<Of>;
  readonly sites: ServiceSites;
  readonly options: RaftOptions;
  readonly batch: BatchOptions;
  /** The hosts of the service's servers: nobody else is made a member. Undefined: not known. */
  readonly servers: readonly NodeId[] | undefined;
}

/** The timer that ends the waiting of a batch. */
const BATCH = "batch";

/** A server of a replicated service: Raft, and the state machine that it drives. */
export class ReplicatedServer<Of extends ServiceTypes>
  extends RaftViews<Command<Of["operation"]>>
  implements Node<ServiceMessage<Of>, ServerState<Of>>
{
  readonly #env: Env<ServiceMessage<Of>>;
  readonly #service: StateMachine<Of>;
  readonly #sites: ServiceSites;
  readonly #batching: BatchOptions;
  readonly #raft: Raft<Command<Of["operation"]>>;
  readonly #administration: Administration<Of>;
  readonly #forwarding: Forwarding<Of>;
  readonly #replicas: Codec<Replica<Of>>;
  readonly #save = (writer: ByteWriter): void => {
    this.#replicas.encode(this.#state.machine, writer);
  };
  /** For {@link stateHash}: what it holds is forgotten at once. */
  readonly #writer = new ByteWriter();
  #state: ServerState<Of>;

  constructor(env: Env<ServiceMessage<Of>>, config: ServerConfig<Of>) {
    super();
    const { service, sites, options, batch, servers } = config;
    this.#env = env;
    this.#service = service;
    this.#sites = sites;
    this.#batching = batch;
    this.#replicas = replicaCodec(service);
    this.#state = {
      raft: initialRaftState(),
      machine: emptyReplica(service),
      waiting: new Map(),
      forwarded: new Map(),
      reading: new Map(),
      lastRead: 0,
      changing: undefined,
      changed: [],
      handingOver: undefined,
      batch: [],
    };
    const codec = commandCodec<Of["operation"]>(service.operations);
    const apply = (entry: Entry<Command<Of["operation"]>>): void => this.#apply(entry);
    const readEnds = (read: number, isConfirmed: boolean): void =>
      this.#onReadEnds(read, isConfirmed);
    const restore = (reader: ByteReader, index: number): void => this.#restore(reader, index);
    const raft = { options, codec, servers, apply, save: this.#save, restore, readEnds };
    this.#raft = new Raft(env, raft, this.#state.raft);
    const [raftNow, stateNow] = [() => this.#raft, () => this.#state];
    this.#administration = new Administration(env, raftNow, stateNow);
    this.#forwarding = new Forwarding(env, stateNow);
  }

  get state(): ServerState<Of> {
    return this.#state;
  }

  set state(state: ServerState<Of>) {
    this.#state = state;
    this.#raft.state = state.raft;
  }

  onStart(): void {
    this.#raft.onStart();
  }

  onMessage(from: NodeId, message: ServiceMessage<Of>): void {
    switch (message.type) {
      case "request":
        this.#onRequest(from, message);
        break;
      case "read":
        this.#onRead(from, message);
        break;
      case "change":
        this.#administration.onChange(from, message);
        break;
      case "transfer":
        this.#administration.onTransfer(from, message);
        break;
      case "localRead":
        this.#onLocalRead(from, message);
        break;
      case "reply":
      case "redirect":
      case "refused":
      case "localValue":
        assert(false, "a server is answered:", from, message.type);
        break;
      default:
        this.#raft.onMessage(from, message);
        this.#administration.maybeHandedOver();
    }
  }

  onTimer(name: string): void {
    if (name === BATCH) this.#proposeBatch();
    else this.#raft.onTimer(name);
    this.#administration.maybeHandedOver();
  }

  onSynced(_token: string, error?: DiskError): void {
    this.#raft.onSynced(error);
    this.#administration.onSynced();
  }

  onDisconnect(peer: NodeId): void {
    this.#raft.onDisconnect(peer);
  }

  #onRequest(client: NodeId, { session, serial, operation }: Request<Of["request"]>): void {
    const last = this.#state.machine.sessions.get(session);
    if (last !== undefined && serial <= last.serial) {
      // Done already. Of an older one the client has given up waiting for the answer.
      const { result } = last;
      const isLast = serial === last.serial;
      if (isLast) this.#env.send(client, { type: "reply", session, serial, result });
      return;
    }
    const admitted = this.#service.admit(operation, () => this.#env.wallClock());
    if ("refusal" in admitted) {
      this.#env.send(client, { type: "reply", session, serial, result: admitted.refusal });
      return;
    }
    const command = { session, serial, operation: admitted.operation };
    if (this.#batching.countMax > 1 && this.#raft.isLeader) this.#gather({ client, command });
    else this.#onProposed(client, command, this.#raft.propose(command));
  }

  /** Puts a request to those that wait; they are proposed when they are many, or have waited. */
  #gather(request: Gathered<Of["operation"]>): void {
    const { batch } = this.#state;
    if (batch.length === 0) this.#env.setTimer(BATCH, this.#batching.delayMax);
    batch.push(request);
    if (batch.length >= this.#batching.countMax) this.#proposeBatch();
  }

  #proposeBatch(): void {
    const { batch } = this.#state;
    this.#env.cancelTimer(BATCH);
    this.#state.batch = [];
    const places = this.#raft.proposeAll(batch.map(({ command }) => command));
    batch.forEach(({ client, command }, i) => {
      this.#onProposed(client, command, places[i]!);
    });
  }

  #onProposed(
    client: NodeId,
    { session, serial }: Command<unknown>,
    place: Place | "forwarded" | Refusal,
  ): void {
    if (place === "not leading") {
      this.#redirect(client, session, serial);
    } else if (place === "forwarded") {
      this.#forwarding.begin({ client, session, serial });
    } else if (typeof place === "string") {
      this.#env.send(client, { type: "refused", session, serial, reason: place });
    } else {
      this.#state.waiting.set(place.index, { client, session, serial });
    }
  }

  #onLocalRead(client: NodeId, { session, serial, question }: LocalRead<Of["question"]>): void {
    const { raft, machine } = this.#state;
    const value = this.#service.query(machine.state, question);
    const { applied } = raft;
    this.#env.send(client, { type: "localValue", session, serial, value, applied });
  }

  #onRead(client: NodeId, { session, serial, question, read: kind }: Read<Of["question"]>): void {
    const read = ++this.#state.lastRead;
    this.#state.reading.set(read, { client, session, serial, question });
    if (this.#raft.read(read, kind) !== undefined) this.#onReadEnds(read, false);
  }

  #onReadEnds(read: number, isConfirmed: boolean): void {
    const { reading, machine } = this.#state;
    const { client, session, serial, question } = reading.get(read) ?? fail("no such read:", read);
    reading.delete(read);
    if (isConfirmed) {
      const result = this.#service.resultOf(this.#service.query(machine.state, question));
      this.#env.send(client, { type: "reply", session, serial, result });
    } else {
      this.#redirect(client, session, serial);
    }
  }

  #apply(entry: Entry<Command<Of["operation"]>>): void {
    const { index, command } = entry;
    const { machine, waiting } = this.#state;
    this.#administration.onApplied(entry);
    const result = command && applyCommand(this.#service, machine, index, command);
    if (command !== undefined) this.#forwarding.onApplied(command, result);
    const expected = waiting.get(index);
    if (expected === undefined) return;
    waiting.delete(index);
    const { client, session, serial } = expected;
    // The entry at this index may be another leader's: an index alone proves nothing.
    const isThis = command?.session === session && command.serial === serial;
    if (this.#env.buggify(this.#sites.forgetsAnswer)) return;
    if (isThis && result !== undefined) {
      this.#env.send(client, { type: "reply", session, serial, result });
    } else {
      this.#redirect(client, session, serial);
    }
  }

  /** A snapshot stands for all that was applied: whose entry is in it is not known any more. */
  #restore(reader: ByteReader, upTo: number): void {
    const { waiting } = this.#state;
    this.#state.machine = this.#replicas.decode(reader);
    for (const [index, { client, session, serial }] of waiting) {
      if (index > upTo) continue;
      waiting.delete(index);
      this.#redirect(client, session, serial);
    }
    this.#forwarding.onRestored();
    this.#administration.onRestored(upTo);
  }

  #redirect(client: NodeId, session: string, serial: number): void {
    this.#env.send(client, { type: "redirect", session, serial, leader: this.#raft.leader });
  }

  protected override get raft(): Raft<Command<Of["operation"]>> {
    return this.#raft;
  }

  /** The index of the entry that did this command, if it was its session's last; else undefined. */
  effectOf(command: unknown): number | undefined {
    // Commands of this server's log, as its entries show them.
    const known = command as Command<Of["operation"]> | undefined;
    if (known === undefined) return undefined;
    const last = this.#state.machine.sessions.get(known.session);
    return last?.serial === known.serial ? last.index : undefined;
  }

  /** The snapshot that it would take now. O(size). */
  saved(): Snapshot {
    const { log, applied, configuration } = this.#state.raft;
    const term = termAt(log, applied);
    return makeSnapshot({ index: applied, term, configuration, save: this.#save });
  }

  /** How many requests wait for something: an entry, the leader, Raft's word, or company. */
  get waitingRequests(): number {
    const { waiting, forwarded, reading, batch } = this.#state;
    return waiting.size + forwarded.size + reading.size + batch.length;
  }

  get machine(): Replica<Of> {
    return this.#state.machine;
  }

  /** A hash that servers share whose machines are equal, sessions included. O(size). */
  get stateHash(): number {
    return hashOf(this.#replicas, this.#state.machine, this.#writer);
  }
}
