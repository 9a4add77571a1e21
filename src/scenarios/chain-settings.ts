// What a plan says of a chain: hosts and names in place of keys, so that a person can read it.

import {
  type ChainClientOptions,
  checkChainClientOptions,
  defaultChainClientOptions,
} from "../protocols/block-sync/client/client-options.ts";
import { loadAccount } from "../protocols/block-sync/client/task.ts";
import { secretOf, type Wallet } from "../protocols/block-sync/client/wallet.ts";
import type { GenesisOptions } from "../protocols/block-sync/genesis.ts";
import {
  type ChainCollectorOptions,
  checkChainCollectorOptions,
} from "../protocols/block-sync/monitoring/collector.ts";
import {
  type BlockSyncOptions,
  type ChainCosts,
  checkBlockSyncOptions,
  defaultBlockSyncOptions,
} from "../protocols/block-sync/options.ts";
import { hexOf } from "../protocols/hex.ts";
import { UsageError } from "../sim/assert.ts";
import {
  checkCount,
  checkList,
  checkOneOf,
  checkPositive,
  checkRecord,
  checkText,
} from "../sim/check.ts";
import type { NodeId } from "../sim/env.ts";
import { defaultClockOptions } from "../sim/host/clock.ts";
import type { Plan, PlanHosts } from "../sim/plan.ts";
import { type Micros, seconds } from "../sim/time.ts";
import { checkPremade, noPremade, type PremadeOptions } from "./premade-chain.ts";

/** What a plan says of the chain itself. */
export interface ChainSettings {
  /** Of the chain; two chains of different names are different chains. */
  readonly name: string;
  readonly slotTime: Micros;
  /** Hosts, in the order of their slots; all other servers are observers. */
  readonly validators: readonly NodeId[];
  /** What accounts have in the beginning, by the names from which their keys follow. */
  readonly balances: Readonly<Record<string, number>>;
  readonly options: BlockSyncOptions;
  /** How long work takes hosts, of what `options.costs` says; 1 without an entry. */
  readonly cpuFactorOf: Readonly<Record<NodeId, number>>;
  /** How many blocks hosts keep that keep another number: see `options.store.keptBlocks`. */
  readonly keptBlocksOf: Readonly<Record<NodeId, number>>;
  /** Whom a host knows when it starts; a host without an entry knows all other servers. */
  readonly bootstrapOf: Readonly<Record<NodeId, readonly NodeId[]>>;
  /** What of the chain was made before the run. */
  readonly premade: PremadeOptions;
  /** Hosts that trust a block of the premade chain, by its height, and begin there. */
  readonly checkpointOf: Readonly<Record<NodeId, number>>;
  readonly client: ChainClientOptions;
  /** Clients that collect the servers' metrics, and do nothing else. */
  readonly collectors: Readonly<Record<NodeId, ChainCollectorOptions>>;
}

export type ChainPlan = Plan<ChainSettings>;

/** Settings with what is usual but for what is given. */
export function chainSettings(
  validators: readonly NodeId[],
  given: Partial<Omit<ChainSettings, "options">> & {
    readonly options?: ChangedOptions;
  } = {},
): ChainSettings {
  const { options = {}, ...rest } = given;
  return {
    ...{ name: "stormglass", slotTime: seconds(1), validators, balances: {} },
    ...{ cpuFactorOf: {}, keptBlocksOf: {}, bootstrapOf: {}, client: defaultChainClientOptions },
    ...{ premade: noPremade, checkpointOf: {}, collectors: {} },
    ...rest,
    options: changedOptions(options),
  };
}

/** Options by their parts: what is left out is the default. */
export type ChangedOptions = {
  readonly [Part in keyof BlockSyncOptions]?: BlockSyncOptions[Part] extends string
    ? BlockSyncOptions[Part]
    : Partial<BlockSyncOptions[Part]>;
};

function changedOptions(given: ChangedOptions): BlockSyncOptions {
  const { production, costs, limits, sync, peers, store } = defaultBlockSyncOptions;
  return {
    production: given.production ?? production,
    costs: { ...costs, ...given.costs },
    limits: { ...limits, ...given.limits },
    sync: { ...sync, ...given.sync },
    peers: { ...peers, ...given.peers },
    store: { ...store, ...given.store },
  };
}

