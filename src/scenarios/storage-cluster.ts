// A storage quorum under test: what all of its scenarios have in common.

import { answersAreTrue, confirmedFilesAreRecoverable } from "../invariants/storage-history.ts";
import { measureStorage } from "../invariants/storage-measures.ts";
import { proofsNeedTheBytes, theHonestAreNotBlamed } from "../invariants/storage-proofs.ts";
import {
  confirmationsAreDurable,
  everyChunkHasItsQuorum,
  saltsAreFresh,
  statusIsFinal,
} from "../invariants/storage-quorum.ts";
import { plaintextStaysSecret } from "../invariants/storage-secrecy.ts";
import { Backend } from "../protocols/storage-quorum/backend.ts";
import {
  checkStorageQuorumClientOptions,
  defaultStorageQuorumClientOptions,
  StorageQuorumClient,
  type StorageQuorumClientOptions,
} from "../protocols/storage-quorum/client.ts";
import { Discovery } from "../protocols/storage-quorum/discovery.ts";
import { fileBytes } from "../protocols/storage-quorum/file-bytes.ts";
import type { StorageQuorumMessage } from "../protocols/storage-quorum/messages.ts";
import {
  cheapScryptOptions,
  checkStorageQuorumOptions,
  defaultStorageQuorumOptions,
  type StorageQuorumOptions,
} from "../protocols/storage-quorum/options.ts";
import { StorageNode } from "../protocols/storage-quorum/storage-node.ts";
import { checkStorageQuorumOperation } from "../protocols/storage-quorum/task.ts";
import { UsageError } from "../sim/assert.ts";
import { checkCount, checkRecord } from "../sim/check.ts";
import type { NodeId } from "../sim/env.ts";
import type { Invariant } from "../sim/invariant.ts";
import type { Plan, PlanHosts } from "../sim/plan.ts";
import { defineScenario, type Scenario } from "../sim/scenario.ts";
import { type Authored, ownInvariants, planOf } from "./authored.ts";
import { LYING_BEHAVIOURS } from "./lying-storage/lies.ts";
import { LyingStorageNode } from "./lying-storage/lying-storage-node.ts";
import { hostNames } from "./raft-cluster.ts";
import { DAMAGING, struckHosts } from "./struck-hosts.ts";

/** Who takes files in, and who knows the storage nodes; all other servers are storage nodes. */
export const BACKEND: NodeId = "backend";
export const DISCOVERY: NodeId = "discovery";

/** What a plan says of the storage quorum itself. */
export interface StorageSettings {
  readonly options: StorageQuorumOptions;
  readonly client: StorageQuorumClientOptions;
  /** Of each storage node. */
  readonly capacityBytes: number;
  /** Of those that have another. */
  readonly capacityOf: Readonly<Record<NodeId, number>>;
}

export type StoragePlan = Plan<StorageSettings>;

/** A server of any role. */
export type StorageServer = Backend | Discovery | StorageNode | LyingStorageNode;

/** A scenario of the storage quorum as its author writes it. */
export type StorageScenario = Authored<StorageSettings, StorageServer>;

/** Makes a scenario: servers, clients and invariants are those of all. */
export function storageScenario(scenario: StorageScenario): Scenario {
  return defineScenario<StorageQuorumMessage, StorageServer, StorageSettings>({
    ...scenario,
    plan: (streams) => planOf(scenario, streams),
    checkSettings,
    server: (env, plan, conduct) => {
      const { options, capacityBytes, capacityOf } = plan.settings;
      if (env.id === BACKEND) return new Backend(env, { discovery: DISCOVERY, options });
      if (env.id === DISCOVERY) return new Discovery(env, options);
      const config = {
        ...{ discovery: DISCOVERY, backend: BACKEND, options },
        capacityBytes: capacityOf[env.id] ?? capacityBytes,
      };
      const liars = struckHosts(plan, ["byzantine"]);
      if (!liars.has(env.id)) return new StorageNode(env, config);
      const accomplices = [...liars].filter((id) => id !== env.id).sort();
      // A host that is no storage node, as they are all taken.
      return new LyingStorageNode(env, config, { conduct, accomplices, alias: plan.clients[0] });
    },
    behaviours: LYING_BEHAVIOURS,
    client: (env, { settings }) =>
      new StorageQuorumClient(env, {
        ...{ backend: BACKEND, discovery: DISCOVERY, options: settings.client },
      }),
    checkOperation: checkStorageQuorumOperation,
    invariants: (plan) => [...safetyOf(plan), ...ownInvariants(scenario, plan)],
  });
}

/** The backend, the discovery, and `count` storage nodes: `n1` and so on. */
export function storageServers(count: number): NodeId[] {
  return [BACKEND, DISCOVERY, ...hostNames(count)];
}

/** Settings with the usual options but for those given; passwords are cheap. */
export function storageSettings(
  options: Partial<StorageQuorumOptions> = {},
  rest: Partial<Omit<StorageSettings, "options">> = {},
): StorageSettings {
  return {
    options: { ...defaultStorageQuorumOptions, scrypt: cheapScryptOptions, ...options },
    client: defaultStorageQuorumClientOptions,
    capacityBytes: 10 * 1_024 ** 3,
    capacityOf: {},
    ...rest,
  };
}

/** Who lies at some time: what they say, and what is on their disks, proves nothing. */
export function liarsOf(plan: StoragePlan): (host: NodeId) => boolean {
  const liars = struckHosts(plan, ["byzantine"]);
  return (host) => liars.has(host);
}

function safetyOf(plan: StoragePlan): readonly Invariant<StorageServer>[] {
  const { calm, settings } = plan;
  const { options } = settings;
  const mayLie = liarsOf(plan);
  const damaged = struckHosts(plan, DAMAGING);
  const mayLack = (host: NodeId): boolean => mayLie(host) || damaged.has(host);
  return [
    everyChunkHasItsQuorum("SQ-QUORUM", options, mayLack),
    confirmationsAreDurable("SQ-DURABLE-ACK", mayLack),
    statusIsFinal("SQ-STATUS"),
    answersAreTrue("SQ-ANSWERS"),
    confirmedFilesAreRecoverable("SQ-RECOVERABLE", { calm, mayLie }),
    proofsNeedTheBytes("SQ-PROOF"),
    theHonestAreNotBlamed("SQ-BLAMELESS", mayLack),
    saltsAreFresh("SQ-KEYS"),
    plaintextStaysSecret("SQ-SECRET", {
      ...{ backend: BACKEND, chunkBytes: options.chunkBytes },
      plaintext: ({ fill, sizeBytes }) => fileBytes(fill, sizeBytes),
    }),
    measureStorage(),
  ];
}

function checkSettings(value: unknown, path: string, { servers }: PlanHosts): StorageSettings {
  const missing = [BACKEND, DISCOVERY].find((id) => !servers.includes(id));
  if (missing !== undefined) {
    throw new UsageError(`plan.servers: expected ${missing} among them, got ${servers.join(", ")}`);
  }
  const fields = checkRecord(value, path, ["options", "client", "capacityBytes", "capacityOf"]);
  const capacityOf = Object.entries(checkRecord(fields.capacityOf, `${path}.capacityOf`, servers));
  return {
    options: checkStorageQuorumOptions(fields.options, `${path}.options`),
    client: checkStorageQuorumClientOptions(fields.client, `${path}.client`),
    capacityBytes: checkCount(fields.capacityBytes, `${path}.capacityBytes`, 0),
    capacityOf: Object.fromEntries(
      capacityOf.map(([id, bytes]) => [id, checkCount(bytes, `${path}.capacityOf.${id}`, 0)]),
    ),
  };
}
