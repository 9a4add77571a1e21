// Raft figure 2, persistent state, under any order of messages, timeouts, syncs and restarts: what
// a member says is never more than what its disk would still hold if the power went now.

import fc from "fast-check";
import { expect, it } from "vitest";
import { termAt } from "../../../src/protocols/raft/log.ts";
import { type DurableTerms, readDurableTerms } from "../../../src/protocols/raft/records.ts";
import { RAFT_FILE } from "../../../src/protocols/raft/storage.ts";
import { type Message, RaftMember } from "../../support/raft-member.ts";
import { append, vote, voteReply } from "../../support/raft-messages.ts";
import { ManualDisk, type Sent } from "../../support/recording-env.ts";

/** What happens next. A term is counted from the member's own. */
type Happening =
  | {
      readonly kind: "append";
      readonly terms: number;
      readonly back: number;
      readonly more: number;
    }
  | { readonly kind: "vote"; readonly terms: number; readonly from: string; readonly last: number }
  | { readonly kind: "grant" | "timeout" | "propose" | "sync" | "crash" | "stop" };

const happenings: fc.Arbitrary<Happening[]> = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant("append" as const),
      terms: fc.nat(1),
      back: fc.nat(3),
      more: fc.nat(3),
    }),
    fc.record({
      kind: fc.constant("vote" as const),
      terms: fc.nat(1),
      from: fc.constantFrom("n2", "n3"),
      last: fc.integer({ min: -1, max: 1 }),
    }),
    fc.record({
      kind: fc.constantFrom("grant", "timeout", "propose", "sync", "sync", "sync", "crash", "stop"),
    }),
  ),
  { maxLength: 60, size: "max" },
);

it("a member promises only what is durable", () => {
  const property = fc.property(happenings, (list) => {
    let member = booted(new ManualDisk());
    for (const happening of list) {
      const { disk } = member.env;
      if (happening.kind === "crash") {
        disk.loseUnsynced();
        member = booted(disk);
      } else if (happening.kind === "stop") {
        // The process ends and the machine stays up: what is not synced can be read, and lost yet.
        disk.syncs.length = 0;
        member = booted(disk);
      } else {
        perform(member, happening);
      }
      for (const sent of member.env.takeSent()) expectDurable(member, sent);
    }
  });
  fc.assert(property, { numRuns: 300 });
});

function booted(disk: ManualDisk): RaftMember {
  const member = new RaftMember(disk, {});
  member.raft.onStart();
  return member;
}

function perform(member: RaftMember, happening: Happening): void {
  const { term, log } = member.state;
  switch (happening.kind) {
    case "append": {
      // A leader of another term than the member's, if that is one itself. A new leader may
      // contradict the log; one that was heard before does not contradict itself.
      const theirs = term + Math.max(happening.terms, member.role === "leader" ? 1 : 0);
      const after = Math.max(0, log.lastIndex - happening.back);
      const again = theirs === term ? member.log.slice(after) : [];
      const terms = [...again, ...new Array<number>(happening.more).fill(theirs)];
      member.receive("n2", append(theirs, [after, termAt(log, after)], terms));
      break;
    }
    case "vote": {
      const { terms, from, last } = happening;
      const lastIndex = Math.max(0, log.lastIndex + last);
      member.receive(from, vote(term + terms, [lastIndex, termAt(log, log.lastIndex)]));
      break;
    }
    case "grant":
      member.receive("n2", voteReply(term, true));
      break;
    case "timeout":
      member.raft.onTimer("election");
      break;
    case "propose":
      member.raft.propose("x");
      break;
    case "sync":
      if (member.env.disk.syncs.length > 0) {
        member.env.disk.completeSync();
        member.raft.onSynced();
      }
      break;
  }
}

function expectDurable({ env, state }: RaftMember, { to, message }: Sent<Message>): void {
  if (message.type === "stranger") return;
  const durable: DurableTerms = {
    term: 0,
    votedFor: undefined,
    snapshotIndex: 0,
    compacted: 0,
    terms: [],
  };
  const image = env.disk.durable(RAFT_FILE);
  if (image !== undefined) readDurableTerms(durable, image.bytes, 0, image.sizeBytes);
  expect(durable.term).toBeGreaterThanOrEqual(message.term);
  if (message.type === "vote") {
    expect(durable).toMatchObject({ term: message.term, votedFor: "n1" });
  } else if (message.type === "voteReply" && message.granted) {
    expect(durable).toMatchObject({ term: message.term, votedFor: to });
  } else if (message.type === "appendReply" && message.accepted && message.match > 0) {
    expect(durable.terms[message.match - 1]).toBe(termAt(state.log, message.match));
  }
}
