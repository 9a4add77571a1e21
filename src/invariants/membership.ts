// Who takes part, as it was asked for.

import type { NodeId, Plain } from "../sim/env.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import { type Deadline, eventually } from "../sim/temporal/liveness.ts";
import { formatTime, inMs, type Micros } from "../sim/time.ts";
import { type ElectorateView, type MemberView, memberOf } from "./electorate.ts";
import { measureOperations } from "./measures.ts";

interface MembershipView extends MemberView {
  readonly configuration: ElectorateView;
}

/**
 * In time, all of `members`, which are hosts, take those who are on them, and no others, for those
 * who decide; and no change was granted that some clients have asked for.
 */
export function membersAre(
  name: string,
  members: readonly NodeId[],
  { refused, ...deadline }: Deadline & { readonly refused: readonly NodeId[] },
): Invariant<MembershipView> {
  const isSettled = ({ servers, history }: World<MembershipView>): boolean => {
    const hosts = servers.filter(({ id }) => members.includes(id));
    const expected = hosts.map(memberOf);
    const isKnown = members.every((id) => {
      const { node } = servers.find((server) => server.id === id)!;
      return node !== undefined && decideAlone(node.configuration, expected);
    });
    const isRefused = history.invoked
      .filter(({ client }) => refused.includes(client))
      .every(({ outcome }) => outcome === "fail" || outcome === "info");
    return isKnown && isRefused;
  };
  const explain = ({ servers, history }: World<MembershipView>): string => {
    const known = servers.map(
      ({ id, node }) => `${id}: ${node ? show(node.configuration) : "down"}`,
    );
    const outcomes = history.invoked
      .filter(({ operation }) => isChange(operation))
      .map(({ id, outcome }) => `${id} ${outcome}`);
    return `${known.join("; ")} (${outcomes.join(", ")})`;
  };
  // Without the changes that are asked for they are what they were.
  const supposes = ["servers", "operations"] as const;
  return eventually(name, isSettled, { ...deadline, supposes, explain });
}

/** Whether these decide, and no others beside them. */
function decideAlone({ voters, outgoing }: ElectorateView, expected: readonly NodeId[]): boolean {
  return outgoing.length === 0 && voters.toSorted().join(" ") === expected.toSorted().join(" ");
}

function show({ voters, outgoing }: ElectorateView): string {
  return outgoing.length === 0 ? voters.join(",") : `${voters.join(",")}&${outgoing.join(",")}`;
}

/** A change, by when it is asked for and who decides when it is done. */
export interface DueChange {
  readonly at: Micros;
  readonly voters: readonly NodeId[];
}

/**
 * Each of some changes, asked for one after the other, is done within a time: just these decide,
 * with no others beside them, wherever that is first in force. Measures `changeDoneMs`.
 */
export function changesAreDone(
  name: string,
  changes: readonly DueChange[],
  within: Micros,
): Invariant {
  const made = {
    name,
    supposes: ["servers", "operations", "faults"] as const,
    /** How many are done. */
    state: { done: 0 },
    onStep: ({ now, emitted, metrics }: World) => {
      const { state } = made;
      const next = changes[state.done];
      if (next === undefined) return undefined;
      const isDone = emitted.some(
        // What members emit.
        ({ event, data }) =>
          event === "configuration applied" &&
          decideAlone(data as unknown as ElectorateView, next.voters),
      );
      if (isDone) {
        metrics.observe("changeDoneMs", inMs(now - next.at));
        state.done++;
        return undefined;
      }
      if (now <= next.at + within) return undefined;
      const names = next.voters.join(", ");
      return `${names} do not decide, asked for ${formatTime(now - next.at)} ago`;
    },
  };
  return made;
}

/** Measures `changeMs`, from when a change is asked for until it has ended. */
export function measureChanges(): Invariant {
  return measureOperations("changes", (plain) => (isChange(plain) ? "changeMs" : undefined));
}

/** Measures `transferMs`, from when another leader is asked for until it leads. */
export function measureTransfers(): Invariant {
  return measureOperations("transfers", (plain) =>
    opOf(plain) === "transfer" ? "transferMs" : undefined,
  );
}

function isChange(operation: Plain): boolean {
  return opOf(operation) === "change";
}

function opOf(operation: Plain): string | undefined {
  // What clients of any service emit.
  return (operation as { readonly op?: string }).op;
}
