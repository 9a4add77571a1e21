import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SyncReply } from "../../../src/protocols/block-sync/messages.ts";
import {
  inTime,
  SyncWorld,
  TOY_GENESIS,
  type ToyAnswer,
  type ToyPeer,
  toyBlock,
  toyChain,
  toyLine,
} from "../../support/sync-world.ts";

const SECOND = 1_000_000;
const LINE = toyLine(TOY_GENESIS, 60);
const BAD = toyBlock(LINE[19]!, "bad", { blockFlaw: "wrong state root" });
const UNSIGNED = toyBlock(LINE[39]!, "unsigned", { headerFlaw: "bad block signature" });

/** Chains that a peer may have: the best one, the beginning of it, a lighter one, invalid ones. */
const CHAINS = {
  best: toyChain(...LINE),
  behind: toyChain(...LINE.slice(0, 30)),
  lighter: toyChain(...LINE.slice(0, 10), ...toyLine(LINE[9]!, 40, "fork")),
  invalid: toyChain(...LINE.slice(0, 20), BAD, ...toyLine(BAD, 80, "bad")),
  unsigned: toyChain(...LINE.slice(0, 40), UNSIGNED, ...toyLine(UNSIGNED, 80, "unsigned")),
};

/** What a peer may do with a true answer. */
const DEEDS: { readonly [name: string]: (truth: SyncReply) => ToyAnswer | undefined } = {
  answers: inTime,
  "answers late": (reply) => ({ delay: 1_500_000, reply }),
  "answers too late": (reply) => ({ delay: 2_500_000, reply }),
  "says nothing": () => undefined,
  "gives nothing": (truth) => inTime(emptied(truth)),
  "gives junk": (truth) => inTime(junk(truth)),
  "gives the first half": (truth) => inTime(halved(truth)),
  "gives it in another order": (truth) => inTime(reversed(truth)),
  "is busy": ({ request }) => inTime({ type: "not available", request, reason: "busy" }),
  "knows nothing": ({ request }) => inTime({ type: "not available", request, reason: "unknown" }),
  "has removed it": ({ request }) => inTime({ type: "not available", request, reason: "pruned" }),
  "answers something else": ({ request }) =>
    inTime({ type: "accounts", request, accounts: [], proof: [] }),
};

function emptied(truth: SyncReply): SyncReply {
  return withItems(truth, () => []);
}

function halved(truth: SyncReply): SyncReply {
  return withItems(truth, (items) => items.slice(0, Math.ceil(items.length / 2)));
}

function reversed(truth: SyncReply): SyncReply {
  return withItems(truth, (items) => [...items].reverse());
}

function junk(truth: SyncReply): SyncReply {
  const { request } = truth;
  if (truth.type === "bodies") return { ...truth, bodies: [[new Uint8Array(9)], ...truth.bodies] };
  return { type: "headers", request, headers: [new Uint8Array(9)] };
}

function withItems(
  truth: SyncReply,
  change: <Item>(items: readonly Item[]) => readonly Item[],
): SyncReply {
  if (truth.type === "headers") return { ...truth, headers: change(truth.headers) };
  return truth.type === "bodies" ? { ...truth, bodies: change(truth.bodies) } : truth;
}

const FALLS_BACK = [
  ...["gives the first half", "answers something else", "answers", "has removed it", "answers"],
];

const boast = { tip: { height: 1_000_000_000, hash: "ff".repeat(32) } };

/** A peer that does one thing after the other, and then from the beginning. */
const peer = fc.record({
  chain: fc.constantFrom(...(Object.keys(CHAINS) as (keyof typeof CHAINS)[])),
  deeds: fc.array(fc.constantFrom(...Object.keys(DEEDS)), { minLength: 1, maxLength: 6 }),
  isBoaster: fc.boolean(),
});

function peerOf(
  { chain, deeds, isBoaster }: typeof peer extends fc.Arbitrary<infer T> ? T : never,
  i: number,
): ToyPeer {
  return {
    ...{ name: `p${i}`, chain: CHAINS[chain] },
    ...(isBoaster ? { claims: boast } : {}),
    answer: (truth, _, number) => DEEDS[deeds[number % deeds.length]!]!(truth),
  };
}

describe("a node that synchronizes among liars", () => {
  it("has the best chain if one peer is honest, and is idle when all are silent", () => {
    fc.assert(
      fc.property(fc.array(peer, { maxLength: 4 }), fc.nat(4), (others, place) => {
        const peers = others.map(peerOf);
        peers.splice(place, 0, { name: "honest", chain: CHAINS.best });
        const world = new SyncWorld(peers, { sync: { requestTimeout: 2 * SECOND, window: 3 } });
        world.run(200 * SECOND);
        expect(world.height).toBe(60);
        expect(world.inFlightMax).toBeLessThanOrEqual(3);
        world.fallSilent();
        world.run(20 * SECOND);
        expect(world.sync.phase).toBe("idle");
        expect(world.memory.sync.requests.size).toBe(0);
        expect(world.memory.sync.importing.size).toBe(0);
        expect([...world.env.timers.keys()]).toEqual(["status"]);
        const honest = (world.events("peer fault") as { peer: string }[]).filter(
          (fault) => fault.peer === "honest",
        );
        expect(honest).toEqual([]);
      }),
      // Two who led know nothing of the headers that one of them has given: neither leads for ever.
      { numRuns: 60, examples: [[[{ chain: "lighter", deeds: FALLS_BACK, isBoaster: false }], 1]] },
    );
  });
});
