// Five Raft servers, one entry of 16 bytes a millisecond: the load of etcd's core, with a disk.

import type { Codec } from "../src/protocols/codec.ts";
import { type Entry, entryAt } from "../src/protocols/raft/log.ts";
import type { RaftMessage } from "../src/protocols/raft/messages.ts";
import { defaultRaftOptions } from "../src/protocols/raft/options.ts";
import { Raft } from "../src/protocols/raft/raft.ts";
import { initialRaftState, type RaftState } from "../src/protocols/raft/state.ts";
import type { Env, Node, NodeId } from "../src/sim/env.ts";
import { ms } from "../src/sim/time.ts";

interface State {
  readonly raft: RaftState<Uint8Array>;
  proposed: number;
  isProposing: boolean;
}

const bytesCodec: Codec<Uint8Array> = {
  encode: (value, writer) => writer.bytesOf(value),
  decode: (reader) => reader.bytesOf(),
};

/** A Raft member that proposes by itself while it leads, until the log is long enough. */
export class ReplicatingServer implements Node<RaftMessage<Uint8Array>, State> {
  readonly #env: Env<RaftMessage<Uint8Array>>;
  readonly #raft: Raft<Uint8Array>;
  readonly #entries: number;
  #state: State = { raft: initialRaftState(), proposed: 0, isProposing: false };

  constructor(env: Env<RaftMessage<Uint8Array>>, members: readonly NodeId[], entries: number) {
    this.#env = env;
    this.#entries = entries;
    const options = { ...defaultRaftOptions };
    const apply = (): void => {};
    this.#raft = new Raft(env, { members, options, codec: bytesCodec, apply }, this.#state.raft);
  }

  get state(): State {
    return this.#state;
  }

  set state(state: State) {
    this.#state = state;
    this.#raft.state = state.raft;
  }

  onStart(): void {
    this.#raft.onStart();
  }

  onMessage(from: NodeId, message: RaftMessage<Uint8Array>): void {
    this.#raft.onMessage(from, message);
    if (this.#raft.isLeader && !this.#state.isProposing) this.#proposeLater();
  }

  onTimer(name: string): void {
    if (name !== "propose") {
      this.#raft.onTimer(name);
      return;
    }
    const place = this.#raft.propose(new Uint8Array(16).fill(this.#state.proposed & 0xff));
    if (place !== undefined && ++this.#state.proposed < this.#entries) this.#proposeLater();
    else this.#state.isProposing = false;
  }

  onSynced(): void {
    this.#raft.onSynced();
  }

  #proposeLater(): void {
    this.#state.isProposing = true;
    this.#env.setTimer("propose", ms(1));
  }

  // The view of src/invariants/raft.ts.

  get role(): string {
    return this.#state.raft.role.kind;
  }

  get term(): number {
    return this.#state.raft.term;
  }

  get commit(): number {
    return this.#state.raft.commit;
  }

  get applied(): number {
    return this.#state.raft.applied;
  }

  get lastIndex(): number {
    return this.#state.raft.log.lastIndex;
  }

  entryAt(index: number): Entry<Uint8Array> {
    return entryAt(this.#state.raft.log, index);
  }
}
