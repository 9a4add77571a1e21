import { describe, expect, it } from "vitest";
import { silentLeadSeldom } from "../../src/invariants/chain-leaders.ts";
import type { Plain } from "../../src/sim/env.ts";
import { HandMadeChain } from "../support/hand-made-chain.ts";

const SECOND = 1_000_000;

describe("peers that were silent", () => {
  /** What server a tells of its sessions, at times in seconds; what is broken then. */
  const told = (...events: (readonly [at: number, event: string, data: Plain])[]): string[] => {
    const rules = { retryDelay: SECOND, pauseMax: 3 * SECOND };
    const mayLie = (host: string): boolean => host === "c";
    const world = new HandMadeChain(silentLeadSeldom("BS-SILENT", { ...rules, mayLie }));
    return events.flatMap(([at, event, data]) =>
      world.event(at * SECOND, { on: "a", kind: "timer", emitted: [{ event, data }] }),
    );
  };
  const began = (at: number, leader = "b") => [at, "sync began", { leader }] as const;
  const ended = (at: number, reason = "timeout") => [at, "sync ended", { reason }] as const;

  it("lead again when each silence has cost twice as long as the one before, up to a bound", () => {
    const sessions = [began(0), ended(1), began(2), ended(3), began(5), ended(6), began(9)];
    expect(told(...sessions, ended(10), began(13))).toEqual([]);
  });

  it("lead no earlier", () => {
    expect(told(began(0), ended(1), began(1.5))).toEqual([
      "BS-SILENT: a: b leads again, 500 ms after it was silent 1 times in a row",
    ]);
    expect(told(began(0), ended(1), began(2), ended(3), began(4))).toEqual([
      "BS-SILENT: a: b leads again, 1 s after it was silent 2 times in a row",
    ]);
  });

  it("do not keep others from leading", () => {
    expect(told(began(0), ended(1), began(1, "c"), ended(2, "caught up"))).toEqual([]);
  });

  it.each<readonly [string, string, Plain]>([
    ["headers that were accepted", "headers accepted", { peer: "b" }],
    ["headers that were not", "headers refused", { peer: "b" }],
    ["headers that came late", "answer late", { peer: "b" }],
    ["a session that another has taken over", "leader changed", { from: "b", to: "c" }],
  ])("are as good as ever after %s", (_, event, data) => {
    expect(told(began(0), ended(1), [1.5, event, data], began(1.6))).toEqual([]);
  });

  it("are as good as ever after a session that ended otherwise", () => {
    const again = [began(2), ended(3, "lighter than promised"), began(3)];
    expect(told(began(0), ended(1), ...again)).toEqual([]);
  });
});
