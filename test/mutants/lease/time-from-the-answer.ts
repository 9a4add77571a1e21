import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "time-from-the-answer",
  wrong: "Who has the lease counts its time from the answer, and not from the asking.",
  source: "Gray and Cheriton, Leases, SOSP 1989: a message takes its time from the term.",
  file: "src/protocols/lease/keeper.ts",
  find: "this.#onGranted(result.epoch, asked.at)",
  replace: "this.#onGranted(result.epoch, this.#env.now())",
  scenario: "tb-lease-clock-skew/late-answers",
  invariant: "LEASE-SINGLE",
};

export default mutant;
