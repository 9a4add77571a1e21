// How a member comes into being: by an explicit act, before its host starts for the first time.
// Who starts without that is somebody else, as it may have been a member whose disk is lost.

import { UsageError } from "../../sim/assert.ts";
import type { NodeId } from "../../sim/env.ts";
import { journalOf } from "../journal.ts";
import { hostOf } from "./identity.ts";
import { writeMember, writeVote } from "./records.ts";
import { RAFT_FILE } from "./storage.ts";

/**
 * The disk of a new member, by name of file: of one of the `founders`, who vote at first, or, with
 * none, of one that waits until a change makes it a member. Do it once in a host's life: a member
 * whose disk is formatted again has forgotten what it promised. Throws a UsageError for a name
 * that is none of a host, and for founders without it.
 */
export function formatDisk(
  host: NodeId,
  founders: readonly NodeId[],
): ReadonlyMap<string, Uint8Array> {
  for (const [i, id] of [...founders, host].entries()) {
    const path = i < founders.length ? `founders[${i}]` : "host";
    if (id === "" || hostOf(id) !== id) {
      throw new UsageError(`${path}: expected a name of a host, got "${id}"`);
    }
  }
  if (founders.length > 0 && !founders.includes(host)) {
    throw new UsageError(`founders: expected ${host} among them, got ${founders.join(", ")}`);
  }
  const member = (writer: Parameters<typeof writeMember>[0]) => writeMember(writer, host, founders);
  // The second record says nothing but that the first was durable: without it, rot there could not
  // be told from a disk that was never formatted.
  const journal = journalOf([member, (writer) => writeVote(writer, 0, undefined)]);
  return new Map([[RAFT_FILE, journal]]);
}
