// The parts of a node, and who tells whom.

import { isAcquainted } from "./acquaintance.ts";
import type { Header } from "./block.ts";
import type { BuiltBlock } from "./build-block.ts";
import { type ChainBlock, checkpointOf, tipOf } from "./chain.ts";
import type { ChainContext } from "./chain-context.ts";
import type { Vote } from "./finality/vote.ts";
import { Voter } from "./finality/voter.ts";
import { Gossip } from "./gossip.ts";
import { Head } from "./head.ts";
import { type ImportOutcome, Imports } from "./imports.ts";
import type { ValidatorClaim } from "./messages.ts";
import { Watch } from "./monitoring/health.ts";
import { countRefused, note } from "./monitoring/metrics.ts";
import type { Origin } from "./node-state.ts";
import { type OwnStatus, Peers } from "./peers/peers.ts";
import { Pool } from "./pool.ts";
import { Producer } from "./producer.ts";
import { Keeper } from "./store/keeper.ts";
import { syncRulesOf } from "./sync/sync-rules.ts";
import { Synchronizer } from "./sync/synchronizer.ts";
import { isBrokenForNow } from "./validation.ts";
import { claimOf, isProvenClaim } from "./validator-claim.ts";

/** Everything that a node is made of. */
export class NodeParts {
  readonly gossip: Gossip;
  readonly head: Head;
  readonly imports: Imports;
  readonly keeper: Keeper;
  readonly peers: Peers;
  readonly pool: Pool;
  readonly producer: Producer;
  readonly sync: Synchronizer;
  readonly voter: Voter;
  readonly watch: Watch;
  readonly #context: ChainContext;
  readonly #claim: ValidatorClaim | undefined;

  constructor(context: ChainContext) {
    const { keys, env, rules } = context;
    this.#context = context;
    this.#claim = keys && claimOf(keys, env.id, rules);
    this.pool = new Pool(context);
    this.watch = new Watch(context);
    this.keeper = new Keeper(context, {
      onOwnBlock: (hash) => this.producer.onDurable(hash),
      onOwnVote: (target) => this.voter.onDurable(target),
      onAdopted: () => this.sync.onAdopted(),
    });
    this.head = new Head(context, {
      onTip: (adopted) => this.#onTip(adopted),
      onProof: (what) => this.keeper.keepProof(what),
      onEvidence: (evidence) =>
        context.broadcast({ type: "evidence", evidence: evidence.map(({ proofs }) => proofs) }),
    });
    this.imports = new Imports(context, {
      onValid: (block, changes) => {
        this.head.addBlock(block);
        this.keeper.append(block, changes);
      },
      onOutcome: (header, outcome, origin) => this.#onOutcome(header, outcome, origin),
    });
    this.voter = new Voter(context, {
      store: (vote) => this.keeper.appendVote(vote),
      publish: (vote) => this.#publishVote(vote),
    });
    this.producer = new Producer(context, {
      isReady: () => this.#mayProduce(),
      store: (built) => this.keeper.propose(blockOf(built), built.executed.changes),
      publish: (built) => this.#publishBlock(built),
    });
    this.peers = this.#newPeers();
    this.sync = this.#newSynchronizer();
    this.gossip = new Gossip(context, this);
  }

