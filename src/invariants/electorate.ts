import type { NodeId } from "../sim/env.ts";
import type { HostView } from "../sim/invariant.ts";

/** What a server may show of who it is. */
export interface MemberView {
  /** Who it is to the others, as electorates name it. Default: its host's name. */
  readonly member?: NodeId | undefined;
}

/** Who a server is to the others. */
export function memberOf({ id, node }: HostView<MemberView>): NodeId {
  return node?.member ?? id;
}

/** Whose majorities decide on a server: of its voters, and in joint consensus of both halves. */
export interface ElectorateView {
  readonly voters: readonly NodeId[];
  /** Empty unless a change is under way. */
  readonly outgoing: readonly NodeId[];
}

/** Whether those for whom it holds are a quorum: more than half of each half. */
export function isQuorumOf(
  { voters, outgoing }: ElectorateView,
  isCounted: (id: NodeId) => boolean,
): boolean {
  return (
    isMajority(voters, isCounted) && (outgoing.length === 0 || isMajority(outgoing, isCounted))
  );
}

/**
 * Who decides at the end of a run, as far as the servers that are up know: as of the highest
 * applied entry. All of them, if none shows a configuration.
 */
export function latestElectorate(
  servers: readonly HostView<{ applied: number; configuration?: ElectorateView }>[],
): ElectorateView {
  let latest = { applied: -1, configuration: allOf(servers) };
  for (const { node } of servers) {
    const { applied = -1, configuration } = node ?? {};
    if (configuration !== undefined && applied > latest.applied)
      latest = { applied, configuration };
  }
  return latest.configuration;
}

/** All servers decide. */
export function allOf(servers: readonly HostView[]): ElectorateView {
  return { voters: servers.map(({ id }) => id), outgoing: [] };
}

/**
 * Whether a quorum of one and a quorum of the other may have nobody in common. O(2^n) for n
 * members of both; asked when a configuration is seen for the first time.
 */
export function canMiss(one: ElectorateView, other: ElectorateView): boolean {
  const all = [...one.voters, ...one.outgoing, ...other.voters, ...other.outgoing];
  const ids = [...new Set(all)];
  for (let mask = 0; mask < 2 ** ids.length; mask++) {
    const isIn = (id: NodeId): boolean => ((mask >> ids.indexOf(id)) & 1) === 1;
    if (isQuorumOf(one, isIn) && isQuorumOf(other, (id) => !isIn(id))) return true;
  }
  return false;
}

function isMajority(members: readonly NodeId[], isCounted: (id: NodeId) => boolean): boolean {
  let count = 0;
  for (const id of members) if (isCounted(id)) count++;
  return count * 2 > members.length;
}
