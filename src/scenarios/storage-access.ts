// Who may ask a storage quorum for what: everybody else is told why not, and nothing else.

import { chainIsLinear } from "../invariants/storage-chain.ts";
import {
  refusalsChangeNothing,
  theseAnswersAreEqual,
  theseAreRefused,
} from "../invariants/storage-refusals.ts";
import { operationsSucceed } from "../invariants/storage-requests.ts";
import { defaultStorageQuorumClientOptions } from "../protocols/storage-quorum/client.ts";
import type { Refusal } from "../protocols/storage-quorum/messages.ts";
import type { Fault } from "../sim/fault.ts";
import { uniform } from "../sim/random/distribution.ts";
import type { Random, Streams } from "../sim/random/random.ts";
import type { Goal, Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { BACKEND, storageScenario, storageServers, storageSettings } from "./storage-cluster.ts";
import type { Asked } from "./workload.ts";

/** By then the backend has asked for the second time who is there. */
const BEGIN = seconds(6);
/** Nothing is under way any more: what changes from now on was changed by those refused. */
const BEFORE = seconds(20);
const ATTACKS = BEFORE + seconds(5);
const EVERY = ms(600);
const AFTER = seconds(70);
const HORIZON = seconds(85);
const FILE_BYTES_MAX = 10_000;
/** Of those whose answer does not come, it is asked again soon. */
const CLIENT = { ...defaultStorageQuorumClientOptions, requestTimeout: seconds(1) };

const ATTACKER = "mallory";
const CLIENTS = ["alice", "bob", ATTACKER];

interface Attack {
  /** An operation of its own name. */
  readonly name: string;
  readonly asked: Asked;
  readonly reason: Refusal;
}

/** Alice's files, and what of them somebody else knows. */
const NOTES = "alice/notes";
const upload = (name: string, sizeBytes = 1_000): Asked => ({
  op: "upload",
  name,
  sizeBytes,
  fill: 7,
});

/** All that one asks for about a file, and about all files. */
const REQUESTS: readonly Asked[] = [
  upload("planted"),
  { op: "download", file: NOTES },
  { op: "info", file: NOTES },
  { op: "list" },
  { op: "blocks", limit: 10, offset: 0 },
  { op: "stats" },
];

/** How credentials may be wrong, and what those are told who come with such. */
const CREDENTIALS: readonly (readonly [Asked, Refusal])[] = [
  [{ token: "none" }, "unauthenticated"],
  [{ token: "wrong" }, "unauthenticated"],
  [{ token: "none", password: "none" }, "unauthenticated"],
  [{ token: "wrong", password: "wrong" }, "unauthenticated"],
  [{ password: "none" }, "bad request"],
  [{ password: "wrong" }, "wrong password"],
];

/** In alice's name, without what only she has. */
const impostors: readonly Attack[] = REQUESTS.flatMap((asked, i) =>
  CREDENTIALS.map(([credentials, reason], j) => ({
    name: `impostor${i}.${j}`,
    asked: { ...asked, ...credentials, user: "alice" },
    reason,
  })),
);

/** As themselves, what is not theirs: whether it is there or not makes no difference. */
const strangers: readonly Attack[] = ["mallory", "bob"].flatMap((user) =>
  [NOTES, "alice/nothing", "nobody/notes", "alice", "/notes", `${user}`].flatMap((file, i) =>
    ["download", "info"].map((op) => ({
      name: `${user}.${op}${i}`,
      asked: { op, file, user },
      reason: "forbidden" as const,
    })),
  ),
);

/** What is there of nobody, and names that no file and no user can have. */
const malformed: readonly Attack[] = [
  ["unknown", { op: "download", file: "mallory/nothing" }, "not found"],
  ["info of unknown", { op: "info", file: "mallory/nothing" }, "not found"],
  ["upwards", { op: "download", file: "mallory/../alice/notes" }, "not found"],
  ["slash", upload("a/b"), "bad request"],
  ["into another's", upload("../alice/notes"), "bad request"],
  ["only a slash", upload("/"), "bad request"],
  ["too large", upload("large", FILE_BYTES_MAX + 1), "too large"],
  ["no password", { op: "register", user: "mallet", password: "none" }, "bad request"],
  ["alice again", { op: "register", user: "alice", password: "wrong" }, "user exists"],
  ["guess", { op: "login", user: "alice", password: "wrong" }, "wrong password"],
  ["login without", { op: "login", user: "alice", password: "none" }, "bad request"],
].map(([name, asked, reason]) => ({ name, asked, reason }) as Attack);

/** What alice has she cannot have again. */
const again: readonly Attack[] = [
  { name: "again", asked: { ...upload("notes"), user: "alice" }, reason: "exists" },
];

const ALL: readonly Attack[] = [...impostors, ...strangers, ...malformed, ...again];

function attacks(random: Random): PlannedOperation[] {
  return random.shuffle(ALL).map(({ name, asked }, n) => ({
    at: ATTACKS + n * EVERY,
    client: ATTACKER,
    operation: { id: name, ...asked },
  }));
}

/** Good operations have ids that begin so; those are awaited. */
const GOOD = "good ";

function good(client: string, at: Micros, name: string, asked: Asked): PlannedOperation {
  return { at, client, operation: { id: `${GOOD}${client} ${name}`, ...asked } };
}

const HEADS = ["before", "after"].map((when) => `${GOOD}bob ${when}`);

/** What alice and bob do before and after, and what they then see. */
function honest(random: Random): PlannedOperation[] {
  const size = (): number => random.int(0, FILE_BYTES_MAX);
  return [
    good("alice", BEGIN, "notes", upload("notes", size())),
    good("alice", BEGIN, "diary", upload("diary", size())),
    good("bob", BEGIN, "plan", upload("plan", size())),
    good("mallory", BEGIN, "list", { op: "list" }),
    good("bob", BEFORE, "before", { op: "stats" }),
    good("bob", AFTER, "after", { op: "stats" }),
    good("alice", AFTER, "download", { op: "download", file: NOTES }),
    good("alice", AFTER, "list", { op: "list" }),
    good("bob", AFTER, "download", { op: "download", file: "bob/plan" }),
    good("mallory", AFTER, "none", { op: "list" }),
    good("alice", AFTER, "blocks", { op: "blocks", limit: 10, offset: 0 }),
  ];
}

interface Access {
  readonly variant: string;
  readonly about: string;
  readonly faults?: (streams: Streams) => readonly Fault[];
  readonly goals?: readonly Goal[];
}

function access({ variant, about, faults = () => [], goals = [] }: Access): Scenario {
  return storageScenario({
    name: `sq-access${variant}`,
    about,
    plan: (streams) => {
      const random = streams.stream("workload");
      return {
        servers: storageServers(3),
        clients: CLIENTS,
        settings: storageSettings({ fileBytesMax: FILE_BYTES_MAX }, { client: CLIENT }),
        network: { latency: uniform(ms(1), ms(5)) },
        operations: [...honest(random), ...attacks(random)],
        faults: faults(streams),
        horizon: HORIZON,
      };
    },
    invariants: () => [
      theseAreRefused("SQ-REFUSALS", new Map(ALL.map(({ name, reason }) => [name, reason]))),
      refusalsChangeNothing("SQ-REFUSED"),
      theseAnswersAreEqual("SQ-UNCHANGED", HEADS),
      chainIsLinear("SQ-CHAIN"),
      operationsSucceed("SERVED", (id) => id.startsWith(GOOD), { count: 11, by: HORIZON }),
    ],
    expects: ["fail", "ok"],
    goals,
  });
}

export const storageAccess: readonly Scenario[] = [
  access({
    variant: "",
    about: "No token, a wrong one, another's file, a wrong password: told so, and nothing changes.",
    goals: [{ metric: "fail", atLeast: ALL.length, atMost: ALL.length, share: 1 }],
  }),
  access({
    variant: "/restart",
    about: "As sq-access, on links that lose and double messages, and the backend goes down twice.",
    faults: (streams) => {
      const random = streams.stream("restart");
      const links = { from: ["everybody"], to: ["everybody"], bothWays: false, types: [] };
      const span = { at: ATTACKS, lasting: AFTER - ATTACKS };
      const downs = [0, 1].map((i) => ({
        kind: random.chance(0.5) ? ("crash" as const) : ("stop" as const),
        at: ATTACKS + seconds(3 + 20 * i) + random.int(0, seconds(10)),
        lasting: random.int(ms(200), seconds(4)),
        hosts: [BACKEND],
      }));
      return [
        ...downs,
        { kind: "loss", ...span, ...links, probability: 0.05 },
        { kind: "duplication", ...span, ...links, probability: 0.1 },
      ];
    },
    goals: [{ metric: "fail", atLeast: ALL.length - 6, share: 0.95 }],
  }),
];
