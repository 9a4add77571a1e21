import type { ElectorateView } from "../../src/invariants/electorate.ts";
import { raftSafety } from "../../src/invariants/raft.ts";
import type { DurableReader } from "../../src/invariants/raft-durable.ts";
import type { EntryView, RaftView } from "../../src/invariants/raft-view.ts";
import type { NodeId } from "../../src/sim/env.ts";
import type { EventKind, SentMessage } from "../../src/sim/invariant.ts";
import { HandMadeWorld } from "./hand-made-world.ts";

/** A member of a Raft cluster as far as invariants see it; counts how often its log is read. */
export class HandMadeMember implements RaftView {
  role = "follower";
  isHalted = false;
  term = 0;
  votedFor: NodeId | undefined;
  commit = 0;
  applied = 0;
  log: readonly EntryView[] = [];
  configuration?: ElectorateView;
  entriesRead = 0;

  get lastIndex(): number {
    return this.log.length;
  }

  entryAt(index: number): EntryView {
    this.entriesRead++;
    const entry = this.log[index - 1];
    if (entry === undefined) throw new RangeError(`no entry ${index} of ${this.log.length}`);
    return entry;
  }
}

/** What a member does in one step: what it becomes, what it sends, whether that is on its disk. */
export interface Deed extends Partial<Omit<HandMadeMember, "lastIndex" | "entryAt">> {
  readonly sent?: readonly SentMessage[];
  /** Whether term, vote and log are synced in this step; true unless said otherwise. */
  readonly isDurable?: boolean;
  /** Whether the member goes down in the middle of this step. */
  readonly falls?: boolean;
}

/** Members `n1`, `n2`, … under the invariants of Raft. */
export class HandMadeRaft {
  readonly world: HandMadeWorld<HandMadeMember>;

  constructor(size: number) {
    const ids = Array.from({ length: size }, (_, i) => `n${i + 1}`);
    const members = Object.fromEntries(ids.map((id) => [id, new HandMadeMember()]));
    this.world = new HandMadeWorld([raftSafety(diskReader)], members);
  }

  member(id: NodeId): HandMadeMember {
    return this.world.node(id);
  }

  /** A member's step; what is broken then. */
  step(id: NodeId, { sent = [], isDurable = true, falls = false, ...fields }: Deed): string[] {
    Object.assign(this.member(id), fields);
    if (isDurable) this.#sync(id);
    return this.world.event(0, { on: id, kind: isDurable ? "synced" : "deliver", sent, falls });
  }

  /** The same step by each of several members, one after the other. */
  steps(ids: readonly NodeId[], deed: Deed): string[] {
    return ids.flatMap((id) => this.step(id, deed));
  }

  /** A power failure: the member is gone, its disk stays. */
  crash(id: NodeId): string[] {
    this.world.host(id).node = undefined;
    return this.#event(undefined, "fault begins");
  }

  /** A member comes back, with these fields of what it had on its disk. */
  restart(id: NodeId, fields: Partial<HandMadeMember>): string[] {
    const host = this.world.host(id);
    host.life++;
    host.node = Object.assign(new HandMadeMember(), fields);
    return this.#event(id, "start");
  }

  /** Loses all that was durable. */
  wipe(id: NodeId): void {
    this.world.host(id).bytes = new Uint8Array(0);
  }

  #sync(id: NodeId): void {
    const host = this.world.host(id);
    const { term, votedFor, log } = this.member(id);
    const vote = votedFor === undefined ? 0 : Number(votedFor.slice(1));
    const count = [log.length >> 8, log.length & 0xff];
    const record = [...count, term, vote, ...log.map((entry) => entry.term)];
    host.bytes = Uint8Array.from([...host.bytes, ...record]);
  }

  #event(on: NodeId | undefined, kind: EventKind): string[] {
    return this.world.event(0, { ...(on === undefined ? {} : { on }), kind });
  }
}

/** A record: number of entries in two bytes, term, number of the candidate, entries' terms. */
const diskReader: DurableReader = {
  file: "raft",
  read: (facts, bytes, from, to) => {
    let at = from;
    while (at < to) {
      const [high = 0, low = 0, term = 0, vote = 0] = bytes.subarray(at, at + 4);
      const end = at + 4 + (high << 8) + low;
      const terms = [...bytes.subarray(at + 4, end)];
      Object.assign(facts, { term, votedFor: vote === 0 ? undefined : `n${vote}`, terms });
      at = end;
    }
    return at;
  },
};

/** Entries of these terms; the command of the entry at index i is `x<i>`. */
export function logOf(...terms: readonly number[]): readonly EntryView[] {
  return terms.map((term, i) => ({ term, command: `x${i + 1}` }));
}

/** The answer to a candidate. */
export function grant(to: NodeId, term: number): SentMessage {
  return { to, message: { type: "voteReply", term, granted: true } };
}

/** The answer to a leader: all up to `match` is on this disk. */
export function accept(to: NodeId, term: number, match: number): SentMessage {
  return { to, message: { type: "appendReply", term, accepted: true, match } };
}
