import { RAFT_SITES } from "../raft/sites.ts";
import { serviceSites } from "../replicated/sites.ts";

/** Sites of {@link Env.buggify} in the store's own programs. */
export const KV_SITES = serviceSites("kv");

/** All sites of a store's hosts. */
export const ALL_KV_SITES: readonly string[] = [
  ...Object.values(RAFT_SITES),
  ...Object.values(KV_SITES),
];
