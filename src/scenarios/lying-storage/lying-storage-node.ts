import type {
  Address,
  Membership,
  StorageQuorumMessage,
} from "../../protocols/storage-quorum/messages.ts";
import {
  StorageNode,
  type StorageNodeConfig,
} from "../../protocols/storage-quorum/storage-node.ts";
import type { DiskError, Env, Node, NodeId } from "../../sim/env.ts";
import type { Conduct } from "../../sim/host/program.ts";
import { honestEnv } from "../honest-env.ts";
import { FalseHolder } from "./false-holder.ts";
import { initialLies, type LyingBehaviour, type LyingStorageState } from "./lies.ts";

/** Whom a lying storage node has on its side. */
export interface LeagueConfig {
  /** Which lies it tells now. */
  readonly conduct: Conduct;
  /**
   * Other lying nodes, which give it what they hold, and which it gives. Of all of them and itself
   * the first by name keeps its bytes, and the others do not.
   */
  readonly accomplices: readonly NodeId[];
  /** Another host, by whose name it registers too; undefined for none. */
  readonly alias: NodeId | undefined;
}

const TWO_IDENTITIES = "claims two identities";
/** Far more than any node has. */
const BOAST_BYTES = 2 ** 40;
/** Of what it asks of itself; the backend's calls are above 0. */
const OWN_CALL = -1;

/**
 * A storage node that lies while a `byzantine` fault has it lie, and is honest otherwise, with what
 * its lies have left: the honest node, and around it what changes its messages. It emits `lie` with
 * each. What it has not kept it goes on to claim for as long as the lie lasts by which it did not.
 */
export class LyingStorageNode implements Node<StorageQuorumMessage, LyingStorageState> {
  readonly #env: Env<StorageQuorumMessage>;
  readonly #backend: NodeId;
  readonly #league: LeagueConfig;
  readonly #honest: StorageNode;
  readonly #holder: FalseHolder;
  #state: LyingStorageState;

  constructor(env: Env<StorageQuorumMessage>, config: StorageNodeConfig, league: LeagueConfig) {
    this.#env = env;
    this.#backend = config.backend;
    this.#league = league;
    this.#honest = new StorageNode(
      honestEnv(env, (to, message) => this.#send(to, message)),
      config,
    );
    this.#state = { honest: this.#honest.state, ...initialLies() };
    this.#holder = new FalseHolder({
      ...{ env, backend: config.backend, leafBytes: config.options.leafBytes },
      accomplices: league.accomplices,
      state: () => this.#state,
      lies: (behaviour, address) => this.#lies(behaviour, address),
      drop: (address) => {
        const drop = { type: "drop", call: OWN_CALL, addresses: [address] } as const;
        this.#honest.onMessage(config.backend, drop);
      },
    });
  }

  get state(): LyingStorageState {
    return this.#state;
  }

  set state(state: LyingStorageState) {
    this.#state = state;
    this.#honest.state = state.honest;
  }

  /** Whether it can prove that leaf without the replica, by what it has kept of it. */
  keepsLeaf(address: Address, leaf: number): boolean {
    return leaf === 0 && this.#state.claims.get(address)?.husk !== undefined;
  }

  onStart(): void {
    this.#honest.onStart();
  }

  onMessage(from: NodeId, message: StorageQuorumMessage): void {
    if (from === this.#backend && this.#answersFalsely(message)) return;
    if (!this.#league.accomplices.includes(from)) this.#honest.onMessage(from, message);
    else if (message.type === "fetch") this.#holder.give(from, message);
    else if (message.type === "fetched") this.#holder.passOn(message.call, message.data);
  }

  onTimer(name: string): void {
    this.#honest.onTimer(name);
  }

  onSynced(token: string, error?: DiskError): void {
    this.#honest.onSynced(token, error);
  }

  /** Whether the backend gets an answer without the honest node. */
  #answersFalsely(message: StorageQuorumMessage): boolean {
    switch (message.type) {
      case "store":
        this.#confirmForOthers(message.call, message.address);
        return this.#holder.onStore(message);
      case "fetch":
        return this.#holder.onFetch(message);
      case "challenge":
        return this.#holder.onChallenge(message);
      case "drop":
        this.#holder.forget(message.addresses);
        return false;
      default:
        return false;
    }
  }

  /** A chunk's replicas are sent in one go: calls beside this one are those of other holders. */
  #confirmForOthers(call: number, address: Address): void {
    if (!this.#lies(TWO_IDENTITIES, address)) return;
    for (const other of [call - 1, call + 1]) {
      this.#env.send(this.#backend, { type: "stored", call: other, error: undefined });
    }
  }

  /** What the honest node sends goes out as the lies have it. */
  #send(to: NodeId, message: StorageQuorumMessage): void {
    switch (message.type) {
      case "stored":
        this.#env.send(to, message);
        if (message.error !== undefined || !this.#lies(TWO_IDENTITIES)) return;
        this.#env.send(to, message);
        break;
      case "fetched":
        this.#env.send(to, { ...message, data: this.#flipped(message.data) });
        break;
      case "holdings":
        this.#env.send(to, { ...message, addresses: this.#holder.withClaims(message.addresses) });
        break;
      case "proof":
        this.#env.send(to, message);
        this.#holder.remember(message.call, message.proof);
        break;
      case "register":
      case "heartbeat":
        this.#report(to, message);
        break;
      default:
        if (message.type !== "dropped" || message.call !== OWN_CALL) this.#env.send(to, message);
    }
  }

  #flipped(data: Uint8Array | undefined): Uint8Array | undefined {
    if (data === undefined || data.length === 0 || !this.#lies("flips a bit")) return data;
    const bit = this.#env.random.int(0, 8 * data.length - 1);
    return data.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
  }

  #report(to: NodeId, message: Extract<Membership, { type: "register" | "heartbeat" }>): void {
    let report = message;
    if (this.#lies("lies about capacity")) {
      const freeBytes = BOAST_BYTES + this.#env.random.int(0, 2 ** 30);
      report = { ...message, capacityBytes: 2 * freeBytes, freeBytes };
    }
    this.#env.send(to, report);
    const { alias } = this.#league;
    if (alias === undefined || !this.#lies(TWO_IDENTITIES)) return;
    this.#env.send(to, { ...report, type: "register", name: alias });
  }

  /** Whether it is to tell that lie now; it is told, then. */
  #lies(behaviour: LyingBehaviour, address?: Address): boolean {
    if (!this.#league.conduct(behaviour)) return false;
    this.#env.emit("lie", address === undefined ? { behaviour } : { behaviour, address });
    return true;
  }
}
