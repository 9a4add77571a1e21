// What must hold of payments that a lease guards: the ledger itself, and what was asked for.

import type { NodeId, Plain } from "../sim/env.ts";
import type { HistoryEntry } from "../sim/history.ts";
import type { Breach, Invariant, World } from "../sim/invariant.ts";
import { eventually } from "../sim/temporal/liveness.ts";
import { formatTime, type Micros } from "../sim/time.ts";

/** What a server of the treasury must show. */
export interface TreasuryView {
  readonly applied: number;
  readonly machine: {
    readonly state: {
      readonly queue: { readonly staged: readonly string[]; readonly executed: number };
      readonly ledger: {
        readonly payments: readonly ShownPayment[];
        readonly refusedStale: number;
      };
    };
  };
}

/** What was paid, under the nonce that is its place, counted from 1. */
export interface ShownPayment {
  readonly disbursement: string;
  readonly to: string;
  readonly amount: number;
  readonly epoch: number;
}

/** What a client has ordered. */
export interface Order {
  readonly disbursement: string;
  readonly to: string;
  readonly amount: number;
  readonly after: Micros;
}

/** The order in an operation of the history; undefined when it is none. */
export type OrderOf = (operation: Plain) => Order | undefined;

interface Ordered extends Order {
  readonly invokedAt: Micros;
}

interface State {
  /** How many payments are known, and the highest epoch of them. */
  paid: number;
  epoch: number;
  readonly nonceOf: Map<string, number>;
  /** By disbursement, what was ordered under that name; and how much of the history that covers. */
  readonly orders: Map<string, Ordered[]>;
  read: number;
}

/** How the breaches are called; and by how much clocks may differ that say what is due. */
export interface PaymentRules {
  readonly fence: string;
  readonly once: string;
  readonly nonce: string;
  readonly due: string;
  readonly skew: Micros;
}

export const paymentRules: PaymentRules = {
  fence: "LEASE-FENCE",
  once: "LEASE-ONCE",
  nonce: "LEASE-NONCE",
  due: "LEASE-DUE",
  skew: 0,
};

/**
 * LEASE-FENCE: the epochs of payments never fall. LEASE-ONCE: no disbursement is paid twice, and
 * none that nobody has ordered so. LEASE-NONCE: each is paid under the nonce under which it is
 * staged. LEASE-DUE: none is paid before it is due.
 */
export function paymentsAreRight(orderOf: OrderOf, rules = paymentRules): Invariant<TreasuryView> {
  const state: State = { paid: 0, epoch: 0, nonceOf: new Map(), orders: new Map(), read: 0 };
  const made = {
    name: rules.once,
    state,
    onStep: (world: World<TreasuryView>) => {
      const shown = world.server?.node?.machine.state;
      if (shown === undefined || shown.ledger.payments.length <= made.state.paid) return undefined;
      readOrders(made.state, world, orderOf);
      const { payments } = shown.ledger;
      const breaches: Breach[] = [];
      while (made.state.paid < payments.length) {
        const payment = payments[made.state.paid]!;
        const stagedThere = shown.queue.staged[made.state.paid];
        breaches.push(...judge(made.state, payment, { stagedThere, now: world.now, rules }));
      }
      return breaches.length > 0 ? breaches : undefined;
    },
  };
  return made;
}

