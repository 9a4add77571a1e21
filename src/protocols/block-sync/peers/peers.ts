import { assert } from "../../../sim/assert.ts";
import type { Env, NodeId } from "../../../sim/env.ts";
import type { Micros } from "../../../sim/time.ts";
import type { Hash } from "../encoding/hash.ts";
import type { Checkpoint } from "../finality/vote.ts";
import type { BlockSyncMessage, Status, ValidatorClaim } from "../messages.ts";
import type { PeerOptions } from "../options.ts";
import type { PublicKey } from "../transaction.ts";
import {
  newPeerState,
  type PeerFault,
  type PeerState,
  type PeersState,
  SCORE_MAX,
  spend,
} from "./peer-state.ts";
import { isSoundStatus } from "./status.ts";

/** Set while the node runs; when it fires, {@link Peers.onTick} is due. */
export const STATUS_TIMER = "status";

/** What the table of peers needs of its node. */
export interface PeersContext {
  readonly env: Env<BlockSyncMessage>;
  readonly options: PeerOptions;
  readonly bootstrap: readonly NodeId[];
  readonly genesis: Hash;
  /** The memory as it is now: in a recorded run it is another object at each handler. */
  readonly state: PeersState;
  /** Whether there is a host of that name, as a name service tells. */
  isHost(name: NodeId): boolean;
  /** What the node says of itself. */
  ownStatus(): OwnStatus;
  /** Whether the validator has signed that it is that host. */
  isProven(claim: ValidatorClaim, peer: NodeId): boolean;
  /** Whether the peer was asked for something, and has time yet to answer. */
  owes(peer: NodeId): boolean;
  /** Nothing that the peer was asked will be answered: it is out of reach, or was restarted. */
  onGone(peer: NodeId): void;
}

export type OwnStatus = Omit<Status, "peers" | "isFirst">;

/**
 * Whom a node knows, who of them can be heard, and what their word is worth. Peers that are silent,
 * and those whose ban is over, are told on where this node stands: so they are found again.
 */
export class Peers {
  readonly #context: PeersContext;

  constructor(context: PeersContext) {
    this.#context = context;
  }

