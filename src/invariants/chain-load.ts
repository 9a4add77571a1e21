// What holds of a chain under load: what a node has accepted gets into the chain, once and in time.

import type { NodeId } from "../sim/env.ts";
import type { HostView, Invariant, World } from "../sim/invariant.ts";
import { inMs, type Micros } from "../sim/time.ts";
import {
  type LoadSource,
  type LoadView,
  type ShownTransaction,
  type Submission,
  submissionOf,
} from "./chain-load-view.ts";
import { type ShownChain, told } from "./chain-view.ts";

interface Accepted {
  /** Every nonce below `next` was accepted, and those that are `ahead`, which wait for a gap. */
  readonly bySender: Map<string, { next: number; readonly ahead: Set<number> }>;
  /** By host, how many transactions its chain has up to each height. */
  readonly included: Map<NodeId, { readonly life: number; readonly upTo: number[] }>;
}

/**
 * TB-ACCEPTED: at the end, the chain of every server that is up has each transaction that some
 * server has accepted of a client, once, and no other: of each sender as many as its nonce says,
 * and as many in all. Those that wait for a lower nonce are left out. To be asked when the load was
 * over for a while, of clients that sign each nonce once, of servers that began with genesis.
 */
export function acceptedAreIncluded<View extends LoadView>(
  name: string,
  { read, nonceOf }: LoadSource<View>,
): Invariant<View> {
  const made = {
    name,
    supposes: ["servers", "operations", "faults", "conditions"] as const,
    state: { bySender: new Map(), included: new Map() } as Accepted,
    onStep: (world: World<View>) => {
      noteIncluded(made.state, world);
      const submission = submissionOf(world);
      if (submission === undefined) return undefined;
      const refused = new Set(submission.refused.map(({ index }) => index));
      for (const [index, bytes] of submission.transactions.entries()) {
        if (refused.has(index)) continue;
        const transaction = read(bytes);
        if (transaction === undefined) return `${world.server!.id} accepted what cannot be read`;
        noteAccepted(made.state, transaction);
      }
      return undefined;
    },
    onEnd: ({ servers }: World<View>) => {
      for (const host of servers) {
        const wrong = host.node?.chain && wrongAtEnd(host, made.state, nonceOf);
        if (wrong !== undefined) return `${host.id}: ${wrong}`;
      }
      return undefined;
    },
  };
  return made;
}

/** A server that was restarted may accept again what it has forgotten. */
function noteAccepted(state: Accepted, { from, nonce }: ShownTransaction): void {
  const sender = state.bySender.get(from) ?? { next: 0, ahead: new Set<number>() };
  state.bySender.set(from, sender);
  if (nonce < sender.next || sender.ahead.has(nonce)) return;
  sender.ahead.add(nonce);
  while (sender.ahead.delete(sender.next)) sender.next++;
}

function noteIncluded({ included }: Accepted, { server, emitted }: World<LoadView>): void {
  const chain = server?.node?.chain;
  if (server === undefined || chain === undefined || emitted.length === 0) return;
  for (const { adopted } of told(emitted, "tip changed")) {
    const from = chain.canonical.length - adopted;
    const known = included.get(server.id);
    const counted =
      known?.life === server.life ? known : { life: server.life, upTo: countedBefore(chain, from) };
    included.set(server.id, counted);
    counted.upTo.length = from;
    for (const hash of chain.canonical.slice(from)) {
      const { transactions } = chain.blocks.get(hash)!;
      counted.upTo.push((counted.upTo.at(-1) ?? 0) + transactions.length);
    }
  }
}

/** By height, in genesis and in what the disk has given back. */
function countedBefore({ canonical, blocks }: ShownChain, until: number): number[] {
  const upTo: number[] = [];
  for (const hash of canonical.slice(0, until)) {
    upTo.push((upTo.at(-1) ?? 0) + blocks.get(hash)!.transactions.length);
  }
  return upTo;
}

function wrongAtEnd<View extends LoadView>(
  { id, node, life }: HostView<View>,
  { bySender, included }: Accepted,
  nonceOf: LoadSource<View>["nonceOf"],
): string | undefined {
  let count = 0;
  for (const [from, { next }] of bySender) {
    const nonce = nonceOf(node!, from);
    if (nonce !== next) return `of ${from}, ${next} were accepted and ${nonce} included`;
    count += next;
  }
  const counted = included.get(id);
  const inChain = counted?.life === life ? (counted.upTo.at(-1) ?? 0) : 0;
  return inChain === count ? undefined : `${count} were accepted, and ${inChain} are in its chain`;
}

/**
 * TB-INCLUDED: what a server has accepted of a client is in some server's chain as soon as the
 * server that was the first to accept it allows. Measures `inclusionMs` of the one that has waited
 * longest in each block. Its memory is what waits.
 */
export function includedWithin<View extends LoadView>(
  name: string,
  { read }: Pick<LoadSource<View>, "read">,
  within: (host: NodeId) => Micros,
): Invariant<View> {
  const made = {
    name,
    supposes: ["servers", "operations", "faults", "conditions"] as const,
    // By hash; the oldest first.
    state: new Map<string, Waiting>(),
    onStep: (world: World<View>) => {
      const { state } = made;
      const { now, metrics, server, emitted } = world;
      const submission = submissionOf(world);
      if (submission !== undefined) {
        noteWaiting(state, submission, read, { at: now, host: server!.id });
      }
      const chain = server?.node?.chain;
      if (chain === undefined || emitted.length === 0) return undefined;
      for (const { adopted } of told(emitted, "tip changed")) {
        const taken = takeIncluded(state, chain, adopted);
        if (taken.length === 0) continue;
        const oldest = taken.reduce((first, { at }) => Math.min(first, at), now);
        metrics.observe("inclusionMs", inMs(now - oldest));
        const late = taken.find(({ at, host }) => now - at > within(host));
        if (late !== undefined)
          return `${server!.id}: one of ${late.host} has waited for ${inMs(now - late.at)} ms`;
      }
      return undefined;
    },
    onEnd: ({ now }: World<View>) => {
      for (const [hash, { at, host }] of made.state) {
        if (now - at <= within(host)) continue;
        return `${hash.slice(0, 8)} was accepted ${inMs(now - at)} ms ago and is in no block`;
      }
      return undefined;
    },
  };
  return made;
}

/** When a transaction was accepted first, and by whom. */
interface Waiting {
  readonly at: Micros;
  readonly host: NodeId;
}

function noteWaiting(
  waiting: Map<string, Waiting>,
  { transactions, refused }: Submission,
  read: LoadSource<LoadView>["read"],
  since: Waiting,
): void {
  const places = new Set(refused.map(({ index }) => index));
  for (const [index, bytes] of transactions.entries()) {
    const transaction = places.has(index) ? undefined : read(bytes);
    if (transaction === undefined || waiting.has(transaction.hash)) continue;
    waiting.set(transaction.hash, since);
  }
}

/** Those that waited, and no longer do. */
function takeIncluded(
  waiting: Map<string, Waiting>,
  { canonical, blocks }: ShownChain,
  adopted: number,
): Waiting[] {
  const taken: Waiting[] = [];
  for (let at = canonical.length - adopted; at < canonical.length; at++) {
    for (const hash of blocks.get(canonical[at]!)!.transactions) {
      const since = waiting.get(hash);
      if (since === undefined) continue;
      waiting.delete(hash);
      taken.push(since);
    }
  }
  return taken;
}
