import type { Env } from "../../sim/env.ts";
import type { Command } from "./command.ts";
import type { ServiceMessage } from "./messages.ts";
import type { ServerState, Waiting } from "./server-state.ts";
import type { ServiceTypes } from "./state-machine.ts";

/**
 * Who waits for what a server has forwarded to its leader: the leader says nothing of it, and the
 * server answers when it has the effect itself.
 */
export class Forwarding<Of extends ServiceTypes> {
  readonly #env: Env<ServiceMessage<Of>>;
  readonly #state: () => ServerState<Of>;

  /** `state` gives the server's own, as it is now. */
  constructor(env: Env<ServiceMessage<Of>>, state: () => ServerState<Of>) {
    this.#env = env;
    this.#state = state;
  }

  /** A request has left for the leader. A session has one at a time. */
  begin(waiting: Waiting): void {
    this.#state().forwarded.set(waiting.session, waiting);
  }

  /** A command is applied: perhaps one that was forwarded from here. */
  onApplied(
    { session, serial }: Pick<Command<unknown>, "session" | "serial">,
    result: Of["result"] | undefined,
  ): void {
    const { forwarded } = this.#state();
    const expected = forwarded.get(session);
    if (expected === undefined || serial < expected.serial) return;
    forwarded.delete(session);
    if (serial !== expected.serial || result === undefined) return;
    this.#env.send(expected.client, { type: "reply", session, serial, result });
  }

  /** A snapshot stands for all that was applied: of each session it has the last result. */
  onRestored(): void {
    const { forwarded, machine } = this.#state();
    for (const session of [...forwarded.keys()]) {
      const last = machine.sessions.get(session);
      if (last !== undefined) this.onApplied({ session, serial: last.serial }, last.result);
    }
  }
}
