// The catalogue's loads: campaigns have fewer transfers, as each is signed and checked. What is
// demanded of the largest, see chain-load.test.ts.

import { describe, expect, it } from "vitest";
import { accountAt } from "../../src/protocols/block-sync/account.ts";
import { tipOf } from "../../src/protocols/block-sync/chain.ts";
import type { Load } from "../../src/protocols/block-sync/client/task.ts";
import { Wallet } from "../../src/protocols/block-sync/client/wallet.ts";
import { findFamily } from "../../src/scenarios/catalogue.ts";
import type { ChainServer } from "../../src/scenarios/chain-cluster.ts";
import {
  balancesOf,
  type ChainSettings,
  loadAccounts,
} from "../../src/scenarios/chain-settings.ts";
import type { Plan } from "../../src/sim/plan.ts";
import { plan, run, type Scenario } from "../../src/sim/scenario.ts";
import { seconds } from "../../src/sim/time.ts";

/** Transfers a second, by the name of a scenario with its variants. */
const RATES = {
  "tb-multi-node-consensus": 50,
  "tb-network-partition": 20,
  "bs-fork-reorg": 20,
  "tb-link-degradation": 100,
  "tb-monitoring-health": 20,
};

const LOADER = "loader";
const LOAD = "whole load";
const SENDERS = 20;
const FROM = seconds(2);

/** A load, and the plan of a seed with it. */
interface Loaded {
  readonly plan: Plan;
  /** How many transfers it makes. */
  readonly count: number;
}

/**
 * As many transfers a second as the catalogue has, until the last that is drawn. Undefined
 * where so many are drawn, and of a scenario that has no chain of its own.
 */
function withLoad(scenario: Scenario, perSecond: number): Loaded | undefined {
  const drawn = plan(scenario, "1");
  if (!isOfChain(drawn)) return undefined;
  const { operations, clients } = drawn;
  // What these scenarios draw has the settings of a chain: see isOfChain.
  const settings = drawn.settings as unknown as ChainSettings;
  const transfers = operations.filter(({ operation }) => operation.op === "transfer");
  const drawnLoads = operations.flatMap(({ at, operation }) => {
    return operation.op === "load" ? [{ at, ...(operation as unknown as Load) }] : [];
  });
  const ends = [...operations, ...drawnLoads.map(({ at, lasting }) => ({ at: at + lasting }))];
  const lasting = Math.max(...ends.map(({ at }) => at), FROM + seconds(1)) - FROM;
  const loaded = drawnLoads.reduce((sum, load) => sum + load.perSecond, 0);
  const missing = perSecond - loaded - Math.floor((transfers.length * seconds(1)) / lasting);
  if (missing <= 0) return undefined;
  const load = {
    ...{ id: LOAD, op: "load", nodes: [...settings.validators] },
    ...{ perSecond: missing, lasting, senders: SENDERS },
  };
  const balances = balancesOf(loadAccounts(LOADER, SENDERS), 1_000_000_000);
  const value = {
    ...drawn,
    clients: [...clients, LOADER],
    settings: { ...settings, balances: { ...settings.balances, ...balances } },
    operations: [...operations, { at: FROM, client: LOADER, operation: load }].sort(
      (one, other) => one.at - other.at,
    ),
  };
  return { plan: scenario.check(value), count: Math.floor((missing * lasting) / seconds(1)) };
}

/** How many of the load's transfers are in the chain of a server. */
function includedBy(server: ChainServer): number {
  const { trie } = tipOf(server.chain!).accounts!;
  const wallet = new Wallet();
  return loadAccounts(LOADER, SENDERS).reduce(
    (sum, account) => sum + accountAt(trie, wallet.addressOf(account), wallet.addresses).nonce,
    0,
  );
}

/**
 * Whether a plan may have accepted transfers lost: those that wait are in memory, and those of a
 * branch that is too deep to be left are in that branch alone.
 */
function mayLose({ scenario, faults }: Plan): boolean {
  return scenario.endsWith("/too-deep") || faults.some(({ kind }) => kind === "crash");
}

function isOfChain({ settings }: Plan): boolean {
  return "validators" in (settings as object);
}

describe.each(Object.entries(RATES))("%s at the catalogue's load", (name, perSecond) => {
  const loads = findFamily(name).flatMap((scenario) => {
    const loaded = withLoad(scenario, perSecond);
    return loaded === undefined ? [] : [{ name: scenario.name, scenario, loaded }];
  });

  it.each(loads)(
    "$name holds, and includes it",
    ({ scenario, loaded: { plan: loaded, count } }) => {
      let servers = (): readonly ChainServer[] => [];
      const watched: Scenario = {
        ...scenario,
        simulate: (...args) => {
          const simulation = scenario.simulate(...args);
          servers = () => simulation.hosts.flatMap(({ node }) => node as unknown as ChainServer);
          return simulation;
        },
      };
      const { violation, history } = run(watched, loaded);
      expect(violation).toBeUndefined();
      const load = history.returned.find(({ id }) => id === LOAD)?.result as Record<string, number>;
      expect(load).toMatchObject({ offered: count, refused: 0 });
      const included = Math.max(...servers().slice(0, loaded.servers.length).map(includedBy));
      if (mayLose(loaded)) expect(included).toBeGreaterThan(load.accepted! / 2);
      else expect(included).toBe(load.accepted);
    },
    120_000,
  );
});

it("is taken on both sides of a cut while that lasts", () => {
  const [scenario] = findFamily("tb-network-partition");
  const { faults } = plan(scenario!, "1");
  const { plan: loaded } = withLoad(scenario!, RATES["tb-network-partition"])!;
  const { metrics, violation } = run(scenario!, loaded);
  expect(violation).toBeUndefined();
  // Its client is on no side, and every other one of its transfers goes to the node cut off.
  const inCut = (RATES["tb-network-partition"] * faults[0]!.lasting) / seconds(1);
  expect(metrics.gauged("acceptedOnEachSide")).toBeGreaterThan(inCut / 3);
});
