import { addressOf } from "../../protocols/storage-quorum/cipher.ts";
import { leafCountOf } from "../../protocols/storage-quorum/merkle.ts";
import type {
  Address,
  ChallengeProof,
  ChallengeRequest,
  StorageQuorumMessage,
  StorageRequest,
} from "../../protocols/storage-quorum/messages.ts";
import { proofOf } from "../../protocols/storage-quorum/proof.ts";
import { fileOf } from "../../protocols/storage-quorum/replica-files.ts";
import type { Env, NodeId } from "../../sim/env.ts";
import { forgedProof, huskOf, huskProof } from "./false-proofs.ts";
import type { Claim, LyingBehaviour, LyingStorageState, Relayed } from "./lies.ts";

type Store = Extract<StorageRequest, { type: "store" }>;
type Fetch = Extract<StorageRequest, { type: "fetch" }>;

/** What a lying node lends to the part of it that holds less than it says. */
export interface FalseHolderSetup {
  readonly env: Env<StorageQuorumMessage>;
  readonly backend: NodeId;
  readonly leafBytes: number;
  readonly accomplices: readonly NodeId[];
  /** The node's memory: in a recorded run that is another at each handler. */
  readonly state: () => LyingStorageState;
  /** Whether it is to tell that lie now; it is told, then. */
  readonly lies: (behaviour: LyingBehaviour, address?: Address) => boolean;
  /** Has the honest node remove a replica. */
  readonly drop: (address: Address) => void;
}

const ACKS = "acks without storing";
const COLLUDES = "colludes with another holder";
const REPLAYS = "answers with an old proof";
const KEEPS_HASHES = "stores hashes only";
/** Of questions to accomplices that are not answered, so many are remembered. */
const RELAYS_MAX = 64;

/** Claims replicas whose bytes it does not have, and answers for them as well as it can. */
export class FalseHolder {
  readonly #setup: FalseHolderSetup;

  constructor(setup: FalseHolderSetup) {
    this.#setup = setup;
  }

