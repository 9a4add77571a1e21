// Just-in-time linearization (Lowe 2017, Testing for linearizability, §5): operations are put in
// order no sooner than a return asks for it. Here with calls whose answers come later, and with
// calls that nobody waits for any more.

import { type Model, REFUSED } from "../../model.ts";
import {
  type Configuration,
  ConfigurationSet,
  doneToo,
  excluding,
  type Frontier,
  including,
  intern,
  type Known,
  type Pending,
  type StateTable,
} from "./frontier.ts";

/**
 * What happens to a call. `invoke` and `return` as ever; `void`: it certainly did not happen;
 * `lose`: nobody waits for it any more, it may have happened or may yet.
 */
export type MomentKind = "invoke" | "return" | "void" | "lose";

/** What a search works on, and how far it may go. */
export interface Searched<State, Operation> {
  readonly model: Model<State, Operation>;
  readonly table: StateTable<State>;
  /** How many configurations it may hold at once. */
  readonly configurationsMax: number;
  /** How many steps of the model are left to it. */
  stepsLeft: number;
}

/** The search has reached a bound: nothing can be said. */
export const EXHAUSTED: unique symbol = Symbol("exhausted");

/**
 * The frontier after a moment, of that before it. It has no configurations if the history cannot
 * have gone so.
 */
export function advance<State, Operation>(
  search: Searched<State, Operation>,
  frontier: Frontier<State, Operation>,
  kind: MomentKind,
  call: Pending<Operation>,
): Frontier<State, Operation> | typeof EXHAUSTED {
  switch (kind) {
    case "invoke":
      return invoked(search, frontier, call);
    case "return": {
      const configurations = expand(search, frontier, call);
      return configurations === EXHAUSTED ? EXHAUSTED : returned(frontier, configurations, call);
    }
    case "void": {
      const { configurations } = frontier;
      return returned(
        frontier,
        configurations.filter(({ done }) => !done.includes(call.id)),
        call,
      );
    }
    case "lose":
      return lost(frontier, call);
  }
}

/** The operation's effect on a state, its answer included as far as it is known. */
export function effect<State, Operation>(
  { model, table }: Pick<Searched<State, Operation>, "model" | "table">,
  at: Known<State>,
  { answered, unanswered }: Pending<Operation>,
): Known<State> | typeof REFUSED {
  const operation = answered ?? unanswered;
  if (operation === undefined) return at;
  const next = model.step(at.state, operation);
  if (next === REFUSED) return REFUSED;
  return next === at.state ? at : intern(table, model, next);
}

function invoked<State, Operation>(
  search: Searched<State, Operation>,
  { open, lost, configurations }: Frontier<State, Operation>,
  call: Pending<Operation>,
): Frontier<State, Operation> {
  const opened = [...open, call];
  if (!call.isEager) return { open: opened, lost, configurations };
  const settled = configurations.map((configuration) => settle(search, opened, configuration));
  return { open: opened, lost, configurations: settled };
}

/**
 * A call is no longer open; the configurations are those that survive. Either all of them have it
 * done or none has, so that they stay distinct.
 */
function returned<State, Operation>(
  { open, lost }: Frontier<State, Operation>,
  configurations: readonly Configuration<State>[],
  call: Pending<Operation>,
): Frontier<State, Operation> {
  return forgetSpent({
    open: open.filter((other) => other !== call),
    lost,
    configurations: configurations.map(({ at, done, doneLost }) => {
      return { at, done: excluding(done, call.id), doneLost };
    }),
  });
}

/** A call is given up: from now on it counts among those of which fewer done is better. */
function lost<State, Operation>(
  frontier: Frontier<State, Operation>,
  call: Pending<Operation>,
): Frontier<State, Operation> {
  const { id } = call;
  const open = frontier.open.filter((other) => other !== call);
  if (call.unanswered === undefined) return { ...frontier, open };
  const lost = [...frontier.lost, call].sort((a, b) => a.id - b.id);
  const kin = lost.filter((other) => other.kin !== undefined && other.kin === call.kin);
  const set = new ConfigurationSet<State>();
  for (const { at, done, doneLost } of frontier.configurations) {
    const all = done.includes(id) ? including(doneLost, id) : doneLost;
    set.add({ at, done: excluding(done, id), doneLost: earliest(all, kin) });
  }
  return forgetSpent({ open, lost, configurations: set.list() });
}

/** As many of the kin as are done, but those invoked first: who can do for another does. */
function earliest(ids: readonly number[], kin: readonly { readonly id: number }[]) {
  if (kin.length < 2) return ids;
  const others = ids.filter((id) => !kin.some((one) => one.id === id));
  const count = ids.length - others.length;
  return [...others, ...kin.slice(0, count).map(({ id }) => id)].sort((a, b) => a - b);
}

