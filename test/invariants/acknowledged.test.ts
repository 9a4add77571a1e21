import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { type AcknowledgedView, acknowledged } from "../../src/invariants/acknowledged.ts";
import type { EntryView } from "../../src/invariants/raft-view.ts";
import { HandMadeMember } from "../support/hand-made-raft.ts";
import { HandMadeWorld } from "../support/hand-made-world.ts";

/** A member whose commands are names of requests. */
class Store extends HandMadeMember implements AcknowledgedView {
  /** By request, the index of the entry whose effect stands. */
  readonly effects = new Map<unknown, number>();

  effectOf(command: unknown): number | undefined {
    return this.effects.get(command);
  }
}

const requests = {
  inCommand: (command: unknown) => command as string | undefined,
  inOperation: (operation: unknown) => operation as string | undefined,
};

const storesUnder = () =>
  new HandMadeWorld<Store>([acknowledged(requests)], {
    n1: new Store(),
    n2: new Store(),
    n3: new Store(),
  });

const entriesOf = (...commands: readonly (string | undefined)[]): EntryView[] =>
  commands.map((command) => ({ term: 1, command }));

let world: HandMadeWorld<Store>;

/** n1 leads with these commands, of which so many are committed. */
function lead(commit: number, ...commands: readonly (string | undefined)[]): string[] {
  Object.assign(world.node("n1"), { role: "leader", log: entriesOf(...commands), commit });
  return world.event(0, { on: "n1" });
}

/** A client is told the outcome of a request, and the world looks on. */
function tell(request: string | undefined, outcome: "ok" | "info" | "fail" = "ok"): string[] {
  world.invoke("op", 0, request);
  world.return("op", 0, outcome);
  return world.event(0);
}

beforeEach(() => {
  world = storesUnder();
});

describe("an acknowledged operation", () => {
  it("has been committed", () => {
    lead(2, undefined, "a");
    expect(tell("a")).toEqual([]);
  });

  it("has been committed by a leader that fell as it said so", () => {
    const log = entriesOf(undefined, "a");
    Object.assign(world.node("n1"), { role: "leader", log, commit: 2 });
    world.event(0, { on: "n1", falls: true });
    expect(tell("a")).toEqual([]);
  });

  it("is rejected when a leader holds it and has not committed it", () => {
    lead(1, undefined, "a");
    expect(tell("a")).toEqual(["ACK: operation op of c1 is acknowledged and not committed"]);
  });

  it("is not believed to be committed by a server that does not lead", () => {
    Object.assign(world.node("n2"), { log: entriesOf("a"), commit: 1 });
    world.event(0, { on: "n2" });
    expect(tell("a")).toHaveLength(1);
  });

  it("may be one that never enters the log", () => {
    expect(tell(undefined)).toEqual([]);
  });

  it.each(["info", "fail"] as const)("is not what ends with %s", (outcome) => {
    expect(tell("a", outcome)).toEqual([]);
  });
});

describe("a request that is committed twice", () => {
  beforeEach(() => {
    lead(2, "a", "a");
  });

  it("is accepted when its second entry has no effect", () => {
    Object.assign(world.node("n1"), { applied: 2 }).effects.set("a", 1);
    expect(world.event(0, { on: "n1" })).toEqual([]);
  });

  it("is rejected when its second entry has an effect", () => {
    Object.assign(world.node("n1"), { applied: 2 }).effects.set("a", 2);
    expect(world.event(0, { on: "n1" })).toEqual([
      "ACK: n1 applies the repeated request at index 2 a second time",
    ]);
  });

  it("is rejected when a server does so after a restart only", () => {
    const first = Object.assign(world.node("n1"), { applied: 2 });
    first.effects.set("a", 1);
    world.event(0, { on: "n1" });
    const host = world.host("n1");
    host.life++;
    host.node = Object.assign(new Store(), { log: first.log, commit: 2, applied: 2 });
    host.node.effects.set("a", 2);
    expect(world.event(0, { on: "n1", kind: "start" })).toEqual([
      "ACK: n1 applies the repeated request at index 2 a second time",
    ]);
  });

  it("is known for one even when another leader has committed it first", () => {
    Object.assign(world.node("n2"), { role: "leader", log: world.node("n1").log, commit: 2 });
    world.event(0, { on: "n2" });
    Object.assign(world.node("n2"), { applied: 2 }).effects.set("a", 2);
    expect(world.event(0, { on: "n2" })).toHaveLength(1);
  });
});

