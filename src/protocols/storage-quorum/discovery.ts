import type { Env, Node, NodeId } from "../../sim/env.ts";
import type { Micros } from "../../sim/time.ts";
import type { Membership, NodeReport, Peer, StorageQuorumMessage } from "./messages.ts";
import type { StorageQuorumOptions } from "./options.ts";

export interface DiscoveryState {
  startedAt: Micros;
  readonly members: Map<NodeId, Member>;
}

/** A storage node that has registered. */
export interface Member {
  /** What it has said last. */
  report: NodeReport;
  heardAt: Micros;
  /** It has left in this life of its own; it is kept so that a late message does not list it. */
  hasLeft: boolean;
}

/**
 * Knows which storage nodes live: those that were heard of within the ttl. It forgets all of them
 * when it starts, and its clock is its own: only how long ago something was means anything.
 */
export class Discovery implements Node<StorageQuorumMessage, DiscoveryState> {
  state: DiscoveryState = { startedAt: 0, members: new Map() };
  readonly #env: Env<StorageQuorumMessage>;
  readonly #options: StorageQuorumOptions;

  constructor(env: Env<StorageQuorumMessage>, options: StorageQuorumOptions) {
    this.#env = env;
    this.#options = options;
  }

  onStart(): void {
    this.state.startedAt = this.#env.now();
    this.#env.setTimer("sweep", this.#options.sweepInterval);
  }

  onMessage(from: NodeId, message: StorageQuorumMessage): void {
    switch (message.type) {
      case "register":
      case "heartbeat":
      case "leave":
        if (message.name === from) this.#onMembership(from, message);
        else this.#env.send(from, { type: "notYou" });
        break;
      case "peers":
        this.#onPeers(from, message.serial);
        break;
    }
  }

  onTimer(): void {
    this.#env.setTimer("sweep", this.#options.sweepInterval);
    const { members } = this.state;
    for (const [name, member] of [...members]) {
      if (this.#silenceOf(member) < this.#options.reapAfter) continue;
      members.delete(name);
      this.#env.emit("node forgotten", { node: name });
    }
  }

  #onMembership(
    from: NodeId,
    message: Extract<Membership, { type: "register" | "heartbeat" | "leave" }>,
  ): void {
    const member = this.state.members.get(from);
    switch (message.type) {
      case "register":
        this.#onRegister(from, message, member);
        break;
      case "heartbeat":
        if (member?.report.life !== message.life) this.#env.send(from, { type: "unknown" });
        else this.#hear(member, message);
        break;
      case "leave":
        this.#onLeave(from, message.life, member);
        break;
    }
  }

  #onLeave(name: NodeId, life: number, member: Member | undefined): void {
    if (member?.hasLeft || (member !== undefined && member.report.life !== life)) return;
    const report = member?.report ?? { name, life, capacityBytes: 0, freeBytes: 0 };
    this.state.members.set(name, { report, heardAt: this.#env.now(), hasLeft: true });
    this.#env.emit("node left", { node: name });
  }

  #onRegister(from: NodeId, message: NodeReport, member: Member | undefined): void {
    const isSameLife = member?.report.life === message.life;
    // It was sent before the node has left, and has come later.
    if (member !== undefined && isSameLife && member.hasLeft) return;
    if (member !== undefined && isSameLife) this.#hear(member, message);
    else {
      const report = reportOf(message);
      this.state.members.set(from, { report, heardAt: this.#env.now(), hasLeft: false });
      this.#env.emit("node registered", { node: from, life: message.life });
    }
    this.#env.send(from, { type: "registered" });
  }

  #hear(member: Member, message: NodeReport): void {
    member.report = reportOf(message);
    member.heardAt = this.#env.now();
  }

  #onPeers(from: NodeId, serial: number): void {
    const members = [...this.state.members.values()].filter(({ hasLeft }) => !hasLeft);
    const peers = members
      .map((member) => ({
        ...reportOf(member.report),
        expiresIn: this.#options.ttl - this.#silenceOf(member),
      }))
      .filter(({ expiresIn }) => expiresIn >= 0)
      .sort(byName);
    const age = this.#env.now() - this.state.startedAt;
    this.#env.send(from, { type: "peerList", serial, age, peers, registered: members.length });
  }

  #silenceOf({ heardAt }: Member): Micros {
    return this.#env.now() - heardAt;
  }
}

/** Without what else a message says. */
function reportOf({ name, life, capacityBytes, freeBytes }: NodeReport): NodeReport {
  return { name, life, capacityBytes, freeBytes };
}

function byName(a: Peer, b: Peer): number {
  return a.name < b.name ? -1 : 1;
}
