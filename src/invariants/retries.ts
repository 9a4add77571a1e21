// Requests that are sent again until they are answered: they take effect once, and are answered
// alike.

import type { NodeId, Plain } from "../sim/env.ts";
import type { HistoryEntry } from "../sim/history.ts";
import type { HostView, Invariant, World } from "../sim/invariant.ts";
import { percentiles } from "../sim/metrics.ts";

/** What a server must show. */
export interface CounterView {
  readonly applied: number;
}

/** How to count additions, and what they have come to. */
export interface Counting<View> {
  /** How much an operation of the history adds; undefined if it adds nothing. */
  readonly amountOf: (operation: Plain) => number | undefined;
  /** The sum that a server holds. */
  readonly sumOf: (node: View) => number;
}

/**
 * At the end of a run the sum of all additions is that of those that were acknowledged, and of some
 * of those of which nothing is known, each once; on the server that has applied most. Measures
 * `unknownAdditions`.
 */
export function sumIsExact<View extends CounterView>(
  name: string,
  { amountOf, sumOf }: Counting<View>,
): Invariant<View> {
  return {
    name,
    onEnd: ({ history, servers, metrics }) => {
      const added = (isMeant: (entry: HistoryEntry) => boolean): number[] =>
        history.invoked.filter(isMeant).map(({ operation }) => amountOf(operation) ?? 0);
      const certain = total(added(({ outcome }) => outcome === "ok"));
      const unknown = added(({ outcome }) => outcome === "open" || outcome === "info");
      const most = certain + total(unknown);
      metrics.gauge("unknownAdditions", unknown.filter((amount) => amount > 0).length);
      const latest = servers.reduce<HostView<View> | undefined>(furthest, undefined);
      if (latest?.node === undefined) return undefined;
      const found = sumOf(latest.node);
      if (found >= certain && found <= most) return undefined;
      const expected = most === certain ? `${certain}` : `${certain} to ${most}`;
      return `${latest.id} holds a sum of ${found}, acknowledged are ${expected}`;
    },
  };
}

function furthest<View extends CounterView>(
  best: HostView<View> | undefined,
  server: HostView<View>,
): HostView<View> | undefined {
  const isFurther = (server.node?.applied ?? -1) > (best?.node?.applied ?? -1);
  return isFurther ? server : best;
}

function total(amounts: readonly number[]): number {
  return amounts.reduce((sum, amount) => sum + amount, 0);
}

/** A request, or an answer to it, by the session of its client. */
export interface RequestName {
  readonly session: string;
  readonly serial: number;
}

/** An answer that was sent: the request, and the result as a text. */
export interface SentAnswer extends RequestName {
  readonly result: string;
}

/** However often a session's last request is answered, the answer is the first one. */
export function answersStay(
  name: string,
  answerIn: (message: unknown) => SentAnswer | undefined,
): Invariant {
  const made = {
    name,
    /** By session, its last answer. */
    state: new Map<string, Pick<SentAnswer, "serial" | "result">>(),
    onStep: ({ sent, server }: World) => {
      if (server === undefined) return undefined;
      for (const { message } of sent) {
        const answer = answerIn(message);
        if (answer === undefined) continue;
        const { session, serial, result } = answer;
        const last = made.state.get(session);
        if (last === undefined || serial > last.serial) made.state.set(session, { serial, result });
        else if (serial === last.serial && result !== last.result) {
          const which = `request ${serial} of ${session}`;
          return `${server.id} answers ${which} with ${result}, and before with ${last.result}`;
        }
      }
      return undefined;
    },
  };
  return made;
}

/** What clients send, and servers tell them. */
export interface Traffic {
  readonly requestIn: (message: unknown) => RequestName | undefined;
  readonly isRedirect: (message: unknown) => boolean;
}

/**
 * Measures `attempts`, how often each request was sent by its client; `attemptsP99`, the
 * 99th percentile of that; and `redirects`.
 */
export function measureAttempts({ requestIn, isRedirect }: Traffic): Invariant {
  const made = {
    name: "attempts",
    /** By client, its last request and how often it was sent. */
    state: new Map<NodeId, RequestName & { attempts: number }>(),
    onStep: ({ event, server, sent, metrics }: World) => {
      if (server !== undefined) {
        for (const { message } of sent) if (isRedirect(message)) metrics.count("redirects");
        return undefined;
      }
      const client = event.host?.id;
      if (client === undefined) return undefined;
      for (const { message } of sent) {
        const request = requestIn(message);
        if (request !== undefined) attempt(made.state, client, request, metrics);
      }
      return undefined;
    },
    onEnd: ({ metrics }: World) => {
      for (const { attempts } of made.state.values()) metrics.observe("attempts", attempts);
      const all = metrics.state.samples.get("attempts");
      if (all !== undefined) metrics.gauge("attemptsP99", percentiles(all).p99);
      return undefined;
    },
  };
  return made;
}

function attempt(
  state: Map<NodeId, RequestName & { attempts: number }>,
  client: NodeId,
  { session, serial }: RequestName,
  metrics: World["metrics"],
): void {
  const last = state.get(client);
  if (last?.session === session && last.serial === serial) last.attempts++;
  else {
    if (last !== undefined) metrics.observe("attempts", last.attempts);
    state.set(client, { session, serial, attempts: 1 });
  }
}
