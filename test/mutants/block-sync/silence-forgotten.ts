import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "silence-forgotten",
  wrong: "Who claims a higher chain and never answers leads again and again, after 16 s at most.",
  source: "A peer that is banned for nothing keeps a place that it does not fill.",
  file: "src/protocols/block-sync/sync/headers.ts",
  find: 'if (reason === "timeout") noteSilence(context, session.leader);',
  replace: "noteSilence(context, context.env.id);",
  scenario: "bs-lossy-sync-retry/false-height",
  invariant: "BS-SILENT",
};

export default mutant;
