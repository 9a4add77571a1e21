// A chain under test: what all of its scenarios have in common.

import {
  accountsAreRight,
  blockAndAccountsAreOne,
  type Ledger,
  type LedgerSource,
} from "../invariants/chain-accounts.ts";
import {
  blocksAreValid,
  chainsAreLinked,
  durableBlocksStay,
  finalBlocksStay,
  observersOnlyWatch,
} from "../invariants/chain-blocks.ts";
import { importsAreOrdered } from "../invariants/chain-fetching.ts";
import { measureChain } from "../invariants/chain-measures.ts";
import { decodeAccount, encodeAccount } from "../protocols/block-sync/account.ts";
import type { ChainBlock } from "../protocols/block-sync/chain.ts";
import type { ChainNodeConfig } from "../protocols/block-sync/chain-context.ts";
import { ChainNode } from "../protocols/block-sync/chain-node.ts";
import { type ChainChecks, newChainChecks } from "../protocols/block-sync/chain-reader.ts";
import { ChainClient } from "../protocols/block-sync/client/client.ts";
import { checkChainOperation } from "../protocols/block-sync/client/task.ts";
import { Wallet } from "../protocols/block-sync/client/wallet.ts";
import type { Addresses } from "../protocols/block-sync/encoding/addresses.ts";
import type { Hash } from "../protocols/block-sync/encoding/hash.ts";
import { isMalformed } from "../protocols/block-sync/encoding/rlp.ts";
import { type Genesis, type GenesisOptions, genesisOf } from "../protocols/block-sync/genesis.ts";
import type { BlockSyncMessage } from "../protocols/block-sync/messages.ts";
import { chainCollector } from "../protocols/block-sync/monitoring/collector.ts";
import type { StoreOptions } from "../protocols/block-sync/options.ts";
import { type Trie, trieEntries, triePut, trieRoot } from "../protocols/block-sync/trie/trie.ts";
import { type ChainRules, chainRules } from "../protocols/block-sync/validation.ts";
import { bytesOf, hexOf } from "../protocols/hex.ts";
import { Collector } from "../protocols/monitoring/collector.ts";
import type { NodeId } from "../sim/env.ts";
import { clockFaults } from "../sim/faults/clocks.ts";
import type { Invariant } from "../sim/invariant.ts";
import { defineScenario, type Scenario } from "../sim/scenario.ts";
import type { Micros } from "../sim/time.ts";
import { type Authored, ownInvariants, planOf } from "./authored.ts";
import { ChainJudge } from "./chain-judge.ts";
import { consensusSafety } from "./chain-safety.ts";
import {
  type ChainPlan,
  type ChainSettings,
  checkChainSettings,
  costsOn,
  genesisOptions,
  validatorName,
  validatorSecret,
} from "./chain-settings.ts";
import { LYING_BEHAVIOURS } from "./lying-chain/lies.ts";
import { LyingChainNode } from "./lying-chain/lying-chain-node.ts";
import { PremadeChain } from "./premade-chain.ts";
import { DAMAGING, struckHosts } from "./struck-hosts.ts";

/** A scenario of the chain as its author writes it; its invariants may read what nodes read. */
export type ChainScenario = Authored<ChainSettings, ChainServer, [ChainChecks]>;

/** What servers run: honest nodes, and liars. */
export type ChainServer = ChainNode | LyingChainNode;

/** What all nodes of a run share: memories of pure functions, so nobody can tell. */
interface Kit {
  readonly genesis: GenesisOptions;
  readonly first: Genesis;
  readonly rules: ChainRules;
  readonly checks: ChainChecks;
  readonly wallet: Wallet;
  readonly premade: PremadeChain;
}

