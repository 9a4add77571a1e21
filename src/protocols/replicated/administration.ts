import { UsageError } from "../../sim/assert.ts";
import type { Env, NodeId } from "../../sim/env.ts";
import type { Entry } from "../raft/log.ts";
import type { ChangeRefusal, Place, Raft, Refusal } from "../raft/raft.ts";
import type { Command } from "./command.ts";
import type { Change, ServiceMessage, Transfer } from "./messages.ts";
import type { ServerState, Waiting } from "./server-state.ts";
import type { ServiceTypes } from "./state-machine.ts";
import { checkChanges } from "./task.ts";

/** What administrators ask of a server: who takes part, and who leads. */
export class Administration<Of extends ServiceTypes> {
  readonly #env: Env<ServiceMessage<Of>>;
  readonly #raft: () => Raft<Command<Of["operation"]>>;
  readonly #state: () => ServerState<Of>;

  /** `raft` and `state` give the server's own, as they are now. */
  constructor(
    env: Env<ServiceMessage<Of>>,
    raft: () => Raft<Command<Of["operation"]>>,
    state: () => ServerState<Of>,
  ) {
    this.#env = env;
    this.#raft = raft;
    this.#state = state;
  }

  onChange(client: NodeId, { session, serial, changes }: Change): void {
    const { changing, changed } = this.#state();
    // Asked again while it is under way, or done and not durable.
    const isThis = (other: Waiting) => other.session === session && other.serial === serial;
    if ((changing !== undefined && isThis(changing)) || changed.some(isThis)) return;
    const place = this.#propose(changes);
    if (place === "not leading") {
      this.#redirect(client, session, serial);
    } else if (typeof place === "string") {
      this.#env.send(client, { type: "refused", session, serial, reason: place });
    } else {
      this.#state().changing = { client, session, serial, ...place, isApplied: false };
    }
  }

  /** Whatever a client sends is checked before anything is made of it. */
  #propose(changes: unknown): Place | ChangeRefusal | Refusal | "malformed" {
    try {
      return this.#raft().change(checkChanges(changes, "changes"));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return "malformed";
    }
  }

  /** An entry is applied: perhaps the change that somebody waits for, or one in its place. */
  onApplied({ index, term, configuration }: Entry<Command<Of["operation"]>>): void {
    const { changing } = this.#state();
    if (changing === undefined || index < changing.index) return;
    const { client, session, serial } = changing;
    if (!changing.isApplied && term !== changing.term) {
      this.#state().changing = undefined;
      this.#redirect(client, session, serial);
      return;
    }
    changing.isApplied = true;
    // Joint consensus is half of a change.
    if (configuration === undefined || configuration.outgoing.length > 0) return;
    this.#state().changing = undefined;
    // Raft writes next that the change is committed. Who forgot it in a crash would look for
    // members that may be switched off as soon as this is answered.
    const after = this.#state().raft.durability.written + 1;
    this.#state().changed.push({ client, session, serial, after });
  }

  /** A sync is done, well or not: perhaps the disk knows now that a change is in force. */
  onSynced(): void {
    const { changed, raft } = this.#state();
    while (changed.length > 0 && changed[0]!.after <= raft.durability.durable) {
      const { client, session, serial } = changed.shift()!;
      this.#env.send(client, { type: "reply", session, serial, result: { type: "done" } });
    }
  }

  onTransfer(client: NodeId, { session, serial, to }: Transfer): void {
    const { handingOver } = this.#state();
    // Asked again while it is under way.
    if (handingOver?.session === session && handingOver.serial === serial) return;
    const refusal = this.#raft().transfer(to);
    if (refusal === "not leading") {
      this.#redirect(client, session, serial);
    } else if (refusal !== undefined) {
      this.#env.send(client, { type: "refused", session, serial, reason: refusal });
    } else {
      this.#state().handingOver = { client, session, serial, to };
    }
  }

  /** Raft has gone on: perhaps somebody else leads, or this server has given up to hand over. */
  maybeHandedOver(): void {
    const { handingOver } = this.#state();
    const { leader, isLeader, isHandingOver } = this.#raft();
    if (handingOver === undefined || leader === undefined || isHandingOver) return;
    const { client, session, serial, to } = handingOver;
    this.#state().handingOver = undefined;
    if (leader === to) {
      this.#env.send(client, { type: "reply", session, serial, result: { type: "done" } });
    } else if (isLeader) {
      this.#env.send(client, { type: "refused", session, serial, reason: "given up" });
    } else {
      this.#redirect(client, session, serial);
    }
  }

  /** A snapshot stands for all that was applied: what has become of a change is not known. */
  onRestored(upTo: number): void {
    const { changing } = this.#state();
    if (changing === undefined || changing.index > upTo) return;
    this.#state().changing = undefined;
    this.#redirect(changing.client, changing.session, changing.serial);
  }

  #redirect(client: NodeId, session: string, serial: number): void {
    this.#env.send(client, { type: "redirect", session, serial, leader: this.#raft().leader });
  }
}
