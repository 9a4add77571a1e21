import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "lost-is-waited-for",
  wrong: "A batch whose bodies were lost is asked for again when the time to answer is over.",
  source: "A lost message of the only peer holds up a sync for as long as a timeout is.",
  file: "src/protocols/block-sync/sync/overdue.ts",
  find: "if (askings.length === 0 || !askings.every(isLost)) return;",
  replace: "if (askings.every(() => isLost !== undefined)) return;",
  scenario: "bs-lossy-sync-retry/lost-bodies",
  invariant: "CAUGHT-UP",
};

export default mutant;
