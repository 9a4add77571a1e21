// Who takes part changes while the store works: what all scenarios of that have in common.

import {
  acknowledgesSteadily,
  type Deadline,
  everyoneAgrees,
  leaderStays,
  operationsReturn,
} from "../invariants/liveness.ts";
import {
  changesAreDone,
  type DueChange,
  measureChanges,
  membersAre,
} from "../invariants/membership.ts";
import { readsEnd } from "../invariants/reads.ts";
import { equalStates } from "../invariants/replicated.ts";
import { defaultRaftOptions, type RaftOptions } from "../protocols/raft/options.ts";
import type { MemberChange } from "../protocols/raft/raft.ts";
import type { ClientOptions } from "../protocols/replicated/client.ts";
import type { NodeId } from "../sim/env.ts";
import type { Fault } from "../sim/fault.ts";
import type { Invariant } from "../sim/invariant.ts";
import type { Plan } from "../sim/plan.ts";
import { constant } from "../sim/random/distribution.ts";
import type { Random } from "../sim/random/random.ts";
import type { Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { supposesAll } from "./as-planned.ts";
import { hostNames, impatientClient, storeScenario, storeSettings } from "./raft-cluster.ts";
import { steadily, writes } from "./workload.ts";

const SERVERS = hostNames(5);
const CLIENTS = hostNames(3, "c");
const BEGIN = seconds(2);

/** Who votes at first, if a scenario does not say. */
export const FIRST = ["n1", "n2", "n3"];
/** When the first change is asked for. */
export const CHANGE = seconds(4);

/** What one administrator asks for, at a time. */
export interface Asked {
  readonly at: Micros;
  readonly by: NodeId;
  readonly changes: readonly MemberChange[];
}

/** What is asked for, under which faults, and what must come of it. */
export interface Membership {
  readonly name: string;
  readonly about: string;
  readonly asked: readonly Asked[];
  /** Who votes in the end. */
  readonly members: readonly NodeId[];
  readonly faults: (random: Random) => readonly Fault[];
  /** When the last change is asked for, and the weather is over soon after. */
  readonly calm: Micros;
  /** Options of the servers, where they are not the usual ones. */
  readonly raft?: Partial<RaftOptions>;
  /** Changes that must fail, by the administrator that asks for them. */
  readonly refused?: readonly NodeId[];
  /** Who votes at first. Default: {@link FIRST}. */
  readonly first?: readonly NodeId[];
  readonly syncLatency?: Micros;
  /** From then on, once the change has been made, the leader stays. */
  readonly stableFrom?: Micros;
  /** Within which each change is done, if each is asked for after the other. Default: no matter. */
  readonly doneWithin?: Micros;
  /** How long nothing may be acknowledged. Default: for as long as faults make it. */
  readonly progressWithin?: Micros;
  /** Who reads, each all the time. Default: nobody. */
  readonly readers?: readonly NodeId[];
  /** Who writes, and how often. Default: {@link CLIENTS}, every 20 ms. */
  readonly writing?: { readonly clients: readonly NodeId[]; readonly every: Micros };
  readonly client?: ClientOptions;
}

/** Makes it a voter. */
export const add = (id: NodeId): MemberChange => ({ kind: "addVoter", id });
/** Makes it a learner, which becomes a voter when it has caught up. */
export const join = (id: NodeId): MemberChange => ({ kind: "join", id });
/** Makes it a learner. */
export const learn = (id: NodeId): MemberChange => ({ kind: "addLearner", id });
/** Lets it take part no more. */
export const remove = (id: NodeId): MemberChange => ({ kind: "remove", id });

/** What somebody asks for, of who takes part. */
interface Changes {
  readonly changes: readonly unknown[];
}

type Workload = Pick<Plan<unknown>, "operations">;

/**
 * What a deadline takes for granted besides the servers where all are to be members in the end, and
 * one of the changes that make them so is left out, or asks for something else.
 */
export function membersAsAsked(
  { operations }: Workload,
  changes: readonly Changes[],
): Pick<Deadline, "supposes"> {
  const left = operations.map(({ operation }) => operation.changes);
  return supposesAll(
    changes.map((change) => change.changes),
    left,
  );
}

/** The same where who stays away for good is missed, unless somebody asks that it be removed. */
function absence(
  plan: Workload & Pick<Plan<unknown>, "faults" | "calm">,
  changes: readonly Changes[],
): Pick<Deadline, "supposes"> {
  const isAway = plan.faults.some(({ at, lasting }) => at + lasting > plan.calm);
  return isAway ? membersAsAsked(plan, changes) : {};
}

/** The store works while its members change; its first leader is `n1`. */
export function membership(scenario: Membership): Scenario {
  const { name, about, asked, members, faults, calm, first = FIRST, raft = {} } = scenario;
  const { syncLatency = ms(1), stableFrom, progressWithin, readers = [] } = scenario;
  const { writing = { clients: CLIENTS, every: ms(20) }, client = impatientClient } = scenario;
  const horizon = calm + seconds(20);
  const administrators = [...new Set(asked.map(({ by }) => by))];
  return storeScenario({
    name,
    about,
    plan: (streams) => ({
      servers: SERVERS,
      clients: [...writing.clients, ...administrators, ...readers],
      disk: { syncLatency: constant(syncLatency) },
      settings: storeSettings(raft, {
        client,
        members: first,
        raftOf: firstLeads(raft),
      }),
      operations: [
        ...writes({ ...writing, from: BEGIN, until: calm + seconds(4) }),
        ...asked.map(askFor),
        ...readers.flatMap((client) => indexReads(client, calm)),
      ],
      faults: [...faults(streams.stream("membership faults"))],
      calm,
      horizon,
    }),
    invariants: (plan) => [
      measureChanges(),
      membersAre("MEMBERS", members, { by: calm + seconds(15), refused: scenario.refused ?? [] }),
      ...inTime(scenario),
      ...(progressWithin === undefined
        ? []
        : [acknowledgesSteadily("PROGRESS", { from: CHANGE, until: calm }, progressWithin)]),
      operationsReturn("RETURN", { by: horizon, ...absence(plan, asked) }, plan),
      readsEnd("READS-END", { from: calm, by: horizon, ...absence(plan, asked) }),
      everyoneAgrees(
        "AGREEMENT",
        { from: calm, by: horizon, ...membersAsAsked(plan, asked) },
        members,
      ),
      ...(stableFrom === undefined
        ? []
        : [leaderStays("LEADER-STAYS", { from: stableFrom, until: horizon, voters: members })]),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["leader elected", "configuration applied", "ok"],
  });
}

/** That changes are done in time, where that is asked for. */
function inTime({ first: voters = FIRST, asked, doneWithin }: Membership): Invariant[] {
  if (doneWithin === undefined) return [];
  return [changesAreDone("CHANGES", dueChanges(voters, asked), doneWithin)];
}

/** Who decides after each change, if each is done before the next. */
function dueChanges(first: readonly NodeId[], asked: readonly Asked[]): readonly DueChange[] {
  let voters = first;
  return asked.map(({ at, changes }) => {
    const named = changes.map(({ id }) => id);
    const come = changes.filter(({ kind }) => kind === "addVoter" || kind === "join");
    voters = [...voters.filter((id) => !named.includes(id)), ...come.map(({ id }) => id)];
    return { at, voters };
  });
}

function indexReads(client: NodeId, until: Micros): PlannedOperation[] {
  const pace = { clients: [client], from: BEGIN, until, every: ms(25) };
  return steadily(pace, (n) => ({ op: "get", key: `k${(n % 3) + 1}`, read: "index" }));
}

/** The first election is `n1`'s, so that it is known who leads. */
function firstLeads(raft: Partial<RaftOptions>): Readonly<Record<NodeId, RaftOptions>> {
  const options = { ...defaultRaftOptions, ...raft };
  return { n1: { ...options, electionTimeoutMax: options.electionTimeoutMin } };
}

function askFor({ at, by, changes }: Asked, index: number): PlannedOperation {
  return {
    at,
    client: by,
    operation: { id: `${by}.${index}`, op: "change", changes: [...changes] },
  };
}
