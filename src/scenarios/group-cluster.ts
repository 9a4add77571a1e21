// Replicated key-value stores under test that share their hosts, one for each group.

import { acknowledged } from "../invariants/acknowledged.ts";
import { Group, groupOf, inEachGroup } from "../invariants/group-world.ts";
import { groupsAreApart, measureGroups } from "../invariants/groups.ts";
import { linearizable } from "../invariants/linearizable.ts";
import { keyValueModel } from "../invariants/models/key-value.ts";
import { minorityCommitsNothing } from "../invariants/no-quorum.ts";
import { readsAreFresh } from "../invariants/reads.ts";
import type { CallWords } from "../invariants/recorded-calls.ts";
import { equalStates } from "../invariants/replicated.ts";
import { GroupHost } from "../protocols/groups/group-host.ts";
import { fileIn, type Grouped, nameIn } from "../protocols/groups/scope.ts";
import { KvClient } from "../protocols/kv/client.ts";
import type { KvOperation } from "../protocols/kv/commands.ts";
import type { KvTypes } from "../protocols/kv/machine.ts";
import type { KvMessage } from "../protocols/kv/messages.ts";
import { KvServer } from "../protocols/kv/server.ts";
import { checkKvOperation } from "../protocols/kv/task.ts";
import { formatDisk } from "../protocols/raft/format.ts";
import type { ClientState } from "../protocols/replicated/client.ts";
import type { ServerState } from "../protocols/replicated/server-state.ts";
import { checkDistinct, checkList, checkOneOf, checkRecord } from "../sim/check.ts";
import type { Env, NodeId, Plain } from "../sim/env.ts";
import type { HistoryEntry } from "../sim/history.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import type { Plan, PlanHosts } from "../sim/plan.ts";
import { defineScenario, type Scenario } from "../sim/scenario.ts";
import { type Authored, ownInvariants, planOf } from "./authored.ts";
import {
  checkMembers,
  checkStoreSettings,
  STORE_SETTINGS,
  type StoreSettings,
  storeRaftSafety,
  storeRequests,
} from "./raft-cluster.ts";
import { kvRegisters, storeWords } from "./store-words.ts";

/** What a plan says of the stores. */
export interface GroupSettings extends Omit<StoreSettings, "members"> {
  readonly groups: readonly Placement[];
}

/** A group, and the servers that make it. */
export interface Placement {
  readonly name: string;
  readonly members: readonly NodeId[];
}

export type GroupPlan = Plan<GroupSettings>;

/** The host of one server for each group. */
export type GroupServer = GroupHost<KvMessage, ServerState<KvTypes>, KvServer>;

/** A scenario of several groups as its author writes it. Sites are armed in each by itself. */
export interface GroupScenario
  extends Authored<GroupSettings, GroupServer, [groups: readonly Group<KvServer>[]]> {
  /** All that a plan may have. */
  readonly groups: readonly string[];
}

/** Makes a scenario of groups: hosts, clients, targets and invariants are those of all. */
export function groupScenario(scenario: GroupScenario): Scenario {
  const { groups, sites = [] } = scenario;
  return defineScenario<KvMessage & Grouped, GroupServer, GroupSettings>({
    ...scenario,
    plan: (streams) => planOf(scenario, streams),
    sites: groups.flatMap((group) => sites.map((site) => nameIn(group, site))),
    checkSettings: (value, path, hosts) => checkGroupSettings(value, path, { groups, hosts }),
    server,
    files: disksOf,
    client,
    checkOperation: (operation, path, { settings }) => {
      const name = checkOneOf(operation.group, `${path}.group`, groups);
      const group = settings.groups.find((placed) => placed.name === name);
      return checkKvOperation(operation, path, group && { servers: group.members });
    },
    words: groupWords,
    targets: { "some leader": someLeader },
    invariants: (plan) => {
      const placed = plan.settings.groups.map(asGroup);
      return [...groupInvariants(placed), ...ownInvariants(scenario, plan, placed)];
    },
  });
}

/** Groups `g1` to `g8`, each on so many servers, the first one the next after the last group's. */
export function placeGroups(
  groups: readonly string[],
  servers: readonly NodeId[],
  replication: number,
): Placement[] {
  return groups.map((name, first) => ({
    name,
    members: Array.from({ length: replication }, (_, i) => servers[(first + i) % servers.length]!),
  }));
}

/** Whether an operation of the history is a group's. */
export function isOf({ name }: Group<KvServer>): (entry: HistoryEntry) => boolean {
  return ({ operation }) => groupOf(operation) === name;
}

