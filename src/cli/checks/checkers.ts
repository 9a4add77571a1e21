// Which checker a command line means: here new criteria and models are added.

import { checkLinearizability } from "../../invariants/linearizability.ts";
import type { Model } from "../../invariants/model.ts";
import { type CasOptions, casRegister } from "../../invariants/models/cas-register.ts";
import { keyValue } from "../../invariants/models/key-value.ts";
import { registerModel } from "../../invariants/models/register.ts";
import { UsageError } from "../../sim/assert.ts";
import { didYouMean } from "../../sim/nearest.ts";
import type { Checker } from "./check-report.ts";
import { linearizable } from "./linearizable.ts";

/** What a history can be demanded to be. */
export const CONSISTENCIES = ["linearizable"] as const;

export const FAILED_CAS = ["observation", "nothing"] as const;

export interface CheckerChoice extends CasOptions {
  readonly model: string;
  readonly consistency: (typeof CONSISTENCIES)[number];
  /** Sees each call first: what a model complains of is to name the file and the line. */
  readonly wrap: (model: Model) => Model;
}

/** The checker of a choice. Throws a UsageError that lists the models when there is none. */
export function chooseChecker({ model, failedCas, wrap }: CheckerChoice): Checker {
  return linearizable(wrap(findModel(model, { failedCas })), checkLinearizability);
}

function findModel(name: string, options: CasOptions): Model {
  // A state only ever goes back into the model that it came from, so its type is that one's own.
  const models = [registerModel, casRegister(options), keyValue(options)] as unknown as Model[];
  const found = models.find((model) => model.name === name);
  if (found !== undefined) return found;
  const names = models.map((model) => model.name);
  const what = `expected one of ${names.join(", ")}, got "${name}"`;
  throw new UsageError(`model: ${what}${didYouMean(name, names)}`);
}
