import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "password-unchecked",
  wrong: "A request is served with any password, if its token is right.",
  source: "Requirement S1.50: token and password.",
  file: "src/protocols/storage-quorum/access.ts",
  find: '  if (!isPassword(password, account, context)) return { refusal: "wrong password" };',
  replace: "",
  scenario: "sq-single-node",
  invariant: "SQ-ANSWERS",
  alone: [
    { scenario: "sq-access", invariant: "SQ-REFUSALS" },
    { scenario: "sq-access", invariant: "SQ-UNCHANGED" },
  ],
};

export default mutant;
