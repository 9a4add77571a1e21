import { appendsStayWithin, gaugesStayWithin } from "../invariants/limits.ts";
import { acknowledgesIn, everyoneAgrees, operationsReturn } from "../invariants/liveness.ts";
import { equalStates } from "../invariants/replicated.ts";
import type { KvCommand } from "../protocols/kv/commands.ts";
import type { Plain } from "../sim/env.ts";
import type { Invariant } from "../sim/invariant.ts";
import type { Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { ms, seconds } from "../sim/time.ts";
import { constantLatency, hostNames, storeScenario, storeSettings } from "./raft-cluster.ts";
import { partition } from "./raft-weather.ts";

const SERVERS = hostNames(3);
const CLIENTS = hostNames(40, "c");
const BEGIN = seconds(4);
const CUT = seconds(6);
const HEALED = seconds(9);
const UNTIL = seconds(12);
const HORIZON = seconds(25);

/** So small that the writes of a few clients fill them. */
const LIMITS = {
  appendEntriesMax: 8,
  appendBytesMax: 500,
  entryBytesMax: 400,
  inflightMax: 10,
  inflightBytesMax: 1_200,
  uncommittedBytesMax: 2_000,
};

/** Each client writes as fast as it can; one value in ten is larger than an entry may be. */
function heavyWrites(): PlannedOperation[] {
  return CLIENTS.flatMap((client, c) =>
    Array.from({ length: 25 }, (_, n) => {
      const sizeBytes = (c + n) % 10 === 0 ? LIMITS.entryBytesMax : 100 + ((c * 7 + n) % 50);
      const value = `${client}.${n} `.padEnd(sizeBytes, "x");
      const operation = { id: `${client}.${n}`, op: "put", key: `k${c % 5}`, value };
      return { at: BEGIN + n * ms(200) + c * ms(2), client, operation };
    }),
  );
}

function writtenBy(operation: Plain | undefined): string {
  // What this scenario's clients put.
  return (operation as { readonly value?: string } | undefined)?.value ?? "";
}

/** What is too large is refused for good, unless an answer was lost, and is in no log. */
function tooLargeIsRefused(name: string): Invariant<Log> {
  const isTooLarge = (operation: Plain): boolean =>
    writtenBy(operation).length >= LIMITS.entryBytesMax;
  return {
    name,
    onEnd: ({ history, servers }) => {
      for (const { id, operation, outcome } of history.returned) {
        if (isTooLarge(operation) && outcome === "ok") return `${id} is too large and acknowledged`;
      }
      for (const { id, node } of servers) {
        for (let index = 1; node !== undefined && index <= node.lastIndex; index++) {
          const command = node.entryAt(index).command as KvCommand | undefined;
          if (isTooLarge(command?.operation)) return `${id} has a command too large at ${index}`;
        }
      }
      return undefined;
    },
  };
}

interface Log {
  readonly lastIndex: number;
  entryAt(index: number): { readonly command: unknown };
}

const overload = storeScenario({
  name: "raft-overload",
  about: "More writes than may be uncommitted or in flight, some too large, a follower cut off.",
  plan: () => ({
    servers: SERVERS,
    clients: CLIENTS,
    settings: storeSettings(LIMITS),
    network: constantLatency(ms(40)),
    operations: heavyWrites(),
    faults: [partition(CUT, HEALED - CUT, ["leader", "follower 1"], ["follower 2"])],
    calm: HEALED,
    horizon: HORIZON,
  }),
  invariants: (plan) => [
    gaugesStayWithin("MEMORY", (gauge) =>
      gauge === "uncommitted" ? LIMITS.uncommittedBytesMax : LIMITS.inflightBytesMax,
    ),
    appendsStayWithin(
      "APPEND-SIZE",
      LIMITS.appendBytesMax,
      (command) => writtenBy((command as KvCommand | undefined)?.operation as Plain).length,
    ),
    tooLargeIsRefused("TOO-LARGE"),
    acknowledgesIn("PROGRESS", { from: CUT + seconds(1), until: HEALED }),
    operationsReturn("RETURN", { by: HORIZON }, plan),
    everyoneAgrees("AGREEMENT", { from: UNTIL, by: HORIZON }),
    equalStates("EQUAL-STATES"),
  ],
  expects: ["leader elected", "ok", "fail", "gauge"],
});

export const raftOverload: readonly Scenario[] = [overload];
