// What holds of a chain's accounts: they are the whole state, the same everywhere, and no money is
// made or lost but for the fees, which are burned.

import type { NodeId } from "../sim/env.ts";
import type { Breach, Invariant, World } from "../sim/invariant.ts";
import { type ChainView, chainOfStep, tipOfShown, told } from "./chain-view.ts";

/** Accounts by some key of theirs. */
export type Ledger = ReadonlyMap<string, { readonly balance: number; readonly nonce: number }>;

/** How the accounts of a node are looked at. */
export interface LedgerSource<View extends ChainView> {
  /** All accounts of a node after a block; undefined when it has them no more. */
  readonly ledgerOf: (node: View, hash: string) => Ledger | undefined;
  /** What they must be, and all fees up to then; undefined when nobody can tell. */
  readonly expected: (
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
 * was.
 */
export function accountsAreRight<View extends ChainView>(
  source: LedgerSource<View>,
): Invariant<View> {
  return {
    name: "BS-STATE-ROOT",
    onStep: (world) => {
      const step = chainOfStep(world, source.mayLie);
      const node = world.server?.node;
      if (step === undefined || node === undefined) return undefined;
      const isDue = told(world.emitted, "tip changed").some(
        ({ height }) => height % source.every === 0,
      );
      return isDue ? wrongAccounts(step.host.id, node, source) : undefined;
    },
    onEnd: ({ servers }: World<View>) =>
      servers
        .filter(({ id }) => !source.mayLie(id))
        .flatMap(({ id, node }) => (node?.chain && wrongAccounts(id, node, source)) ?? []),
  };
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
      return wrongAccounts(step.host.id, node, source)[0]?.message;
    },
  };
}

function wrongAccounts<View extends ChainView>(
  id: NodeId,
  node: View,
  { ledgerOf, expected, rootOf, supply }: LedgerSource<View>,
): readonly Breach[] {
  const { hash, height } = tipOfShown(node.chain!);
  const { stateRoot } = node.chain!.blocks.get(hash)!.header;
  const ledger = ledgerOf(node, hash);
  if (ledger === undefined)
    return [{ invariant: "BS-STATE-ROOT", message: `${id}: no accounts at its tip` }];
  const breaches: Breach[] = [];
  if (rootOf(ledger) !== stateRoot) {
    const message = `${id}: the root in block ${height} is not that of its accounts`;
    breaches.push({ invariant: "BS-STATE-ROOT", message });
  }
  const right = expected(hash);
  if (right === undefined) return breaches;
  const other = firstDifference(ledger, right.ledger);
  if (other !== undefined) {
    const message = `${id}: after block ${height} account ${other} is not what it must be`;
    breaches.push({ invariant: "BS-STATE-EQ", message });
  }
  let sum = right.burned;
  for (const { balance } of ledger.values()) sum += balance;
  if (sum !== supply) {
    const message = `${id}: after block ${height} there are ${sum} in all, not ${supply}`;
    breaches.push({ invariant: "BS-SUPPLY", message });
  }
  return breaches;
}

function firstDifference(one: Ledger, other: Ledger): string | undefined {
  const isSame = (key: string): boolean => {
    const [a, b] = [one.get(key), other.get(key)];
    return a?.balance === b?.balance && a?.nonce === b?.nonce;
  };
  return [...one.keys(), ...other.keys()].find((key) => !isSame(key));
}
