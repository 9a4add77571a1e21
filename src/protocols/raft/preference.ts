import type { NodeId } from "../../sim/env.ts";
import { isVoter } from "./configuration.ts";
import { hostOf } from "./identity.ts";
import type { Member } from "./member.ts";
import type { LeaderRole } from "./state.ts";
import type { Transfers } from "./transfer.ts";

/** What a leader does about those that are preferred to it: as a primary of MongoDB, it yields. */
export class Preference<Command> {
  readonly #member: Member<Command>;
  readonly #transfers: Transfers<Command>;
  readonly #isUsed: boolean;

  constructor(member: Member<Command>, transfers: Transfers<Command>) {
    this.#member = member;
    this.#transfers = transfers;
    this.#isUsed = Object.keys(member.config.options.priorities).length > 0;
  }

  /**
   * With each heartbeat: hands over to the voter that is preferred most, once it has caught up. If
   * it does not take over, that has cost an election timeout, and is tried again much later.
   */
  onHeartbeat(): void {
    const { role } = this.#member.state;
    if (!this.#isUsed || role.kind !== "leader") return;
    const { env, config } = this.#member;
    if (env.now() < role.staysUntil) return;
    const better = this.#best(role);
    if (better === undefined) return;
    role.staysUntil = env.now() + AGAIN_AFTER * config.options.electionTimeoutMin;
    this.#transfers.begin(better);
  }

  /** The voter of the highest priority above the leader's, of those that have caught up. */
  #best(role: LeaderRole): NodeId | undefined {
    const { state, config } = this.#member;
    const { priorities, appendEntriesMax } = config.options;
    let best: NodeId | undefined;
    for (const [id, { match, mode, isActive }] of role.progress) {
      const isBetter =
        (priorities[hostOf(id)] ?? 0) > (priorities[hostOf(best ?? this.#member.id)] ?? 0);
      const isNear = mode === "replicate" && isActive && match + appendEntriesMax > state.commit;
      if (isBetter && isNear && isVoter(state.configuration, id)) best = id;
    }
    return best;
  }
}

/** Of election timeouts, so that who cannot lead costs a tenth of the time at most. */
const AGAIN_AFTER = 10;
