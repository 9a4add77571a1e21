import { RAFT_SITES } from "../raft/sites.ts";
import { serviceSites } from "../replicated/sites.ts";

/** Sites of {@link Env.buggify} in the treasury's own programs. */
export const TREASURY_SITES = serviceSites("treasury");

/** All sites of a treasury's hosts. */
export const ALL_TREASURY_SITES: readonly string[] = [
  ...Object.values(RAFT_SITES),
  ...Object.values(TREASURY_SITES),
];
