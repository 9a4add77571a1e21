import type { Env, NodeId } from "../../sim/env.ts";
import { metricsPage } from "../monitoring/metrics-page.ts";
import type { RaftOptions } from "../raft/options.ts";
import { noBatching } from "../replicated/batching.ts";
import { ReplicatedServer } from "../replicated/server.ts";
import type { StateMachine } from "../replicated/state-machine.ts";
import type { TreasuryMessage } from "./messages.ts";
import { TREASURY_METRICS } from "./metrics.ts";
import { TREASURY_SITES } from "./sites.ts";
import type { TreasuryTypes } from "./types.ts";

/** A server of the replicated treasury: the authority on leases, and the ledger. */
export class TreasuryServer extends ReplicatedServer<TreasuryTypes> {
  readonly #env: Env<TreasuryMessage>;

  constructor(
    env: Env<TreasuryMessage>,
    service: StateMachine<TreasuryTypes>,
    options: RaftOptions,
  ) {
    super(env, { service, sites: TREASURY_SITES, options, batch: noBatching });
    this.#env = env;
  }

  override onMessage(from: NodeId, message: TreasuryMessage): void {
    if (message.type === "probe") {
      this.#env.send(from, { type: "alive", serial: message.serial });
    } else if (message.type === "scrape") {
      this.#env.send(from, { type: "exposition", serial: message.serial, text: this.#page() });
    } else if (message.type !== "alive" && message.type !== "exposition") {
      super.onMessage(from, message);
    }
  }

  #page(): string {
    const { queue, ledger } = this.machine.state;
    const { disbursements, staged, executed } = queue;
    const { payments, refusedStale, epoch, funds } = ledger;
    const gauges = {
      is_leader: this.role === "leader" ? 1 : 0,
      disbursements_queued: disbursements.size - staged.length,
      disbursements_staged: staged.length - executed,
      disbursements_executed: executed,
      ledger_epoch: epoch,
      ledger_funds: funds,
    };
    const counters = { payments: payments.length, payments_refused_stale: refusedStale };
    const stamp = { node: this.#env.id, now: Math.max(0, this.#env.wallClock()) };
    return metricsPage(TREASURY_METRICS, { counters, gauges }, stamp);
  }
}
