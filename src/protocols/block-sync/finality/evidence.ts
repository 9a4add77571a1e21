// Who breaks the rules signs it: two votes, or two blocks, that nobody who keeps them would sign.

import type { Header } from "../block.ts";
import type { PublicKey } from "../transaction.ts";
import { compareKeys } from "../trie/nibbles.ts";
import type { Evidence, Vote } from "./vote.ts";

/**
 * What two votes of one validator prove: that it has voted twice for one height, or that one of its
 * links goes around another one; undefined when they break no rule. Source: Casper FFG §2.2, the
 * two commandments.
 */
export function voteEvidence(one: Vote, other: Vote): Evidence | undefined {
  // Numbers first: most pairs break no rule.
  const isDouble = one.target.height === other.target.height;
  if (!(isDouble || surrounds(one, other) || surrounds(other, one))) return undefined;
  if (one.validator !== other.validator || areSameLink(one, other)) return undefined;
  const kind = isDouble ? "double vote" : "surround vote";
  return evidenceOf(kind, one.validator, [one.bytes, other.bytes]);
}

/** What two blocks of one producer prove that are different, and of the same slot. */
export function proposalEvidence(
  one: Header,
  other: Header,
  slotOf: (header: Header) => number,
): Evidence | undefined {
  if (one.producer !== other.producer || one.hash === other.hash) return undefined;
  if (slotOf(one) !== slotOf(other)) return undefined;
  return evidenceOf("double proposal", one.producer, [one.bytes, other.bytes]);
}

/** Whether two votes say the same, whoever has cast them. */
export function areSameLink(one: Vote, other: Vote): boolean {
  return (
    one.target.hash === other.target.hash &&
    one.source.hash === other.source.hash &&
    one.target.height === other.target.height &&
    one.source.height === other.source.height
  );
}

function surrounds(outer: Vote, inner: Vote): boolean {
  return outer.source.height < inner.source.height && inner.target.height < outer.target.height;
}

/** With its proofs in the one order in which they are shown. */
function evidenceOf(
  kind: Evidence["kind"],
  offender: PublicKey,
  [one, other]: Evidence["proofs"],
): Evidence {
  return { kind, offender, proofs: compareKeys(other, one) < 0 ? [other, one] : [one, other] };
}