/** Makes a scenario: servers, clients and invariants are those of all. */
export function chainScenario(scenario: ChainScenario): Scenario {
  const kitOf = kitMaker();
  return defineScenario<BlockSyncMessage, ChainServer, ChainSettings>({
    ...scenario,
    plan: (streams) => planOf(scenario, streams),
    checkSettings: checkChainSettings,
    behaviours: LYING_BEHAVIOURS,
    files: (host, plan) => filesOf(host, plan, kitOf(plan)),
    server: (env, plan, conduct) => {
      const kit = kitOf(plan);
      const config = configOf(env.id, plan, kit);
      if (!liarsOf(plan)(env.id)) return new ChainNode(env, config, kit.checks);
      const { rules, wallet } = kit;
      const payers = Object.keys(plan.settings.balances);
      return new LyingChainNode(env, config, { rules, wallet, payers, conduct });
    },
    client: (env, plan) => {
      const { settings, servers } = plan;
      const collector = settings.collectors[env.id];
      if (collector !== undefined) return new Collector(env, chainCollector(servers, collector));
      const { wallet } = kitOf(plan);
      return new ChainClient(env, { nodes: servers, options: settings.client, wallet });
    },
    checkOperation: checkChainOperation,
    invariants: (plan) => {
      const kit = kitOf(plan);
      return [
        ...safetyOf(plan, kit),
        measureChain(liarsOf(plan)),
        ...ownInvariants(scenario, plan, kit.checks),
      ];
    },
  });
}

/**
 * Makes a kit once for a plan, as the keys of accounts take their time; and of premade blocks once
 * for all plans in a row that have the same settings, as nothing else counts.
 */
function kitMaker(): (plan: ChainPlan) => Kit {
  const kits = new WeakMap<ChainPlan, Kit>();
  let last: { readonly key: string; readonly kit: Kit } | undefined;
  return (plan) => {
    const known = kits.get(plan);
    if (known !== undefined) return known;
    const key = plan.settings.premade.blocks === 0 ? undefined : JSON.stringify(plan.settings);
    const kit = last !== undefined && last.key === key ? last.kit : newKit(plan);
    if (key !== undefined) last = { key, kit };
    kits.set(plan, kit);
    return kit;
  };
}

function newKit({ settings }: ChainPlan): Kit {
  const checks = newChainChecks();
  const wallet = new Wallet(checks.addresses);
  const genesis = genesisOptions(settings, wallet);
  const first = genesisOf(genesis, checks.addresses);
  const { limits } = settings.options;
  const rules = chainRules(genesis, first.block.header.hash, limits, checks);
  const producers = settings.validators.map((host) => [host, validatorName(host)] as const);
  const premade = new PremadeChain({
    ...{ genesis: first, rules, wallet, options: settings.premade },
    producers: Object.fromEntries(producers),
    payers: Object.keys(settings.balances),
  });
  return { genesis, first, rules, checks, wallet, premade };
}

function filesOf(host: NodeId, plan: ChainPlan, { premade }: Kit): ReadonlyMap<string, Uint8Array> {
  return premade.filesOf(host, storeOf(host, plan));
}

function storeOf(host: NodeId, { settings: { options, keptBlocksOf } }: ChainPlan): StoreOptions {
  return { ...options.store, keptBlocks: keptBlocksOf[host] ?? options.store.keptBlocks };
}

function configOf(host: NodeId, plan: ChainPlan, { genesis, premade }: Kit): ChainNodeConfig {
  const { settings, servers } = plan;
  const { options, bootstrapOf, validators, checkpointOf } = settings;
  const checkpoint = checkpointOf[host];
  return {
    genesis,
    options: { ...options, costs: costsOn(host, settings), store: storeOf(host, plan) },
    secret: validators.includes(host) ? validatorSecret(host) : undefined,
    isHost: (name) => servers.includes(name) || plan.clients.includes(name),
    bootstrap: bootstrapOf[host] ?? servers.filter((other) => other !== host),
    checkpoint: checkpoint === undefined ? undefined : premade.checkpointAt(checkpoint),
  };
}

/** Who lies at some time: what they say, and what is on their disks, proves nothing. */
export function liarsOf(plan: ChainPlan): (host: NodeId) => boolean {
  const liars = struckHosts(plan, ["byzantine"]);
  return (host) => liars.has(host);
}

/** Accounts up to so many are compared after every block, more of them now and then. */
const FEW_ACCOUNTS = 50;
const SELDOM = 50;

