import { assert, fail } from "../../sim/assert.ts";
import type { DiskError, Env, Node, NodeId } from "../../sim/env.ts";
import { type Entry, entryAt } from "../raft/log.ts";
import type { RaftOptions } from "../raft/options.ts";
import { type Configuration, type Place, Raft } from "../raft/raft.ts";
import { initialRaftState, type RaftState, type Role } from "../raft/state.ts";
import { type KvCommand, kvCodec } from "./commands.ts";
import { applyCommand, emptyKvMachine, type KvItem, type KvMachine } from "./machine.ts";
import type { Change, KvMessage, Read, Request } from "./messages.ts";
import { KV_SITES } from "./sites.ts";

export interface KvState {
  readonly raft: RaftState<KvCommand>;
  readonly machine: KvMachine;
  /** By log index, whose proposal is expected there. */
  readonly waiting: Map<number, Waiting>;
  /** By number, the reads that wait for Raft's word. */
  readonly reading: Map<number, Waiting & { readonly key: string }>;
  /** The number of the last read. */
  lastRead: number;
  /** Whose change of the members is under way. */
  changing: Changing | undefined;
}

/** A change that was proposed here, and who waits for its end. */
interface Changing extends Waiting, Place {
  /** Whether it is in force, so that the next one is its end. */
  isApplied: boolean;
}

interface Waiting {
  readonly client: NodeId;
  readonly session: string;
  readonly serial: number;
}

