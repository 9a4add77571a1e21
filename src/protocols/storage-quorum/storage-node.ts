import { unreachable } from "../../sim/assert.ts";
import type { DiskError, Env, Node, NodeId } from "../../sim/env.ts";
import { addressOf } from "./cipher.ts";
import type {
  Address,
  ChallengeProof,
  ChallengeRequest,
  Membership,
  NodeReport,
  StorageQuorumMessage,
  StorageRequest,
  StoreError,
} from "./messages.ts";
import type { StorageQuorumOptions } from "./options.ts";
import { proofOf } from "./proof.ts";
import {
  initialReplicaFiles,
  ReplicaFiles,
  type ReplicaFilesState,
  type Settled,
  SYNC_TIMER,
} from "./replica-files.ts";
import { STORAGE_QUORUM_SITES } from "./sites.ts";

/** Where a storage node belongs, and what it may take. */
export interface StorageNodeConfig {
  readonly discovery: NodeId;
  /** Nobody else may store, fetch or drop. */
  readonly backend: NodeId;
  readonly capacityBytes: number;
  readonly options: StorageQuorumOptions;
}

export interface StorageNodeState extends ReplicaFilesState<Waiting> {
  /** Drawn anew at each start. */
  life: number;
  isRegistered: boolean;
  /** It has left, and takes nothing more until it starts again. */
  isDrained: boolean;
}

/** A request that waits for a sync. */
export type Waiting =
  | { readonly type: "store" | "drop" | "inventory"; readonly call: number }
  | { readonly type: "challenge"; readonly challenge: ChallengeRequest };

/**
 * Holds replicas, and says so only of those that are durable. It gives and proves what it has, and
 * removes what is no longer what its address says.
 */
export class StorageNode implements Node<StorageQuorumMessage, StorageNodeState> {
  state: StorageNodeState = {
    ...{ life: 0, isRegistered: false, isDrained: false },
    ...initialReplicaFiles<Waiting>(),
  };
  readonly #env: Env<StorageQuorumMessage>;
  readonly #config: StorageNodeConfig;
  readonly #files: ReplicaFiles<Waiting>;