function judge(
  state: State,
  { disbursement, to, amount, epoch }: ShownPayment,
  seen: {
    readonly stagedThere: string | undefined;
    readonly now: Micros;
    readonly rules: PaymentRules;
  },
): Breach[] {
  const { stagedThere, now, rules } = seen;
  const nonce = ++state.paid;
  const breaches: Breach[] = [];
  const breach = (invariant: string, message: string): void => {
    breaches.push({ invariant, message: `${disbursement}, nonce ${nonce}: ${message}` });
  };
  if (epoch < state.epoch) breach(rules.fence, `paid in epoch ${epoch} after ${state.epoch}`);
  state.epoch = Math.max(state.epoch, epoch);
  const before = state.nonceOf.get(disbursement);
  if (before !== undefined) breach(rules.once, `paid already under nonce ${before}`);
  state.nonceOf.set(disbursement, before ?? nonce);
  if (stagedThere !== disbursement) breach(rules.nonce, `staged there is ${stagedThere}`);
  const orders = state.orders.get(disbursement) ?? [];
  const order = orders.find((one) => one.to === to && one.amount === amount);
  if (order === undefined) breach(rules.once, `nobody has ordered ${amount} to ${to}`);
  else if (now < order.invokedAt + order.after - rules.skew) {
    const early = formatTime(order.invokedAt + order.after - now);
    breach(rules.due, `paid ${early} before it was due`);
  }
  return breaches;
}

/** What was ordered may be done from the invocation on. */
function readOrders(state: State, { history }: World<TreasuryView>, orderOf: OrderOf): void {
  const note = ({ operation, invokedAt }: HistoryEntry): void => {
    const order = orderOf(operation);
    if (order === undefined) return;
    const known = state.orders.get(order.disbursement) ?? [];
    if (known.some((one) => one.invokedAt === invokedAt)) return;
    state.orders.set(order.disbursement, [...known, { ...order, invokedAt }]);
  };
  while (state.read < history.returned.length) note(history.returned[state.read++]!);
  for (const entry of history.open()) note(entry);
}

/**
 * Some server shows so many disbursements as executed, each of which is in its ledger; by then, and
 * not sooner than it is looked at.
 */
export function areExecuted(
  name: string,
  count: number,
  deadline: { readonly from: Micros; readonly by: Micros },
): Invariant<TreasuryView> {
  const most = ({ servers }: World<TreasuryView>): number =>
    Math.max(0, ...servers.map(({ node }) => node?.machine.state.queue.executed ?? 0));
  return eventually(name, (world) => most(world) >= count, {
    ...deadline,
    explain: (world) => `${most(world)} of ${count} are executed`,
  });
}

/** LEASE-MARKED: what is marked as executed is in the ledger. */
export function whatIsMarkedIsPaid(name: string): Invariant<TreasuryView> {
  return {
    name,
    onStep: ({ server }) => {
      const shown = server?.node?.machine.state;
      if (shown === undefined) return undefined;
      const { executed } = shown.queue;
      const paid = shown.ledger.payments.length;
      return executed > paid ? `${executed} are marked, and ${paid} are paid` : undefined;
    },
  };
}

/**
 * Measures what executors have made of their steps: `paymentsMade`, `paymentsFoundMade` (paid
 * already when they tried) and `refused, <error>`; and, of the server that has applied most in the
 * end, `payments` and `paymentsRefusedStale`.
 */
export function measurePayments(executors: readonly NodeId[]): Invariant<TreasuryView> {
  return {
    name: "payments",
    onStep: ({ event, emitted, metrics }) => {
      if (event.host === undefined || !executors.includes(event.host.id)) return undefined;
      for (const { event: what, data } of emitted) {
        if (what === "paid") {
          // What an executor emits under that name.
          const { isNews } = data as { readonly isNews: boolean };
          metrics.count(isNews ? "paymentsMade" : "paymentsFoundMade");
        } else if (what === "step refused") {
          const { error } = data as { readonly error: string };
          metrics.count(`refused, ${error}`);
        }
      }
      return undefined;
    },
    onEnd: ({ servers, metrics }) => {
      const states = servers.flatMap(({ node }) => (node === undefined ? [] : [node]));
      const newest = states.toSorted((a, b) => b.applied - a.applied)[0]?.machine.state;
      metrics.gauge("paymentsRefusedStale", newest?.ledger.refusedStale ?? 0);
      metrics.gauge("payments", newest?.ledger.payments.length ?? 0);
      return undefined;
    },
  };
}
