import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { propertyOf, shapeOf, signatureOf } from "../../../src/campaign/capsule/signature.ts";
import { type Plan, plan } from "../../../src/index.ts";
import { findScenario } from "../../../src/scenarios/catalogue.ts";
import type { PlannedOperation } from "../../../src/sim/simulation-options.ts";
import { SAMPLES } from "../../support/sample-faults.ts";

const hosts = { servers: ["n1", "n2", "n3", "n4"], clients: ["c1", "c2"] };

const property = (message: string): string => propertyOf(hosts, { message });

describe("the property of a violation", () => {
  it.each([
    ["leader n1 of term 3 commits entry 2", "leader n4 of term 9 commits entry 71"],
    ["term 2 has two leaders: n1, n3", "term 17 has two leaders: n2, n4"],
    ["n1 is cut off from n2, n3", "n4 is cut off from n1"],
    ["n1 is cut off from n2, n3 and n4", "n1 is cut off from n2 and n3"],
    ["n1, n2, and n3 claim to lead", "n1 and n4 claim to lead"],
    ["without n1 n2", "without n1 n2 n3"],
    ["no message passes n1 -> n2, n2 -> n3", "no message passes n4 -> n2"],
    ["operation c1@0.1a#3 of c1 is lost", "operation c2@12.ffe0#77 of c2 is lost"],
    ["r6.84 reads k1: w1.117", "c10.3 reads k22: c1.19"],
    ["state 0a1b2c3d4e5f6071 differs", "state ffffffffeeeeeeee differs"],
    ["session deadbeef is gone", "session 00000001 is gone"],
    ["it falls by -5", "it falls by 12.5"],
    ["nothing for 500 ms", "nothing for 2 s"],
    ["entry 3 of 2 on n2, 1 on n4", "entry 3 of 2 on n2, 1 on n4, 7 on n1"],
    [
      "not by 22 s: n1 waits for a leader in term 1; n2 waits for votes in term 4",
      "not by 9 s: n3 waits for votes in term 2; n1 waits for votes in term 2; " +
        "n4 waits for a leader in term 2",
    ],
    [
      "not by 22 s: n1 waits for n2 (n1 follower of n2; n2 leader (of n1))",
      "not by 22 s: n3 waits for n4 (n4 is down)",
    ],
  ])("is one for %j and %j", (one, other) => {
    expect(property(one)).toBe(property(other));
  });

  it.each([
    ["n1 votes for n2 in term 1", "n1 votes for nobody in term 1"],
    ["n1 votes for n2 and for n3 in term 1", "n1 votes for n2 in term 1"],
    ["n1 has applied 3 of 7", "n1 has applied 3 of 7, and another one at index 2"],
    ["n1 acknowledges entry 3", "n1 commits entry 3"],
    ["n1 waits for a leader in term 1", "n1 waits for votes in term 1"],
    ["Error: boom", "TypeError: boom"],
    ["n9 leads", "n1 leads"],
  ])("is not one for %j and %j", (one, other) => {
    expect(property(one)).not.toBe(property(other));
  });

  it("reads like the message", () => {
    const message = 'n1 refuses since 6.98 s, "disk full", and c2 has r6.84 left (of 9)';
    expect(property(message)).toBe('@ refuses since # s, "disk full", and @ has # left');
  });

  it("does not depend on which hosts and numbers there are", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...hosts.servers),
        fc.constantFrom(...hosts.servers),
        fc.nat(),
        fc.nat(),
        (a, b, term, index) => {
          const message = `leader ${a} of term ${term} lacks entry ${index}, which ${b} has`;
          expect(property(message)).toBe("leader @ of term # lacks entry #, which @ has");
        },
      ),
    );
  });

  it("knows a host by its whole name only", () => {
    expect(propertyOf({ servers: ["a"], clients: [] }, { message: "a crash of a" })).toBe(
      "@ crash of @",
    );
    expect(property("n12 leads n1")).toBe("# leads @");
  });

  it("takes no long time for a long message", () => {
    const message = Array.from({ length: 3_000 }, (_, i) => `n${(i % 4) + 1} has ${i}`).join(", ");
    const began = performance.now();
    expect(property(message)).toBe("@ has #");
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});

const put = (at: number, client = "c1"): PlannedOperation => ({
  at,
  client,
  operation: { id: `${client}.${at}`, op: "put", key: "k1" },
});

describe("the shape of a script", () => {
  it("is the kinds of its events in order of time", () => {
    const faults = [{ at: 20, lasting: 5, ...SAMPLES.isolate }];
    expect(shapeOf({ faults, operations: [put(30), put(10)] })).toBe("put, isolate, put");
  });

  it("counts several of one kind in a row as one", () => {
    expect(shapeOf({ faults: [], operations: [put(1), put(2), put(3)] })).toBe("put");
  });

  it("puts a fault before an operation of the same instant", () => {
    const faults = [{ at: 10, lasting: 5, ...SAMPLES.crash }];
    expect(shapeOf({ faults, operations: [put(10)] })).toBe("crash, put");
  });

  it("of nothing is said to be so", () => {
    expect(shapeOf({ faults: [], operations: [] })).toBe("nothing");
  });
});

describe("signatures", () => {
  const base: Plan = {
    ...plan(findScenario("raft-initial-election"), "1"),
    ...hosts,
    faults: [{ at: 20, lasting: 5, ...SAMPLES.crash }],
    operations: [put(30)],
  };
  const violation = { invariant: "RAFT-VOTE", message: "n1 votes for n2 in term 3" };
  const signature = signatureOf(base, violation);

  it("have an id of 8 digits, and say what it stands for", () => {
    expect(signature).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}$/),
      scenario: "raft-initial-election",
      invariant: "RAFT-VOTE",
      property: "@ votes for @ in term #",
      shape: "crash, put",
    });
  });

  it("are one when only times, hosts, seeds and scenarios differ", () => {
    const other: Plan = {
      ...base,
      scenario: "another",
      seed: "77",
      faults: [{ at: 21, lasting: 9, kind: "crash", hosts: ["n4"] }],
      operations: [put(99, "c2")],
    };
    const message = "n4 votes for n1 in term 12";
    expect(signatureOf(other, { ...violation, message }).id).toBe(signature.id);
  });

  it("are others for another invariant, property or shape", () => {
    const ids = [
      signatureOf(base, { ...violation, invariant: "RAFT-ELECT" }).id,
      signatureOf(base, { ...violation, message: "n1 votes for nobody in term 3" }).id,
      signatureOf({ ...base, faults: [] }, violation).id,
    ];
    expect(new Set([signature.id, ...ids]).size).toBe(4);
  });
});
