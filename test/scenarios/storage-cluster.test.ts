import { describe, expect, it } from "vitest";
import { findScenario, plan } from "../../src/index.ts";

const scenario = findScenario("sq-single-node");
const drawn = plan(scenario, "1");

describe("a plan of a storage quorum", () => {
  it.each(["backend", "discovery"])("is refused without %s", (gone) => {
    const servers = drawn.servers.filter((id) => id !== gone);
    expect(() => scenario.check({ ...drawn, servers, core: ["n1"] })).toThrow(
      `plan.servers: expected ${gone} among them, got ${servers.join(", ")}`,
    );
  });

  it("is refused with the room of a server that there is not", () => {
    const settings = { ...(drawn.settings as object), capacityOf: { n77: 1 } };
    expect(() => scenario.check({ ...drawn, settings })).toThrow(
      "plan.settings.capacityOf.n77: unknown field, expected only backend, discovery, n1",
    );
  });
});
