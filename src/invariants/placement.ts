// Where an orchestrator places what it is asked to, against a placement that is worked out anew.

import type { Plain } from "../sim/env.ts";
import type { Invariant, World } from "../sim/invariant.ts";

interface Amounts {
  readonly cpu: number;
  readonly memory: number;
  readonly disk: number;
}

/** What clients emit, and are told, of what takes room. */
interface Placing {
  readonly op: string;
  readonly vm?: string;
  readonly task?: string;
  readonly worker?: string;
  readonly capacity?: Amounts;
  readonly spec?: Amounts;
  readonly needs?: Amounts;
}

interface Told {
  readonly error?: string;
  readonly worker?: string;
}

/**
 * One client that asks for one thing after the other is told of the very worker that is the best
 * fit: of those with room the one with least left, a processor counting as 1,024 MB, the first by
 * name of equal ones; of a machine, `capacity` where there is none; of a task, that it waits, or
 * `capacity` where no worker is so large. Judged of operations that are answered before `until`.
 * Measures `placed`, `rejected` and `waiting`, and `cpuUsed %, <worker>`, `memoryUsed %, <worker>`.
 */
export function placementIsBestFit(name: string, until: number): Invariant {
  return {
    name,
    supposes: ["faults"],
    onEnd: ({ history, metrics }: World) => {
      const capacity = new Map<string, Amounts>();
      const left = new Map<string, Amounts>();
      for (const { id, operation, outcome, result, returnedAt = 0 } of history.returned) {
        if (outcome !== "ok" || returnedAt > until) continue;
        // What an orchestrator's clients emit.
        const asked = operation as unknown as Placing;
        if (asked.op === "register") {
          capacity.set(asked.worker!, asked.capacity!);
          left.set(asked.worker!, asked.capacity!);
        }
        const needs = amountsOf(asked);
        if (needs === undefined) continue;
        const expected = bestOf(left, needs);
        const isPossible = asked.op === "submit" && bestOf(capacity, needs) !== undefined;
        const told = showTold(result);
        const answer = expected ?? (isPossible ? "waits" : "capacity");
        if (told !== answer) return `${id} is told ${told}, expected ${answer}`;
        metrics.count(expected === undefined ? (isPossible ? "waiting" : "rejected") : "placed");
        if (expected !== undefined) left.set(expected, minus(left.get(expected)!, needs));
      }
      for (const [worker, all] of capacity) {
        const { cpu, memory } = minus(all, left.get(worker)!);
        metrics.gauge(`cpuUsed %, ${worker}`, (100 * cpu) / all.cpu);
        metrics.gauge(`memoryUsed %, ${worker}`, (100 * memory) / all.memory);
      }
      return undefined;
    },
  };
}

function amountsOf({ op, spec, needs }: Placing): Amounts | undefined {
  const amounts = op === "create" ? spec : op === "submit" ? needs : undefined;
  return amounts && { ...amounts, disk: amounts.disk ?? 0 };
}

function showTold(result: Plain): string {
  const { error, worker } = (result ?? {}) as Told;
  return error ?? worker ?? "waits";
}

function bestOf(workers: ReadonlyMap<string, Amounts>, needs: Amounts): string | undefined {
  const fits = [...workers].map(([id, room]) => ({ id, rest: minus(room, needs) }));
  const [best] = fits
    .filter(({ rest }) => Math.min(rest.cpu, rest.memory, rest.disk) >= 0)
    .sort((a, b) => weigh(a.rest) - weigh(b.rest) || (a.id < b.id ? -1 : 1));
  return best?.id;
}

function weigh({ cpu, memory }: Amounts): number {
  return 1_024 * cpu + memory;
}

function minus(a: Amounts, b: Amounts): Amounts {
  return { cpu: a.cpu - b.cpu, memory: a.memory - b.memory, disk: a.disk - b.disk };
}
