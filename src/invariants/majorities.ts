// Who has a majority that is up and connected elects a leader and serves; who has none stops. Time
// counts from when the weather changed last, so that nothing need be known of its plan.

import type { HistoryEntry } from "../sim/history.ts";
import type { HostView, Invariant, World } from "../sim/invariant.ts";
import { formatTime, type Micros } from "../sim/time.ts";
import { allOf, isQuorumOf } from "./electorate.ts";
import { type LeadershipView, quorumLeader } from "./liveness.ts";

/** A span without change of the weather, and what has come to pass in it. */
interface Spell {
  since: Micros;
  hasMajority: boolean;
  isDone: boolean;
}

/** Before the first event. */
function newSpell(): Spell {
  return { since: 0, hasMajority: false, isDone: false };
}

/** Each time that there is a majority, it follows a leader within this time. */
export function majorityElects(
  name: string,
  { within }: { readonly within: Micros },
): Invariant<LeadershipView> {
  const made = {
    name,
    supposes: ["servers"] as const,
    state: newSpell(),
    onStep: (world: World<LeadershipView>) => {
      const { state } = made;
      followWeather(state, world);
      if (!state.hasMajority || state.isDone) return undefined;
      state.isDone = world.server !== undefined && quorumLeader(world) !== undefined;
      if (state.isDone || world.now - state.since <= within) return undefined;
      return `a majority is connected since ${formatTime(state.since)}, and follows nobody`;
    },
  };
  return made;
}

/** Which operations are meant. */
type IsMeant = (entry: HistoryEntry) => boolean;

/**
 * Each time that there is a majority, an operation is acknowledged within this time; unless none
 * has waited for as long. `isMeant` says which operations count.
 */
export function majorityServes(
  name: string,
  { within }: { readonly within: Micros },
  isMeant: IsMeant,
): Invariant<LeadershipView> {
  const made = {
    name,
    supposes: ["servers", "operations"] as const,
    state: { ...newSpell(), returned: 0 },
    onStep: (world: World<LeadershipView>) => {
      const { state } = made;
      const { now, history } = world;
      followWeather(state, world);
      for (const entry of newReturns(state, world)) {
        if (entry.outcome === "ok" && isMeant(entry)) state.isDone = true;
      }
      if (!state.hasMajority || state.isDone || now - state.since <= within) return undefined;
      const isLate = (entry: HistoryEntry): boolean =>
        isMeant(entry) && now - entry.invokedAt > within;
      if (!history.open().some(isLate)) return undefined;
      return `a majority is connected since ${formatTime(state.since)}, and serves nobody`;
    },
  };
  return made;
}

/** Nothing that is asked for while there is no majority is acknowledged before there is one. */
export function minorityStops(name: string, isMeant: IsMeant): Invariant<LeadershipView> {
  const made = {
    name,
    supposes: ["servers"] as const,
    state: { ...newSpell(), returned: 0 },
    onStep: (world: World<LeadershipView>) => {
      const { state } = made;
      followWeather(state, world);
      const early = newReturns(state, world).find(
        (entry) =>
          entry.outcome === "ok" &&
          !state.hasMajority &&
          entry.invokedAt >= state.since &&
          isMeant(entry),
      );
      const since = formatTime(state.since);
      return early && `${early.id} is acknowledged without a majority since ${since}`;
    },
  };
  return made;
}

/** A new spell begins with each event of the weather, and when a server comes up. */
function followWeather(spell: Spell, world: World<LeadershipView>): void {
  if (!changesWeather(world)) return;
  spell.since = world.now;
  spell.hasMajority = hasMajority(world);
  spell.isDone = false;
}

/** Whether, from this event on, other servers may be up or connected. */
export function changesWeather({ event: { kind } }: World<unknown>): boolean {
  return kind === "fault begins" || kind === "fault ends" || kind === "link" || kind === "start";
}

/** What has returned since the last look. */
function newReturns(state: { returned: number }, { history }: World): readonly HistoryEntry[] {
  const { returned } = history;
  if (state.returned === returned.length) return NONE;
  const entries = returned.slice(state.returned);
  state.returned = returned.length;
  return entries;
}

const NONE: readonly HistoryEntry[] = [];

/** Whether some server is up that can talk, both ways, to a majority of servers that are up. */
export function hasMajority(world: World<unknown>): boolean {
  const up = world.servers.filter(({ node }) => node !== undefined);
  const isLinked = (one: HostView, other: HostView): boolean =>
    one === other || !(world.isCut(one.id, other.id) || world.isCut(other.id, one.id));
  const electorate = allOf(world.servers);
  return up.some((one) => {
    const linked = up.filter((other) => isLinked(one, other)).map(({ id }) => id);
    return isQuorumOf(electorate, (id) => linked.includes(id));
  });
}
