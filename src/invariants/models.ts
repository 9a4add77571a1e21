// The objects that histories can be judged against, by name.

import { UsageError } from "../sim/assert.ts";
import { didYouMean } from "../sim/nearest.ts";
import type { Model } from "./model.ts";
import { type CasOptions, casRegister, casRegisterModel } from "./models/cas-register.ts";
import { counterModel } from "./models/counter.ts";
import { keyValue, keyValueModel } from "./models/key-value.ts";
import { fencedLockModel, lockModel, reentrantLockModel } from "./models/lock.ts";
import { queueModel, strictQueueModel } from "./models/queue.ts";
import { registerModel } from "./models/register.ts";
import { setModel } from "./models/set.ts";
import { vmHostsUnseenModel, vmModel } from "./models/vm.ts";

/** A model, and what a person needs to know to choose it. */
export interface KnownModel {
  readonly model: Model;
  /** One line: its operations with their values and answers. */
  readonly about: string;
}

/** All models, in the order in which they are listed. */
export const models: readonly KnownModel[] = [
  known(registerModel, "read -> value; write value"),
  known(casRegisterModel, "read -> value; write value; cas [expected, new] -> false if refused"),
  known(
    keyValueModel,
    "get -> value; put value; append text; delete; cas [expected, new] -> false if refused",
  ),
  known(
    counterModel,
    "increment, decrement, add n -> nothing or what it then is; read -> n; at first 0",
  ),
  known(
    setModel,
    "add e, remove e -> nothing or whether it changed the set; contains e -> flag; read -> list",
  ),
  known(
    queueModel,
    "first in, first out: enqueue e; dequeue, peek -> e or null if empty; drain -> list",
  ),
  known(strictQueueModel, "the same, but a dequeue that failed says that the queue was empty"),
  known(
    lockModel,
    "owned by the client: acquire -> nothing or false if held; release; read -> owner or null",
  ),
  known(reentrantLockModel, "the same, but its owner may acquire it again"),
  known(fencedLockModel, "the same as lock, but acquire -> a token larger than all before"),
  known(
    vmModel,
    "a virtual machine: create spec, start, stop, delete, report status, status; or -> {error}",
  ),
  known(vmHostsUnseenModel, "the same for histories without reports: hosts act at any time"),
];

/**
 * The model of that name. `failedCas` says what a cas that ended with `fail` tells a cas-register
 * and a key-value store; by default that the value was another one. Throws a UsageError that lists
 * all models, and offers the nearest.
 */
export function findModel(
  name: string,
  { failedCas = "observation" }: Partial<CasOptions> = {},
): Model {
  const names = models.map(({ model }) => model.name);
  const found = models.find(({ model }) => model.name === name);
  if (found === undefined) {
    const list = names.join(", ");
    const hint = didYouMean(name, names);
    throw new UsageError(`model: expected one of ${list}, got ${JSON.stringify(name)}${hint}`);
  }
  if (failedCas === "observation") return found.model;
  if (name === "cas-register") return erased(casRegister({ failedCas }));
  return name === "key-value" ? erased(keyValue({ failedCas })) : found.model;
}

function known<State, Operation>(model: Model<State, Operation>, about: string): KnownModel {
  return { model: erased(model), about };
}

/** A state only ever goes back into the model that it came from, so its type is that one's own. */
function erased<State, Operation>(model: Model<State, Operation>): Model {
  return model as unknown as Model;
}