  /** Whether it has confirmed a replica without keeping it; if not, the honest node stores it. */
  onStore(request: Store): boolean {
    const { call, address, data } = request;
    if (this.#holds(address) || addressOf(data) !== address) return false;
    const claim = this.#claimed(address) ?? this.#claimOf(request);
    if (claim === undefined) this.#claims.delete(address);
    else {
      this.#claims.set(address, claim);
      this.#answer({ type: "stored", call, error: undefined });
    }
    return claim !== undefined;
  }

  /** Whether it has answered, or has asked somebody who can. */
  onFetch(request: Fetch): boolean {
    const { call, address } = request;
    const claim = this.#claimed(address);
    if (claim !== undefined) {
      this.#fetchClaimed(request, claim);
      return true;
    }
    if (!this.#holds(address)) return false;
    if (this.#isServed && this.#lies(COLLUDES, address)) {
      this.#discard(address, { by: COLLUDES, husk: undefined });
      this.#relay(request);
      return true;
    }
    const other = this.#otherThan(address);
    if (other === undefined || !this.#lies("returns another chunk", address)) return false;
    this.#answer({ type: "fetched", call, data: this.#read(other) });
    return true;
  }

  /** Whether it has answered, or has asked somebody who can. */
  onChallenge(request: ChallengeRequest): boolean {
    const { call, address } = request;
    const claim = this.#claimed(address) ?? this.#lose(address);
    if (claim === undefined) {
      this.#state.challenged.set(call, address);
      return false;
    }
    if (claim.by === COLLUDES) this.#relay(request);
    else this.#answer({ type: "proof", call, proof: this.#falseProof(request, claim) });
    return true;
  }

  /** The backend wants to hear no more of them. */
  forget(addresses: readonly Address[]): void {
    for (const address of addresses) {
      this.#claims.delete(address);
      this.#state.proofs.delete(address);
    }
  }

  /** An inventory with all that it claims. */
  withClaims(addresses: readonly Address[]): readonly Address[] {
    const claimed = [...this.#claims.keys()].filter((address) => this.#claimed(address));
    return [...new Set([...addresses, ...claimed])].sort();
  }

  /** A good proof is kept; whoever means to use it again needs the bytes no more. */
  remember(call: number, proof: ChallengeProof | undefined): void {
    const { challenged, proofs } = this.#state;
    const address = challenged.get(call);
    challenged.delete(call);
    if (address === undefined || proof === undefined) return;
    const known = proofs.get(address) ?? new Map<number, ChallengeProof>();
    known.set(proof.index, proof);
    proofs.set(address, known);
    if (!this.#lies(REPLAYS, address)) return;
    this.#discard(address, { by: REPLAYS, husk: undefined });
  }

  /** Gives an accomplice what it holds; one that does not have it says nothing. */
  give(accomplice: NodeId, { call, address }: Fetch): void {
    if (!this.#holds(address)) return;
    const data = this.#read(address);
    if (data === undefined || !this.#lies(COLLUDES, address)) return;
    this.#setup.env.send(accomplice, { type: "fetched", call, data });
  }

  /** An accomplice has given a replica: what was asked for it can be answered. */
  passOn(number: number, data: Uint8Array | undefined): void {
    const request = this.#state.relays.get(number);
    this.#state.relays.delete(number);
    if (request === undefined || data === undefined) return;
    const { call, address } = request;
    if (addressOf(data) !== address || !this.#lies(COLLUDES, address)) return;
    if (request.type === "fetch") this.#answer({ type: "fetched", call, data });
    else {
      const proof = proofOf(data, this.#setup.leafBytes, request);
      this.#answer({ type: "proof", call, proof });
    }
  }

  /** How it takes a replica without keeping it; undefined when it is to keep it. */
  #claimOf({ address, data }: Store): Claim | undefined {
    const { leafBytes } = this.#setup;
    const claim = { sizeBytes: data.length, husk: undefined };
    if (this.#lies(ACKS, address)) return { by: ACKS, ...claim };
    if (leafCountOf(data.length, leafBytes) > 1 && this.#lies(KEEPS_HASHES, address)) {
      return { ...claim, by: KEEPS_HASHES, husk: huskOf(data, leafBytes) };
    }
    return this.#isServed && this.#lies(COLLUDES, address) ? { by: COLLUDES, ...claim } : undefined;
  }

  /** Bytes of the right number, with those that are left; or silence, which proves no loss. */
  #fetchClaimed(request: Fetch, { by, sizeBytes, husk }: Claim): void {
    if (by === COLLUDES) this.#relay(request);
    else if (by !== REPLAYS) {
      const data = new Uint8Array(sizeBytes);
      data.set(husk?.firstLeaf ?? []);
      this.#answer({ type: "fetched", call: request.call, data });
    }
  }

  /** Gives up a replica that it holds and can answer for without; undefined when it keeps it. */
  #lose(address: Address): Claim | undefined {
    if (!this.#holds(address)) return undefined;
    if (this.#state.proofs.has(address) && this.#lies(REPLAYS, address)) {
      return this.#discard(address, { by: REPLAYS, husk: undefined });
    }
    const { leafBytes } = this.#setup;
    const bytes = this.#read(address);
    if (bytes === undefined) return undefined;
    if (leafCountOf(bytes.length, leafBytes) > 1 && this.#lies(KEEPS_HASHES, address)) {
      return this.#discard(address, { by: KEEPS_HASHES, husk: huskOf(bytes, leafBytes) });
    }
    if (!this.#isServed || !this.#lies(COLLUDES, address)) return undefined;
    return this.#discard(address, { by: COLLUDES, husk: undefined });
  }

  #falseProof(
    request: ChallengeRequest,
    { by, sizeBytes, husk }: Claim,
  ): ChallengeProof | undefined {
    if (husk !== undefined) return huskProof(husk, request);
    if (by !== REPLAYS) return forgedProof(sizeBytes, this.#setup.leafBytes, request);
    const old = this.#state.proofs.get(request.address);
    // One of the same leaf lacks no more than the nonce.
    return old?.get(request.leaf) ?? [...(old?.values() ?? [])].at(-1);
  }

  /** Asks its accomplices for a replica, to answer the backend with what they have. */
  #relay(request: Relayed): void {
    const { relays } = this.#state;
    const number = ++this.#state.relayCount;
    relays.set(number, request);
    if (relays.size > RELAYS_MAX) relays.delete([...relays.keys()][0]!);
    for (const accomplice of this.#setup.accomplices) {
      const { address } = request;
      this.#setup.env.send(accomplice, { type: "fetch", call: number, address });
    }
  }

  #discard(address: Address, how: Pick<Claim, "by" | "husk">): Claim {
    const { sizeBytes } = this.#state.honest.replicas.get(address)!;
    const claim = { sizeBytes, ...how };
    this.#claims.set(address, claim);
    this.#setup.drop(address);
    return claim;
  }

  /** Whether another one of the league keeps its bytes, so that this one need not. */
  get #isServed(): boolean {
    return this.#setup.accomplices.some((id) => id < this.#setup.env.id);
  }

  get #state(): LyingStorageState {
    return this.#setup.state();
  }

  get #claims(): LyingStorageState["claims"] {
    return this.#state.claims;
  }

  /** What it claims to hold and does not, if it goes on with that. */
  #claimed(address: Address): Claim | undefined {
    const claim = this.#claims.get(address);
    return claim !== undefined && this.#lies(claim.by, address) ? claim : undefined;
  }

  /** Whether the replica is on its disk, and durable. */
  #holds(address: Address): boolean {
    const replica = this.#state.honest.replicas.get(address);
    return replica?.areBytesDurable === true && replica.isNameDurable;
  }

  #read(address: Address): Uint8Array | undefined {
    return this.#setup.env.disk.read(fileOf(address));
  }

  /** Another replica that it holds, of the same size if there is one. */
  #otherThan(address: Address): Address | undefined {
    const { replicas } = this.#state.honest;
    const others = [...replicas.keys()].filter((one) => one !== address && this.#holds(one));
    const { sizeBytes } = replicas.get(address)!;
    return others.find((one) => replicas.get(one)!.sizeBytes === sizeBytes) ?? others[0];
  }

  #answer(message: StorageQuorumMessage): void {
    this.#setup.env.send(this.#setup.backend, message);
  }

  #lies(behaviour: LyingBehaviour, address: Address): boolean {
    return this.#setup.lies(behaviour, address);
  }
}
