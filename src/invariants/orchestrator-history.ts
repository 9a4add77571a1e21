// What clients of an orchestrator were told, against what its servers hold.

import type { Plain } from "../sim/env.ts";
import type { HistoryEntry } from "../sim/history.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import { eventually } from "../sim/temporal/liveness.ts";
import type { Micros } from "../sim/time.ts";
import type { Deadline } from "./liveness.ts";

/** What a server must show of its names. */
export interface NamesView {
  readonly applied: number;
  readonly machine: {
    readonly state: {
      readonly vms: ReadonlyMap<string, unknown>;
      readonly tasks: ReadonlyMap<string, unknown>;
    };
  };
}

/** What an operation makes or takes away, as clients emit it. */
interface Thing {
  readonly op: string;
  readonly vm?: string;
  readonly task?: string;
}

/** The machine or task that an operation is to make. */
export function madeBy(
  operation: Plain,
): { readonly of: "vms" | "tasks"; readonly name: string } | undefined {
  // What an orchestrator's clients emit.
  const { op, vm, task } = operation as unknown as Thing;
  if (op === "create") return { of: "vms", name: vm! };
  return op === "submit" ? { of: "tasks", name: task! } : undefined;
}

/** The error that an operation was answered with. */
export function errorOf({ result }: HistoryEntry): string | undefined {
  return (result as { readonly error?: string } | undefined)?.error;
}

/**
 * In the end every server that has applied as much as any has all machines and tasks that were
 * acknowledged, and none that nobody asked for; machines that somebody wanted deleted may be gone.
 * Measures how many were `acked`, `unknown` (no answer in time) and `unknownButThere`.
 */
export function whatIsAckedIsThere(name: string): Invariant<NamesView> {
  return {
    name,
    onEnd: ({ history, servers, metrics }: World<NamesView>) => {
      const deleted = new Set(
        history.invoked
          .map(({ operation }) => operation as unknown as Thing)
          .filter(({ op }) => op === "delete")
          .map(({ vm }) => vm),
      );
      const asked = { vms: new Set<string>(), tasks: new Set<string>() };
      const acked = { vms: new Set<string>(), tasks: new Set<string>() };
      const unknown = { vms: new Set<string>(), tasks: new Set<string>() };
      for (const entry of history.invoked) {
        const made = madeBy(entry.operation);
        if (made === undefined || entry.outcome === "fail") continue;
        asked[made.of].add(made.name);
        if (entry.outcome !== "ok") unknown[made.of].add(made.name);
        else if (errorOf(entry) === undefined) acked[made.of].add(made.name);
      }
      metrics.gauge("acked", acked.vms.size + acked.tasks.size);
      metrics.gauge("unknown", unknown.vms.size + unknown.tasks.size);
      const last = Math.max(...servers.map(({ node }) => node?.applied ?? 0));
      // Others may be cut off, or broken for good.
      const level = servers.filter(({ node }) => node?.applied === last);
      for (const { id, node } of level) {
        if (node === undefined) continue;
        for (const of of ["vms", "tasks"] as const) {
          const there = node.machine.state[of];
          const lost = [...acked[of]].find((thing) => !there.has(thing) && !deleted.has(thing));
          if (lost !== undefined) return `${id} lacks ${lost}, which was acknowledged`;
          const strange = [...there.keys()].find((thing) => !asked[of].has(thing));
          if (strange !== undefined) return `${id} has ${strange}, which nobody asked for`;
        }
      }
      const [first] = level;
      const { vms, tasks } = first?.node?.machine.state ?? { vms: new Map(), tasks: new Map() };
      const kept = [...unknown.vms].filter((vm) => vms.has(vm)).length;
      metrics.gauge(
        "unknownButThere",
        kept + [...unknown.tasks].filter((t) => tasks.has(t)).length,
      );
      return undefined;
    },
  };
}

/** In time, every server is up and has so many machines and tasks. */
export function everyoneHas(
  name: string,
  counts: { readonly vms: number; readonly tasks: number },
  deadline: Deadline,
): Invariant<NamesView> {
  return eventually<NamesView>(
    name,
    ({ servers }) =>
      servers.every(({ node }) => {
        if (node === undefined) return false;
        const { vms, tasks } = node.machine.state;
        return vms.size === counts.vms && tasks.size === counts.tasks;
      }),
    {
      ...deadline,
      supposes: ["servers", "operations"],
      explain: ({ servers }) => {
        const has = servers.map(({ id, node }) => {
          const { vms, tasks } = node?.machine.state ?? {};
          return `${id} has ${vms?.size ?? 0} machines and ${tasks?.size ?? 0} tasks`;
        });
        return `${has.join(", ")}, expected ${counts.vms} and ${counts.tasks}`;
      },
    },
  );
}

/** Of several machines of one name one is made; the others that ask are told `exists`. */
export function oneWins(name: string, vm: string): Invariant {
  return {
    name,
    supposes: ["operations"],
    onEnd: ({ history, metrics }) => {
      const asked = history.invoked.filter(({ operation }) => {
        const made = madeBy(operation);
        return made?.of === "vms" && made.name === vm;
      });
      const told = asked.filter(({ outcome }) => outcome === "ok");
      const winners = told.filter((entry) => errorOf(entry) === undefined);
      metrics.gauge("racers", asked.length);
      if (winners.length > 1)
        return `${vm} is made by ${winners.map(({ id }) => id).join(" and ")}`;
      const isSettled = told.length === asked.length;
      if (isSettled && winners.length === 0) return `nobody makes ${vm}`;
      const other = told.find((entry) => !["exists", undefined].includes(errorOf(entry)));
      return other && `${other.id} is told ${errorOf(other)}`;
    },
  };
}

/**
 * Local reads from a time on, when all is settled, give what is expected: some fields of the
 * answer, by the operation; undefined for what is not judged.
 */
export function localReadsGive(
  name: string,
  from: Micros,
  expected: (operation: Plain) => Readonly<Record<string, Plain>> | undefined,
): Invariant {
  return {
    name,
    supposes: ["servers", "operations", "faults", "conditions"],
    onEnd: ({ history, metrics }) => {
      for (const { id, operation, invokedAt, outcome, result } of history.invoked) {
        const { isLocal } = operation as { readonly isLocal: boolean };
        const wanted = expected(operation);
        if (!isLocal || wanted === undefined || invokedAt < from || outcome !== "ok") continue;
        // What a client shows of a local read.
        const { value } = result as { readonly value: Readonly<Record<string, Plain>> };
        metrics.count("localReads");
        for (const [field, content] of Object.entries(wanted)) {
          const found = JSON.stringify(value[field]);
          if (found !== JSON.stringify(content)) {
            return `${id} finds ${field} ${found}, expected ${JSON.stringify(content)}`;
          }
        }
      }
      return undefined;
    },
  };
}
