// A validator's votes: each is on the disk before it is sent.

import type { ChainContext } from "./chain-context.ts";
import { signVote, type Vote } from "./vote.ts";
import { nextVote, recordVote } from "./voting.ts";

/** What the voter needs of its node. */
export interface VoterOwner {
  /** Stores a vote; whether the disk has taken it. */
  store(vote: Vote): boolean;
  /** A vote of its own is durable. */
  publish(vote: Vote): void;
}

/** Votes for the tip of the chain, by the rules of finality. */
export class Voter {
  readonly #context: ChainContext;
  readonly #owner: VoterOwner;

  constructor(context: ChainContext, owner: VoterOwner) {
    this.#context = context;
    this.#owner = owner;
  }

  /** Takes in what an earlier life has voted. */
  recall(votes: readonly Vote[]): void {
    const { voter } = this.#context.state;
    for (const vote of votes) voter.record = recordVote(voter.record, vote);
  }

  /** Nobody knows what an earlier life has voted. */
  silence(): void {
    this.#context.state.voter.isSilenced = true;
    this.#context.env.emit("votes forgotten");
  }

  /** Votes for the tip, if it may and the chain is as far as it is known. */
  maybeVote(): void {
    const { state, keys, publicKey, config } = this.#context;
    const { voter, chain, sync } = state;
    const isValidator = publicKey !== undefined && config.genesis.validators.includes(publicKey);
    // While it fetches what is old, others have voted for it already.
    if (keys === undefined || !isValidator || voter.isSilenced || sync.session !== undefined)
      return;
    const link = nextVote(chain, voter.record);
    if (link === undefined) return;
    const vote = signVote(link.source, link.target, keys);
    if (!this.#owner.store(vote)) return;
    voter.record = recordVote(voter.record, link);
    voter.waiting.push(vote);
  }

  /** All votes that were stored are durable. */
  onDurable(count: number): void {
    const { voter } = this.#context.state;
    for (const vote of voter.waiting.splice(0, count)) this.#owner.publish(vote);
  }
}
