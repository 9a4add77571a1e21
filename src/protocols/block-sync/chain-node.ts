import { unreachable } from "../../sim/assert.ts";
import type { DiskError, Env, Node, NodeId } from "../../sim/env.ts";
import { hexOf } from "../hex.ts";
import { answerCollector } from "../monitoring/answer-collector.ts";
import { answerOf } from "./answers.ts";
import type { ChainState } from "./chain.ts";
import type { ChainContext, ChainNodeConfig } from "./chain-context.ts";
import type { ChainChecks } from "./chain-reader.ts";
import { keyPairOf } from "./encoding/keys.ts";
import { genesisOf } from "./genesis.ts";
import { IMPORT_TIMER } from "./imports.ts";
import type { MempoolState } from "./mempool.ts";
import type { BlockSyncMessage, ClientMessage, Gossip, SyncMessage } from "./messages.ts";
import { healthOf, roleOf, valuesOf } from "./monitoring/health.ts";
import { chainPage } from "./monitoring/metrics.ts";
import { NodeParts } from "./node-parts.ts";
import { type ChainNodeState, newChainNodeState } from "./node-state.ts";
import { activePeers, STATUS_TIMER } from "./peers/peers.ts";
import { answerTo } from "./peers/serving.ts";
import { GOSSIP_TIMER } from "./pool.ts";
import { MADE_TIMER, SLOT_TIMER } from "./producer.ts";
import { ADOPT_TIMER, STORE_TIMER } from "./store/keeper.ts";
import { newSyncState } from "./sync/sync-state.ts";
import { chainRules } from "./validation.ts";
import { weightOf } from "./weight.ts";

const START_TIMER = "start";

/**
 * A node of the chain: validator or observer. It fetches what it lacks, checks all it is given,
 * keeps it on its disk, and serves it; as a validator it makes blocks in its slots, and votes.
 */
export class ChainNode implements Node<BlockSyncMessage, ChainNodeState> {
  state: ChainNodeState;
  readonly #env: Env<BlockSyncMessage>;
  readonly #context: ChainContext;
  readonly #parts: NodeParts;

  constructor(env: Env<BlockSyncMessage>, config: ChainNodeConfig, checks: ChainChecks) {
    const stateNow = (): ChainNodeState => this.state;
    const {
      genesis: options,
      options: { limits },
      secret,
    } = config;
    const genesis = genesisOf(options, checks.addresses);
    const keys = secret === undefined ? undefined : keyPairOf(secret);
    this.state = newChainNodeState(genesis, options);
    this.#env = env;
    this.#context = {
      ...{ env, config, genesis, keys },
      publicKey: keys && hexOf(keys.publicKey),
      rules: chainRules(options, genesis.block.header.hash, limits, checks),
      get state() {
        return stateNow();
      },
      broadcast(message) {
        for (const peer of activePeers(stateNow().peers)) env.send(peer, message);
      },
    };
    this.#parts = new NodeParts(this.#context);
  }

  /** Its blocks, for those who look on; undefined until it has read its disk. */
  get chain(): ChainState | undefined {
    return this.state.isReady ? this.state.chain : undefined;
  }

  /** What waits for a block, for those who look on. */
  get waiting(): MempoolState["waiting"] {
    return this.state.mempool.waiting;
  }

  /** How many peers it can ask now, for those who look on. */
  get peersActive(): number {
    return activePeers(this.state.peers).length;
  }

  /** How many blocks wait for their execution. */
  get importsQueued(): number {
    return this.state.imports.queue.length;
  }

  /** How many transactions of clients were not sent to peers yet. */
  get heldBack(): number {
    return this.state.pool.outgoing.length;
  }

  onStart(): void {
    this.state.life = this.#env.random.int(0, 0xffff_ffff);
    this.#env.setTimer(START_TIMER, Math.max(1, this.#context.config.options.costs.start));
  }

  onMessage(from: NodeId, message: BlockSyncMessage): void {
    if (!this.state.isReady) return;
    switch (message.type) {
      case "submit":
      case "query":
      case "produce":
        this.#onClient(from, message);
        break;
      case "scrape":
      case "probe":
        answerCollector(this.#env, from, message, (stamp) =>
          chainPage(valuesOf(this.#context), roleOf(this.#context), stamp),
        );
        break;
      case "submitted":
      case "answer":
      case "produced":
      case "exposition":
      case "alive":
        // Nothing was asked.
        break;
      default:
        if (this.#parts.peers.hear(from, this.#weightOf(message))) this.#onPeer(from, message);
    }
  }

  onTimer(name: string): void {
    const { imports, keeper, pool, producer, sync } = this.#parts;
    if (name === START_TIMER) this.#begin();
    else if (name === IMPORT_TIMER) imports.onTimer();
    else if (name === SLOT_TIMER || name === MADE_TIMER) producer.onTimer(name);
    else if (name === GOSSIP_TIMER) pool.onTimer();
    else if (name === STATUS_TIMER) this.#onStatusTick();
    else if (name === STORE_TIMER || name === ADOPT_TIMER) keeper.onTimer(name);
    else sync.onTimer(name);
  }

  onSynced(token: string, error?: DiskError): void {
    this.#parts.keeper.onSynced(token, error);
  }

  onDisconnect(peer: NodeId): void {
    if (this.state.isReady) this.#parts.peers.lose(peer);
  }

  /** Reads the disk, and sets to work. */
  #begin(): void {
    const { keeper, peers, producer, voter } = this.#parts;
    const { votes, areVotesLost } = keeper.recover();
    voter.recall(votes, areVotesLost);
    this.state.sync = newSyncState(this.state.life);
    this.state.isReady = true;
    peers.begin();
    producer.begin();
  }

  #onStatusTick(): void {
    const { peers, pool, voter, sync, watch } = this.#parts;
    peers.onTick();
    pool.repeat();
    sync.look();
    voter.maybeVote();
    watch.look();
  }

  #onClient(from: NodeId, message: ClientMessage): void {
    const { pool, producer, keeper } = this.#parts;
    if (message.type === "submit") {
      const refused = pool.submit(message.transactions);
      this.#env.send(from, { type: "submitted", serial: message.serial, refused });
    } else if (message.type === "query") {
      const answer = answerOf(message.query, {
        chain: this.state.chain,
        addresses: this.#context.rules.addresses,
        bodyOf: (block) => keeper.bodyOf(block),
        nextNonce: (address) => pool.nextNonce(address),
        verify: () => keeper.verify(),
        health: () => healthOf(this.#context),
      });
      this.#env.send(from, { type: "answer", serial: message.serial, answer });
    } else if (message.type === "produce") producer.onOrder(from, message);
  }

  #onPeer(from: NodeId, message: Gossip | SyncMessage): void {
    const { gossip, sync, keeper, peers } = this.#parts;
    switch (message.type) {
      case "status":
      case "block":
      case "transactions":
      case "votes":
      case "evidence":
        gossip.onMessage(from, message);
        break;
      case "get headers":
      case "get header":
      case "get bodies":
      case "get accounts": {
        const reply = answerTo(message, keeper.serving);
        if (reply === undefined) peers.penalise(from, "malformed");
        else this.#env.send(from, reply);
        break;
      }
      case "headers":
      case "bodies":
      case "accounts":
      case "not available":
        sync.onReply(from, message);
        break;
      default:
        unreachable(message);
    }
  }

  /** Of what a peer says: only where it counts, as it takes a look at every item. */
  #weightOf(message: Gossip | SyncMessage): number {
    const { bytesPerSecond } = this.#context.config.options.peers;
    return bytesPerSecond > 0 ? weightOf(message) : 0;
  }
}