describe("at the end of a run an acknowledged operation", () => {
  beforeEach(() => {
    lead(1, "a");
    tell("a");
  });

  it("is accepted when a majority holds it", () => {
    world.node("n2").log = entriesOf("a");
    expect(world.end(0)).toEqual([]);
  });

  it("is accepted when one that is down may hold it", () => {
    world.host("n3").node = undefined;
    expect(world.end(0)).toEqual([]);
  });

  it("is rejected when a minority holds it", () => {
    expect(world.end(0)).toEqual(["ACK: operation op, acknowledged, is on 1 of 3 servers"]);
  });

  it("is rejected when others hold another in its place", () => {
    for (const id of ["n2", "n3"]) world.node(id).log = entriesOf("b", "a");
    expect(world.end(0)).toEqual(["ACK: operation op, acknowledged, is on 1 of 3 servers"]);
  });
});

describe("what ACK remembers", () => {
  interface Attempt {
    readonly kind: "propose" | "commit" | "apply" | "restart" | "tell";
    readonly request: string;
    readonly server: number;
    readonly isWrong: boolean;
  }

  const attempt: fc.Arbitrary<Attempt> = fc.record({
    kind: fc.constantFrom(
      ...(["propose", "propose", "commit", "commit", "apply"] as const),
      ...(["apply", "apply", "restart", "tell"] as const),
    ),
    request: fc.constantFrom("a", "b", "c", "d"),
    server: fc.nat({ max: 2 }),
    isWrong: fc.nat({ max: 9 }).map((n) => n === 0),
  });
  const history = fc.array(attempt, { minLength: 10, maxLength: 60, size: "max" });

  /** Plays a history up to the first breach; whether ACK and a look at everything found one. */
  function judgeTwice(attempts: readonly Attempt[]) {
    const stores = storesUnder();
    const log: EntryView[] = [];
    const leader = stores.node("n1");
    for (const { node } of stores.servers) node!.log = log;
    leader.role = "leader";
    let told = 0;
    for (const { kind, request, server, isWrong } of attempts) {
      const host = stores.servers[server]!;
      const node = host.node!;
      const isCommitted = log.slice(0, leader.commit).some(({ command }) => command === request);
      let on = host.id;
      if (kind === "propose") log.push({ term: 1, command: request });
      else if (kind === "commit" && leader.commit < log.length) {
        leader.commit++;
        on = "n1";
      } else if (kind === "apply" && node.applied < leader.commit) {
        const index = ++node.applied;
        const { command } = log[index - 1]!;
        if (isWrong || !node.effects.has(command)) node.effects.set(command, index);
      } else if (kind === "restart" && host.id !== "n1") {
        host.life++;
        host.node = Object.assign(new Store(), { log });
      } else if (kind === "tell" && (isWrong || isCommitted)) {
        stores.invoke(`op${told}`, 0, request);
        stores.return(`op${told++}`, 0);
      }
      const remembered = stores.event(0, { on }).length > 0;
      const naive = isBroken(stores, log.slice(0, leader.commit));
      if (remembered || naive) return { remembered, naive };
    }
    return { remembered: false, naive: false };
  }

  /** Whether something is told and not committed, or has an effect where it is committed again. */
  function isBroken({ servers, history }: HandMadeWorld<Store>, committed: readonly EntryView[]) {
    const commands = committed.map(({ command }) => command);
    const isTwice = servers.some(({ node }) =>
      commands.some((command, i) => {
        const at = i + 1;
        const isAgain = commands.indexOf(command) < i;
        return isAgain && at <= node!.applied && node!.effectOf(command) === at;
      }),
    );
    return isTwice || history.returned.some(({ operation }) => !commands.includes(operation));
  }

  it("finds what a look at the whole history finds, at the same step", () => {
    const property = fc.property(history, (attempts) => {
      const { remembered, naive } = judgeTwice(attempts);
      expect(remembered).toBe(naive);
    });
    fc.assert(property, { numRuns: 500 });
  });

  it("is put to both verdicts by the histories that are drawn", () => {
    const drawn = fc.sample(history, { numRuns: 200, seed: 1 });
    const verdicts = drawn.map((attempts) => judgeTwice(attempts).naive);
    expect(verdicts.filter(Boolean).length).toBeGreaterThan(40);
    expect(verdicts.filter((isBroken) => !isBroken).length).toBeGreaterThan(40);
  });

  it("makes a step read no more entries when the log is long", () => {
    const reads = [10, 10_000].map((length) => {
      world = storesUnder();
      const commands = Array.from({ length }, (_, i) => `r${i}`);
      lead(length + 1, ...commands, "r0");
      const node = Object.assign(world.node("n1"), { applied: length });
      world.event(0, { on: "n1" });
      const before = node.entriesRead;
      Object.assign(node, { log: [...node.log, ...entriesOf("x")], commit: length + 2 });
      node.applied = length + 2;
      expect(world.event(0, { on: "n1" })).toEqual([]);
      return node.entriesRead - before;
    });
    expect(reads[0]).toBeGreaterThan(0);
    expect(reads[1]).toBe(reads[0]);
  });
});