/** A server of a replicated key-value store: Raft, and the machine that it drives. */
export class KvServer implements Node<KvMessage, KvState> {
  readonly #env: Env<KvMessage>;
  readonly #raft: Raft<KvCommand>;
  #state: KvState = {
    raft: initialRaftState(),
    machine: emptyKvMachine(),
    waiting: new Map(),
    reading: new Map(),
    lastRead: 0,
    changing: undefined,
  };

  constructor(env: Env<KvMessage>, members: readonly NodeId[], options: RaftOptions) {
    this.#env = env;
    const apply = (entry: Entry<KvCommand>): void => this.#apply(entry);
    const readEnds = (read: number, isConfirmed: boolean): void =>
      this.#onReadEnds(read, isConfirmed);
    const config = { members, options, codec: kvCodec, apply, readEnds };
    this.#raft = new Raft(env, config, this.#state.raft);
  }

  get state(): KvState {
    return this.#state;
  }

  set state(state: KvState) {
    this.#state = state;
    this.#raft.state = state.raft;
  }

  onStart(): void {
    this.#raft.onStart();
  }

  onMessage(from: NodeId, message: KvMessage): void {
    switch (message.type) {
      case "request":
        this.#onRequest(from, message);
        break;
      case "read":
        this.#onRead(from, message);
        break;
      case "change":
        this.#onChange(from, message);
        break;
      case "localRead": {
        const { session, serial, key } = message;
        const { raft, machine } = this.#state;
        const value = machine.keys.get(key)?.value;
        const { applied } = raft;
        this.#env.send(from, { type: "localValue", session, serial, value, applied });
        break;
      }
      case "reply":
      case "redirect":
      case "refused":
      case "localValue":
        assert(false, "a server is answered:", from, message.type);
        break;
      default:
        this.#raft.onMessage(from, message);
    }
  }

  onTimer(name: string): void {
    this.#raft.onTimer(name);
  }

  onSynced(_token: string, error?: DiskError): void {
    this.#raft.onSynced(error);
  }

  onDisconnect(peer: NodeId): void {
    this.#raft.onDisconnect(peer);
  }

  #onRequest(client: NodeId, { session, serial, operation }: Request): void {
    const last = this.#state.machine.sessions.get(session);
    if (last !== undefined && serial <= last.serial) {
      // Done already. Of an older one the client has given up waiting for the answer.
      const { result } = last;
      const isLast = serial === last.serial;
      if (isLast) this.#env.send(client, { type: "reply", session, serial, result });
      return;
    }
    const place = this.#raft.propose({ session, serial, operation });
    if (place === "not leading") {
      this.#redirect(client, session, serial);
    } else if (typeof place === "string") {
      this.#env.send(client, { type: "refused", session, serial, reason: place });
    } else {
      this.#state.waiting.set(place.index, { client, session, serial });
    }
  }

  #onChange(client: NodeId, { session, serial, changes }: Change): void {
    const { changing } = this.#state;
    // Asked again while it is under way.
    if (changing?.session === session && changing.serial === serial) return;
    const place = this.#raft.change(changes);
    if (place === "not leading") {
      this.#redirect(client, session, serial);
    } else if (typeof place === "string") {
      this.#env.send(client, { type: "refused", session, serial, reason: place });
    } else {
      this.#state.changing = { client, session, serial, ...place, isApplied: false };
    }
  }

  /** An entry is applied: perhaps the change that somebody waits for, or one in its place. */
  #onApplied({ index, term, configuration }: Entry<KvCommand>): void {
    const { changing } = this.#state;
    if (changing === undefined || index < changing.index) return;
    const { client, session, serial } = changing;
    if (!changing.isApplied && term !== changing.term) {
      this.#state.changing = undefined;
      this.#redirect(client, session, serial);
      return;
    }
    changing.isApplied = true;
    // Joint consensus is half of a change.
    if (configuration === undefined || configuration.outgoing.length > 0) return;
    this.#state.changing = undefined;
    this.#env.send(client, { type: "reply", session, serial, result: { type: "done" } });
  }

  #onRead(client: NodeId, { session, serial, key, read: kind }: Read): void {
    const read = ++this.#state.lastRead;
    this.#state.reading.set(read, { client, session, serial, key });
    if (this.#raft.read(read, kind) !== undefined) this.#onReadEnds(read, false);
  }

  #onReadEnds(read: number, isConfirmed: boolean): void {
    const { reading, machine } = this.#state;
    const { client, session, serial, key } = reading.get(read) ?? fail("no such read:", read);
    reading.delete(read);
    if (isConfirmed) {
      const result = { type: "value", value: machine.keys.get(key)?.value } as const;
      this.#env.send(client, { type: "reply", session, serial, result });
    } else {
      this.#redirect(client, session, serial);
    }
  }

  #apply(entry: Entry<KvCommand>): void {
    const { index, command } = entry;
    const { machine, waiting } = this.#state;
    this.#onApplied(entry);
    const result = command && applyCommand(machine, index, command);
    const expected = waiting.get(index);
    if (expected === undefined) return;
    waiting.delete(index);
    const { client, session, serial } = expected;
    // The entry at this index may be another leader's: an index alone proves nothing.
    const isThis = command?.session === session && command.serial === serial;
    if (this.#env.buggify(KV_SITES.forgetsAnswer)) return;
    if (isThis && result !== undefined) {
      this.#env.send(client, { type: "reply", session, serial, result });
    } else {
      this.#redirect(client, session, serial);
    }
  }

  #redirect(client: NodeId, session: string, serial: number): void {
    this.#env.send(client, { type: "redirect", session, serial, leader: this.#raft.leader });
  }

  // What a server shows of itself: the views that invariants ask for.

  get role(): Role["kind"] {
    return this.#state.raft.role.kind;
  }

  /** The role with all that is remembered for it. */
  get roleMemory(): Role {
    return this.#state.raft.role;
  }

  get leader(): NodeId | undefined {
    return this.#raft.leader;
  }

  get term(): number {
    return this.#state.raft.term;
  }

  get votedFor(): NodeId | undefined {
    return this.#state.raft.votedFor;
  }

  get commit(): number {
    return this.#state.raft.commit;
  }

  get applied(): number {
    return this.#state.raft.applied;
  }

  /** Who takes part, as far as it has applied the log. */
  get configuration(): Configuration {
    return this.#state.raft.configuration;
  }

  get lastIndex(): number {
    return this.#state.raft.log.lastIndex;
  }

  /** Whether it cannot trust its disk: it is silent for the rest of this life. */
  get isHalted(): boolean {
    return this.#state.raft.durability.isHalted;
  }

  /** Whether a sync of the journal is under way. */
  get isSyncing(): boolean {
    const { syncing, durable } = this.#state.raft.durability;
    return syncing > durable;
  }

  /** The log entry at an index in [1, lastIndex]. */
  entryAt(index: number): Entry<KvCommand> {
    return entryAt(this.#state.raft.log, index);
  }

  /** What the machine holds under a key. */
  item(key: string): KvItem | undefined {
    return this.#state.machine.keys.get(key);
  }

  /** The index of the entry that wrote what this command would write; undefined if none did. */
  effectOf(command: unknown): number | undefined {
    // Commands of this server's log, as its entries show them.
    const known = command as KvCommand | undefined;
    return known && this.item(known.operation.key)?.modified;
  }

  get machine(): KvMachine {
    return this.#state.machine;
  }
}
