// The safety of Raft judged anew from a whole history at every step: slow, and free of memory.

import type { EntryView } from "../../src/invariants/raft-view.ts";
import type { NodeId } from "../../src/sim/env.ts";
import type { SentMessage } from "../../src/sim/invariant.ts";

/** One step of one member: all that could be seen after it. */
export interface Scene {
  readonly id: NodeId;
  readonly life: number;
  readonly role: string;
  readonly term: number;
  readonly commit: number;
  readonly applied: number;
  readonly log: readonly EntryView[];
  readonly sent: readonly SentMessage[];
  /** What is on its disk. */
  readonly disk: Disk;
}

export interface Disk {
  readonly term: number;
  readonly votedFor: NodeId | undefined;
  readonly terms: readonly number[];
}

/** A history that ends with the scene to be judged. */
interface Story {
  readonly past: readonly Scene[];
  readonly now: Scene;
  /** The member's scene before, of any life; and if it was of the same life. */
  readonly before: Scene | undefined;
  readonly sameLife: Scene | undefined;
  readonly size: number;
}

/** The names of the invariants that the last scene breaks. */
export function naiveVerdict(scenes: readonly Scene[], size: number): string[] {
  const past = scenes.slice(0, -1);
  const now = scenes.at(-1)!;
  const before = past.findLast(({ id }) => id === now.id);
  const sameLife = before?.life === now.life ? before : undefined;
  const story = { past, now, before, sameLife, size };
  return RULES.filter(([, isBroken]) => isBroken(story)).map(([name]) => name);
}

const RULES: readonly (readonly [string, (story: Story) => boolean])[] = [
  ["RAFT-ELECT", hasTwoLeaders],
  ["RAFT-VOTE", votesWrongly],
  ["RAFT-APPEND", leaderRemoves],
  ["RAFT-MATCH", logsDisagree],
  ["RAFT-COMPLETE", leaderLacks],
  ["RAFT-MONO", falls],
  ["RAFT-SM-SAFETY", appliesWrongly],
  ["RAFT-QUORUM", commitsWithoutQuorum],
  ["RAFT-KEEP", removesCommitted],
  ["RAFT-DURABLE", promisesTooEarly],
  ["RAFT-RECALL", forgets],
];

function hasTwoLeaders({ past, now }: Story): boolean {
  const leads = ({ role, term }: Scene): boolean => role === "leader" && term === now.term;
  return leads(now) && past.some((scene) => leads(scene) && scene.id !== now.id);
}

function votesWrongly({ past, now }: Story): boolean {
  const own = past.filter(({ id }) => id === now.id);
  const earlier = own.flatMap((scene, i) => votesIn(scene, own[i - 1]));
  return votesIn(now, own.at(-1)).some(
    ({ term, candidate }) =>
      earlier.some((vote) => vote.term === term && vote.candidate !== candidate) ||
      now.disk.term !== term ||
      now.disk.votedFor !== candidate,
  );
}

function votesIn({ id, role, term, sent }: Scene, before: Scene | undefined) {
  const given = promises(sent)
    .filter(({ type, granted }) => type === "voteReply" && granted)
    .map((promise) => ({ term: promise.term, candidate: promise.to }));
  const isElected = role === "leader" && before?.role !== "leader";
  return isElected ? [...given, { term, candidate: id }] : given;
}

function leaderRemoves({ now, sameLife }: Story): boolean {
  const isSameReign =
    sameLife?.role === "leader" && now.role === "leader" && sameLife.term === now.term;
  return isSameReign && sameLife.log.some((entry, i) => now.log[i] !== entry);
}

function logsDisagree({ past, now }: Story): boolean {
  const falling = now.log.some(({ term }, i) => i > 0 && now.log[i - 1]!.term > term);
  const others = past.map(({ log }) => log);
  return falling || others.some((log) => hasConflict(log, now.log));
}

