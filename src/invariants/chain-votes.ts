// What holds of validators' votes: nobody who keeps the rules breaks them, nothing is final without
// a quorum, and whoever breaks them is found out.

import type { FileImage } from "../sim/disk/disk-image.ts";
import type { NodeId } from "../sim/env.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import { eventually } from "../sim/temporal/liveness.ts";
import type { Micros } from "../sim/time.ts";
import {
  type ChainEvents,
  type ChainView,
  chainOfStep,
  type ShownChain,
  told,
} from "./chain-view.ts";

type Liars = (host: NodeId) => boolean;

/** Who may vote, and whose word proves nothing. */
export interface Electors {
  readonly validators: readonly NodeId[];
  readonly mayLie: Liars;
}

/**
 * A block is final only when validators have voted for its child that are more than 2/3 of all,
 * liars counted as if they had. Votes count once, and when they were cast.
 */
export function finalityHasItsQuorum(
  name: string,
  { validators, mayLie }: Electors,
): Invariant<ChainView> {
  const liars = validators.filter((host) => mayLie(host)).length;
  const made = {
    name,
    // By hash of the target and height of the source, who has voted for that link.
    state: new Map<string, NodeId[]>(),
    onStep: (world: World<ChainView>) => {
      const { emitted, server } = world;
      if (server === undefined || emitted.length === 0) return undefined;
      for (const { hash, source } of told(emitted, "vote cast")) {
        const link = `${source} ${hash}`;
        const voters = made.state.get(link) ?? [];
        if (!voters.includes(server.id)) made.state.set(link, [...voters, server.id]);
      }
      const step = chainOfStep(world, mayLie);
      if (step === undefined) return undefined;
      for (const { height, hash } of told(emitted, "finalized")) {
        const votes = votesFor(made.state, step.chain, { height, hash }) + liars;
        if (3 * votes > 2 * validators.length) continue;
        return `${server.id}: block ${height} is final with ${votes} of ${validators.length} votes`;
      }
      return undefined;
    },
  };
  return made;
}

/** Of the honest, for the link from a block to its child. */
function votesFor(
  votes: ReadonlyMap<string, readonly NodeId[]>,
  { blocks, canonical, base }: ShownChain,
  { height, hash }: { readonly height: number; readonly hash: string },
): number {
  const child = canonical[height + 1 - base];
  if (child === undefined || blocks.get(child)?.header.parent !== hash) return 0;
  return votes.get(`${height} ${child}`)?.length ?? 0;
}

/** What binds a validator. */
interface Cast {
  readonly height: number;
  readonly hash: string;
  readonly source: number;
}

/**
 * Who does not lie never votes for two blocks of one height, and no link of its votes goes around
 * another one, whatever happens to it in between.
 */
export function votesBreakNoRule(name: string, mayLie: Liars): Invariant<ChainView> {
  const made = {
    name,
    state: new Map<NodeId, Cast[]>(),
    onStep: ({ emitted, server }: World<ChainView>) => {
      if (server === undefined || emitted.length === 0 || mayLie(server.id)) return undefined;
      for (const vote of told(emitted, "vote cast")) {
        const earlier = made.state.get(server.id) ?? [];
        const other = earlier.find((one) => isBroken(one, vote));
        if (other !== undefined) {
          const [a, b] = [wordsOf(other), wordsOf(vote)];
          return `${server.id} has voted for ${a}, and now for ${b}`;
        }
        made.state.set(server.id, [...earlier.slice(-VOTES_KEPT), vote]);
      }
      return undefined;
    },
  };
  return made;
}

/** More than any honest validator may come back to. */
const VOTES_KEPT = 64;

function isBroken(one: Cast, other: ChainEvents["vote cast"]): boolean {
  if (one.height === other.height) return one.hash !== other.hash || one.source !== other.source;
  const [lower, higher] = one.height < other.height ? [one, other] : [other, one];
  return higher.source < lower.source;
}

function wordsOf({ source, height, hash }: Cast): string {
  return `${source} -> ${height} ${hash.slice(0, 8)}`;
}

/** A vote is on the disk of a validator that does not lie before anybody sees it. */
export function votesAreDurable<View extends ChainView>(
  name: string,
  {
    filesOf,
    mayLie,
  }: { readonly filesOf: (node: View) => readonly string[]; readonly mayLie: Liars },
): Invariant<View> {
  return {
    name,
    onStep: ({ emitted, server }) => {
      if (server?.node === undefined || emitted.length === 0 || mayLie(server.id)) return undefined;
      for (const { height, hash } of told(emitted, "vote cast")) {
        const stored = filesOf(server.node).map((file) => server.durable(file));
        if (stored.some((image) => image !== undefined && holdsHash(image, hash))) continue;
        return `${server.id}: its vote for block ${height} is sent, and not on its disk`;
      }
      return undefined;
    },
  };
}

