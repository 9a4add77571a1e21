import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "give-up-as-failure",
  wrong:
    "A client that has waited long enough says that its request has failed, which may happen yet.",
  source: "RedisRaft #23: a failure is reported of what is committed later.",
  file: "src/protocols/replicated/client.ts",
  find: '      this.#finish("info", "no answer in time");',
  replace: '      this.#finish("fail", "no answer in time");',
  scenario: "raft-client-retry-during-election/give-up",
  invariant: "COUNT",
};

export default mutant;
