// What holds of a chain's accounts: they are the whole state, the same everywhere, and no money is
// made or lost but for the fees, which are burned.

import type { NodeId } from "../sim/env.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import { type ChainView, chainOfStep, tipOfShown, told } from "./chain-view.ts";

/** Accounts by some key of theirs. */
export type Ledger = ReadonlyMap<string, { readonly balance: number; readonly nonce: number }>;

/** How the accounts of a node are looked at. */
export interface LedgerSource<View extends ChainView> {
  /** All accounts of a node after a block; undefined when it has them no more. */
  readonly ledgerOf: (node: View, hash: string) => Ledger | undefined;
  /**
   * What they must be whatever the root says, and all fees up to then; undefined when nobody can
   * tell.
   */
  readonly expected: (
    node: View,
    hash: string,
  ) => { readonly ledger: Ledger; readonly burned: number } | undefined;
  /** The root of a ledger, made anew. */
  readonly rootOf: (ledger: Ledger) => string;
  /** The money that there was in the beginning. */
  readonly supply: number;
  /** Looked at where the height of the tip is a multiple of it, and at the end. */
  readonly every: number;
  readonly mayLie: (host: NodeId) => boolean;
}

/**
 * BS-STATE-ROOT: the root in a tip's header is that of all accounts. BS-STATE-EQ: the accounts are
 * what its transactions make of genesis. BS-SUPPLY: with the fees burned they sum up to what there
 * was. Each is an invariant of its own.
 */
export function accountsAreRight<View extends ChainView>(
  source: LedgerSource<View>,
): readonly Invariant<View>[] {
  const look = lookerAt(source);
  return CHECKS.map(({ name, wrong }) => ({
    name,
    onStep: (world: World<View>) => {
      const step = chainOfStep(world, source.mayLie);
      const node = world.server?.node;
      if (step === undefined || node === undefined) return undefined;
      const isDue = told(world.emitted, "tip changed").some(
        ({ height }) => height % source.every === 0,
      );
      return isDue ? wrongOf(step.host.id, look(world.step, node), wrong) : undefined;
    },
    onEnd: ({ servers, step }: World<View>) => {
      const wrongs = servers
        .filter(({ id }) => !source.mayLie(id))
        .map(({ id, node }) => node?.chain && wrongOf(id, look(step, node), wrong));
      return wrongs.find((one) => one !== undefined);
    },
  }));
}

/** BS-ATOMIC: what a disk gives back at a start is a block and the accounts after that very one. */
export function blockAndAccountsAreOne<View extends ChainView>(
  name: string,
  source: LedgerSource<View>,
): Invariant<View> {
  return {
    name,
    onStep: (world) => {
      const step = chainOfStep(world, source.mayLie);
      const node = world.server?.node;
      if (step === undefined || node === undefined) return undefined;
      if (told(world.emitted, "recovered").length === 0) return undefined;
      const shown = shownBy(node, source);
      const wrongs = CHECKS.map(({ wrong }) => wrongOf(step.host.id, shown, wrong));
      return wrongs.find((one) => one !== undefined);
    },
  };
}

/** The accounts after a node's tip, and what is known of that block. */
interface Shown extends Pick<LedgerSource<ChainView>, "rootOf" | "supply"> {
  readonly height: number;
  readonly ledger: Ledger;
  readonly stateRoot: string;
  readonly right: { readonly ledger: Ledger; readonly burned: number } | undefined;
}

/** Looks at a node's tip once a step, however many ask: to read all accounts takes its time. */
function lookerAt<View extends ChainView>(
  source: LedgerSource<View>,
): (step: number, node: View) => Shown | undefined {
  const seen = new Map<View, Shown | undefined>();
  let seenAt = 0;
  return (step, node) => {
    if (step !== seenAt) seen.clear();
    seenAt = step;
    if (!seen.has(node)) seen.set(node, shownBy(node, source));
    return seen.get(node);
  };
}

/** Undefined when the node has no accounts at its tip. */
function shownBy<View extends ChainView>(
  node: View,
  { ledgerOf, expected, rootOf, supply }: LedgerSource<View>,
): Shown | undefined {
  const { hash, height } = tipOfShown(node.chain!);
  const { stateRoot } = node.chain!.blocks.get(hash)!.header;
  const ledger = ledgerOf(node, hash);
  if (ledger === undefined) return undefined;
  return { height, ledger, stateRoot, right: expected(node, hash), rootOf, supply };
}

type Check = (shown: Shown) => string | undefined;

const CHECKS: readonly { readonly name: string; readonly wrong: Check }[] = [
  {
    name: "BS-STATE-ROOT",
    wrong: ({ ledger, rootOf, stateRoot }) =>
      rootOf(ledger) === stateRoot ? undefined : "the root in it is not that of the accounts",
  },
  {
    name: "BS-STATE-EQ",
    wrong: ({ ledger, right }) => {
      const other = right && firstDifference(ledger, right.ledger);
      return other && `account ${other} is not what it must be`;
    },
  },
  {
    name: "BS-SUPPLY",
    wrong: ({ ledger, right, supply }) => {
      let sum = right?.burned ?? 0;
      for (const { balance } of ledger.values()) sum += balance;
      return right === undefined || sum === supply
        ? undefined
        : `there are ${sum} in all, not ${supply}`;
    },
  },
];

function wrongOf(id: NodeId, shown: Shown | undefined, wrong: Check): string | undefined {
  if (shown === undefined) return `${id}: no accounts at its tip`;
  const found = wrong(shown);
  return found && `${id}: after block ${shown.height} ${found}`;
}

function firstDifference(one: Ledger, other: Ledger): string | undefined {
  const isSame = (key: string): boolean => {
    const [a, b] = [one.get(key), other.get(key)];
    return a?.balance === b?.balance && a?.nonce === b?.nonce;
  };
  return [...one.keys(), ...other.keys()].find((key) => !isSame(key));
}
