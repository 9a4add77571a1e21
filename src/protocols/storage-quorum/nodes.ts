import type { NodeId } from "../../sim/env.ts";
import type { BackendContext } from "./backend-context.ts";
import type { PeerState } from "./backend-state.ts";
import type { PeersReply } from "./messages.ts";

/** What a node's answer does to its reputation, in hundredths. */
export const REPUTATION = { proven: 1, unproven: -10, silent: -5, corrupt: -20 } as const;

/** Of a node that nobody knows anything of, in hundredths. */
const REPUTATION_FIRST = 50;

/** The storage nodes as the backend knows them: who lives, with how much room and what record. */
export class StorageNodes {
  readonly #context: BackendContext;
  readonly #onRestart: (node: NodeId) => void;

  /** `onRestart` hears of nodes that are in another life than before, or were not known. */
  constructor(context: BackendContext, onRestart: (node: NodeId) => void) {
    this.#context = context;
    this.#onRestart = onRestart;
  }

  /** Asks the discovery who is there, now and at regular times. */
  ask(): void {
    const { env, state, options, discovery } = this.#context;
    // As long as nobody is there, nothing can be stored.
    const isAnybody = this.alive().length > 0;
    env.setTimer("peers", isAnybody ? options.peersInterval : options.retryDelay);
    env.send(discovery, { type: "peers", serial: ++state.peersSerial });
  }

  onList({ serial, age, peers }: PeersReply): void {
    const { state, env, options } = this.#context;
    if (serial !== state.peersSerial) return;
    const listed = new Set<NodeId>();
    const restarted: NodeId[] = [];
    for (const { name, life, capacityBytes, freeBytes, expiresIn } of peers) {
      listed.add(name);
      const known = state.peers.get(name);
      if (known?.life !== life) restarted.push(name);
      state.peers.set(name, {
        ...{ life, capacityBytes, freeBytes },
        expiresAt: env.now() + expiresIn,
        silentUntil: known?.life === life ? known.silentUntil : 0,
        reputation: known?.reputation ?? REPUTATION_FIRST,
        inflightBytes: known?.inflightBytes ?? 0,
      });
    }
    // Whoever is not listed has left; but a discovery that has just begun does not know everybody.
    const knowsAll = age > options.heartbeatInterval;
    for (const [name, peer] of state.peers) {
      if (knowsAll && !listed.has(name)) peer.expiresAt = env.now();
    }
    for (const node of restarted) this.#onRestart(node);
  }

  isAlive(node: NodeId): boolean {
    const peer = this.#context.state.peers.get(node);
    return peer !== undefined && peer.expiresAt > this.#context.env.now();
  }

  /** Those that live; sorted by name. */
  alive(): readonly (readonly [NodeId, PeerState])[] {
    const { state, env } = this.#context;
    return [...state.peers]
      .filter(([, { expiresAt }]) => expiresAt > env.now())
      .sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** Those of them that may be asked: they have not let a question go by just now. */
  available(): readonly (readonly [NodeId, PeerState])[] {
    const now = this.#context.env.now();
    return this.alive().filter(([, { silentUntil }]) => silentUntil <= now);
  }

  /** It has not answered: it is left in peace for a while. */
  onSilence(node: NodeId): void {
    const peer = this.#context.state.peers.get(node);
    if (peer === undefined) return;
    peer.silentUntil = this.#context.env.now() + this.#context.options.retryDelay;
  }

  /** Adds to a node's reputation, which stays from 0 to 100. */
  rate(node: NodeId, by: number): void {
    const peer = this.#context.state.peers.get(node);
    if (peer === undefined) return;
    peer.reputation = Math.min(100, Math.max(0, peer.reputation + by));
  }

  reputationOf(node: NodeId): number {
    return this.#context.state.peers.get(node)?.reputation ?? 0;
  }
}
