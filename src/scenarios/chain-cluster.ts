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
import { measureChain } from "../invariants/chain-measures.ts";
import { decodeAccount, encodeAccount } from "../protocols/block-sync/account.ts";
import type { Addresses } from "../protocols/block-sync/addresses.ts";
import type { ChainBlock } from "../protocols/block-sync/chain.ts";
import { ChainNode } from "../protocols/block-sync/chain-node.ts";
import { type ChainChecks, newChainChecks } from "../protocols/block-sync/chain-reader.ts";
import { ChainClient } from "../protocols/block-sync/client.ts";
import { type Genesis, type GenesisOptions, genesisOf } from "../protocols/block-sync/genesis.ts";
import type { BlockSyncMessage } from "../protocols/block-sync/messages.ts";
import { isMalformed } from "../protocols/block-sync/rlp.ts";
import { checkChainOperation } from "../protocols/block-sync/task.ts";
import { type Trie, trieEntries, triePut, trieRoot } from "../protocols/block-sync/trie/trie.ts";
import { Wallet } from "../protocols/block-sync/wallet.ts";
import { bytesOf, hexOf } from "../protocols/hex.ts";
import type { NodeId } from "../sim/env.ts";
import { type FaultKind, targetsOf } from "../sim/fault.ts";
import type { Invariant } from "../sim/invariant.ts";
import { defineScenario, type Scenario } from "../sim/scenario.ts";
import { type Authored, ownInvariants, planOf } from "./authored.ts";
import { ChainJudge } from "./chain-judge.ts";
import {
  type ChainPlan,
  type ChainSettings,
  checkChainSettings,
  genesisOptions,
  validatorSecret,
} from "./chain-settings.ts";

/** A scenario of the chain as its author writes it. */
export type ChainScenario = Authored<ChainSettings, ChainNode>;

/** What all nodes of a run share: memories of pure functions, so nobody can tell. */
interface Kit {
  readonly genesis: GenesisOptions;
  readonly first: Genesis;
  readonly checks: ChainChecks;
  readonly wallet: Wallet;
}

/** Makes a scenario: servers, clients and invariants are those of all. */
export function chainScenario(scenario: ChainScenario): Scenario {
  // Made once for a plan, as the keys of accounts take their time.
  const kits = new WeakMap<ChainPlan, Kit>();
  const kitOf = (plan: ChainPlan): Kit => {
    const kit = kits.get(plan) ?? newKit(plan);
    kits.set(plan, kit);
    return kit;
  };
  return defineScenario<BlockSyncMessage, ChainNode, ChainSettings>({
    ...scenario,
    plan: (streams) => planOf(scenario, streams),
    checkSettings: checkChainSettings,
    server: (env, plan) => {
      const kit = kitOf(plan);
      return new ChainNode(env, configOf(env.id, plan, kit.genesis), kit.checks);
    },
    client: (env, plan) =>
      new ChainClient(env, {
        ...{ nodes: plan.servers, options: plan.settings.client, wallet: kitOf(plan).wallet },
      }),
    checkOperation: checkChainOperation,
    invariants: (plan) => [
      ...safetyOf(plan, kitOf(plan)),
      measureChain(liarsOf(plan)),
      ...ownInvariants(scenario, plan),
    ],
  });
}

function newKit({ settings }: ChainPlan): Kit {
  const checks = newChainChecks();
  const wallet = new Wallet(checks.addresses);
  const genesis = genesisOptions(settings, wallet);
  return { genesis, first: genesisOf(genesis, checks.addresses), checks, wallet };
}

function configOf(host: NodeId, { settings, servers }: ChainPlan, genesis: GenesisOptions) {
  const { options, keptBlocksOf, bootstrapOf, validators } = settings;
  const keptBlocks = keptBlocksOf[host] ?? options.store.keptBlocks;
  return {
    genesis,
    options: { ...options, store: { ...options.store, keptBlocks } },
    secret: validators.includes(host) ? validatorSecret(host) : undefined,
    bootstrap: bootstrapOf[host] ?? servers.filter((other) => other !== host),
    checkpoint: undefined,
  };
}

/** Who lies at some time: what they say, and what is on their disks, proves nothing. */
export function liarsOf(plan: ChainPlan): (host: NodeId) => boolean {
  const liars = hostsOf(plan, ["byzantine"]);
  return (host) => liars.has(host);
}

/** Every server that some fault of these kinds may mean. */
function hostsOf(
  { faults, servers }: ChainPlan,
  kinds: readonly FaultKind["kind"][],
): ReadonlySet<NodeId> {
  const targets = faults.filter(({ kind }) => kinds.includes(kind)).flatMap(targetsOf);
  // A name may stand for any of them.
  const isNamed = targets.some((target) => !servers.includes(target));
  return new Set(isNamed ? servers : targets);
}

/** After these, what was durable may not be there. */
const DAMAGING: readonly FaultKind["kind"][] = [
  ...(["wipe", "bitRot", "lostWrites", "misdirectedWrites"] as const),
];

/** Accounts up to so many are compared after every block, more of them now and then. */
const FEW_ACCOUNTS = 50;
const SELDOM = 50;

function safetyOf(plan: ChainPlan, kit: Kit): readonly Invariant<ChainNode>[] {
  const { settings, servers } = plan;
  const mayLie = liarsOf(plan);
  const damaged = hostsOf(plan, DAMAGING);
  const every = Object.keys(settings.balances).length <= FEW_ACCOUNTS ? 1 : SELDOM;
  const judge = new ChainJudge(
    {
      ...kit.checks,
      genesis: kit.genesis,
      blockGas: settings.options.limits.blockGas,
      rootEvery: every,
    },
    kit.first.block.header,
  );
  const ledgers: LedgerSource<ChainNode> = {
    ledgerOf: (node, hash) => ledgerOf(node, hash),
    expected: (hash) => expectedOf(judge, hash, kit.checks.addresses),
    rootOf: rootOfLedger,
    supply: Object.values(settings.balances).reduce((sum, balance) => sum + balance, 0),
    ...{ every, mayLie },
  };
  return [
    chainsAreLinked("BS-LINK", mayLie),
    finalBlocksStay("BS-HASH", mayLie),
    blocksAreValid<ChainNode>(
      "BS-NO-INVALID",
      (node, hash) => judgeBlock(judge, node.chain?.blocks.get(hash)),
      mayLie,
    ),
    blockAndAccountsAreOne("BS-ATOMIC", ledgers),
    accountsAreRight(ledgers),
    durableBlocksStay("BS-DURABLE", { mayLose: (host) => mayLie(host) || damaged.has(host) }),
    observersOnlyWatch(
      "OBS-READONLY",
      servers.filter((host) => !settings.validators.includes(host)),
    ),
  ];
}

/** Of a block whose body is not in memory nobody can tell more than was told before. */
function judgeBlock(judge: ChainJudge, block: ChainBlock | undefined): string | undefined {
  if (block?.body === undefined) return undefined;
  return judge.judge({ header: block.header, body: block.body });
}

function ledgerOf({ chain }: ChainNode, hash: string): Ledger | undefined {
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
