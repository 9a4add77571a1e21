import type { ChainContext } from "./chain-context.ts";
import { healthOf } from "./monitoring/health.ts";

/**
 * Whether a node that has met others has heard enough of them to make blocks. More than 2/3 of the
 * validators are enough at once: of what is final one of them has told. After some rounds whoever
 * was heard is enough, as those who are missing may be down, a third of all or more.
 */
export function isAcquainted(context: ChainContext): boolean {
  const { env, config, state } = context;
  if (state.contactAt === undefined) return false;
  const roundsAt = state.contactAt + ACQUAINTED_ROUNDS * config.options.peers.statusInterval;
  return env.now() >= roundsAt || !healthOf(context).isPartitioned;
}

/**
 * Rounds of statuses after which a peer's peers are known: in one it hears of them, in the next it
 * tells of them, in the third they are told, and answer.
 */
const ACQUAINTED_ROUNDS = 3;
