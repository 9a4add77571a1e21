// Lying storage nodes among honest ones: each lie is told, does its harm, and is found out.

import { describe, expect, it } from "vitest";
import { answersAreTrue } from "../../../src/invariants/storage-history.ts";
import { proofsNeedTheBytes } from "../../../src/invariants/storage-proofs.ts";
import { everyChunkHasItsQuorum } from "../../../src/invariants/storage-quorum.ts";
import { Backend } from "../../../src/protocols/storage-quorum/backend.ts";
import { StorageQuorumClient } from "../../../src/protocols/storage-quorum/client.ts";
import { Discovery } from "../../../src/protocols/storage-quorum/discovery.ts";
import type { StorageQuorumMessage } from "../../../src/protocols/storage-quorum/messages.ts";
import {
  LYING_BEHAVIOURS,
  type LyingBehaviour,
} from "../../../src/scenarios/lying-storage/lies.ts";
import { LyingStorageNode } from "../../../src/scenarios/lying-storage/lying-storage-node.ts";
import {
  BACKEND,
  DISCOVERY,
  type StorageSettings,
  storageServers,
  storageSettings,
} from "../../../src/scenarios/storage-cluster.ts";
import type { NodeId } from "../../../src/sim/env.ts";
import {
  defineScenario,
  type Observation,
  type RunResult,
  run,
} from "../../../src/sim/scenario.ts";
import { ms, seconds } from "../../../src/sim/time.ts";

const HORIZON = seconds(40);
const BEGIN = seconds(10);
const LIARS = ["n1", "n2"];
/** Less than comes to them if nobody knows that it is so little. */
const LITTLE_BYTES = 20_000;
const OPERATIONS = 70;

const scenario = defineScenario<
  StorageQuorumMessage,
  Backend | Discovery | LyingStorageNode,
  StorageSettings
>({
  name: "liars",
  about: "Four storage nodes, of which some lie.",
  plan: () => ({ servers: storageServers(4), faults: [], horizon: HORIZON, settings: settings() }),
  server: (env, { settings: { options, capacityBytes } }, conduct) => {
    if (env.id === BACKEND) return new Backend(env, { discovery: DISCOVERY, options });
    if (env.id === DISCOVERY) return new Discovery(env, options);
    const places = { discovery: DISCOVERY, backend: BACKEND, options };
    const accomplices = LIARS.filter((id) => id !== env.id);
    const room = LIARS.includes(env.id) ? LITTLE_BYTES : capacityBytes;
    return new LyingStorageNode(
      env,
      { ...places, capacityBytes: room },
      { conduct, accomplices, alias: "c1" },
    );
  },
  client: (env, { settings: { client } }) =>
    new StorageQuorumClient(env, { backend: BACKEND, discovery: DISCOVERY, options: client }),
  behaviours: LYING_BEHAVIOURS,
  invariants: (plan) => [
    answersAreTrue("SQ-ANSWERS"),
    proofsNeedTheBytes("SQ-PROOF"),
    everyChunkHasItsQuorum("SQ-QUORUM", plan.settings.options, (host) => LIARS.includes(host)),
  ],
});

function settings(): StorageSettings {
  const often = { challengeInterval: seconds(1), repairInterval: seconds(1) };
  const soon = { heartbeatInterval: seconds(1), peersInterval: seconds(1) };
  // Eight leaves, and four of the last chunk.
  return storageSettings({ chunkBytes: 500, leafBytes: 66, ...often, ...soon });
}

/** Uploads and downloads all the time; some lie from the second quarter on to the end. */
function ran(
  behaviour: LyingBehaviour,
  hosts: readonly NodeId[],
  how: Observation = { strict: true },
): RunResult {
  const operations = Array.from({ length: OPERATIONS }, (_, n) => {
    const upload = { op: "upload", name: `f${n}`, sizeBytes: 1_200, fill: n };
    const download = { op: "download", file: `c1/f${n - 1}` };
    return {
      at: seconds(2) + ms(500) * n,
      client: "c1",
      operation: { id: `o${n}`, ...(n % 2 === 0 ? upload : download) },
    };
  });
  const lasting = HORIZON - BEGIN;
  const fault = { kind: "byzantine", hosts, behaviour, at: BEGIN, lasting };
  const drawn = scenario.plan("1");
  const plan = scenario.check({
    ...drawn,
    clients: ["c1"],
    operations,
    faults: hosts.length > 0 ? [fault] : [],
  });
  return run(scenario, plan, how);
}

const count = ({ metrics }: RunResult, event: string): number =>
  metrics.state.emitted.get(event) ?? 0;

/** By what each lie comes to light, where it does harm if it does not. */
const FOUND_OUT: { readonly [Behaviour in LyingBehaviour]: readonly string[] } = {
  "acks without storing": ["challenge failed", "fetch failed"],
  "flips a bit": ["fetch failed"],
  "returns another chunk": ["fetch failed"],
  "answers with an old proof": ["challenge failed"],
  "claims two identities": [],
  "stores hashes only": ["challenge failed"],
  "lies about capacity": ["replica refused"],
  "colludes with another holder": ["challenge missed"],
};

describe("a cluster with two liars in it", () => {
  const honest = ran("flips a bit", []);

  it.each(LYING_BEHAVIOURS)("serves its clients while one %s, and finds it out", (behaviour) => {
    const result = ran(behaviour, LIARS);
    expect(result.violation).toBeUndefined();
    expect(count(result, "lie")).toBeGreaterThan(0);
    expect(result.faults.get("byzantine")).toMatchObject({ effective: 1 });
    expect(count(result, "ok")).toBe(OPERATIONS);
    // Somebody honest may run out of room too.
    const isSeen = (event: string) => count(result, event) > count(honest, event);
    const unseen = FOUND_OUT[behaviour].filter((event) => !isSeen(event));
    expect(unseen).toEqual([]);
  });

  const remembering = [
    "answers with an old proof",
    "stores hashes only",
    "colludes with another holder",
  ] as const;
  it.each(remembering)("has the same run, recorded, while one %s", (behaviour) => {
    const recorded = ran(behaviour, LIARS, { record: true, strict: true });
    expect(recorded.fingerprint).toBe(ran(behaviour, LIARS, {}).fingerprint);
  });

  it("is served just as well while all are honest, and hears no lie", () => {
    expect([honest.violation, count(honest, "ok")]).toEqual([undefined, OPERATIONS]);
    expect(count(honest, "lie")).toBe(0);
  });
});
