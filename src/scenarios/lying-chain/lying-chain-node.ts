import type { ChainState } from "../../protocols/block-sync/chain.ts";
import type { ChainNodeConfig } from "../../protocols/block-sync/chain-context.ts";
import { ChainNode } from "../../protocols/block-sync/chain-node.ts";
import { secretOf, type Wallet } from "../../protocols/block-sync/client/wallet.ts";
import { keyPairOf } from "../../protocols/block-sync/encoding/keys.ts";
import type { BlockSyncMessage } from "../../protocols/block-sync/messages.ts";
import type { ChainRules } from "../../protocols/block-sync/validation.ts";
import type { DiskError, Env, Node, NodeId } from "../../sim/env.ts";
import type { Conduct } from "../../sim/host/program.ts";
import { ms } from "../../sim/time.ts";
import { honestEnv } from "../honest-env.ts";
import { boast } from "./boaster.ts";
import { wrongCheckpoints } from "./checkpoint-forger.ts";
import { doubleProposal, doubleVote } from "./equivocator.ts";
import { flood } from "./flooder.ts";
import { invalidGossip, invalidSync } from "./forger.ts";
import { junkBytes } from "./junk-sender.ts";
import { initialLies, type Lie, type LieContext, type LyingChainState } from "./lies.ts";
import { silence } from "./silence.ts";
import { withholding } from "./withholder.ts";

/** What a lying node has to lie with. */
export interface LyingSetup {
  /** Which lies it tells now. */
  readonly conduct: Conduct;
  readonly rules: ChainRules;
  readonly wallet: Wallet;
  /** Names of accounts that have money. */
  readonly payers: readonly string[];
}

const LIE_TIMER = "lie";
const LIE_INTERVAL = ms(150);

/** All ways to lie, in the order in which they are asked. */
const LIES: readonly Lie[] = [
  ...[silence, invalidGossip, invalidSync, boast, withholding, wrongCheckpoints, junkBytes],
  ...[doubleProposal, doubleVote, flood],
];

/**
 * A node of the chain that lies while a `byzantine` fault has it lie, and is honest otherwise: the
 * honest node, and around it what changes its messages. It emits `lie` with each.
 */
export class LyingChainNode implements Node<BlockSyncMessage, LyingChainState> {
  readonly #env: Env<BlockSyncMessage>;
  readonly #honest: ChainNode;
  readonly #context: LieContext;
  #state: LyingChainState;

  constructor(env: Env<BlockSyncMessage>, config: ChainNodeConfig, setup: LyingSetup) {
    this.#env = env;
    const { rules, wallet, payers, conduct } = setup;
    this.#honest = new ChainNode(
      honestEnv(env, (to, message) => this.#send(to, message)),
      config,
      rules,
    );
    this.#state = { honest: this.#honest.state, ...initialLies() };
    const stateNow = (): LyingChainState => this.#state;
    this.#context = {
      ...{ env, rules, wallet, payers, keys: keyPairOf(config.secret ?? secretOf("stranger")) },
      get state() {
        return stateNow();
      },
      tells: (behaviour) => {
        const isTold = conduct(behaviour);
        if (isTold) env.emit("lie", { behaviour });
        return isTold;
      },
    };
  }

  get state(): LyingChainState {
    return this.#state;
  }

  set state(state: LyingChainState) {
    this.#state = state;
    this.#honest.state = state.honest;
  }

  /** The honest node's. */
  get chain(): ChainState | undefined {
    return this.#honest.chain;
  }

  /** The honest node's. */
  get waiting(): ChainNode["waiting"] {
    return this.#honest.waiting;
  }

  /** The honest node's. */
  get peersActive(): number {
    return this.#honest.peersActive;
  }

  /** The honest node's. */
  get importsQueued(): number {
    return this.#honest.importsQueued;
  }

  /** The honest node's. */
  get heldBack(): number {
    return this.#honest.heldBack;
  }

  onStart(): void {
    this.#honest.onStart();
    this.#env.setTimer(LIE_TIMER, LIE_INTERVAL);
  }

  onMessage(from: NodeId, message: BlockSyncMessage): void {
    const isDone = LIES.some((lie) => lie.onMessage?.(this.#context, from, message));
    if (!isDone) this.#honest.onMessage(from, message);
  }

  onTimer(name: string): void {
    if (name === LIE_TIMER) {
      this.#env.setTimer(LIE_TIMER, LIE_INTERVAL);
      for (const lie of LIES) lie.onTick?.(this.#context);
    } else this.#honest.onTimer(name);
  }

  onSynced(token: string, error?: DiskError): void {
    this.#honest.onSynced(token, error);
  }

  onDisconnect(peer: NodeId): void {
    this.#honest.onDisconnect(peer);
  }

  /** What the honest node sends goes out as the lies have it. */
  #send(to: NodeId, message: BlockSyncMessage): void {
    let changed: BlockSyncMessage | undefined = message;
    for (const lie of LIES) {
      if (changed === undefined) return;
      if (lie.onSend !== undefined) changed = lie.onSend(this.#context, changed, to);
    }
    if (changed !== undefined) this.#env.send(to, changed);
  }
}
