// What a leader takes into its log, and what it refuses.

import type { Configuration } from "./configuration.ts";
import { bytesUpTo, type Entry } from "./log.ts";
import type { Member } from "./member.ts";
import { RAFT_SITES } from "./sites.ts";

/** Why a command was not taken in: it is in no log, and by this proposal it never will be. */
export type Refusal = "not leading" | "disk full" | "too large" | "busy" | "transferring";

/** A leader's log, as far as it grows. */
export class Proposals<Command> {
  readonly #member: Member<Command>;

  constructor(member: Member<Command>) {
    this.#member = member;
  }

  /** Takes in a command, or steps down when the disk has no room for it. */
  propose(command: Command): Entry<Command> | Refusal {
    const entry = this.#nextEntry(command);
    const sizeBytes = this.#member.persistence.encode(entry);
    const refusal = this.#limit(sizeBytes);
    if (refusal !== undefined) return refusal;
    if (!this.#member.persistence.append(entry, sizeBytes)) {
      // Others may have room: to lead on would be to refuse every client for as long as this lasts.
      this.#member.becomeFollower(undefined);
      return this.#member.state.durability.isHalted ? "not leading" : "disk full";
    }
    return entry;
  }

  /** Takes in commands, in order; those behind one for which the disk has no room are refused. */
  proposeAll(commands: readonly Command[]): readonly (Entry<Command> | Refusal)[] {
    return commands.map((command) =>
      this.#member.isLeader ? this.propose(command) : "not leading",
    );
  }

  /** Takes in a change, or a blank entry; or steps down when the disk has no room for it. */
  append(configuration?: Configuration): Entry<Command> | undefined {
    const blank = this.#nextEntry(undefined);
    const entry = configuration === undefined ? blank : { ...blank, configuration };
    if (this.#member.persistence.append(entry)) return entry;
    this.#member.becomeFollower(undefined);
    return undefined;
  }

  #nextEntry(command: Command | undefined): Entry<Command> {
    const { log, term } = this.#member.state;
    return { index: log.lastIndex + 1, term, command };
  }

  /** Why an entry of that size cannot be taken in now. */
  #limit(sizeBytes: number): Refusal | undefined {
    const { state, config, env } = this.#member;
    const { role, log, commit } = state;
    const { entryBytesMax, uncommittedBytesMax } = config.options;
    if (sizeBytes > entryBytesMax) return "too large";
    const uncommitted = bytesUpTo(log, log.lastIndex) - bytesUpTo(log, commit);
    const isFull = uncommitted > 0 && uncommitted + sizeBytes > uncommittedBytesMax;
    const isBusy = isFull || env.buggify(RAFT_SITES.isBusy);
    if (role.kind === "leader") {
      this.#member.report(role.uncommitted, isBusy ? uncommitted : uncommitted + sizeBytes);
    }
    return isBusy ? "busy" : undefined;
  }
}
