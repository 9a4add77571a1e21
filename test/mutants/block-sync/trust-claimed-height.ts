import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "trust-claimed-height",
  wrong: "The highest claim leads, whatever came of it before or takes so long, and costs nothing.",
  source: "LuxTensor: the height that a peer claims is believed, and waited for.",
  file: "src/protocols/block-sync/sync/choice.ts",
  find: `    failures(one) - failures(other),
    other.peer.score`,
  replace: `    other.status.tip.height - one.status.tip.height,
    other.peer.score`,
  also: [
    {
      file: "src/protocols/block-sync/sync/choice.ts",
      find: "2 * expectedLead(context, name, unknown) <= leadTime,",
      replace: "expectedLead(context, name, unknown) > leadTime + Number.MAX_VALUE,",
    },
    {
      file: "src/protocols/block-sync/sync/choice.ts",
      find: "isBetter(context, one) && experienceOf(context, one.name).leadsFrom <= now,",
      replace: "isBetter(context, one) && now >= 0,",
    },
    {
      file: "src/protocols/block-sync/sync/headers.ts",
      find: 'peers.penalise(leader, "lighter than promised");',
      replace: "",
    },
  ],
  scenario: "bs-lossy-sync-retry/false-height",
  invariant: "BS-SILENT",
  alone: [{ scenario: "bs-lossy-sync-retry/false-height", invariant: "BS-CLAIM" }],
};

export default mutant;
