// Index reads at who does not lead: it asks the leader for the index that it must have applied, and
// answers itself. Ongaro's thesis §6.4, last paragraph; `MsgReadIndex` of etcd/raft.

import type { NodeId } from "../../sim/env.ts";
import type { Member } from "./member.ts";
import type { ReadIndex, ReadIndexReply } from "./messages.ts";
import type { AskedRead } from "./read-state.ts";
import type { Reads } from "./reads.ts";

/** A member's part in reads at followers: it asks, or is asked. */
export class FollowerReads<Command> {
  readonly #member: Member<Command>;
  readonly #reads: Reads<Command>;

  constructor(member: Member<Command>, reads: Reads<Command>) {
    this.#member = member;
    this.#reads = reads;
  }

  /** Asks the leader; the member's `readEnds` tells the end, unless there is nobody to ask. */
  begin(read: number): "not leading" | undefined {
    const { state, env, config, leader } = this.#member;
    if (!config.options.followerReads || leader === undefined) return "not leading";
    const { asked } = state;
    // What was asked in an earlier life of this member, with the same numbers, may be answered yet.
    asked.life ??= env.random.int(0, 0xffff_ffff);
    if (asked.waiting.length === 0) env.setTimer("ask again", config.options.heartbeatInterval);
    const askedAt = env.now();
    asked.waiting.push({ read, term: state.term, index: undefined, askedAt });
    this.#ask(leader, read, asked.life);
    return undefined;
  }

  #ask(leader: NodeId, read: number, life: number): void {
    const { state } = this.#member;
    this.#member.send(leader, { type: "readIndex", term: state.term, life, read });
  }

  /** Questions and answers may be lost: asks again for a while, and then gives up. */
  onTimeout(): void {
    const { state, env, config, leader } = this.#member;
    const { electionTimeoutMin, heartbeatInterval } = config.options;
    const { asked } = state;
    const giveUpBefore = env.now() - electionTimeoutMin;
    this.#end((waiting) => waiting.askedAt <= giveUpBefore, false);
    if (asked.waiting.length === 0) return;
    env.setTimer("ask again", heartbeatInterval);
    if (leader === undefined) return;
    for (const { read, index } of asked.waiting) {
      if (index === undefined) this.#ask(leader, read, asked.life!);
    }
  }

  onReadIndex(from: NodeId, { term, life, read }: ReadIndex): void {
    const { state, isLeader } = this.#member;
    if (isLeader && term === state.term) {
      this.#reads.begin(read, "index", { id: from, life });
    } else {
      this.#member.send(from, {
        type: "readIndexReply",
        term: state.term,
        life,
        read,
        index: undefined,
      });
    }
  }

  onReadIndexReply({ life, read, index }: ReadIndexReply): void {
    const { asked } = this.#member.state;
    if (life !== asked.life) return;
    const place = asked.waiting.findIndex((waiting) => waiting.read === read);
    const waiting = asked.waiting[place];
    // Answered before.
    if (waiting === undefined || waiting.index !== undefined) return;
    if (index === undefined) this.#end((other) => other.read === read, false);
    else asked.waiting[place] = { ...waiting, index };
  }

  /** After anything has happened: ends the reads that can be answered, or never will be. */
  release(): void {
    const { state } = this.#member;
    if (state.asked.waiting.length === 0) return;
    const { applied, term } = state;
    this.#end(({ index }) => index !== undefined && index <= applied, true);
    // Whoever was asked leads no more.
    this.#end((waiting) => waiting.index === undefined && waiting.term !== term, false);
  }

  #end(isOver: (waiting: AskedRead) => boolean, isConfirmed: boolean): void {
    const { asked } = this.#member.state;
    const over = asked.waiting.filter(isOver);
    if (over.length === 0) return;
    asked.waiting = asked.waiting.filter((waiting) => !isOver(waiting));
    for (const { read } of over) this.#member.config.readEnds(read, isConfirmed);
  }
}
