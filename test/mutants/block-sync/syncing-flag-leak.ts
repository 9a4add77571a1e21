import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "syncing-flag-leak",
  wrong: "A session whose headers did not come in time is never over.",
  source: "The mutant syncing-flag-leak of the scenario bs-lossy-sync-retry.",
  file: "src/protocols/block-sync/sync/synchronizer.ts",
  find: `      if (end === undefined) return;
`,
  replace: `      if (end === undefined || end === "timeout") return;
`,
  scenario: "bs-lossy-sync-retry/false-height",
  invariant: "BS-IDLE",
};

export default mutant;
