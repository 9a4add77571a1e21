import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "leave-ignored",
  wrong: "A node that leaves is listed until it expires.",
  source: "DecentraStore: SIGTERM deregisters at once.",
  file: "src/protocols/storage-quorum/discovery.ts",
  find: "    this.state.members.set(name, { report, heardAt: this.#env.now(), hasLeft: true });",
  replace:
    "    this.state.members.set(name, { report, heardAt: this.#env.now(), hasLeft: false });",
  scenario: "sq-heartbeat-expiry/graceful-stop",
  invariant: "SQ-MEMBERS",
};

export default mutant;