/** What work takes a host: see `cpuFactorOf`. In whole microseconds. */
export function costsOn(host: NodeId, { options, cpuFactorOf }: ChainSettings): ChainCosts {
  const factor = cpuFactorOf[host] ?? 1;
  const { start, createBlock, importBlock, transaction } = options.costs;
  return {
    start: Math.round(start * factor),
    createBlock: Math.round(createBlock * factor),
    importBlock: Math.round(importBlock * factor),
    transaction: Math.round(transaction * factor),
  };
}

/** The genesis that a plan means. The last slot of what is premade ends when the run begins. */
export function genesisOptions(
  { name, slotTime, validators, balances, premade }: ChainSettings,
  wallet: Wallet,
): GenesisOptions {
  const accounts = Object.entries(balances).map(
    ([account, balance]) => [wallet.addressOf(account), balance] as const,
  );
  const slots = premade.blocks === 0 ? 0 : premade.blocks + 1;
  return {
    ...{ name, slotTime, timestamp: defaultClockOptions.epoch - slots * slotTime },
    validators: validators.map((host) => hexOf(wallet.pairOf(validatorName(host)).publicKey)),
    balances: Object.fromEntries(accounts),
  };
}

/** The secret of the validator on a host. */
export function validatorSecret(host: NodeId): Uint8Array {
  return secretOf(validatorName(host));
}

/** The name from which the keys of the validator on a host follow. */
export function validatorName(host: NodeId): string {
  return `validator ${host}`;
}

/** Balances for accounts of these names, each the same. */
export function balancesOf(names: readonly string[], balance: number): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, balance]));
}

/** The names of all accounts of a client's load. */
export function loadAccounts(client: NodeId, senders: number): string[] {
  return Array.from({ length: senders }, (_, sender) => loadAccount(client, sender));
}

/** Checks settings from outside; throws a UsageError that names the path. */
export function checkChainSettings(
  value: unknown,
  path: string,
  { servers, clients }: PlanHosts,
): ChainSettings {
  const fields = { ...UNSAID, ...checkRecord(value, path, Object.keys(chainSettings([]))) };
  const hosts = (list: unknown, at: string, among: readonly NodeId[]): readonly NodeId[] =>
    checkList(list, at).map((host, i) => checkOneOf(host, `${at}[${i}]`, among));
  const byServer = <Value>(
    field: keyof ChainSettings,
    check: (value: unknown, path: string) => Value,
  ): Record<string, Value> => checkRecordOf(fields[field], `${path}.${field}`, check, servers);
  const validators = hosts(fields.validators, `${path}.validators`, servers);
  if (validators.length === 0) {
    throw new UsageError(`${path}.validators: expected at least one, got none`);
  }
  const premade = checkPremade(fields.premade, `${path}.premade`);
  return {
    name: checkText(fields.name, `${path}.name`),
    slotTime: checkCount(fields.slotTime, `${path}.slotTime`, 1),
    validators,
    balances: checkRecordOf(fields.balances, `${path}.balances`, (balance, at) =>
      checkCount(balance, at, 1),
    ),
    options: checkBlockSyncOptions(fields.options, `${path}.options`),
    cpuFactorOf: byServer("cpuFactorOf", checkPositive),
    keptBlocksOf: byServer("keptBlocksOf", (count, at) => checkCount(count, at, 0)),
    // Somebody may be sent to a host that is no server.
    bootstrapOf: byServer("bootstrapOf", (list, at) => hosts(list, at, [...servers, ...clients])),
    premade,
    checkpointOf: byServer("checkpointOf", (height, at) =>
      checkCount(height, at, 1, premade.blocks),
    ),
    client: checkChainClientOptions(fields.client, `${path}.client`),
    collectors: checkRecordOf(
      fields.collectors,
      `${path}.collectors`,
      checkChainCollectorOptions,
      clients,
    ),
  };
}

/** What a plan that says nothing of it means. */
const UNSAID: Readonly<Record<string, unknown>> = { cpuFactorOf: {} };

function checkRecordOf<Value>(
  value: unknown,
  path: string,
  check: (value: unknown, path: string) => Value,
  names?: readonly string[],
): Record<string, Value> {
  const entries = Object.entries(checkRecord(value, path, names));
  return Object.fromEntries(entries.map(([key, item]) => [key, check(item, `${path}.${key}`)]));
}
