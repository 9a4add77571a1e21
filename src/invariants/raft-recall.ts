import { lastDurable } from "./raft-durable.ts";
import { termOf } from "./raft-facts.ts";
import type { Step } from "./raft-step.ts";

/**
 * A server that starts again has the term and the entries that its disk had, or is silent. A crash
 * may keep more than was durable, and so an entry in place of durable ones; never less.
 */
export function durableIsRecalled({ facts, host, node, server }: Step): string | undefined {
  const { durable } = server;
  if (!facts.change.isNewLife || node.isHalted === true) return undefined;
  if (node.term < durable.term) {
    return `${host.id} starts with term ${node.term}, durable was ${durable.term}`;
  }
  const { lastIndex } = node;
  if (lastIndex >= lastDurable(durable)) return undefined;
  const term = durable.terms[lastIndex - 1 - durable.compacted];
  if (term !== undefined && term !== termOf(node, lastIndex)) return undefined;
  return `${host.id} starts with entries up to ${lastIndex}, durable were ${lastDurable(durable)}`;
}