function safetyOf(plan: ChainPlan, kit: Kit): readonly Invariant<ChainServer>[] {
  const { settings, servers } = plan;
  const mayLie = liarsOf(plan);
  const damaged = struckHosts(plan, DAMAGING);
  const every = Object.keys(settings.balances).length <= FEW_ACCOUNTS ? 1 : SELDOM;
  const judge = new ChainJudge(
    {
      ...kit.checks,
      genesis: kit.genesis,
      limits: settings.options.limits,
      epoch: epochOf(plan),
      rootEvery: every,
    },
    kit.first.block.header,
  );
  const supply = Object.values(settings.balances).reduce((sum, balance) => sum + balance, 0);
  for (const height of givenHeights(settings)) judge.trust(kit.premade.at(height), supply);
  const ledgers: LedgerSource<ChainServer> = {
    ledgerOf: (node, hash) => ledgerOf(node, hash),
    expected: (node, hash) => {
      if (node.chain !== undefined) judgeBlock(judge, node.chain.blocks, hash, supply);
      return expectedOf(judge, hash, kit.checks.addresses);
    },
    rootOf: rootOfLedger,
    ...{ supply, every, mayLie },
  };
  return [
    chainsAreLinked("BS-LINK", mayLie),
    finalBlocksStay("BS-HASH", mayLie),
    blocksAreValid<ChainServer>(
      "BS-NO-INVALID",
      ({ chain }, hash, now) =>
        chain && (judgeBlock(judge, chain.blocks, hash, supply) ?? judge.judgeTime(hash, now)),
      mayLie,
    ),
    blockAndAccountsAreOne("BS-ATOMIC", ledgers),
    ...accountsAreRight(ledgers),
    ...consensusSafety(settings.validators, { mayLie, damaged }),
    importsAreOrdered("BS-ORDER", mayLie),
    durableBlocksStay("BS-DURABLE", { mayLose: (host) => mayLie(host) || damaged.has(host) }),
    observersOnlyWatch(
      "OBS-READONLY",
      servers.filter((host) => !settings.validators.includes(host)),
    ),
  ];
}

/** What all wall clocks show in the beginning, if they are right; they stay right then. */
function epochOf({ clocks: { epoch, hosts }, faults }: ChainPlan): Micros | undefined {
  const isWrong = faults.some(({ kind }) => Object.hasOwn(clockFaults, kind));
  return isWrong || Object.keys(hosts).length > 0 ? undefined : epoch;
}

/** Heights at which nodes begin whose blocks before were judged by nobody in the run. */
function givenHeights({ premade, checkpointOf }: ChainSettings): readonly number[] {
  return [...Object.values(premade.heightOf), ...Object.values(checkpointOf)];
}

/** Of a block whose body is not in memory nobody can tell more than was told before. */
function judgeBlock(
  judge: ChainJudge,
  blocks: ReadonlyMap<Hash, ChainBlock>,
  hash: Hash,
  supply: number,
): string | undefined {
  // In a run that goes on from a snapshot nothing was judged: then its ancestors come first.
  const line: ChainBlock[] = [];
  let block = blocks.get(hash);
  for (; block?.body !== undefined && !judge.knows(block.header.hash); ) {
    line.push(block);
    block = blocks.get(block.header.parent);
  }
  if (block === undefined) return line.length > 0 ? "an unknown parent" : undefined;
  if (!judge.knows(block.header.hash)) {
    if (line.length === 0 || block.accounts === undefined) return undefined;
    judge.trust(block, supply);
  }
  // The block itself was judged before, if there is no line.
  if (line.length === 0) line.push(block);
  const verdicts = line
    .toReversed()
    .map(({ header, body }) => body && judge.judge({ header, body }));
  return verdicts.find((verdict) => verdict !== undefined);
}

function ledgerOf({ chain }: ChainServer, hash: string): Ledger | undefined {
  const accounts = chain?.blocks.get(hash)?.accounts;
  if (accounts === undefined) return undefined;
  const ledger = new Map<string, { balance: number; nonce: number }>();
  for (const { key, value } of trieEntries(accounts.trie)) {
    const account = decodeAccount(value);
    if (!isMalformed(account)) ledger.set(hexOf(key), account);
  }
  return ledger;
}

function expectedOf(judge: ChainJudge, hash: string, addresses: Addresses) {
  const accounts = judge.accountsAfter(hash);
  const burned = judge.burnedBy(hash);
  if (accounts === undefined || burned === undefined) return undefined;
  const filled = [...accounts].filter(([, { balance, nonce }]) => balance > 0 || nonce > 0);
  const ledger = filled.map(
    ([address, account]) => [hexOf(addresses.keyOf(address)), account] as const,
  );
  return { ledger: new Map(ledger), burned };
}

/** By putting in one account after another. */
function rootOfLedger(ledger: Ledger): string {
  let trie: Trie;
  for (const [key, account] of ledger) trie = triePut(trie, bytesOf(key), encodeAccount(account));
  return hexOf(trieRoot(trie));
}
