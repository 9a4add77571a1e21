// Histories of Raft, drawn: mostly right ones, in which now and then a deed is wrong.

import fc from "fast-check";
import type { EntryView } from "../../src/invariants/raft-view.ts";
import type { NodeId } from "../../src/sim/env.ts";
import { accept, type Deed, grant, HandMadeRaft, logOf } from "./hand-made-raft.ts";
import type { Disk, Scene } from "./naive-raft.ts";

export const SIZE = 3;
const IDS = ["n1", "n2", "n3"];

/** What a member tries next; `isWrong` bends the rule that goes with it. */
export interface Attempt {
  readonly kind:
    | "elect"
    | "grant"
    | "propose"
    | "replicate"
    | "commit"
    | "apply"
    | "restart"
    | "step";
  readonly at: number;
  readonly other: number;
  readonly isWrong: boolean;
  /** Which of the ways of being wrong, or how far. */
  readonly way: number;
}

/** Histories of some dozens of attempts, few of them wrong. */
export const drawnHistory: fc.Arbitrary<readonly Attempt[]> = fc.array(
  fc.record({
    kind: fc.constantFrom(
      ...(["elect", "grant", "propose", "propose", "replicate", "replicate", "replicate"] as const),
      ...(["replicate", "commit", "commit", "apply", "apply", "restart", "step"] as const),
    ),
    at: fc.nat({ max: SIZE - 1 }),
    other: fc.nat({ max: SIZE - 1 }),
    isWrong: fc.nat({ max: 24 }).map((n) => n === 0),
    way: fc.nat({ max: 2 }),
  }),
  { minLength: 20, maxLength: 80, size: "max" },
);

/** Plays attempts on hand-made members, and keeps what could be seen. */
export class DrawnRaft {
  readonly raft = new HandMadeRaft(SIZE);
  readonly scenes: Scene[] = [];
  readonly #disks = new Map<NodeId, Disk>();
  /** The entries on them. */
  readonly #logs = new Map<NodeId, readonly EntryView[]>();

  /** Begins with a leader that has committed the first of two entries; `n3` lags behind. */
  constructor() {
    const log = logOf(1, 1);
    for (const id of ["n1", "n2"]) this.#step(id, { term: 1, votedFor: "n1", log });
    this.#step("n1", { role: "leader", commit: 1, applied: 1 });
  }

  /** Plays one attempt; what the invariants say to it, or undefined if nothing came of it. */
  play(attempt: Attempt): string[] | undefined {
    const id = IDS[attempt.at]!;
    if (attempt.kind === "restart") return this.#restart(id, attempt);
    const deed = this.#deed(id, attempt);
    return deed && this.#step(id, deed);
  }

