// A replicated key-value store under test: what all Raft scenarios have in common.

import { acknowledged, type Requests } from "../invariants/acknowledged.ts";
import { linearizable } from "../invariants/linearizable.ts";
import { measureCommits, measureLeadership } from "../invariants/measures.ts";
import { keyValueModel } from "../invariants/models/key-value.ts";
import { minorityCommitsNothing } from "../invariants/no-quorum.ts";
import { readsAreFresh, readsAreLate } from "../invariants/reads.ts";
import type { CallWords } from "../invariants/recorded-calls.ts";
import { KvClient } from "../protocols/kv/client.ts";
import type { KvCommand } from "../protocols/kv/commands.ts";
import { kvService } from "../protocols/kv/machine.ts";
import type { KvMessage } from "../protocols/kv/messages.ts";
import { KvServer } from "../protocols/kv/server.ts";
import { checkKvOperation } from "../protocols/kv/task.ts";
import { formatDisk } from "../protocols/raft/format.ts";
import {
  checkRaftOptions,
  defaultRaftOptions,
  type RaftOptions,
} from "../protocols/raft/options.ts";
import { type ClientOptions, defaultClientOptions } from "../protocols/replicated/client.ts";
import { requestName } from "../protocols/replicated/command.ts";
import { UsageError } from "../sim/assert.ts";
import {
  checkCount,
  checkDistinct,
  checkList,
  checkOneOf,
  checkRecord,
  checkSpan,
} from "../sim/check.ts";
import type { Env, NodeId, Plain } from "../sim/env.ts";
import type { HistoryEntry } from "../sim/history.ts";
import type { Invariant } from "../sim/invariant.ts";
import { defaultNetworkOptions, type NetworkOptions } from "../sim/network/network-options.ts";
import type { Plan, PlanHosts } from "../sim/plan.ts";
import { constant } from "../sim/random/distribution.ts";
import type { Random, Streams } from "../sim/random/random.ts";
import { defineScenario, type Scenario } from "../sim/scenario.ts";
import { type Micros, ms } from "../sim/time.ts";
import { type Authored, ownInvariants, planOf } from "./authored.ts";
import { clusterTargets } from "./cluster-targets.ts";
import { raftSafetyOf } from "./raft-safety.ts";
import { kvRegisters, registersWith, storeWords, wordsWithoutLeases } from "./store-words.ts";

/** What a plan says of the store itself. */
export interface StoreSettings {
  readonly raft: RaftOptions;
  /** Servers whose options differ. */
  readonly raftOf: Readonly<Record<NodeId, RaftOptions>>;
  readonly client: ClientOptions;
  /** Who votes at first; the other servers wait until they are made members. Default: all. */
  readonly members?: readonly NodeId[];
  /** Until then, every election timeout is the shortest, so that all stand at once. */
  readonly equalTimeoutsUntil: Micros;
}

export type StorePlan = Plan<StoreSettings>;

/** A scenario of the store as its author writes it; its sites are {@link ALL_KV_SITES}. */
export interface StoreScenario extends Authored<StoreSettings, KvServer> {
  /** What of the history `run --history` writes. Default: {@link storeWords}. */
  readonly words?: (entry: HistoryEntry) => CallWords | undefined;
  /**
   * By how much lease reads may be out of date, as clocks drift by more than the servers' options
   * allow for. Default: they are linearizable like all others.
   */
  readonly leaseLateness?: Micros;
}

/** Makes a scenario of the store: servers, clients, targets and invariants are those of all. */
export function storeScenario(scenario: StoreScenario): Scenario {
  return defineScenario<KvMessage, KvServer, StoreSettings>({
    ...scenario,
    plan: (streams) => planOf(scenario, streams),
    checkSettings: checkStoreSettings,
    server: (env, { settings, servers }) => {
      const options = settings.raftOf[env.id] ?? settings.raft;
      return new KvServer(withEqualTimeouts(env, settings.equalTimeoutsUntil), options, servers);
    },
    files: (id, { servers, settings }) => diskOf(id, settings.members ?? servers),
    client: (env, { servers, settings }) => new KvClient(env, servers, settings.client),
    checkOperation: checkKvOperation,
    words: scenario.words ?? storeWords,
    targets: clusterTargets,
    invariants: (plan) => [
      ...storeInvariants(plan, scenario.leaseLateness),
      ...ownInvariants(scenario, plan),
    ],
  });
}

/** Settings with the usual options but for those given. */
export function storeSettings(
  raft: Partial<RaftOptions> = {},
  rest: Partial<Omit<StoreSettings, "raft">> = {},
): StoreSettings {
  return {
    raft: { ...defaultRaftOptions, ...raft },
    raftOf: {},
    client: defaultClientOptions,
    equalTimeoutsUntil: 0,
    ...rest,
  };
}

/** Logs that are compacted often, now and then, or never; in small chunks or large ones. */
export function drawCompaction(streams: Streams): Partial<RaftOptions> {
  const random = streams.stream("compaction");
  const snapshotEntries = random.pick([8, 100, 10_000]);
  return {
    snapshotEntries,
    keptEntries: random.pick([0, snapshotEntries / 2]),
    snapshotChunkBytes: random.pick([100, 64 * 1_024]),
  };
}

/** A client that asks elsewhere soon, so that its waiting does not blur what servers do. */
export const impatientClient: ClientOptions = {
  ...defaultClientOptions,
  requestTimeout: ms(300),
};

/** The server that an operation asked, if it asked that one only; as clients emit it. */
export function askedAlone(operation: Plain): NodeId | undefined {
  return (operation as { readonly server?: NodeId }).server;
}

