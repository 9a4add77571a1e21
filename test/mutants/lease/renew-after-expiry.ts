import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "renew-after-expiry",
  wrong: "A lease that is over is renewed, if nobody else has it yet.",
  source: "Gray and Cheriton, Leases, SOSP 1989: a term that has ended must be asked for anew.",
  file: "src/protocols/lease/table.ts",
  find: "if (!isInForce(known, at)) return refused",
  replace: "if (known.isReleased) return refused",
  scenario: "tb-lease-clock-skew/seventy-seconds",
  invariant: "LEASE-EPOCH",
};

export default mutant;
