// Raft servers, one entry of 16 bytes a millisecond, delays of 1 to 10 ms, and a disk.

import { acknowledged } from "../src/invariants/acknowledged.ts";
import { minorityCommitsNothing } from "../src/invariants/no-quorum.ts";
import { raftSafety } from "../src/invariants/raft.ts";
import type { Codec } from "../src/protocols/codec.ts";
import { formatDisk } from "../src/protocols/raft/format.ts";
import { type Entry, entryAt, type LogBase } from "../src/protocols/raft/log.ts";
import type { RaftMessage } from "../src/protocols/raft/messages.ts";
import { defaultRaftOptions } from "../src/protocols/raft/options.ts";
import { Raft } from "../src/protocols/raft/raft.ts";
import { readDurableTerms } from "../src/protocols/raft/records.ts";
import { initialRaftState, type RaftState } from "../src/protocols/raft/state.ts";
import { RAFT_FILE } from "../src/protocols/raft/storage.ts";
import type { Env, Node, NodeId } from "../src/sim/env.ts";
import type { Invariant } from "../src/sim/invariant.ts";
import { defaultNetworkOptions } from "../src/sim/network/network-options.ts";
import { uniform } from "../src/sim/random/distribution.ts";
import { Simulation } from "../src/sim/simulation.ts";
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
class ReplicatingServer implements Node<RaftMessage<Uint8Array>, State> {
  readonly #env: Env<RaftMessage<Uint8Array>>;
  readonly #raft: Raft<Uint8Array>;
  readonly #entries: number;
  #state: State = { raft: initialRaftState(), proposed: 0, isProposing: false };

  constructor(env: Env<RaftMessage<Uint8Array>>, entries: number) {
    this.#env = env;
    this.#entries = entries;
    const options = { ...defaultRaftOptions };
    const apply = (): void => {};
    const config = {
      options,
      codec: bytesCodec,
      servers: undefined,
      apply,
      save: (): void => {},
      restore: (): void => {},
      readEnds: apply,
    };
    this.#raft = new Raft(env, config, this.#state.raft);
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
    const place = this.#raft.propose(entryOf(this.#state.proposed));
    if (typeof place === "object" && ++this.#state.proposed < this.#entries) this.#proposeLater();
    else this.#state.isProposing = false;
  }

  onSynced(): void {
    this.#raft.onSynced();
  }

  #proposeLater(): void {
    this.#state.isProposing = true;
    this.#env.setTimer("propose", ms(1));
  }

  // What the invariants ask for.

  get role(): string {
    return this.#state.raft.role.kind;
  }

  get leader(): NodeId | undefined {
    return this.#raft.leader;
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

  get base(): LogBase {
    return this.#state.raft.log.base;
  }

  entryAt(index: number): Entry<Uint8Array> {
    return entryAt(this.#state.raft.log, index);
  }

  /** There is no machine here on which an entry could take effect. */
  effectOf(): undefined {
    return undefined;
  }
}

/** The n-th entry: 16 bytes that no other has. */
function entryOf(n: number): Uint8Array {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(0, n);
  return bytes;
}

/** What `entryOf` made it of, as text. */
function nameOf(command: unknown): string | undefined {
  // Commands of this file's servers.
  const bytes = command as Uint8Array | undefined;
  return bytes && String(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0));
}

/** The safety invariants of the replicated store: Raft's, ACK, and no commit in a minority. */
function safety(): readonly Invariant<ReplicatingServer>[] {
  return [
    raftSafety({ file: RAFT_FILE, read: readDurableTerms }),
    acknowledged({ inCommand: nameOf, inOperation: () => undefined }),
    minorityCommitsNothing("MINORITY-COMMIT"),
  ];
}

export interface ReplicationOptions {
  readonly servers: number;
  readonly entries: number;
  readonly isJudged: boolean;
}

/** Runs until every server has applied every entry, and returns the number of events. */
export function replicate({ servers, entries, isJudged }: ReplicationOptions): number {
  const ids = Array.from({ length: servers }, (_, i) => `n${i + 1}`);
  const program = (env: Env<RaftMessage<Uint8Array>>) => new ReplicatingServer(env, entries);
  const simulation = new Simulation<RaftMessage<Uint8Array>, ReplicatingServer>({
    seed: "1",
    servers: Object.fromEntries(ids.map((id) => [id, program])),
    files: Object.fromEntries(ids.map((id) => [id, formatDisk(id, ids)])),
    network: { ...defaultNetworkOptions, latency: uniform(ms(1), ms(10)) },
    invariants: isJudged ? safety() : [],
  });
  const isDone = (): boolean => simulation.hosts.every(({ node }) => node!.applied >= entries);
  do {
    for (let i = 0; i < 1_000; i++) simulation.step();
  } while (!isDone() && simulation.violation === undefined);
  if (simulation.violation !== undefined) throw new Error(simulation.violation.message);
  return simulation.steps;
}
