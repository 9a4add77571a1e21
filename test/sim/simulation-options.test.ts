import { describe, expect, it } from "vitest";
import { UsageError } from "../../src/sim/assert.ts";
import { uniform } from "../../src/sim/random/distribution.ts";
import { Simulation } from "../../src/sim/simulation.ts";
import { scripted } from "../support/scripted.ts";

const program = scripted();
const network = { latency: uniform(1, 2) };
const operation = { at: 1, client: "c1", operation: { id: "o1" } };
const options = { seed: "1", servers: { n1: program }, clients: { c1: program } };

describe("the options of a simulation", () => {
  it("are accepted when they make sense", () => {
    const simulation = new Simulation({ ...options, network, operations: [operation] });
    simulation.run(10);
    expect(simulation.violation).toBeUndefined();
  });

  it("may name a host like a method of every object", () => {
    const simulation = new Simulation({ ...options, clients: { toString: program } });
    expect(simulation.hosts.map(({ role }) => role)).toEqual(["server", "client"]);
  });

  it.each([
    [{ seed: "" }, 'seed: expected a text, got ""'],
    [{ clients: { n1: program } }, 'clients: expected distinct ids, got "n1" twice'],
    [
      { network: { ...network, loss: 1.5 } },
      "network.loss: expected a probability in [0, 1], got 1.5",
    ],
    [
      { network: { ...network, links: [{ ...network, links: undefined, from: "n9", to: "n1" }] } },
      "network.links[0].links: unknown field, expected only latency, base, loss, burstLoss, " +
        "duplication, reorder, corruption, bandwidth, bytesMax, transport, from, to",
    ],
    [
      { disk: { syncLatency: uniform(1, 2), sectorBytes: 0 } },
      "disk.sectorBytes: expected a whole number of at least 1, got 0",
    ],
    [
      { faults: [{ kind: "crash" as const, hosts: ["n2"], at: 1, lasting: 1 }] },
      'faults[0].hosts[0]: expected one of n1, c1, everybody, servers, clients, got "n2"',
    ],
    [
      { operations: [{ ...operation, client: "n1" }] },
      'operations[0].client: expected "c1", got "n1"',
    ],
    [{ operations: [operation, operation] }, 'operations: expected distinct ids, got "o1" twice'],
  ])("are refused in one line that names path, expectation and value: %#", (wrong, message) => {
    const make = (): unknown => new Simulation({ ...options, ...wrong });
    expect(make).toThrow(new UsageError(message));
  });
});
