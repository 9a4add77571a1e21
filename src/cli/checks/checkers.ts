// Which checker a command line means: here new criteria are added.

import { checkLinearizability } from "../../invariants/linearizability.ts";
import type { Model } from "../../invariants/model.ts";
import type { CasOptions } from "../../invariants/models/cas-register.ts";
import { findModel, models } from "../../invariants/models.ts";
import { ISOLATION_LEVELS } from "../../invariants/transactions/levels.ts";
import { UsageError } from "../../sim/assert.ts";
import { checkOneOf } from "../../sim/check.ts";
import { didYouMean } from "../../sim/nearest.ts";
import type { Checker } from "./check-report.ts";
import { linearizable } from "./linearizable.ts";
import { sequential } from "./sequential.ts";
import { sessions } from "./sessions.ts";
import { transactional } from "./transactions.ts";

/** What a history of a model's operations can be demanded to be; the first is the default. */
export const CONSISTENCIES = ["linearizable", "sequential", "sessions"] as const;

/** What a history of transactions can be demanded to be; the last is the default. */
export { ISOLATION_LEVELS };

/** What a cas that ended with `fail` says; the first is the default. */
export const FAILED_CAS = ["observation", "nothing"] as const;

const TRANSACTIONS = ["list-append", "rw-register"] as const;

/** The names of all models, those of transactions last. */
export const MODELS = [...models.map(({ model }) => model.name), ...TRANSACTIONS];

export interface CheckerChoice extends CasOptions {
  readonly model: string;
  /** Default: linearizable; of transactions, strict-serializable. */
  readonly consistency: string | undefined;
  /** Sees each call first: what a model complains of is to name the file and the line. */
  readonly wrap: (model: Model) => Model;
}

/** The checker of a choice. Throws a UsageError that lists what there is. */
export function chooseChecker({ model, consistency, failedCas, wrap }: CheckerChoice): Checker {
  if (!MODELS.includes(model)) {
    const hint = didYouMean(model, MODELS);
    throw new UsageError(`--model: expected one of ${MODELS.join(", ")}, got "${model}"${hint}`);
  }
  const kind = TRANSACTIONS.find((name) => name === model);
  if (kind !== undefined) {
    const given = consistency ?? "strict-serializable";
    return transactional(kind, checkOneOf(given, "--consistency", ISOLATION_LEVELS));
  }
  const known = wrap(findModel(model, { failedCas }));
  switch (checkOneOf(consistency ?? CONSISTENCIES[0], "--consistency", CONSISTENCIES)) {
    case "linearizable":
      return linearizable(known, checkLinearizability);
    case "sequential":
      return sequential(known);
    case "sessions":
      checkOneOf(model, "--model", REGISTERS);
      return sessions(known);
  }
}

/** Models of which the guarantees of sessions speak. */
const REGISTERS = ["register", "cas-register", "key-value"] as const;
