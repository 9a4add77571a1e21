// A replicated orchestrator under test: what all of its scenarios have in common.

import { acknowledged } from "../invariants/acknowledged.ts";
import { linearizable } from "../invariants/linearizable.ts";
import { measureCommits, measureLeadership } from "../invariants/measures.ts";
import { taskModel } from "../invariants/models/task.ts";
import { vmHostsUnseenModel, vmModel } from "../invariants/models/vm.ts";
import { minorityCommitsNothing } from "../invariants/no-quorum.ts";
import { capacityHolds, nothingRunsOnTheLost, statesAreEqual } from "../invariants/orchestrator.ts";
import { whatIsAckedIsThere } from "../invariants/orchestrator-history.ts";
import { OrchestratorClient } from "../protocols/orchestrator/client.ts";
import { orchestrator } from "../protocols/orchestrator/machine.ts";
import { checkOrchestratorOperation } from "../protocols/orchestrator/operation.ts";
import { type OrchestratorMessage, OrchestratorServer } from "../protocols/orchestrator/server.ts";
import { type BatchOptions, checkBatchOptions } from "../protocols/replicated/batching.ts";
import { checkOneOf, checkRecord } from "../sim/check.ts";
import type { NodeId } from "../sim/env.ts";
import type { Invariant } from "../sim/invariant.ts";
import type { Plan, PlanHosts } from "../sim/plan.ts";
import { defineScenario, type Scenario } from "../sim/scenario.ts";
import { type Authored, ownInvariants, planOf } from "./authored.ts";
import { clusterTargets } from "./cluster-targets.ts";
import { taskWords, vmWords } from "./orchestrator-words.ts";
import {
  checkStoreSettings,
  diskOf,
  STORE_SETTINGS,
  type StoreSettings,
  storeRequests,
  withEqualTimeouts,
} from "./raft-cluster.ts";
import { raftSafetyOf } from "./raft-safety.ts";

/** What a plan says of the orchestrator itself: what one says of the store, and more. */
export interface OrchestratorSettings extends StoreSettings {
  /** Default: no batching. */
  readonly batch?: BatchOptions;
  /** Servers that batch otherwise. */
  readonly batchOf?: Readonly<Record<NodeId, BatchOptions>>;
  /** By client, the server that it asks first. Default: any. */
  readonly homeOf?: Readonly<Record<NodeId, NodeId>>;
}

export type OrchestratorPlan = Plan<OrchestratorSettings>;

/** A scenario of the orchestrator as its author writes it. */
export type OrchestratorScenario = Authored<OrchestratorSettings, OrchestratorServer>;

/** Makes a scenario: servers, clients, targets and invariants are those of all. */
export function orchestratorScenario(scenario: OrchestratorScenario): Scenario {
  return defineScenario<OrchestratorMessage, OrchestratorServer, OrchestratorSettings>({
    ...scenario,
    plan: (streams) => planOf(scenario, streams),
    checkSettings,
    server: (env, { settings, servers }) => {
      const options = settings.raftOf[env.id] ?? settings.raft;
      const drawing = withEqualTimeouts(env, settings.equalTimeoutsUntil);
      const batch = settings.batchOf?.[env.id] ?? settings.batch;
      return new OrchestratorServer(drawing, options, batch, servers);
    },
    files: (id, { servers, settings }) => diskOf(id, settings.members ?? servers),
    client: (env, { servers, settings: { client, homeOf } }) =>
      new OrchestratorClient(env, servers, client, homeOf?.[env.id]),
    checkOperation: checkOrchestratorOperation,
    words: vmWords,
    targets: clusterTargets,
    invariants: (plan) => [...safetyOf(plan), ...ownInvariants(scenario, plan)],
  });
}

/** Raft's safety, what clients were promised, and equal states; and what all runs measure. */
function safetyOf(plan: OrchestratorPlan): readonly Invariant<OrchestratorServer>[] {
  const { settings, servers, operations } = plan;
  // Where workers are lost, their machines fail without a word of them.
  const isSeen = !operations.some(({ operation: { op } }) => op === "mark" || op === "expire");
  const model = isSeen ? vmModel : vmHostsUnseenModel;
  return [
    raftSafetyOf(orchestrator, settings.members ?? servers),
    acknowledged(storeRequests),
    statesAreEqual("ORCH-STATE-EQ"),
    capacityHolds("ORCH-CAPACITY"),
    nothingRunsOnTheLost("ORCH-LOST"),
    whatIsAckedIsThere("ORCH-ACKED"),
    linearizable("LIN", { model, words: vmWords, when: "end" }),
    linearizable("TASK-LIN", { model: taskModel, words: taskWords, when: "end" }),
    // Where members change, being in the minority is not a matter of links alone.
    ...(settings.members === undefined ? [minorityCommitsNothing("MINORITY-COMMIT")] : []),
    measureLeadership(),
    measureCommits(),
  ];
}

function checkSettings(value: unknown, path: string, hosts: PlanHosts): OrchestratorSettings {
  const { batch, batchOf, homeOf, ...rest } = checkRecord(value, path, FIELDS);
  const settings = checkStoreSettings(rest, path, hosts);
  return {
    ...settings,
    ...(batch === undefined ? {} : { batch: checkBatchOptions(batch, `${path}.batch`) }),
    ...(batchOf === undefined ? {} : { batchOf: checkBatchOf(batchOf, `${path}.batchOf`, hosts) }),
    ...(homeOf === undefined ? {} : { homeOf: checkHomeOf(homeOf, `${path}.homeOf`, hosts) }),
  };
}

const FIELDS = [...STORE_SETTINGS, "batch", "batchOf", "homeOf"];

function checkBatchOf(
  value: unknown,
  path: string,
  { servers }: PlanHosts,
): Readonly<Record<NodeId, BatchOptions>> {
  const entries = Object.entries(checkRecord(value, path, servers));
  return Object.fromEntries(
    entries.map(([id, batch]) => [id, checkBatchOptions(batch, `${path}.${id}`)]),
  );
}

function checkHomeOf(
  value: unknown,
  path: string,
  { servers, clients }: PlanHosts,
): Readonly<Record<NodeId, NodeId>> {
  const entries = Object.entries(checkRecord(value, path, clients));
  return Object.fromEntries(
    entries.map(([id, home]) => [id, checkOneOf(home, `${path}.${id}`, servers)]),
  );
}
