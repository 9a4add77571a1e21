// What clients of a storage quorum are asked to do, and how it is to end.

import type { Ending } from "../invariants/storage-endings.ts";
import type { NodeId, Plain } from "../sim/env.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { type Micros, seconds } from "../sim/time.ts";

/** An operation, and how its author knows that it ends; undefined when it depends. */
export interface Step {
  readonly planned: PlannedOperation;
  readonly ending: Ending | undefined;
}

/** Who asks, when, and under which id. */
export interface Asking {
  readonly id: string;
  readonly client: NodeId;
  readonly at: Micros;
}

/** How an operation ends, as an author writes it. Default: within a second. */
export type GivenEnding = Omit<Ending, "within"> & { readonly within?: Micros };

const SOON: Micros = seconds(1);

/** By then every node was asked what it holds, each in turn: what is left over is gone. */
export const SETTLE: Micros = seconds(30);

/** An operation that ends like that; without an ending nothing is asked of it. */
export function step(
  { id, client, at }: Asking,
  asked: Readonly<Record<string, Plain>>,
  ending?: GivenEnding,
): Step {
  const operation = { id, ...asked };
  return {
    planned: { at, client, operation } as PlannedOperation,
    ending: ending && { within: SOON, ...ending },
  };
}

/** An answer. */
export function ok(result?: Plain, within: Micros = SOON): GivenEnding {
  return result === undefined ? { outcome: "ok", within } : { outcome: "ok", result, within };
}

/** A refusal, for that reason. */
export function refused(reason: string, within: Micros = SOON): GivenEnding {
  return { outcome: "fail", result: reason, within };
}

/** The operations of the steps, in order of time. */
export function operationsOf(steps: readonly Step[]): readonly PlannedOperation[] {
  return steps.map(({ planned }) => planned).sort((a, b) => a.at - b.at);
}

/** By id, how they end. */
export function endingsOf(steps: readonly Step[]): Readonly<Record<string, Ending>> {
  return Object.fromEntries(
    steps.flatMap(({ planned, ending }) =>
      ending === undefined ? [] : [[planned.operation.id, ending]],
    ),
  );
}

/** A client has logged in before its first operation, so that this takes no longer than others. */
export function logins(clients: readonly NodeId[], at: Micros): readonly Step[] {
  return clients.map((client) => step({ id: `${client} logs in`, client, at }, { op: "login" }));
}
