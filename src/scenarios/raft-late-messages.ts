import { acknowledgesSteadily, everyoneAgrees, operationsReturn } from "../invariants/liveness.ts";
import { measureRepeats, staleChangesNothing } from "../invariants/raft-stale.ts";
import { equalStates } from "../invariants/replicated.ts";
import type { KvMessage } from "../protocols/kv/messages.ts";
import { requestName } from "../protocols/replicated/command.ts";
import type { Fault } from "../sim/fault.ts";
import { type Distribution, quantiles } from "../sim/random/distribution.ts";
import type { Streams } from "../sim/random/random.ts";
import type { Scenario } from "../sim/scenario.ts";
import { ms, seconds } from "../sim/time.ts";
import { hostNames, storeScenario, storeSettings } from "./raft-cluster.ts";
import { crash } from "./raft-weather.ts";
import { writes } from "./workload.ts";

const CLIENTS = hostNames(40, "c");
const BEGIN = seconds(5);
const END = seconds(35);
const LATE_MAX = seconds(30);
/** The last late message has arrived. */
const CALM = END + LATE_MAX;
const HORIZON = CALM + seconds(10);

/** One message in so many comes up to 30 s late, each time as likely. */
function lateOneIn(count: number): Distribution {
  return quantiles([...Array.from({ length: count }, () => 0), LATE_MAX]);
}

/** There are few of them, so that more must be late to meet another term. */
const ELECTIONS = ["vote", "voteReply", "preVoteReply"];

const EVERYWHERE = { from: ["everybody"], to: ["everybody"], bothWays: false, types: [] };
const STORM = { at: BEGIN, lasting: END - BEGIN, ...EVERYWHERE };

/** Terms pass, so that late messages are of an older one. */
function leaderChanges(streams: Streams): Fault[] {
  const random = streams.stream("leader changes");
  return [0, 1, 2, 3].map((i): Fault => {
    const at = seconds(8) + i * seconds(6) + random.int(0, seconds(2));
    const lasting = seconds(3);
    if (i % 2 === 0) return crash(["leader"], at, lasting);
    return { kind: "isolate", at, lasting, hosts: ["leader"], types: [], inFlight: "deliver" };
  });
}

function requestIn(message: unknown): string | undefined {
  // All that the store's hosts send to each other.
  const sent = message as KvMessage;
  return sent.type === "request" ? requestName(sent.session, sent.serial) : undefined;
}

const reorderAndDuplicate = storeScenario({
  name: "raft-reorder-and-duplicate",
  about: "Messages out of order, twice, and up to 30 s late, while leaders come and go.",
  plan: (streams) => ({
    servers: hostNames(5),
    clients: CLIENTS,
    settings: storeSettings(),
    operations: writes({ clients: CLIENTS, from: seconds(4), until: END, every: ms(10) }),
    faults: [
      { kind: "reorder", ...STORM, probability: 0.2, window: 10, holdMax: ms(100) },
      { kind: "duplication", ...STORM, probability: 0.2 },
      { kind: "latency", ...STORM, added: lateOneIn(100) },
      { kind: "latency", ...STORM, types: ELECTIONS, added: lateOneIn(7) },
      ...leaderChanges(streams),
    ],
    calm: END,
    horizon: HORIZON,
  }),
  invariants: (plan) => [
    staleChangesNothing("STALE"),
    measureRepeats(requestIn),
    acknowledgesSteadily("PROGRESS", { from: BEGIN, until: END }, seconds(10)),
    everyoneAgrees("AGREEMENT", { from: END, by: END + seconds(10) }),
    operationsReturn("RETURN", { by: HORIZON }, plan),
    equalStates("EQUAL-STATES"),
  ],
  expects: ["leader elected", "leader stepped down", "log truncated", "ok"],
  goals: [
    { metric: "leader elected", atLeast: 5, share: 0.9 },
    { metric: "stale append", atLeast: 50, share: 0.95 },
    { metric: "stale appendReply", atLeast: 50, share: 0.95 },
    { metric: "stale vote", atLeast: 1, share: 0.65 },
    { metric: "stale voteReply", atLeast: 1, share: 0.65 },
    { metric: "requests received again", atLeast: 500, share: 0.95 },
    { metric: "entries received again", atLeast: 5_000, share: 0.95 },
  ],
});

export const raftLateMessages: readonly Scenario[] = [reorderAndDuplicate];
