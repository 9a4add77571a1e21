// What validators' votes say of the chain. A block is justified when more than 2/3 of the
// validators have voted for one link to it: at least one of them keeps the rules, and knows that
// the link's source is justified. The source is final when the link leads to its child.
// Source: Buterin and Griffith, Casper the Friendly Finality Gadget, 2017, §2; every block is a
// checkpoint here, and every validator counts the same.

import {
  type ChainBlock,
  type ChainState,
  checkpointOf,
  isAncestor,
  joinChanges,
  type TipChange,
  tipOf,
} from "../chain.ts";
import type { PublicKey } from "../transaction.ts";
import {
  type Certificate,
  certificatesAmong,
  isFinalizing,
  keyOf,
  keyOfVote,
  type Link,
  quorumOf,
} from "./certificate.ts";
import { areSameLink, voteEvidence } from "./evidence.ts";
import { insert, onFinalized, onJustified } from "./fork-choice.ts";
import type { Checkpoint, Evidence, Vote } from "./vote.ts";

/** The votes that a node knows, and what they prove. */
export interface FinalityState {
  readonly validators: readonly PublicKey[];
  /** By their targets. Targets that are not known yet are there, too. */
  readonly links: Map<string, LinkVotes[]>;
  /** What each validator has cast, as it came, to find out who breaks the rules. */
  readonly cast: Map<PublicKey, Vote[]>;
  /** Votes for lower targets are not kept. */
  keptFrom: number;
  /** That the highest justified block is; undefined as long as that is the chain's first one. */
  justification: Certificate | undefined;
  /** That the finalized block is; undefined as long as that is the chain's first one. */
  certificate: Certificate | undefined;
  /** What is proved of blocks that are not known yet; the highest of what came. */
  ahead: Certificate | undefined;
  /** What proves the highest one of them that is final. */
  finalAhead: Certificate | undefined;
  /** Once for each offender and kind. */
  readonly evidence: Map<string, Evidence>;
}

/** The votes for one link. Invariant: at most one of each validator. */
export interface LinkVotes extends Link {
  readonly votes: Vote[];
}

/** What became of a chain by a block or by votes. */
export interface FinalityChange {
  readonly tip: TipChange | undefined;
  /** The highest justified block, where it is another one now. */
  readonly justified: Checkpoint | undefined;
  readonly finalized: Checkpoint | undefined;
}

/** What became of one vote. */
export type VoteOutcome =
  | "added"
  | "known"
  | "not a validator"
  /** Its target is too far above the tip, or below the finalized block. */
  | "out of reach"
  /** Its target does not descend from its source. */
  | "not a link"
  /** Its validator has voted for more blocks of that height than are kept. */
  | "too many";

export interface VotesOutcome {
  /** By place. */
  readonly outcomes: readonly VoteOutcome[];
  readonly change: FinalityChange;
  /** What is new of it. */
  readonly evidence: readonly Evidence[];
}

/** Votes for targets further above the tip are not kept. */
export const VOTES_ABOVE = 256;
/** Nor those further below the finalized block; these prove only who breaks the rules. */
export const VOTES_BELOW = 64;
/**
 * Of one validator for one height. One is right, and two show that it breaks the rules; which ones
 * count of a validator that casts more than these depends on what came first, until somebody shows
 * a whole certificate.
 */
export const VOTES_PER_HEIGHT = 32;

/** No votes. */
export function newFinality(validators: readonly PublicKey[]): FinalityState {
  return {
    validators,
    links: new Map(),
    cast: new Map(),
    keptFrom: 0,
    ...{ justification: undefined, certificate: undefined, ahead: undefined },
    finalAhead: undefined,
    evidence: new Map(),
  };
}

/**
 * Adds a valid block to the chain as `insert` does, and then what is known of it by votes. A block
 * that is known already changes nothing. O(what changes).
 */
export function addBlock(
  finality: FinalityState,
  chain: ChainState,
  block: ChainBlock,
): FinalityChange {
  const before = positionOf(chain);
  let tip = insert(chain, block);
  for (const link of finality.links.get(keyOf(checkpointOf(block))) ?? []) {
    const isQuorum = link.votes.length >= quorumOf(finality.validators.length);
    if (isQuorum) tip = joinChanges(tip, settle(finality, chain, link));
  }
  if (finality.ahead !== undefined) tip = joinChanges(tip, settle(finality, chain, finality.ahead));
  return changeSince(chain, before, tip);
}

/**
 * Adds votes whose signatures are right. If some of them are not kept, being too far above the tip
 * or too many, and more than 2/3 of the validators agree on one link, it counts all the same: it is
 * kept until its blocks are known.
 */
export function addVotes(
  finality: FinalityState,
  chain: ChainState,
  votes: readonly Vote[],
): VotesOutcome {
  const before = positionOf(chain);
  const evidence: Evidence[] = [];
  let tip: TipChange | undefined;
  const outcomes = votes.map((vote) => {
    const outcome = keepVote(finality, chain, vote, evidence);
    if (outcome !== "added") return outcome;
    const link = linkOf(finality, vote);
    link.votes.push(vote);
    const isQuorum = link.votes.length === quorumOf(finality.validators.length);
    if (isQuorum) tip = joinChanges(tip, settle(finality, chain, link));
    return outcome;
  });
  const isKept = outcomes.every((outcome) => outcome !== "out of reach" && outcome !== "too many");
  for (const certificate of certificatesAmong(finality.validators, isKept ? [] : votes)) {
    const isNews =
      certificate.target.height > chain.justified.height ||
      (isFinalizing(certificate) && certificate.source.height > chain.finalized.height);
    if (!isNews) continue;
    tip = joinChanges(tip, settle(finality, chain, certificate));
    const isHigher = certificate.target.height > (finality.ahead?.target.height ?? 0);
    if (isHigher && !chain.blocks.has(certificate.target.hash)) finality.ahead = certificate;
    const isHigherFinal = certificate.source.height > (finality.finalAhead?.source.height ?? 0);
    if (isFinalizing(certificate) && isHigherFinal) finality.finalAhead = certificate;
  }
  return { outcomes, change: changeSince(chain, before, tip), evidence };
}