/** Whether the bytes of a hash are among the last that were written. */
function holdsHash({ bytes, sizeBytes }: Readonly<FileImage>, hash: string): boolean {
  const wanted = Array.from({ length: hash.length / 2 }, (_, i) =>
    Number.parseInt(hash.slice(2 * i, 2 * i + 2), 16),
  );
  const from = Math.max(0, sizeBytes - TAIL_BYTES);
  for (let at = sizeBytes - wanted.length; at >= from; at--) {
    if (wanted.every((byte, i) => bytes[at + i] === byte)) return true;
  }
  return false;
}

/** Votes and certificates of several blocks. */
const TAIL_BYTES = 8_192;

/** In a span none of these servers takes anything for final that it did not before. */
export function nothingBecomesFinal(
  name: string,
  { hosts, from, until }: { readonly hosts: readonly NodeId[] } & Span,
): Invariant<ChainView> {
  return {
    name,
    supposes: ["faults"],
    onStep: ({ now, emitted, server }) => {
      if (now < from || now > until || emitted.length === 0) return undefined;
      if (server === undefined || !hosts.includes(server.id)) return undefined;
      const [final] = told(emitted, "finalized");
      return final && `${server.id}: block ${final.height} is final without a quorum in reach`;
    },
  };
}

interface Span {
  readonly from: Micros;
  readonly until: Micros;
}

/** In a span each of these servers tells this event at least once. */
export function eachTells(
  name: string,
  event: string,
  { hosts, from, within }: { readonly hosts: readonly NodeId[] } & Wait,
): Invariant<ChainView> {
  return eventually<ChainView, { told: NodeId[] }>(
    name,
    ({ now, emitted, server }, memory) => {
      const isNew = server !== undefined && !memory.told.includes(server.id);
      if (isNew && now >= from && emitted.some((one) => one.event === event)) {
        memory.told.push(server.id);
      }
      return hosts.every((host) => memory.told.includes(host));
    },
    {
      ...{ from, within, memory: { told: [] }, supposes: ["servers", "faults"] },
      explain: (_, memory) => {
        const silent = hosts.filter((host) => !memory.told.includes(host));
        return `"${event}" was not told by ${silent.join(", ")}`;
      },
    },
  );
}

interface Wait {
  readonly from: Micros;
  readonly within: Micros;
}

/** By which a node names a breach of the rules: see {@link ChainEvents}. */
export interface Offence {
  readonly kind: string;
  /** The public key. */
  readonly offender: string;
}

/** Who does not lie blames nobody who does not. */
export function theHonestAreNotBlamed(
  name: string,
  { offenders, mayLie }: { readonly offenders: readonly string[]; readonly mayLie: Liars },
): Invariant<ChainView> {
  return {
    name,
    onStep: ({ emitted, server }) => {
      if (server === undefined || emitted.length === 0 || mayLie(server.id)) return undefined;
      const wrong = told(emitted, "evidence").find(({ offender }) => !offenders.includes(offender));
      return wrong && `${server.id} blames ${wrong.offender.slice(0, 8)} for a ${wrong.kind}`;
    },
  };
}

/** By a time, every server that does not lie knows of each of these offences. */
export function offencesAreFound(
  name: string,
  offences: readonly Offence[],
  { by, mayLie }: { readonly by: Micros; readonly mayLie: Liars },
): Invariant<ChainView> {
  const keyOf = (host: NodeId, { kind, offender }: Offence): string =>
    `${host} ${kind} ${offender}`;
  return eventually<ChainView, { found: string[] }>(
    name,
    ({ emitted, server, servers }, { found }) => {
      for (const offence of told(emitted, "evidence")) found.push(keyOf(server!.id, offence));
      const honest = servers.filter(({ id }) => !mayLie(id));
      return honest.every(({ id }) => offences.every((one) => found.includes(keyOf(id, one))));
    },
    {
      ...{ by, memory: { found: [] }, supposes: ["servers", "faults", "conditions"] },
      explain: ({ servers }, { found }) => {
        const missing = servers
          .filter(({ id }) => !mayLie(id))
          .filter(({ id }) => !offences.every((one) => found.includes(keyOf(id, one))));
        return `not known to ${missing.map(({ id }) => id).join(", ")}`;
      },
    },
  );
}
