import { RAFT_SITES } from "../raft/sites.ts";

/** Sites of {@link Env.buggify} in the store's own programs, by what they then do. */
export const KV_SITES = {
  /** A server does not tell that it has done something: the client asks for it again. */
  forgetsAnswer: "kv forgets an answer",
  /** A client sends its request twice. */
  asksTwice: "kv asks twice",
  /** A client asks somebody else than the leader that it knows. */
  asksElsewhere: "kv asks elsewhere",
  /** A client waits for a tenth of its patience. */
  asksSoon: "kv asks again soon",
} as const;

/** All sites of a store's hosts. */
export const ALL_KV_SITES: readonly string[] = [
  ...Object.values(RAFT_SITES),
  ...Object.values(KV_SITES),
];
