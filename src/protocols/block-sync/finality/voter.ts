// A validator's votes: each is on the disk before it is sent.

import type { ChainContext } from "../chain-context.ts";
import { type Checkpoint, signVote, type Vote } from "./vote.ts";
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

  /** Takes in what an earlier life has voted; whoever does not know that votes no more. */
  recall(votes: readonly Vote[], areVotesLost: boolean): void {
    const { voter } = this.#context.state;
    for (const vote of votes) voter.record = recordVote(voter.record, vote);
    if (!areVotesLost) return;
    voter.isSilenced = true;
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

  /** The vote for that target is durable, and those before it. */
  onDurable(target: Checkpoint): void {
    const { voter } = this.#context.state;
    const at = voter.waiting.findIndex((vote) => vote.target.hash === target.hash);
    for (const vote of voter.waiting.splice(0, at + 1)) this.#owner.publish(vote);
  }
}