/** Notes evidence whose proofs are right; false when that kind of the offender is known. */
export function addEvidence(finality: FinalityState, evidence: Evidence): boolean {
  const key = `${evidence.kind} ${evidence.offender}`;
  if (finality.evidence.has(key)) return false;
  finality.evidence.set(key, evidence);
  return true;
}

/**
 * What a peer needs to be where this node is: what proves that its blocks are justified and final,
 * and all votes for later targets. Show them again from time to time, as messages are lost.
 */
export function votesToShow(finality: FinalityState, chain: ChainState): readonly Vote[] {
  const { certificate, justification } = finality;
  const proofs = [...(certificate?.votes ?? []), ...(justification?.votes ?? [])];
  const later = [...finality.cast.values()].flatMap((votes) =>
    votes.filter(({ target }) => target.height > chain.justified.height),
  );
  return [...new Map([...proofs, ...later].map((vote) => [keyOfVote(vote), vote])).values()];
}

/** Whether the vote is to be counted; notes what it shows of its validator. */
function keepVote(
  finality: FinalityState,
  chain: ChainState,
  vote: Vote,
  found: Evidence[],
): VoteOutcome {
  const { validator, source, target } = vote;
  if (!finality.validators.includes(validator)) return "not a validator";
  const highest = tipOf(chain).header.height + VOTES_ABOVE;
  if (target.height < finality.keptFrom || target.height > highest) return "out of reach";
  const cast = finality.cast.get(validator) ?? [];
  const rivals = cast.filter((other) => other.target.height === target.height);
  if (rivals.some((other) => areSameLink(vote, other))) return "known";
  if (rivals.length >= VOTES_PER_HEIGHT) return "too many";
  for (const other of cast) {
    const evidence = voteEvidence(vote, other);
    if (evidence !== undefined && addEvidence(finality, evidence)) found.push(evidence);
  }
  if (cast.length === 0) finality.cast.set(validator, [vote]);
  else cast.push(vote);
  const block = chain.blocks.get(target.hash);
  if (block === undefined) return "added";
  return isLink(chain, { source, target }) ? "added" : "not a link";
}

/** Whether the target is known, and descends from the source. */
function isLink(chain: ChainState, { source, target }: Link): boolean {
  const block = chain.blocks.get(target.hash);
  return (
    block?.header.height === target.height &&
    source.height < target.height &&
    isAncestor(chain, source, target.hash)
  );
}

/** More than 2/3 of the validators have voted for the link: what follows, once it is known. */
function settle(
  finality: FinalityState,
  chain: ChainState,
  { source, target, votes }: Certificate,
): TipChange | undefined {
  const certificate = { source, target, votes: [...votes] };
  if (!isLink(chain, certificate)) return undefined;
  const { justified } = chain;
  const tip = onJustified(chain, target);
  if (chain.justified.hash !== justified.hash) finality.justification = certificate;
  if (!isFinalizing(certificate) || source.height <= chain.finalized.height) return tip;
  const change = joinChanges(tip, onFinalized(chain, source));
  finality.certificate = certificate;
  forget(finality, chain);
  return change;
}

/** Drops votes that are too old; now and then only, as all are looked at. */
function forget(finality: FinalityState, chain: ChainState): void {
  const from = chain.finalized.height - VOTES_BELOW;
  if ((finality.ahead?.target.height ?? 0) <= chain.justified.height) finality.ahead = undefined;
  if (from < finality.keptFrom + VOTES_BELOW / 2) return;
  finality.keptFrom = from;
  for (const [key, links] of finality.links) {
    if (links[0]!.target.height < from) finality.links.delete(key);
  }
  for (const [validator, votes] of finality.cast) {
    const kept = votes.filter(({ target }) => target.height >= from);
    finality.cast.set(validator, kept);
  }
}

/** The votes for the same link as that vote. */
function linkOf({ links }: FinalityState, { source, target }: Vote): LinkVotes {
  const key = keyOf(target);
  const ofTarget = links.get(key);
  const known = ofTarget?.find((link) => keyOf(link.source) === keyOf(source));
  if (known !== undefined) return known;
  const link = { source, target, votes: [] };
  if (ofTarget === undefined) links.set(key, [link]);
  else ofTarget.push(link);
  // A recorded run hands out another object than it was given.
  return links.get(key)!.at(-1)!;
}

/** What is justified and what is final. */
interface Position {
  readonly justified: Checkpoint;
  readonly finalized: Checkpoint;
}

function positionOf({ justified, finalized }: ChainState): Position {
  return { justified, finalized };
}

function changeSince(
  { justified, finalized }: ChainState,
  before: Position,
  tip: TipChange | undefined,
): FinalityChange {
  return {
    tip,
    justified: justified.hash === before.justified.hash ? undefined : justified,
    finalized: finalized.hash === before.finalized.hash ? undefined : finalized,
  };
}
