// Group K: what a chain answers, and what it says of a disk that has rotted.

import { accountsAreProven, answersAgree } from "../invariants/chain-answers.ts";
import { damageIsNamed } from "../invariants/chain-damage.ts";
import { heightsConverge } from "../invariants/chain-liveness.ts";
import type { ChainView } from "../invariants/chain-view.ts";
import { operationsReturn } from "../invariants/liveness.ts";
import { type Ending, operationsEndAs } from "../invariants/storage-endings.ts";
import { defaultChainClientOptions } from "../protocols/block-sync/client/client-options.ts";
import type { Subject } from "../protocols/block-sync/client/task.ts";
import { keccak256 } from "../protocols/block-sync/encoding/hash.ts";
import { bytesOf } from "../protocols/hex.ts";
import type { NodeId, Plain } from "../sim/env.ts";
import type { Fault } from "../sim/fault.ts";
import type { Invariant } from "../sim/invariant.ts";
import { uniform } from "../sim/random/distribution.ts";
import type { Goal, Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { blocksAsOrdered, joinsAt, mine, orderedChain, waitFor } from "./chain-basics.ts";
import { chainScenario, liarsOf } from "./chain-cluster.ts";
import { accountIn, provenValue } from "./chain-proof.ts";
import { balancesOf } from "./chain-settings.ts";

const [A, B] = ["a", "b"];
const BLOCKS = 20;
const ACCOUNTS = ["alice", "bob", "carol"];
/** So that the chain has three files. */
const SEGMENT_BLOCKS = 8;
const FILES = ["blocks-00000001", "blocks-00000002", "blocks-00000003"];

const EMPTY: Micros = ms(200);
const APART: Micros = ms(200);
const ALONE: Micros = seconds(6);
const B_JOINS: Micros = seconds(7);
const ASKED: Micros = seconds(10);
const BY_HASH: Micros = seconds(11);
const ROTS: Micros = seconds(13);
const VERIFIED: Micros = seconds(14);
const B_RESTARTS: Micros = seconds(15);
const AGAIN: Micros = seconds(19);

/** A question, and what its answer must be if that is known beforehand. */
interface Query {
  readonly at: Micros;
  readonly node: NodeId;
  readonly about: Subject;
  readonly result?: Plain;
}

function idOf({ at, node, about }: Query): string {
  const what = "height" in about ? about.height : "name" in about ? about.name : "";
  const which = "transfer" in about ? about.transfer : what;
  return `${about.kind} ${which} on ${node} at ${at / ms(1)} ms`;
}

const NONE = { kind: "none" };
const WHOLE = { kind: "verified", height: BLOCKS };

/** Every height, and one too high; every transfer and account, and one of nobody's. */
function queriesOf(node: NodeId, at: Micros): readonly Query[] {
  const heights = Array.from({ length: BLOCKS + 1 }, (_, height) => height);
  return [
    ...heights.flatMap((height): readonly Query[] => [
      { at, node, about: { kind: "block", height }, result: { kind: "block", height } },
      { at, node, about: { kind: "hash", height }, result: { kind: "hash" } },
    ]),
    { at, node, about: { kind: "block", height: BLOCKS + 1 }, result: NONE },
    { at, node, about: { kind: "hash", height: BLOCKS + 1 }, result: NONE },
    ...ACCOUNTS.flatMap((name): readonly Query[] => [
      { at, node, about: { kind: "account", name }, result: { kind: "account", height: BLOCKS } },
      { at, node, about: { kind: "transaction", transfer: `${name} pays` } },
    ]),
    ...[{ at, node, about: { kind: "account", name: "nobody" }, result: POOR } as const],
    { at, node, about: { kind: "height" }, result: { kind: "height", height: BLOCKS } },
    { at, node, about: { kind: "verify" }, result: WHOLE },
  ];
}

const POOR = { kind: "account", account: { balance: 0, nonce: 0 } };

const QUERIES: readonly Query[] = [
  { at: EMPTY, node: A, about: { kind: "height" }, result: { kind: "height", height: 0 } },
  { at: EMPTY, node: A, about: { kind: "block", height: 1 }, result: NONE },
  { at: EMPTY, node: A, about: { kind: "verify" }, result: { kind: "verified", height: 0 } },
  ...queriesOf(A, ALONE),
  ...[A, B].flatMap((node) => queriesOf(node, ASKED)),
  // Their hashes are known by then.
  ...[A, B].flatMap((node) =>
    [0, 7, BLOCKS].map((height): Query => {
      const about = { kind: "block by hash", height } as const;
      return { at: BY_HASH, node, about, result: { kind: "block", height } };
    }),
  ),
];

const VERIFY_ROTTEN: Query = { at: VERIFIED, node: B, about: { kind: "verify" } };
const VERIFY_AGAIN: Query = { at: AGAIN, node: B, about: { kind: "verify" }, result: WHOLE };

function operationsOf(queries: readonly Query[]): readonly PlannedOperation[] {
  return [
    mine(seconds(1), A, BLOCKS, APART),
    ...ACCOUNTS.map((from, i) => {
      const to = ACCOUNTS[(i + 1) % ACCOUNTS.length]!;
      const operation = { id: `${from} pays`, op: "transfer", from, to, amount: 5 + i };
      return { at: seconds(1), client: "c1", operation };
    }),
    waitFor(B_JOINS, B, BLOCKS),
    ...queries.map((query) => {
      const operation = { id: idOf(query), op: "ask", node: query.node, about: { ...query.about } };
      return { at: query.at, client: "c1", operation };
    }),
  ];
}

function endingsOf(queries: readonly Query[]): Record<string, Ending> {
  return Object.fromEntries(
    queries.map((query) => {
      const ending = { outcome: "ok", within: seconds(1) } as const;
      const { result } = query;
      return [idOf(query), result === undefined ? ending : { ...ending, result }];
    }),
  );
}

interface DataParts {
  readonly queries: readonly Query[];
  readonly faults: readonly Fault[];
  /** New ones for each run. */
  readonly invariants: () => readonly Invariant<ChainView>[];
  readonly goals: readonly Goal[];
  readonly expects: readonly string[];
  readonly horizon: Micros;
}

function dataAccess(name: string, about: string, parts: DataParts): Scenario {
  const { queries, faults, invariants, goals, expects, horizon } = parts;
  const store = { segmentBlocks: SEGMENT_BLOCKS };
  const operations = operationsOf(queries);
  return chainScenario({
    ...{ name, about, expects },
    plan: () => ({
      servers: [A, B],
      clients: ["c1"],
      settings: {
        ...orderedChain(balancesOf(ACCOUNTS, 1_000_000), { store }),
        // Who is not there yet is soon passed over.
        client: { ...defaultChainClientOptions, requestTimeout: ms(300) },
      },
      disk: { damagedHostsMax: 1 },
      network: { latency: uniform(ms(1), ms(5)) },
      operations,
      faults: [joinsAt(B_JOINS, B), ...faults],
      horizon,
    }),
    goals: [
      { metric: "answersCompared", atLeast: 2 * BLOCKS + 11, share: 1 },
      { metric: "proofsChecked", atLeast: 3 * (ACCOUNTS.length + 1), share: 1 },
      ...goals,
    ],
    invariants: (plan) => [
      operationsReturn("RETURN", { by: horizon, ...blocksAsOrdered(plan, operations) }, plan),
      operationsEndAs("ENDINGS", endingsOf(queries)),
      answersAgree("ANSWERS", { from: ASKED, until: ROTS }),
      accountsAreProven("PROOFS", judgeAccount, liarsOf(plan)),
      heightsConverge("BS-HEIGHT", { from: B_JOINS, within: seconds(3), heightMin: BLOCKS }),
      ...invariants(),
    ],
  });
}

/** What is wrong with an answer, if anything is. */
const judgeAccount: Parameters<typeof accountsAreProven>[1] = (address, answer) => {
  const { account, stateRoot, proof } = answer;
  const value = provenValue(stateRoot, keccak256(bytesOf(address)), proof);
  if (value === "absent") {
    return account.balance + account.nonce === 0 ? undefined : "there is no such account";
  }
  if ("broken" in value) return value.broken;
  const [nonce, balance] = accountIn(value);
  const isSame = account.nonce === nonce && account.balance === balance;
  return isSame ? undefined : `balance ${balance} and nonce ${nonce} are proven`;
};

/** Group K: queries. */
export const chainData: readonly Scenario[] = [
  dataAccess(
    "bs-data-access",
    "One node and then two are asked for all that a chain of 20 blocks has, with proofs.",
    {
      ...{ queries: QUERIES, faults: [], invariants: () => [], goals: [], horizon: seconds(13) },
      expects: ["sync ended"],
    },
  ),
  dataAccess(
    "bs-data-access/rot",
    "A bit of a stored block flips: the node names the block, and fetches it after a restart.",
    {
      queries: [...QUERIES, VERIFY_ROTTEN, VERIFY_AGAIN],
      faults: [
        {
          ...{ kind: "bitRot", at: ROTS, lasting: seconds(1), hosts: [B] },
          ...{ files: FILES, bits: 1, sparedBytes: 0 },
        },
        { kind: "crash", at: B_RESTARTS, lasting: seconds(1), hosts: [B] },
      ],
      invariants: () => [
        damageIsNamed("DAMAGE", {
          ...{ host: B, files: FILES, question: idOf(VERIFY_ROTTEN) },
          ...{ from: seconds(12), until: ROTS },
        }),
        heightsConverge("BS-REPAIRED", { from: AGAIN, within: ms(1), heightMin: BLOCKS }),
      ],
      goals: [{ metric: "damagesNamed", atLeast: 1, share: 1 }],
      expects: ["sync ended", "chain damaged"],
      horizon: seconds(21),
    },
  ),
];
