import type { PublicKey } from "../transaction.ts";
import type { Checkpoint, Vote } from "./vote.ts";

/** That one block follows another one, as votes say. */
export interface Link {
  readonly source: Checkpoint;
  readonly target: Checkpoint;
}

/**
 * The votes of more than 2/3 of the validators for one link: they prove that its target is
 * justified, and that its source is final if the target is its child, to whoever knows the
 * validators and nothing else.
 */
export interface Certificate extends Link {
  readonly votes: readonly Vote[];
}

/** How many of `count` validators are more than two thirds of them. */
export function quorumOf(count: number): number {
  return Math.floor((2 * count) / 3) + 1;
}

/** Whether a certificate proves that its source is final. */
export function isFinalizing({ source, target }: Link): boolean {
  return target.height === source.height + 1;
}

/**
 * Whether it is a certificate: votes of more than 2/3 of the validators, of each at most one, all
 * for its link and signed. O(votes).
 */
export function isCertificate(
  { source, target, votes }: Certificate,
  validators: readonly PublicKey[],
  isSigned: (vote: Vote) => boolean,
): boolean {
  const voters = new Set(votes.map(({ validator }) => validator));
  return (
    source.height < target.height &&
    voters.size === votes.length &&
    voters.size >= quorumOf(validators.length) &&
    votes.every((vote) => isFor(vote, source, target)) &&
    [...voters].every((voter) => validators.includes(voter)) &&
    votes.every(isSigned)
  );
}

/** The links for which there is a quorum of validators among some votes. O(votes). */
export function certificatesAmong(
  validators: readonly PublicKey[],
  votes: readonly Vote[],
): readonly Certificate[] {
  const links = new Map<string, Map<PublicKey, Vote>>();
  for (const vote of votes) {
    if (!validators.includes(vote.validator)) continue;
    const key = `${keyOf(vote.source)} ${keyOf(vote.target)}`;
    const same = links.get(key) ?? new Map<PublicKey, Vote>();
    links.set(key, same.set(vote.validator, vote));
  }
  return [...links.values()]
    .filter(({ size }) => size >= quorumOf(validators.length))
    .map((same) => {
      const of = [...same.values()];
      return { source: of[0]!.source, target: of[0]!.target, votes: of };
    });
}

/** A checkpoint as a key of a Map: a vote may give a hash a height that is not its own. */
export function keyOf({ height, hash }: Checkpoint): string {
  return `${height} ${hash}`;
}

/** The same of a vote, whatever its signature is. */
export function keyOfVote({ validator, source, target }: Vote): string {
  return `${validator} ${keyOf(source)} ${keyOf(target)}`;
}

function isFor(vote: Vote, source: Checkpoint, target: Checkpoint): boolean {
  return isSame(vote.source, source) && isSame(vote.target, target);
}

function isSame(one: Checkpoint, other: Checkpoint): boolean {
  return one.height === other.height && one.hash === other.hash;
}