  #newPeers(): Peers {
    const context = this.#context;
    const { env, config, rules } = context;
    return new Peers({
      ...{ env, options: config.options.peers, bootstrap: config.bootstrap },
      genesis: rules.genesisHash,
      get state() {
        return context.state.peers;
      },
      isHost: config.isHost,
      ownStatus: () => this.#ownStatus(),
      isProven: (claim, peer) => isProvenClaim(claim, peer, rules),
      owes: (peer) => this.sync.isOwedBy(peer),
      onGone: (peer) => this.sync.onGone(peer),
    });
  }

  #newSynchronizer(): Synchronizer {
    const context = this.#context;
    const { env, config } = context;
    return new Synchronizer({
      ...{ env, options: config.options, checkpoint: config.checkpoint, peers: this.peers },
      get memory() {
        return context.state;
      },
      rules: syncRulesOf(context.rules, {
        get chain() {
          return context.state.chain;
        },
        get finality() {
          return context.state.finality;
        },
        get wallClock() {
          return env.wallClock();
        },
      }),
      imports: {
        isKnown: (hash) => this.imports.isKnown(hash),
        importBlock: (block) => this.imports.take(block),
        adopt: (header, accounts) => this.keeper.adopt(header, accounts),
      },
    });
  }

  #onTip(adopted: readonly string[]): void {
    const { chain } = this.#context.state;
    for (const hash of adopted) this.pool.forget(chain.blocks.get(hash)?.transactions ?? []);
    this.voter.maybeVote();
  }

  #onOutcome(header: Header, outcome: ImportOutcome, origin: Origin): void {
    const { env, state } = this.#context;
    const { height, hash } = header;
    const isTaken = outcome === "imported" || outcome === "known";
    if (!isTaken) countRefused(state.refused, outcome);
    if (outcome === "imported") {
      this.#countImported(header, origin);
      env.emit("block imported", { height, hash, from: nameOf(origin) });
    }
    if (outcome === "known") env.emit("block come twice", { from: nameOf(origin), hash });
    if (origin.kind === "sync") {
      const result = outcome === "known" ? "imported" : outcome;
      this.sync.onImported(hash, result === "orphan" ? "unknown parent" : result);
    } else if (!isTaken) {
      env.emit("block refused", { peer: origin.peer, hash, rule: outcome });
      if (isFault(outcome)) this.peers.penalise(origin.peer, "invalid block");
    }
    if (outcome === "imported") this.imports.adoptChildren(hash);
  }

  #countImported({ timestamp }: Header, origin: Origin): void {
    const { counters, histograms } = this.#context.state;
    if (origin.kind === "sync") counters.sync_blocks++;
    else note(histograms, "block_propagation_seconds", origin.at - timestamp);
  }

  #publishBlock(built: BuiltBlock): void {
    const { env, state } = this.#context;
    const { header, body } = built.block;
    const { height, hash, timestamp } = header;
    state.counters.blocks_proposed++;
    env.emit("block proposed", { height, hash, timestamp, transactions: body.length });
    this.#context.broadcast({ type: "block", header: header.bytes, body });
    this.head.addBlock(blockOf(built));
    this.imports.adoptChildren(hash);
  }

  #publishVote(vote: Vote): void {
    const { env, state } = this.#context;
    state.counters.votes_cast++;
    env.emit("vote cast", { ...vote.target, source: vote.source.height });
    this.#context.broadcast({ type: "votes", votes: [vote.bytes] });
    this.head.addVotes([vote]);
  }

  /** Who has just met others, or nobody yet, may be behind a chain that it has not heard of. */
  #mayProduce(): boolean {
    const { config } = this.#context;
    const isIntroduced = config.bootstrap.length === 0 || isAcquainted(this.#context);
    return isIntroduced && this.sync.phase !== "bodies";
  }

  #ownStatus(): OwnStatus {
    const { state, rules } = this.#context;
    const { chain } = state;
    const { justified, finalized, bodiesFrom } = chain;
    return {
      ...{ genesis: rules.genesisHash, tip: checkpointOf(tipOf(chain)), justified, finalized },
      ...{ bodiesFrom, validator: this.#claim, life: state.life },
    };
  }
}

function blockOf({ block, transactions, executed }: BuiltBlock): ChainBlock {
  const hashes = transactions.map(({ hash }) => hash);
  return { ...block, transactions: hashes, accounts: { trie: executed.trie } };
}

function nameOf(origin: Origin): string {
  return origin.kind === "gossip" ? origin.peer : "sync";
}

/** Whether the giver of a block could have known better. */
function isFault(outcome: Exclude<ImportOutcome, "imported" | "known">): boolean {
  if (outcome === "orphan" || outcome === "behind finality" || outcome === "fork too deep") {
    return false;
  }
  return !isBrokenForNow(outcome);
}
