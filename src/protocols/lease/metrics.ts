/** What an executor's page says; counters begin at 0 in each life. */
export const EXECUTOR_METRICS = {
  counters: {
    lease_acquisitions: "How often this executor has taken the lease.",
    disbursements_executed: "Disbursements that this executor has paid and marked.",
    steps_refused_stale: "Steps that were refused as a newer epoch had begun.",
  },
  gauges: {
    executor_active: "1 while this executor holds the lease by its own clock.",
    lease_epoch: "The epoch in which it holds the lease; 0 while it does not.",
    lease_remaining_ms: "For how much longer it may act without a renewal.",
    disbursements_pending: "What is left of the batch that it works on.",
  },
} as const;

/** What a page of the treasury's own servers says. */
export const TREASURY_METRICS = {
  counters: {
    payments: "Payments in the ledger, as far as this server has applied its log.",
    payments_refused_stale: "Payments that were refused as a newer epoch had paid.",
  },
  gauges: {
    is_leader: "1 while this server takes itself for the leader.",
    disbursements_queued: "Disbursements that are not due, or that nobody has staged yet.",
    disbursements_staged: "Disbursements that have a nonce and are not executed.",
    disbursements_executed: "Disbursements that are paid and marked.",
    ledger_epoch: "The newest epoch that has paid.",
    ledger_funds: "What is left to be paid out.",
  },
} as const;
