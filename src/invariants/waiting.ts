// Why something has not come to pass: who waits for whom, in words.

import type { NodeId } from "../sim/env.ts";
import type { HostView, World } from "../sim/invariant.ts";
import type { ElectorateView, MemberView } from "./electorate.ts";

/** What a server must show. */
export interface LeadershipView extends MemberView {
  readonly role: string;
  readonly term: number;
  /** Whom it believes to lead. */
  readonly leader: NodeId | undefined;
  readonly commit: number;
  readonly applied: number;
  /** Who decides, as far as it knows. Default: all servers. */
  readonly configuration?: ElectorateView;
}

type Server = HostView<LeadershipView>;

/**
 * Who waits for whom, a clause for each server that does, and which links are cut:
 * `n2 waits for n1, which is down; no message passes n2 -> n3`. Empty when nobody waits.
 */
export function whoWaits(world: World<LeadershipView>, among: readonly Server[]): string {
  const clauses = among.map((server) => waitsFor(server, world));
  const cuts = cutLinks(world);
  const passes = cuts.length === 0 ? undefined : `no message passes ${cuts.join(", ")}`;
  return [...clauses, passes].filter((clause) => clause !== undefined).join("; ");
}

/** A line on each server: who is what, in which term, and follows whom. */
export function describeServers({ servers }: World<LeadershipView>): string {
  return servers
    .map(({ id, node }) => {
      if (node === undefined) return `${id} is down`;
      const follows = node.role === "follower" ? ` of ${node.leader ?? "nobody"}` : "";
      return `${id} ${node.role}${follows} in term ${node.term}, commit ${node.commit}`;
    })
    .join("; ");
}

function waitsFor({ id, node }: Server, world: World<LeadershipView>): string | undefined {
  if (node === undefined) return undefined;
  const { role, term, leader } = node;
  if (role === "leader") return waitsForFollowers(id, term, world);
  if (role !== "follower") return `${id} waits for votes in term ${term}`;
  if (leader === undefined) return `${id} waits for a leader in term ${term}`;
  const followed = world.servers.find((server) => server.id === leader);
  const claim = followed?.node;
  if (claim === undefined) return `${id} waits for ${leader}, which is down`;
  if (claim.role !== "leader" || claim.term !== term) {
    return `${id} waits for ${leader}, which is ${claim.role} in term ${claim.term}`;
  }
  if (node.commit < claim.commit) {
    return `${id} waits for ${leader} to send what is committed up to ${claim.commit}`;
  }
  if (node.applied < node.commit) return `${id} has applied ${node.applied} of ${node.commit}`;
  return undefined;
}

/** A leader waits when no majority follows it. */
function waitsForFollowers(
  id: NodeId,
  term: number,
  { servers }: World<LeadershipView>,
): string | undefined {
  const missing = servers.filter(({ node }) => node?.leader !== id || node.term !== term);
  if ((servers.length - missing.length) * 2 > servers.length) return undefined;
  const names = missing.map((server) => server.id).join(" ");
  return `${id} waits for a majority to follow it, without ${names}`;
}

function cutLinks({ servers, isCut }: World<LeadershipView>): string[] {
  return servers.flatMap((from) =>
    servers
      .filter((to) => to.id !== from.id && isCut(from.id, to.id))
      .map((to) => `${from.id} -> ${to.id}`),
  );
}
