import { describe, expect, it } from "vitest";
import { treasury } from "../../../src/protocols/lease/machine.ts";
import type { TreasuryMessage } from "../../../src/protocols/lease/messages.ts";
import { TreasuryServer } from "../../../src/protocols/lease/server.ts";
import { readMetricsPage } from "../../../src/protocols/monitoring/metrics-page.ts";
import { defaultRaftOptions } from "../../../src/protocols/raft/options.ts";
import { RecordingEnv } from "../../support/recording-env.ts";

/** A server of a treasury with 500 to pay out, and its world. */
function makeServer() {
  const env = new RecordingEnv<TreasuryMessage>("n1");
  return { env, server: new TreasuryServer(env, treasury(500), defaultRaftOptions) };
}

describe("a server of the treasury", () => {
  it("shows whether it leads, how its disbursements stand, and what its ledger has", () => {
    const { env, server } = makeServer();
    const { queue, ledger } = server.machine.state;
    const item = { to: "p", amount: 9, dueAt: 0, status: "queued", nonce: undefined } as const;
    for (const name of ["a", "b", "c", "d", "e", "f"]) queue.disbursements.set(name, item);
    queue.staged.push("a", "b", "c");
    queue.executed = 1;
    ledger.payments.push({ disbursement: "a", to: "p", amount: 9, epoch: 4 });
    Object.assign(ledger, { funds: 491, epoch: 4, refusedStale: 7 });
    server.onMessage("m", { type: "scrape", serial: 5 });
    const [sent] = env.takeSent();
    const text = sent?.message.type === "exposition" ? sent.message.text : "";
    const samples = (readMetricsPage(text) ?? []).map(({ name, value }) => [name, value]);
    expect(Object.fromEntries(samples)).toEqual({
      ...{ payments_total: 1, payments_refused_stale_total: 7, is_leader: 0 },
      ...{ disbursements_queued: 3, disbursements_staged: 2, disbursements_executed: 1 },
      ...{ ledger_epoch: 4, ledger_funds: 491 },
    });
  });

  it("says that it is alive", () => {
    const { env, server } = makeServer();
    server.onMessage("m", { type: "probe", serial: 7 });
    expect(env.takeSent()).toEqual([{ to: "m", message: { type: "alive", serial: 7 } }]);
  });

  it("hears no answer of another that is watched", () => {
    const { env, server } = makeServer();
    server.onMessage("n2", { type: "alive", serial: 7 });
    server.onMessage("n2", { type: "exposition", serial: 8, text: "" });
    expect(env.takeSent()).toEqual([]);
  });
});
