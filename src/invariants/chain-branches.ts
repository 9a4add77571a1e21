// What becomes of transactions that one side of a cut alone has: in the memory of its nodes, and on
// its branch.

import type { NodeId } from "../sim/env.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import type { Micros } from "../sim/time.ts";
import { isIncluded, short, type WaitingView } from "./chain-transactions.ts";
import { type ChainView, told } from "./chain-view.ts";

/** A cut, and who was on which side of it; both ends are included. */
export interface Parting {
  readonly from: Micros;
  readonly until: Micros;
  readonly sides: readonly (readonly NodeId[])[];
}

/** Of each side, what its nodes took from clients in the cut, and what is in their blocks of it. */
interface Branches {
  readonly accepted: readonly Set<string>[];
  readonly paid: readonly Set<string>[];
}

/**
 * Every transaction that one side alone has accepted from clients while the cut lasted, or has put
 * into a block, is in the chain of every server that is up at the end. Measures of the side that
 * has the fewest how many these are: `acceptedOnEachSide` and `paidOnEachBranch`.
 */
export function bothSidesAreKept<View extends WaitingView>(
  name: string,
  { from, until, sides }: Parting,
): Invariant<View> {
  const made = {
    name,
    // Who reaches whom, and who is asked, is as planned.
    supposes: ["servers", "faults"] as const,
    state: {
      accepted: sides.map(() => new Set<string>()),
      paid: sides.map(() => new Set<string>()),
    } satisfies Branches,
    onStep: (world: World<View>) => {
      const { server, now } = world;
      if (server === undefined || now < from || now > until) return undefined;
      const side = sides.findIndex((hosts) => hosts.includes(server.id));
      if (side < 0) return undefined;
      for (const hash of acceptedIn(world)) made.state.accepted[side]!.add(hash);
      for (const hash of paidIn(world)) made.state.paid[side]!.add(hash);
      return undefined;
    },
    onEnd: ({ servers, metrics }: World<View>) => {
      const accepted = made.state.accepted.map(alone);
      const paid = made.state.paid.map(alone);
      metrics.gauge("acceptedOnEachSide", fewest(accepted));
      metrics.gauge("paidOnEachBranch", fewest(paid));
      for (const hash of [...accepted, ...paid].flat()) {
        const without = servers.find(
          ({ node }) => node?.chain !== undefined && !isIncluded(node.chain, hash),
        );
        if (without !== undefined) return `one side had ${short(hash)}, and ${without.id} lacks it`;
      }
      return undefined;
    },
  };
  return made;
}

/** What the server of this step took from a client in it: what waits there last. */
function acceptedIn({ event, sent, server }: World<WaitingView>): readonly string[] {
  if (event.kind !== "deliver" || !isOf(event.payload, "submit")) return [];
  const answer = sent.find(({ message }) => isOf(message, "submitted"))?.message;
  const waiting = server?.node?.waiting;
  if (answer === undefined || waiting === undefined) return [];
  // The two messages of these types have these fields.
  const { transactions } = event.payload as { readonly transactions: readonly unknown[] };
  const { refused } = answer as { readonly refused: readonly unknown[] };
  const count = transactions.length - refused.length;
  return count === 0 ? [] : [...waiting.keys()].slice(-count);
}

function isOf(message: unknown, type: string): boolean {
  // Every message of the chain has a type.
  return (message as { readonly type?: string }).type === type;
}

/** The transactions of the block that the server of this step has made. */
function paidIn({ emitted, server }: World<ChainView>): readonly string[] {
  if (emitted.length === 0) return [];
  return told(emitted, "block proposed").flatMap(
    ({ hash }) => server?.node?.chain?.blocks.get(hash)?.transactions ?? [],
  );
}

/** What no other side has. */
function alone(
  own: ReadonlySet<string>,
  _: number,
  all: readonly ReadonlySet<string>[],
): readonly string[] {
  return [...own].filter((hash) => !all.some((other) => other !== own && other.has(hash)));
}

function fewest(sides: readonly (readonly string[])[]): number {
  return Math.min(...sides.map(({ length }) => length));
}
