// One Raft member on a RecordingEnv, brought to a state by its disk and by messages alone.

import type { ByteReader, ByteWriter, Codec } from "../../src/protocols/codec.ts";
import { type JournalState, newJournalState } from "../../src/protocols/journal.ts";
import { formatDisk } from "../../src/protocols/raft/format.ts";
import type { Entry } from "../../src/protocols/raft/log.ts";
import type { RaftMessage } from "../../src/protocols/raft/messages.ts";
import { defaultRaftOptions, type RaftOptions } from "../../src/protocols/raft/options.ts";
import type { Progress } from "../../src/protocols/raft/progress.ts";
import { Raft } from "../../src/protocols/raft/raft.ts";
import { initialRaftState, type RaftState } from "../../src/protocols/raft/state.ts";
import { type Journals, RaftStorage } from "../../src/protocols/raft/storage.ts";
import type { NodeId } from "../../src/sim/env.ts";
import { entries, voteReply } from "./raft-messages.ts";
import { ManualDisk, RecordingEnv, type Sent } from "./recording-env.ts";

export type Message = RaftMessage<string>;

/** Commands of these tests are texts. */
export const textCodec: Codec<string> = {
  encode: (value, writer) => writer.text(value),
  decode: (reader) => reader.text(),
};

/** The memory of a journal whose owner is the test. */
export function keptJournal(): () => JournalState {
  const state = newJournalState();
  return () => state;
}

/** The memory of a member's journals. */
export function keptJournals(): () => Journals {
  const journals = { journal: newJournalState(), next: undefined };
  return () => journals;
}

/** The paper's Raft, without the thesis' additions. */
export const paperOptions: RaftOptions = {
  ...defaultRaftOptions,
  preVote: false,
  checkQuorum: false,
};

/** How a member begins. */
export interface Beginning {
  readonly term?: number;
  readonly votedFor?: NodeId;
  /** The terms of the log's entries, from index 1 on. */
  readonly log?: readonly number[];
  /** The cluster's size: it is `n1` of `n1`, `n2`, … */
  readonly size?: number;
  /** Who votes at first, if it is not that: `n1` among others, or nobody. */
  readonly members?: readonly NodeId[];
  /** Where members can be. Default: that is not known. */
  readonly servers?: readonly NodeId[];
  /** Whether its disk was formatted for it. Default: yes. */
  readonly isFormatted?: boolean;
  readonly options?: Partial<RaftOptions>;
  /** Of its disk. */
  readonly sectorBytes?: number;
}

/** The member `n1`. */
export class RaftMember {
  readonly env: RecordingEnv<Message>;
  readonly raft: Raft<string>;
  /** Its state machine: the commands. */
  machine: string[] = [];
  /** What it has handed to its state machine. */
  readonly applied: Entry<string>[] = [];
  /** The reads that have ended: number, and whether confirmed. */
  readonly reads: [read: number, isConfirmed: boolean][] = [];

  /** Formats the disk if there is nothing on it. */
  constructor(disk: ManualDisk, beginning: Beginning) {
    const { options = {}, servers } = beginning;
    format(disk, beginning);
    this.env = new RecordingEnv("n1", disk);
    const config = {
      options: { ...paperOptions, ...options },
      codec: textCodec,
      servers,
      apply: (entry: Entry<string>) => {
        this.applied.push(entry);
        if (entry.command !== undefined) this.machine.push(entry.command);
      },
      save: (writer: ByteWriter) => {
        writer.count(this.machine.length);
        for (const command of this.machine) writer.text(command);
      },
      restore: (reader: ByteReader) => {
        this.machine = Array.from({ length: reader.count() }, () => reader.text());
      },
      readEnds: (read: number, isConfirmed: boolean) => this.reads.push([read, isConfirmed]),
    };
    this.raft = new Raft(this.env, config, initialRaftState());
  }

  get state(): RaftState<string> {
    return this.raft.state;
  }

  get role(): string {
    return this.state.role.kind;
  }

  /** The terms of the log's entries, from index 1 on. */
  get log(): readonly number[] {
    return this.state.log.chunks.flat().map((entry) => entry.term);
  }