/** Whether two logs agree on the term somewhere and not on everything up to there. */
function hasConflict(a: readonly EntryView[], b: readonly EntryView[]): boolean {
  const meets = b.findLastIndex(({ term }, i) => a[i]?.term === term);
  const upTo = (log: readonly EntryView[]): string => JSON.stringify(log.slice(0, meets + 1));
  return upTo(a) !== upTo(b);
}

/** The entries that leaders have committed up to then, with the term in which they were. */
function committedIn(scenes: readonly Scene[]): { entry: EntryView; term: number }[] {
  const committed: { entry: EntryView; term: number }[] = [];
  for (const { role, term, commit, log } of scenes) {
    if (role !== "leader") continue;
    for (const entry of log.slice(committed.length, commit)) committed.push({ entry, term });
  }
  return committed;
}

function leaderLacks({ past, now, before }: Story): boolean {
  const isNew = now.role === "leader" && !(before?.role === "leader" && before.term === now.term);
  const owed = committedIn([...past, now]);
  return (
    isNew && owed.some(({ entry, term }, i) => term < now.term && now.log[i]?.term !== entry.term)
  );
}

function appliesWrongly({ past, now }: Story): boolean {
  const isOrdered = now.applied <= now.commit && now.commit <= now.log.length;
  const first: EntryView[] = [];
  for (const { log, applied } of past) first.push(...log.slice(first.length, applied));
  const from = past.findLast(({ id, life }) => id === now.id && life === now.life)?.applied ?? 0;
  const fresh = now.log.slice(from, now.applied);
  const differs = fresh.some((entry, i) => {
    const other = first[from + i];
    return other !== undefined && JSON.stringify(other) !== JSON.stringify(entry);
  });
  return differs || !isOrdered;
}

function commitsWithoutQuorum({ past, now, sameLife, size }: Story): boolean {
  const { commit, log, role } = now;
  if (commit <= (sameLife?.commit ?? 0) || commit > log.length) return false;
  if (role !== "leader") return commit > committedIn([...past, now]).length;
  const { term } = log[commit - 1]!;
  const disks = new Map([...past, now].map(({ id, disk }) => [id, disk]));
  const holders = [...disks.values()].filter(({ terms }) => terms[commit - 1] === term);
  return term !== now.term || holders.length * 2 <= size;
}

function removesCommitted({ past, now, sameLife }: Story): boolean {
  return committedIn(past).some(({ entry }, i) => {
    const held = sameLife?.log[i]?.term;
    return held === entry.term && now.log[i]?.term !== held;
  });
}

function falls({ past, now, sameLife }: Story): boolean {
  const own = [...past, now].filter(({ id }) => id === now.id);
  const promised = own.flatMap(({ sent }) => promises(sent).map(({ term }) => term));
  const isForgetful = promised.some((term) => term > now.term);
  const hasFallen =
    sameLife !== undefined &&
    (now.term < sameLife.term || now.commit < sameLife.commit || now.applied < sameLife.applied);
  return isForgetful || hasFallen;
}

function promisesTooEarly({ now: { disk, sent } }: Story): boolean {
  return promises(sent).some(
    ({ term, accepted, match = 0 }) =>
      term > disk.term || (accepted === true && match > disk.terms.length),
  );
}

function forgets({ now: { term, log, disk }, sameLife }: Story): boolean {
  if (sameLife !== undefined) return false;
  const isPrefix = log.every((entry, i) => entry.term === disk.terms[i]);
  return term < disk.term || (isPrefix && log.length < disk.terms.length);
}

interface Promised {
  readonly to: NodeId;
  readonly type: string;
  readonly term: number;
  readonly granted?: boolean;
  readonly accepted?: boolean;
  readonly match?: number;
}

function promises(sent: readonly SentMessage[]): Promised[] {
  // What the tests' members send: messages of Raft.
  const messages = sent.map(({ to, message }) => ({ to, ...(message as Omit<Promised, "to">) }));
  return messages.filter(({ type }) =>
    ["vote", "voteReply", "append", "appendReply"].includes(type),
  );
}
