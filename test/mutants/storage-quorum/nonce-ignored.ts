import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "nonce-ignored",
  wrong: "A proof that was good once is good for ever.",
  source: "DecentraStore, decisions: the answer binds a fresh nonce.",
  file: "src/protocols/storage-quorum/audits.ts",
  find: "areEqual(proof.binding, bindingOf(nonce, proof.leaf)) &&",
  replace: "areEqual(proof.binding, bindingOf(nonce, proof.leaf)) !== undefined &&",
  scenario: "sq-byzantine-storage/old-proofs",
  invariant: "SQ-PROOF",
};

export default mutant;