  #deed(id: NodeId, attempt: Attempt): Deed | undefined {
    switch (attempt.kind) {
      case "elect":
        return this.#elect(id, attempt);
      case "grant":
        return this.#grant(id, attempt);
      case "propose":
        return this.#propose(id, attempt);
      case "replicate":
        return this.#replicate(id, attempt);
      case "commit":
        return this.#commit(id, attempt);
      case "apply": {
        const { applied, commit, lastIndex } = this.raft.member(id);
        const most = attempt.isWrong && commit > 0 ? lastIndex + 1 : commit;
        return applied < most ? { applied: applied + 1 } : undefined;
      }
      default:
        return attempt.isWrong ? this.#fall(id, attempt) : {};
    }
  }

  /** Leads a new term; wrongly: its present one, or unsynced, or with too short a log. */
  #elect(id: NodeId, { isWrong, way }: Attempt): Deed | undefined {
    const members = IDS.map((other) => this.raft.member(other));
    const term = Math.max(...members.map((member) => member.term)) + 1;
    const longest = members.every(({ log }) => !isNewer(log, this.raft.member(id).log));
    const reign = { role: "leader", term, votedFor: id };
    // Reigns last a while, or nothing would ever be committed.
    const isDue = way === 0 || members.every(({ role }) => role !== "leader");
    if (!isWrong) return longest && isDue ? reign : undefined;
    if (way === 0) return { ...reign, term: Math.max(1, this.raft.member(id).term) };
    return way === 1 ? { ...reign, isDurable: false } : reign;
  }

  /** Votes for another of a term; wrongly: without syncing, or for a second one. */
  #grant(id: NodeId, { other, isWrong, way }: Attempt): Deed | undefined {
    const { term, votedFor } = this.raft.member(id);
    const to = isWrong ? IDS[other]! : (this.#leader() ?? id);
    if (isWrong && term > 0) return { votedFor: to, sent: [grant(to, term)], isDurable: way === 0 };
    const candidate = this.raft.member(to).term;
    const mayVote = candidate >= term && (candidate > term || (votedFor ?? to) === to);
    const deed = { role: "follower", term: candidate, votedFor: to, sent: [grant(to, candidate)] };
    return mayVote && to !== id ? deed : undefined;
  }

  /** Adds an entry to a leader's log; wrongly: of a term that falls, or in another's place. */
  #propose(id: NodeId, { isWrong, way }: Attempt): Deed | undefined {
    const { role, term, log } = this.raft.member(id);
    const entry = { term, command: `${id} ${this.scenes.length}` };
    if (!isWrong) return role === "leader" ? { log: [...log, entry] } : undefined;
    if (way === 0) return { log: [...log, { ...entry, term: Math.max(0, term - 1) }] };
    return { log: [...log.slice(0, -1), entry] };
  }

  /** Takes over the leader's log as far as it goes; wrongly: without a sync, or less of it. */
  #replicate(id: NodeId, { isWrong, way }: Attempt): Deed | undefined {
    const to = this.#leader();
    const member = this.raft.member(id);
    if (to === undefined || to === id || this.raft.member(to).term < member.term) return undefined;
    const { term, log } = this.raft.member(to);
    const votedFor = term > member.term ? undefined : member.votedFor;
    const follows = { role: "follower", term, votedFor };
    const sent = [accept(to, term, log.length)];
    if (!isWrong) return { ...follows, log, sent };
    if (way === 0) return { ...follows, log, sent, isDurable: false };
    return { ...follows, log: log.slice(0, way === 1 ? -1 : 0) };
  }

  /** Who leads in the highest term that is led. */
  #leader(): NodeId | undefined {
    const leaders = IDS.filter((id) => this.raft.member(id).role === "leader");
    return leaders.sort((a, b) => this.raft.member(b).term - this.raft.member(a).term)[0];
  }

  /** Commits what is known to be durable; wrongly: one more entry, or something old. */
  #commit(id: NodeId, { isWrong }: Attempt): Deed | undefined {
    const { role, term, commit, log } = this.raft.member(id);
    if (isWrong && log.length > 1) return { commit: commit + 1 };
    if (role !== "leader") {
      const leader = IDS.map((other) => this.raft.member(other)).find(
        (other) => other.role === "leader" && other.term === term && other.log.length >= log.length,
      );
      const known = Math.min(leader?.commit ?? 0, log.length);
      return known > commit ? { commit: known } : undefined;
    }
    const held = (index: number): number =>
      [...this.#disks.values()].filter(({ terms }) => terms[index - 1] === term).length;
    const index = log.findLastIndex((_, i) => held(i + 1) * 2 > SIZE) + 1;
    return index > commit ? { commit: index } : undefined;
  }

  #fall(id: NodeId, { way }: Attempt): Deed {
    const { term, commit, applied } = this.raft.member(id);
    if (way === 0) return { term: Math.max(0, term - 1), role: "follower" };
    if (way === 1) return { commit: Math.max(applied, commit - 1) };
    return { applied: Math.max(0, applied - 1) };
  }

  /** Comes back with what its disk has; wrongly: without its vote, or a term, or an entry. */
  #restart(id: NodeId, { isWrong, way }: Attempt): string[] {
    const disk = this.#disks.get(id) ?? EMPTY;
    const log = this.#logs.get(id) ?? [];
    const back = { term: disk.term, votedFor: disk.votedFor, log };
    const wrong = way === 2 ? { log: log.slice(0, -1) } : { votedFor: undefined };
    const forgetful = { ...back, ...wrong, term: Math.max(0, disk.term - (way % 2)) };
    this.raft.crash(id);
    const broken = this.raft.restart(id, isWrong ? forgetful : back);
    this.#keepScene(id, []);
    return broken;
  }

  #step(id: NodeId, deed: Deed): string[] {
    const broken = this.raft.step(id, deed);
    if (deed.isDurable !== false) {
      const { term, votedFor, log } = this.raft.member(id);
      this.#disks.set(id, { term, votedFor, terms: log.map((entry) => entry.term) });
      this.#logs.set(id, log);
    }
    this.#keepScene(id, deed.sent ?? []);
    return broken;
  }

  #keepScene(id: NodeId, sent: Scene["sent"]): void {
    const { role, term, commit, applied, log } = this.raft.member(id);
    const { life } = this.raft.world.host(id);
    const disk = this.#disks.get(id) ?? EMPTY;
    this.scenes.push({ id, life, role, term, commit, applied, log, sent, disk });
  }
}

const EMPTY: Disk = { term: 0, votedFor: undefined, terms: [] };

/** Whether a log is the more up to date of two: Raft §5.4.1. */
function isNewer(log: readonly { term: number }[], than: readonly { term: number }[]): boolean {
  const [term = 0, other = 0] = [log.at(-1)?.term, than.at(-1)?.term];
  return term > other || (term === other && log.length > than.length);
}