function server(env: Env<KvMessage & Grouped>, { settings }: GroupPlan): GroupServer {
  const served = settings.groups.filter(({ members }) => members.includes(env.id));
  const names = served.map(({ name }) => name);
  return new GroupHost(env, names, (own, group) => {
    const options = settings.raftOf[env.id] ?? settings.raft;
    return new KvServer(own, options, membersOf(settings, group));
  });
}

/** The disk of a host: a formatted one of each group that it serves. */
function disksOf(id: NodeId, { settings }: GroupPlan): ReadonlyMap<string, Uint8Array> {
  const served = settings.groups.filter(({ members }) => members.includes(id));
  const files = served.flatMap(({ name, members }) =>
    [...formatDisk(id, members)].map(([file, bytes]) => [fileIn(name, file), bytes] as const),
  );
  return new Map(files);
}

function client(env: Env<KvMessage & Grouped>, { settings }: GroupPlan) {
  const names = settings.groups.map(({ name }) => name);
  return new GroupHost<KvMessage, ClientState<KvOperation>, KvClient>(
    env,
    names,
    (own, group) => new KvClient(own, membersOf(settings, group), settings.client),
  );
}

function membersOf({ groups }: GroupSettings, group: string): readonly NodeId[] {
  return groups.find(({ name }) => name === group)!.members;
}

function asGroup({ name, members }: Placement): Group<KvServer> {
  return new Group({ name, members, fileOf: (file) => fileIn(name, file) });
}

/** Of each group all that holds for a store; and that they have nothing to do with each other. */
function groupInvariants(groups: readonly Group<KvServer>[]): readonly Invariant<GroupServer>[] {
  return [
    ...inEachGroup(groups, ({ members }) => storeRaftSafety(members)),
    groupsAreApart("GROUP-APART", groups),
    ...inEachGroup(groups, (group) =>
      acknowledged({
        ...storeRequests,
        inOperation: (operation) =>
          groupOf(operation) === group.name ? storeRequests.inOperation(operation) : undefined,
      }),
    ),
    readsAreFresh("STALE-READ", {
      ...kvRegisters,
      operation: (operation) => {
        const known = kvRegisters.operation(operation);
        return known && { ...known, key: keyIn(operation, known.key) };
      },
    }),
    // One by one, as a client has one operation at a time in each of them.
    ...inEachGroup(groups, (group) => {
      const isOurs = isOf(group);
      const words = (entry: HistoryEntry) => (isOurs(entry) ? storeWords(entry) : undefined);
      return linearizable("LIN", { model: keyValueModel, words, when: "end" });
    }),
    ...inEachGroup(groups, () => minorityCommitsNothing("MINORITY-COMMIT")),
    ...inEachGroup(groups, () => equalStates("EQUAL-STATES")),
    measureGroups(groups),
  ];
}

/** In the words of the key-value model, where one key in two groups is two keys. */
function groupWords(entry: HistoryEntry): CallWords | undefined {
  const words = storeWords(entry);
  return words?.key === undefined
    ? undefined
    : { ...words, key: keyIn(entry.operation, words.key) };
}

function keyIn(operation: Plain, key: string): string {
  return `${groupOf(operation)}/${key}`;
}

/** The first live server that leads a group, and in another one follows. */
function someLeader({ servers }: World<GroupServer>): NodeId[] {
  const found = servers.find(({ node }) => {
    const roles = [...(node?.groups.values() ?? [])].map(({ role }) => role);
    return roles.includes("leader") && roles.includes("follower");
  });
  return found === undefined ? [] : [found.id];
}

/** What a plan of groups may name. */
interface Known {
  readonly groups: readonly string[];
  readonly hosts: PlanHosts;
}

function checkGroupSettings(
  value: unknown,
  path: string,
  { groups: known, hosts }: Known,
): GroupSettings {
  const { groups, ...store } = checkRecord(value, path, FIELDS);
  const placements = checkList(groups, `${path}.groups`).map((group, i) => {
    const at = `${path}.groups[${i}]`;
    const { name, members } = checkRecord(group, at, ["name", "members"]);
    return {
      name: checkOneOf(name, `${at}.name`, known),
      members: checkMembers(members, `${at}.members`, hosts.servers),
    };
  });
  checkDistinct(
    placements.map(({ name }) => name),
    `${path}.groups`,
  );
  return { ...checkStoreSettings(store, path, hosts), groups: placements };
}

const FIELDS = [...STORE_SETTINGS, "groups"];