  /** What it, as the leader, knows of a member. */
  progressOf(id: NodeId): Progress {
    const { role } = this.state;
    const progress = role.kind === "leader" ? role.progress.get(id) : undefined;
    if (progress === undefined) throw new Error(`no progress of ${id}`);
    return progress;
  }

  /** Hands it a message; what that writes is not durable yet. */
  receive(from: NodeId, message: Message): void {
    this.raft.onMessage(from, message);
  }

  /** Completes the sync under way and those that follow from it. */
  sync(): void {
    while (this.env.disk.syncs.length > 0) {
      this.env.disk.completeSync();
      this.raft.onSynced();
    }
  }

  /** Hands it a message, lets its disk finish, and returns what it has sent since. */
  ask(from: NodeId, message: Message): readonly Sent<Message>[] {
    this.env.takeSent();
    this.receive(from, message);
    this.sync();
    return this.env.takeSent();
  }

  /** Fires a timer, lets the disk finish, and returns what it has sent since. */
  fire(timer: string): readonly Sent<Message>[] {
    this.env.takeSent();
    this.raft.onTimer(this.env.fire(timer));
    this.sync();
    return this.env.takeSent();
  }

  /** Proposes a command, lets the disk finish, and returns what it has sent since. */
  propose(command: string): readonly Sent<Message>[] {
    this.env.takeSent();
    this.raft.propose(command);
    this.sync();
    return this.env.takeSent();
  }
}

function format(disk: ManualDisk, { size = 3, members, isFormatted = true }: Beginning): void {
  if (!isFormatted || disk.list().length > 0) return;
  const founders = members ?? Array.from({ length: size }, (_, i) => `n${i + 1}`);
  disk.become(formatDisk("n1", founders));
}

/** The disk of `n1`, one of three. */
export function formattedDisk(sectorBytes?: number): ManualDisk {
  const disk = new ManualDisk(sectorBytes);
  format(disk, {});
  return disk;
}

/** A member that has started with this on its disk: a follower who knows no leader. */
export function follower(beginning: Beginning = {}): RaftMember {
  const { term = 0, votedFor, log = [], sectorBytes } = beginning;
  const disk = new ManualDisk(sectorBytes);
  format(disk, beginning);
  const storage = new RaftStorage(disk, textCodec, keptJournals());
  storage.load();
  if (term > 0) storage.saveVote(term, votedFor);
  for (const entry of entries(0, log)) {
    storage.encodeEntry(entry);
    storage.saveEntry();
  }
  disk.settle(disk.written);
  const member = new RaftMember(disk, beginning);
  member.raft.onStart();
  member.sync();
  member.env.takeSent();
  return member;
}

/** A member that stands for election in `term` and has asked all others. */
export function candidate(beginning: Beginning & { readonly term: number }): RaftMember {
  const member = follower({ ...beginning, term: beginning.term - 1 });
  member.fire("election");
  return member;
}

/** The leader of `term`. Its blank entry follows on `log`, durable here and on its way. */
export function leader(beginning: Beginning & { readonly term: number }): RaftMember {
  const member = candidate({ ...beginning, options: { ...beginning.options, preVote: false } });
  for (let i = 2; member.role === "candidate"; i++) {
    member.receive(`n${i}`, voteReply(beginning.term, true));
  }
  member.sync();
  member.env.takeSent();
  return member;
}

/**
 * Carries messages between a leader and a follower, who is `n2` for either, until both are silent;
 * returns how many appends that took, the heartbeat that begins it included.
 */
export function converse(leading: RaftMember, following: RaftMember): number {
  let sent = leading.fire("heartbeat").filter(({ to }) => to === "n2");
  for (let appends = 0; appends < 1_000; appends++) {
    const [next, ...rest] = sent;
    if (next === undefined) return appends;
    const [reply] = following.ask("n2", next.message);
    if (reply === undefined) throw new Error("an append without an answer");
    sent = [...rest, ...leading.ask("n2", reply.message)];
  }
  throw new Error("a conversation without end");
}
