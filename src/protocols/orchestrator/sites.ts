import { RAFT_SITES } from "../raft/sites.ts";
import { serviceSites } from "../replicated/sites.ts";

/** Sites of {@link Env.buggify} in the orchestrator's own programs. */
export const ORCHESTRATOR_SITES = serviceSites("orchestrator");

/** All sites of an orchestrator's hosts. */
export const ALL_ORCHESTRATOR_SITES: readonly string[] = [
  ...Object.values(RAFT_SITES),
  ...Object.values(ORCHESTRATOR_SITES),
];
