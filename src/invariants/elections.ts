// Observers of who stands for election; they break nothing.

import type { NodeId } from "../sim/env.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import type { LeadershipView } from "./liveness.ts";
import { isInMinority } from "./no-quorum.ts";

/** How servers ask for votes, and for pre-votes. */
const QUESTIONS = { vote: "elections", preVote: "pre-votes" } as const;

/**
 * Measures `elections, <group>` and `pre-votes, <group>`: how often servers of a group ask the
 * others for their votes.
 */
export function measureElections(servers: readonly NodeId[], groupOf: (id: NodeId) => string) {
  const counts = new Map<string, number>();
  for (const id of servers) {
    for (const name of Object.values(QUESTIONS)) counts.set(`${name}, ${groupOf(id)}`, 0);
  }
  const made = {
    name: "elections",
    state: { counts },
    onStep: ({ server, sent }: World) => {
      if (server === undefined || sent.length === 0) return undefined;
      const asked = Object.entries(QUESTIONS).find(([type]) =>
        sent.some(({ message }) => typeOf(message) === type),
      );
      if (asked === undefined) return undefined;
      const name = `${asked[1]}, ${groupOf(server.id)}`;
      made.state.counts.set(name, made.state.counts.get(name)! + 1);
      return undefined;
    },
    onEnd: ({ metrics }: World) => {
      for (const [name, count] of made.state.counts) metrics.gauge(name, count);
      return undefined;
    },
  };
  return made satisfies Invariant;
}

/** Measures `answered cut off`: how many requests a leader in the minority answers. */
export function measureAnsweredCutOff(): Invariant<LeadershipView> {
  const made = {
    name: "answered cut off",
    state: { count: 0 },
    onStep: (world: World<LeadershipView>) => {
      const { server, sent } = world;
      if (server?.node?.role !== "leader") return undefined;
      const { length } = sent.filter(({ message }) => typeOf(message) === "reply");
      if (length > 0 && isInMinority(server, world)) made.state.count += length;
      return undefined;
    },
    onEnd: ({ metrics }: World<LeadershipView>) => {
      metrics.gauge("answered cut off", made.state.count);
      return undefined;
    },
  };
  return made;
}

/** Measures `answered by followers`: how many requests servers answer that do not lead. */
export function measureAnsweredByFollowers(): Invariant<LeadershipView> {
  const made = {
    name: "answered by followers",
    state: { count: 0 },
    onStep: ({ server, sent }: World<LeadershipView>) => {
      if (server?.node === undefined || server.node.role === "leader") return undefined;
      for (const { message } of sent) if (typeOf(message) === "reply") made.state.count++;
      return undefined;
    },
    onEnd: ({ metrics }: World<LeadershipView>) => {
      metrics.gauge("answered by followers", made.state.count);
      return undefined;
    },
  };
  return made;
}

function typeOf(message: unknown): unknown {
  return typeof message === "object" && message !== null && "type" in message
    ? message.type
    : undefined;
}

/** What it needs to know of the messages of an election. */
interface VoteMessage {
  readonly type: string;
  readonly term: number;
  readonly granted?: boolean;
}

/**
 * Measures `secondRequests`: how often a server is asked for its vote in a term in which it has
 * given it to another, in an earlier life. What it then says is RAFT-VOTE's to judge.
 */
export function measureSecondRequests(): Invariant {
  interface Given {
    readonly term: number;
    readonly to: NodeId;
    readonly life: number;
  }
  const made = {
    name: "second requests",
    /** By host index, the last vote that left. */
    state: [] as Given[],
    onStep: ({ event, server, sent, metrics }: World) => {
      if (server === undefined) return undefined;
      const { index, life } = server;
      // Messages of Raft; others have other types.
      const asked = event.payload as VoteMessage | undefined;
      const given = made.state[index];
      if (event.kind === "deliver" && asked?.type === "vote" && given?.term === asked.term) {
        if (given.to !== event.from && given.life < life) metrics.count("secondRequests");
      }
      for (const { to, message } of sent) {
        const { type, term, granted } = message as VoteMessage;
        if (type === "voteReply" && granted === true) made.state[index] = { term, to, life };
      }
      return undefined;
    },
  };
  return made;
}
