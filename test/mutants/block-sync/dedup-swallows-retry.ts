import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "dedup-swallows-retry",
  wrong: "A request has a number that follows from what it asks for: a retry looks like the first.",
  source: "The mutant dedup-swallows-retry of the scenario bs-lossy-sync-retry.",
  file: "src/protocols/block-sync/sync/requests.ts",
  find: "const request = ++sync.lastRequest;",
  replace: `const known = "locator" in question ? question.locator : [];
  const [hash = ""] = "hashes" in question ? question.hashes : known;
  const request = hash === "" ? ++sync.lastRequest : Number.parseInt(hash.slice(0, 12), 16);`,
  also: [
    {
      file: "src/protocols/block-sync/sync/requests.ts",
      find: 'assert(!sync.requests.has(request), "a request is asked twice:", request);',
      replace: "assert(request >= 0, request);",
    },
  ],
  scenario: "bs-lossy-sync-retry",
  invariant: "BS-IDLE",
  alone: [{ scenario: "bs-lossy-sync-retry", invariant: "CAUGHT-UP" }],
};

export default mutant;