  constructor(env: Env<StorageQuorumMessage>, config: StorageNodeConfig) {
    this.#env = env;
    this.#config = config;
    this.#files = new ReplicaFiles(env, {
      state: () => this.state,
      onSettled: (waiting, settled) => this.#onSettled(waiting, settled),
      retryDelay: config.options.retryDelay,
    });
  }

  onStart(): void {
    this.state.life = this.#env.random.int(0, 0xffff_ffff);
    this.#files.recover();
    this.#register();
  }

  onMessage(from: NodeId, message: StorageQuorumMessage): void {
    const { backend, discovery } = this.#config;
    if (message.type === "drain") this.#onDrain(from, message.serial);
    else if (from === backend && isStorageRequest(message)) this.#onRequest(message);
    else if (from === discovery) this.#onMembership(message);
  }

  onTimer(name: string): void {
    if (name === SYNC_TIMER) this.#files.retry();
    else if (name === "register") this.#register();
    else this.#heartbeat();
  }

  onSynced(token: string, error?: DiskError): void {
    this.#files.onSynced(token, error);
  }

  #onRequest(request: StorageRequest): void {
    switch (request.type) {
      case "store":
        this.#onStore(request.call, request.address, request.data);
        break;
      case "fetch": {
        const data = this.#files.read(request.address);
        this.#answer({ type: "fetched", call: request.call, data });
        break;
      }
      case "challenge":
        this.#onChallenge(request);
        break;
      case "inventory":
        this.#onInventory(request.call);
        break;
      case "drop":
        this.#files.drop(request.addresses, { type: "drop", call: request.call });
        break;
    }
  }

  #onStore(call: number, address: Address, data: Uint8Array): void {
    if (addressOf(data) !== address) {
      this.#refuse(call, address, "damaged");
      return;
    }
    // What was durable once may have rotted since.
    const isThere = this.#files.read(address) !== undefined;
    const error = isThere ? undefined : this.#write(address, data);
    if (error !== undefined) {
      this.#refuse(call, address, error);
      return;
    }
    const replica = this.#files.find(address)!;
    if (this.#files.isDurable(replica)) this.#confirm(call);
    else replica.waiting.push({ type: "store", call });
    if (!isThere) this.#sync(address);
  }

  #write(address: Address, data: Uint8Array): StoreError | undefined {
    if (this.state.isDrained || data.length > this.#freeBytes()) return "full";
    return this.#files.write(address, data);
  }

  #sync(address: Address): void {
    if (this.#env.buggify(STORAGE_QUORUM_SITES.nodeSyncsLate)) {
      this.#env.setTimer(SYNC_TIMER, this.#config.options.retryDelay);
    } else this.#files.sync(address);
  }

  /** Whoever proves a replica is taken for its holder: it has to be durable. */
  #onChallenge(challenge: ChallengeRequest): void {
    const replica = this.#files.find(challenge.address);
    if (replica !== undefined && !this.#files.isDurable(replica)) {
      replica.waiting.push({ type: "challenge", challenge });
      return;
    }
    const { call } = challenge;
    this.#answer({ type: "proof", call, proof: this.#prove(challenge) });
  }

  /** What is not listed is taken for lost: first it must be known what an earlier life has left. */
  #onInventory(call: number): void {
    const unsure = this.#files.unsureOfOld();
    if (unsure !== undefined) unsure.waiting.push({ type: "inventory", call });
    else this.#answer({ type: "holdings", call, addresses: this.#files.durable() });
  }

  #prove(challenge: ChallengeRequest): ChallengeProof | undefined {
    const bytes = this.#files.read(challenge.address);
    return bytes && proofOf(bytes, this.#config.options.leafBytes, challenge);
  }

  #onSettled(waiting: Waiting, settled: Settled): void {
    const isDurable = settled === "durable";
    switch (waiting.type) {
      case "challenge":
        // It may wait for the next sync, too.
        this.#onChallenge(waiting.challenge);
        break;
      case "store":
        if (isDurable) this.#confirm(waiting.call);
        else this.#answer({ type: "stored", call: waiting.call, error: "io" });
        break;
      case "inventory":
        this.#onInventory(waiting.call);
        break;
      case "drop":
        // Of a removal that has failed nobody is told: the backend asks again.
        if (isDurable) this.#answer({ type: "dropped", call: waiting.call });
        break;
      default:
        unreachable(waiting);
    }
  }

  #confirm(call: number): void {
    const stored = { type: "stored", call, error: undefined } as const;
    this.#answer(stored);
    if (this.#env.buggify(STORAGE_QUORUM_SITES.nodeAnswersTwice)) this.#answer(stored);
  }

  #refuse(call: number, address: Address, error: StoreError): void {
    this.#env.emit("store refused", { address, error });
    this.#answer({ type: "stored", call, error });
  }

  #answer(message: StorageQuorumMessage): void {
    this.#env.send(this.#config.backend, message);
  }

  #onMembership(message: StorageQuorumMessage): void {
    if (this.state.isDrained) return;
    if (message.type === "registered") {
      if (!this.state.isRegistered) this.#env.emit("registered", { life: this.state.life });
      this.state.isRegistered = true;
      this.#env.cancelTimer("register");
      this.#env.setTimer("heartbeat", this.#config.options.heartbeatInterval);
    } else if (message.type === "unknown") this.#register();
  }

  /** Again and again, until the discovery has answered. */
  #register(): void {
    this.state.isRegistered = false;
    this.#env.cancelTimer("heartbeat");
    this.#env.setTimer("register", this.#config.options.retryDelay);
    this.#tellDiscovery({ type: "register", ...this.#report() });
  }

  #heartbeat(): void {
    this.#env.setTimer("heartbeat", this.#config.options.heartbeatInterval);
    this.#tellDiscovery({ type: "heartbeat", ...this.#report() });
  }

  #onDrain(from: NodeId, serial: number): void {
    if (!this.state.isDrained) this.#env.emit("drained", { life: this.state.life });
    this.state.isDrained = true;
    this.state.isRegistered = false;
    this.#env.cancelTimer("register");
    this.#env.cancelTimer("heartbeat");
    this.#tellDiscovery({ type: "leave", name: this.#env.id, life: this.state.life });
    this.#env.send(from, { type: "drained", serial });
  }

  #report(): NodeReport {
    const { capacityBytes } = this.#config;
    const { life } = this.state;
    return { name: this.#env.id, life, capacityBytes, freeBytes: this.#freeBytes() };
  }

  #freeBytes(): number {
    return Math.max(0, this.#config.capacityBytes - this.state.usedBytes);
  }

  #tellDiscovery(message: Membership): void {
    this.#env.send(this.#config.discovery, message);
  }
}

function isStorageRequest(message: StorageQuorumMessage): message is StorageRequest {
  return REQUESTS.some((type) => type === message.type);
}

const REQUESTS: readonly StorageRequest["type"][] = [
  "store",
  "fetch",
  "challenge",
  "inventory",
  "drop",
];