  /** Says hello to those who are known from the start, and goes on at regular times. */
  begin(): void {
    for (const peer of this.#context.bootstrap) this.#learn(peer, true);
    this.announce();
    this.#setTimer();
  }

  /** At {@link STATUS_TIMER}. */
  onTick(): void {
    for (const [name, peer] of this.#context.state) {
      this.#maybePardon(name, peer);
      // On a slow link all that it says waits behind its answer.
      if (this.#isSilent(peer) && !this.#context.owes(name)) this.lose(name);
    }
    this.announce();
    this.#setTimer();
  }

  /** Tells all peers where this node stands. */
  announce(): void {
    for (const name of this.#context.state.keys()) this.#tell(name);
  }

  /**
   * Something has come from a host: whether it is to be looked at. It is not if the host is banned,
   * has sent more than it may, or is no peer and finds no room in the table.
   */
  hear(from: NodeId, sizeBytes: number): boolean {
    const { env, options } = this.#context;
    const peer = this.#learn(from, false) ? this.#context.state.get(from) : undefined;
    if (peer === undefined) return false;
    this.#maybePardon(from, peer);
    if (peer.bannedUntil !== undefined) return false;
    const isAllowed = spend(peer.allowance, sizeBytes, { options, now: env.now() });
    const isNew = !isAllowed && !peer.allowance.isExceeded;
    peer.allowance.isExceeded = !isAllowed;
    if (isNew) this.penalise(from, "flood");
    if (!isAllowed) return false;
    peer.heardAt = env.now();
    if (!peer.isReachable) {
      peer.isReachable = true;
      env.emit("peer found", { peer: from });
    }
    return true;
  }

  /** Takes a peer's status; whether it is one of this chain. */
  onStatus(from: NodeId, status: Status): boolean {
    const { state, genesis, options } = this.#context;
    const peer = state.get(from);
    assert(peer !== undefined, "a status of somebody unheard:", from);
    if (!isSoundStatus(status, options.peersMax)) {
      this.penalise(from, "malformed");
      return false;
    }
    if (status.genesis !== genesis) {
      peer.status = undefined;
      this.penalise(from, "wrong genesis");
      return false;
    }
    const isReborn = peer.status !== undefined && peer.status.life !== status.life;
    if (isReborn) this.#context.onGone(from);
    peer.status = status;
    this.#identify(from, peer, status.validator);
    for (const name of status.peers) this.#learn(name, false, "if there is room");
    if (status.isFirst) this.#tell(from);
    return true;
  }

  /**
   * A peer broke a rule or a promise. Too often, and it is banned for a time; but not for being
   * slow, which proves nothing: that takes no more of its score than others are preferred for.
   */
  penalise(name: NodeId, fault: PeerFault): void {
    const { state, env, options } = this.#context;
    const peer = state.get(name);
    if (peer === undefined || peer.bannedUntil !== undefined) return;
    const least = fault === "timeout" ? options.scoreMin : Number.NEGATIVE_INFINITY;
    peer.score = Math.max(peer.score - options.penalty, least);
    env.emit("peer fault", { peer: name, fault, score: peer.score });
    if (peer.score >= options.scoreMin) return;
    peer.bannedUntil = env.now() + options.banTime;
    env.emit("peer banned", { peer: name, fault });
  }

  /** A peer has shown a block that is higher than the tip of its last status. */
  claim(name: NodeId, tip: Checkpoint): void {
    const peer = this.#context.state.get(name);
    if (peer?.status === undefined || tip.height <= peer.status.tip.height) return;
    peer.status = { ...peer.status, tip };
  }

  /** A peer kept a promise. */
  reward(name: NodeId): void {
    const peer = this.#context.state.get(name);
    if (peer !== undefined) peer.score = Math.min(SCORE_MAX, peer.score + 1);
  }

  /** A peer is out of reach: its connection is gone, or it was silent for too long. */
  lose(name: NodeId): void {
    const peer = this.#context.state.get(name);
    if (peer === undefined || !peer.isReachable) return;
    peer.isReachable = false;
    this.#context.env.emit("peer lost", { peer: name });
    this.#context.onGone(name);
  }

  #isSilent({ isReachable, heardAt }: PeerState): boolean {
    const { env, options } = this.#context;
    return isReachable && heardAt !== undefined && env.now() - heardAt > options.silenceMax;
  }

  /** Its score stays at the limit: the next fault bans it again, kept promises make it good. */
  #maybePardon(name: NodeId, peer: PeerState): void {
    const { env, options } = this.#context;
    if (peer.bannedUntil === undefined || env.now() < peer.bannedUntil) return;
    peer.bannedUntil = undefined;
    peer.score = options.scoreMin;
    env.emit("peer pardoned", { peer: name });
  }

  /** Whether it is in the table now. A table that is full forgets whoever it has not heard of. */
  #learn(name: NodeId, isBootstrap: boolean, room?: "if there is room"): boolean {
    const { state, env, options } = this.#context;
    if (state.has(name)) return true;
    // Somebody may name whom there is not: nothing can be sent there.
    if (name === env.id || !this.#context.isHost(name)) return false;
    if (state.size >= options.peersMax) {
      const out =
        room === undefined ? [...state].find(([, peer]) => isForgettable(peer)) : undefined;
      if (out === undefined) return false;
      state.delete(out[0]);
    }
    state.set(name, newPeerState(isBootstrap, options, env.now()));
    return true;
  }

  /** The claim is the same all its life: it is checked once. */
  #identify(name: NodeId, peer: PeerState, claim: ValidatorClaim | undefined): void {
    if (claim === undefined || claim.key === peer.validator) return;
    if (this.#context.isProven(claim, name)) peer.validator = claim.key;
    else this.penalise(name, "false validator");
  }

  #tell(name: NodeId): void {
    const { state, env } = this.#context;
    const peer = state.get(name)!;
    if (peer.bannedUntil !== undefined) return;
    const isFirst = peer.status === undefined || !peer.isReachable;
    const peers = [...state].filter(([other, { isReachable }]) => isReachable && other !== name);
    const status: Status = {
      ...this.#context.ownStatus(),
      ...{ peers: peers.map(([other]) => other), isFirst },
    };
    env.send(name, { type: "status", status });
  }

  #setTimer(): void {
    const { env, options } = this.#context;
    env.setTimer(STATUS_TIMER, options.statusInterval);
  }
}

/** Whether it can be asked for something: it is heard, belongs to this chain, and is not banned. */
export function isActive(peer: PeerState): boolean {
  return peer.isReachable && peer.status !== undefined && peer.bannedUntil === undefined;
}

/** The names of all peers that can be asked, in the order in which they were learned of. */
export function activePeers(state: PeersState): NodeId[] {
  return [...state].filter(([, peer]) => isActive(peer)).map(([name]) => name);
}

/**
 * Whether fewer validators can be heard than finality takes, this node counted if it is one; who
 * was not heard since `since` cannot. Who is which validator is known from signatures, so a liar
 * counts for itself alone.
 */
export function isPartitioned(
  state: PeersState,
  quorum: number,
  own: PublicKey | undefined,
  since: Micros,
): boolean {
  const heard = new Set<PublicKey>(own === undefined ? [] : [own]);
  for (const peer of state.values()) {
    const isHeard = isActive(peer) && peer.heardAt !== undefined && peer.heardAt >= since;
    if (isHeard && peer.validator !== undefined) heard.add(peer.validator);
  }
  return heard.size < quorum;
}

function isForgettable({ isBootstrap, isReachable, bannedUntil }: PeerState): boolean {
  return !isBootstrap && !isReachable && bannedUntil === undefined;
}
