// A validator's own blocks: one in each of its slots, or as many as an operator orders.

import { assert } from "../../sim/assert.ts";
import type { NodeId } from "../../sim/env.ts";
import { ms } from "../../sim/time.ts";
import { type BuiltBlock, buildBlock } from "./build-block.ts";
import { checkpointOf, tipOf } from "./chain.ts";
import type { ChainContext } from "./chain-context.ts";
import type { Hash } from "./encoding/hash.ts";
import { producerOf, slotOf, slotStart } from "./genesis.ts";
import { candidates } from "./mempool.ts";
import type { BlockSyncMessage } from "./messages.ts";
import type { Order, ProducerState } from "./node-state.ts";
import { GAS_OF_TRANSACTION } from "./transaction.ts";

/** What the producer needs of its node. */
export interface ProducerOwner {
  /** Whether blocks may be made now: some peer is known, and the chain not known to be behind. */
  isReady(): boolean;
  /** Stores a block of this validator's; whether the disk has taken it. */
  store(built: BuiltBlock): boolean;
  /** A block of its own is durable: it becomes part of the chain, and is sent. */
  publish(built: BuiltBlock): void;
}

export const SLOT_TIMER = "slot";
export const MADE_TIMER = "made";
/** Where slots are short, nobody wakes up in each of them only to look at the clock. */
const JUMP_NOTICED = ms(100);

/** Makes the blocks of one validator, each on the disk before anybody sees it. */
export class Producer {
  readonly #context: ChainContext;
  readonly #owner: ProducerOwner;

  constructor(context: ChainContext, owner: ProducerOwner) {
    this.#context = context;
    this.#owner = owner;
  }

  begin(): void {
    if (this.#makesEverySlot) this.#awaitSlot();
  }

  /** An operator's order; who asks again wants the same, and another answer. */
  onOrder(from: NodeId, order: Extract<BlockSyncMessage, { type: "produce" }>): void {
    const { height, interval, serial } = order;
    const others = this.#state.orders.filter((one) => one.from !== from || one.height !== height);
    this.#state.orders = [...others, { from, serial, height, interval }];
    this.#carryOn();
  }

  onTimer(name: string): void {
    if (name === MADE_TIMER) this.#onMade();
    else this.#onSlot();
  }

  /** A block that is not part of the chain is durable: the proposal, unless it was given up. */
  onDurable(hash: Hash): void {
    const { proposal } = this.#state;
    if (proposal?.block.header.hash !== hash) return;
    this.#state.proposal = undefined;
    this.#owner.publish(proposal);
    this.#carryOn();
  }

  /** Answers the orders that are carried out, and goes on with the next one. */
  #carryOn(): void {
    const { env, state } = this.#context;
    const tip = checkpointOf(tipOf(state.chain));
    const isDone = ({ height }: Order): boolean => tip.height >= height;
    for (const { from, serial } of this.#state.orders.filter(isDone)) {
      env.send(from, { type: "produced", serial, tip });
    }
    this.#state.orders = this.#state.orders.filter((order) => !isDone(order));
    const isIdle = this.#state.slot === undefined && this.#state.proposal === undefined;
    if (isIdle && this.#state.orders.length > 0) this.#awaitSlot();
  }

  #onSlot(): void {
    const { env, config, state } = this.#context;
    const now = env.wallClock();
    const slot = now < config.genesis.timestamp ? -1 : slotOf(config.genesis, now);
    const isIdle = this.#state.slot === undefined && this.#state.proposal === undefined;
    const isDue = this.#makesEverySlot || now >= this.#state.notBefore;
    if (isIdle && isDue && this.#isWanted && this.#isOwn(slot) && this.#owner.isReady()) {
      this.#state.slot = slot;
      const { createBlock, transaction } = config.options.costs;
      const blockMax = Math.floor(config.options.limits.blockGas / GAS_OF_TRANSACTION);
      const count = Math.min(state.mempool.waiting.size, blockMax);
      env.setTimer(MADE_TIMER, createBlock + transaction * count);
    }
    const isMaking = this.#state.slot !== undefined || this.#state.proposal !== undefined;
    if (this.#makesEverySlot || (this.#isWanted && !isMaking)) this.#awaitSlot();
  }

  #onMade(): void {
    const { state, config, keys, rules } = this.#context;
    const { slot } = this.#state;
    this.#state.slot = undefined;
    assert(slot !== undefined && keys !== undefined, "a block of nobody's");
    const parent = tipOf(state.chain);
    // Somebody else's block may have come meanwhile.
    if (slotOf(config.genesis, parent.header.timestamp) >= slot) {
      this.#carryOn();
      return;
    }
    const timestamp = Math.max(slotStart(config.genesis, slot), parent.header.timestamp + 1);
    const built = buildBlock(
      {
        ...{ parent: parent.header, accounts: parent.accounts!.trie, timestamp, keys },
        candidates: candidates(state.mempool),
      },
      rules,
    );
    this.#state.notBefore = timestamp + (this.#state.orders[0]?.interval ?? 0);
    if (this.#owner.store(built)) this.#state.proposal = built;
    else this.#context.env.emit("proposal lost");
    this.#carryOn();
  }

  /** Whether a slot is this validator's, and free. */
  #isOwn(slot: number): boolean {
    const { config, publicKey, state } = this.#context;
    const { header } = tipOf(state.chain);
    const isFree = slot > slotOf(config.genesis, header.timestamp);
    return isFree && publicKey === producerOf(config.genesis, slot);
  }

  /** Wakes up when the next slot of its own begins that is free. */
  #awaitSlot(): void {
    const { env, config, publicKey, state } = this.#context;
    const { genesis } = config;
    const now = Math.max(env.wallClock(), genesis.timestamp);
    const own = genesis.validators.indexOf(publicKey ?? "");
    if (own < 0) return;
    const after = Math.max(
      slotOf(genesis, now),
      slotOf(genesis, Math.max(this.#state.notBefore - 1, genesis.timestamp)),
      slotOf(genesis, tipOf(state.chain).header.timestamp),
    );
    const count = genesis.validators.length;
    const next = after + 1 + ((((own - after - 1) % count) + count) % count);
    // Clocks that jump are noticed after a round, or soon, at the latest.
    const delayMax = Math.max(count * genesis.slotTime, JUMP_NOTICED);
    const delay = Math.min(slotStart(genesis, next) - env.wallClock(), delayMax);
    env.setTimer(SLOT_TIMER, Math.max(1, delay));
  }

  get #makesEverySlot(): boolean {
    return this.#context.config.options.production === "every slot";
  }

  get #isWanted(): boolean {
    return this.#makesEverySlot || this.#state.orders.length > 0;
  }

  get #state(): ProducerState {
    return this.#context.state.producer;
  }
}