/** A lost call that is done in every configuration means nothing any more. */
function forgetSpent<State, Operation>(
  frontier: Frontier<State, Operation>,
): Frontier<State, Operation> {
  const { lost, configurations } = frontier;
  const [first, ...rest] = configurations;
  if (first === undefined || first.doneLost.length === 0) return frontier;
  const spent = first.doneLost.filter((id) => rest.every(({ doneLost }) => doneLost.includes(id)));
  if (spent.length === 0) return frontier;
  return {
    ...frontier,
    lost: lost.filter(({ id }) => !spent.includes(id)),
    configurations: configurations.map((configuration) => ({
      ...configuration,
      doneLost: configuration.doneLost.filter((id) => !spent.includes(id)),
    })),
  };
}

/** A configuration on its way to one in which the call is done. */
interface Way<State> {
  readonly configuration: Configuration<State>;
  /** The last step took a lost call, and nobody has seen the state that it made. */
  readonly isUnseen: boolean;
}

/** Every way in which the call may be done by now, with no other call done that need not be. */
function expand<State, Operation>(
  search: Searched<State, Operation>,
  frontier: Frontier<State, Operation>,
  target: Pending<Operation>,
): readonly Configuration<State>[] | typeof EXHAUSTED {
  const { configurations } = frontier;
  // Most often there is nothing to choose.
  if (configurations.every((configuration) => configuration.done.includes(target.id))) {
    return configurations;
  }
  const done = new ConfigurationSet<State>();
  const known = new ConfigurationSet<State>();
  const ways: Way<State>[] = [];
  const add = (configuration: Configuration<State>, isUnseen: boolean): void => {
    if (configuration.done.includes(target.id)) done.add(configuration);
    else if (known.add(configuration)) ways.push({ configuration, isUnseen });
  };
  for (const configuration of configurations) add(configuration, false);
  // The list grows while it is walked.
  for (const way of ways) {
    const { configuration, isUnseen } = way;
    if (search.stepsLeft <= 0 || ways.length > search.configurationsMax) return EXHAUSTED;
    for (const call of frontier.open) {
      // To overwrite a state that nobody has seen: the lost call may as well wait.
      if (isUnseen && call.isOverwrite) continue;
      const next = isFree(call, configuration) ? take(search, configuration, call) : undefined;
      if (next === undefined) continue;
      const { doneLost } = configuration;
      const taken = { at: next, done: including(configuration.done, call.id), doneLost };
      add(settle(search, frontier.open, taken), false);
    }
    for (const [i, call] of frontier.lost.entries()) {
      if (isUnseen && call.isOverwrite) continue;
      if (!isFirstOfKin(frontier.lost, i, configuration)) continue;
      const next = take(search, configuration, call);
      // One that changes nothing can wait for ever.
      if (next === undefined || next === configuration.at) continue;
      const { done } = configuration;
      const taken = { at: next, done, doneLost: including(configuration.doneLost, call.id) };
      const settled = settle(search, frontier.open, taken);
      add(settled, settled === taken);
    }
  }
  return done.list();
}

/** Whether an open call may be taken: eager ones are settled already wherever they can be. */
function isFree<Operation>(
  { id, isEager, isVoid, answered, unanswered }: Pending<Operation>,
  { done }: Configuration<unknown>,
): boolean {
  if (isEager || isVoid || (answered ?? unanswered) === undefined) return false;
  return !done.includes(id);
}

/** Of lost calls that ask for the same, only the one invoked first is worth a try. */
function isFirstOfKin(
  lost: readonly Pending<unknown>[],
  place: number,
  { doneLost }: Configuration<unknown>,
): boolean {
  const { id, kin } = lost[place]!;
  if (doneLost.includes(id)) return false;
  if (kin === undefined) return true;
  for (let i = 0; i < place; i++) {
    if (lost[i]!.kin === kin && !doneLost.includes(lost[i]!.id)) return false;
  }
  return true;
}

function take<State, Operation>(
  search: Searched<State, Operation>,
  { at }: Configuration<State>,
  call: Pending<Operation>,
): Known<State> | undefined {
  search.stepsLeft--;
  const next = effect(search, at, call);
  if (next === REFUSED) return undefined;
  if (call.answered === undefined) call.isTried = true;
  return next;
}

/** Open calls that change nothing, and whose answers fit the state, are done at once. */
export function settle<State, Operation>(
  search: Searched<State, Operation>,
  open: readonly Pending<Operation>[],
  configuration: Configuration<State>,
): Configuration<State> {
  let settled = configuration;
  for (const call of open) {
    if (!call.isEager || settled.done.includes(call.id)) continue;
    search.stepsLeft--;
    if (effect(search, settled.at, call) === REFUSED) continue;
    settled = doneToo(settled, call.id);
  }
  return settled;
}
