import type { Env, NodeId } from "../../sim/env.ts";
import { answerCollector } from "../monitoring/answer-collector.ts";
import { metricsPage, type Stamp } from "../monitoring/metrics-page.ts";
import type { RaftOptions } from "../raft/options.ts";
import { noBatching } from "../replicated/batching.ts";
import { ReplicatedServer } from "../replicated/server.ts";
import type { StateMachine } from "../replicated/state-machine.ts";
import { summaryOf } from "./machine.ts";
import type { TreasuryMessage } from "./messages.ts";
import { TREASURY_METRICS } from "./metrics.ts";
import { TREASURY_SITES } from "./sites.ts";
import type { TreasuryTypes } from "./types.ts";

/** A server of the replicated treasury: the authority on leases, and the ledger. */
export class TreasuryServer extends ReplicatedServer<TreasuryTypes> {
  readonly #env: Env<TreasuryMessage>;

  /** `servers` are the hosts of all servers, if that is known. */
  constructor(
    env: Env<TreasuryMessage>,
    service: StateMachine<TreasuryTypes>,
    options: RaftOptions,
    servers?: readonly NodeId[],
  ) {
    super(env, { service, sites: TREASURY_SITES, options, batch: noBatching, servers });
    this.#env = env;
  }

  override onMessage(from: NodeId, message: TreasuryMessage): void {
    switch (message.type) {
      case "probe":
      case "scrape":
        answerCollector(this.#env, from, message, (stamp) => this.#page(stamp));
        break;
      case "exposition":
      case "alive":
        // Nothing was asked.
        break;
      default:
        super.onMessage(from, message);
    }
  }

  #page(stamp: Stamp): string {
    const { queued, staged, executed, paid, refusedStale, epoch, funds } = summaryOf(
      this.machine.state,
    );
    const counters = { payments: paid, payments_refused_stale: refusedStale };
    const gauges = {
      is_leader: this.role === "leader" ? 1 : 0,
      disbursements_queued: queued,
      disbursements_staged: staged,
      disbursements_executed: executed,
      ledger_epoch: epoch,
      ledger_funds: funds,
    };
    return metricsPage(TREASURY_METRICS, { counters, gauges }, stamp);
  }
}