/** A network in which every message takes the same time. */
export function constantLatency(latency: Micros): NetworkOptions {
  return { ...defaultNetworkOptions, latency: constant(latency) };
}

/** `n1` to `n5`; `c1` to `c3` with another letter. */
export function hostNames(count: number, letter = "n"): NodeId[] {
  return Array.from({ length: count }, (_, i) => `${letter}${i + 1}`);
}

/** The formatted disk of a server: one of those who vote at first, or one that waits. */
export function diskOf(
  server: NodeId,
  members: readonly NodeId[],
): ReadonlyMap<string, Uint8Array> {
  return formatDisk(server, members.includes(server) ? members : []);
}

/** The safety of the store: Raft's, and what clients were promised; and what all runs measure. */
function storeInvariants(
  { settings, servers }: StorePlan,
  leaseLateness: Micros | undefined,
): readonly Invariant<KvServer>[] {
  return [
    storeRaftSafety(settings.members ?? servers),
    acknowledged(storeRequests),
    ...answersAreRight(leaseLateness),
    // Where members change, being in the minority is not a matter of links alone.
    ...(settings.members === undefined ? [minorityCommitsNothing("MINORITY-COMMIT")] : []),
    measureLeadership(),
    measureCommits(),
  ];
}

/** Everything is linearizable; or all but lease reads, which are out of date by so much at most. */
function answersAreRight(leaseLateness: Micros | undefined): readonly Invariant[] {
  const lin = { model: keyValueModel, when: "end" } as const;
  if (leaseLateness === undefined) {
    return [
      readsAreFresh("STALE-READ", kvRegisters),
      linearizable("LIN", { ...lin, words: storeWords }),
    ];
  }
  return [
    readsAreFresh(
      "STALE-READ",
      registersWith((way) => way !== "lease"),
    ),
    readsAreLate(
      "STALE-LEASE",
      registersWith((way) => way === "lease"),
      leaseLateness,
    ),
    linearizable("LIN", { ...lin, words: wordsWithoutLeases }),
  ];
}

/** The safety of Raft, with this store's snapshots; `members` vote at first. */
export function storeRaftSafety(members: readonly NodeId[]): Invariant<KvServer> {
  return raftSafetyOf(kvService, members);
}

/** How the commands of this store's log, and what its clients emit on invocation, are named. */
export const storeRequests: Requests = {
  inCommand: (plain) => {
    // The commands of this store's log.
    const command = plain as KvCommand | undefined;
    return command && requestName(command.session, command.serial);
  },
  inOperation: (operation) => (operation as { readonly request?: string }).request,
};

/** Until then, the host draws the lowest number of all: its election timeouts are the shortest. */
export function withEqualTimeouts<Message>(env: Env<Message>, until: Micros): Env<Message> {
  if (until === 0) return env;
  const { random } = env;
  const equal: Random = {
    int: (low, high) => (env.now() < until ? low : random.int(low, high)),
    chance: (probability) => random.chance(probability),
    pick: (items) => random.pick(items),
    shuffle: (items) => random.shuffle(items),
  };
  return { ...env, random: equal };
}

/** The fields of a store's settings. */
export const STORE_SETTINGS = [
  "raft",
  "raftOf",
  "client",
  "equalTimeoutsUntil",
  "members",
] as const;

/** Checks settings from outside; throws a UsageError that names the path. */
export function checkStoreSettings(
  value: unknown,
  path: string,
  { servers }: PlanHosts,
): StoreSettings {
  const fields = checkRecord(value, path, STORE_SETTINGS);
  const raftOf = Object.entries(checkRecord(fields.raftOf, `${path}.raftOf`, servers));
  return {
    raft: checkRaftOptions(fields.raft, `${path}.raft`),
    raftOf: Object.fromEntries(
      raftOf.map(([id, options]) => [id, checkRaftOptions(options, `${path}.raftOf.${id}`)]),
    ),
    client: checkClient(fields.client, `${path}.client`),
    equalTimeoutsUntil: checkCount(fields.equalTimeoutsUntil, `${path}.equalTimeoutsUntil`, 0),
    ...(fields.members === undefined
      ? {}
      : { members: checkMembers(fields.members, `${path}.members`, servers) }),
  };
}

/** Some of the servers, each once. */
export function checkMembers(value: unknown, path: string, servers: readonly NodeId[]): NodeId[] {
  const members = checkList(value, path).map((id, i) => checkOneOf(id, `${path}[${i}]`, servers));
  if (members.length === 0) throw new UsageError(`${path}: expected some, got none`);
  checkDistinct(members, path);
  return members;
}

/** Plans that were kept before there was a back-off do not say so. */
function checkBackOff(
  { retryGrowth, retryDelayMax }: Readonly<Record<string, unknown>>,
  path: string,
): Pick<ClientOptions, "retryGrowth" | "retryDelayMax"> {
  const { retryGrowth: growth, retryDelayMax: delayMax } = defaultClientOptions;
  return {
    retryGrowth: checkCount(retryGrowth ?? growth, `${path}.retryGrowth`, 1),
    retryDelayMax: checkCount(retryDelayMax ?? delayMax, `${path}.retryDelayMax`, 1),
  };
}

function checkClient(value: unknown, path: string): ClientOptions {
  const fields = checkRecord(value, path, Object.keys(defaultClientOptions));
  return {
    requestTimeout: checkCount(fields.requestTimeout, `${path}.requestTimeout`, 1),
    waitMax: checkCount(fields.waitMax, `${path}.waitMax`, 1),
    retryDelay: checkSpan(fields.retryDelay, `${path}.retryDelay`),
    ...checkBackOff(fields, path),
  };
}
