import { describe, expect, it } from "vitest";
import { findScenario, plan, run } from "../../../src/index.ts";
import { KvClient } from "../../../src/protocols/kv/client.ts";
import type { KvMessage } from "../../../src/protocols/kv/messages.ts";
import { ALL_KV_SITES, KV_SITES } from "../../../src/protocols/kv/sites.ts";
import { defaultClientOptions } from "../../../src/protocols/replicated/client.ts";
import { RecordingEnv } from "../../support/recording-env.ts";

/** What a client with these sites sends, when it knows that `n1` leads. */
function ask(...sites: readonly string[]) {
  const env = new RecordingEnv<KvMessage>("c1");
  const client = new KvClient(env, ["n1", "n2", "n3"], defaultClientOptions);
  client.onStart();
  client.state.leader = "n1";
  for (const site of sites) env.firing.add(site);
  client.onOperation({ id: "o1", op: "get", key: "k" });
  return { to: env.takeSent().map(({ to }) => to), retry: env.timers.get("retry") };
}

describe("a client at a site that fires", () => {
  it("asks twice", () => {
    expect(ask().to).toEqual(["n1"]);
    expect(ask(KV_SITES.asksTwice).to).toEqual(["n1", "n1"]);
  });

  it("asks somebody else than the leader", () => {
    expect(ask(KV_SITES.asksElsewhere).to).toEqual(["n2"]);
  });

  it("asks again soon", () => {
    expect(ask().retry).toBe(defaultClientOptions.requestTimeout);
    expect(ask(KV_SITES.asksSoon).retry).toBe(defaultClientOptions.requestTimeout / 10);
  });
});

describe("a store whose servers forget every fourth answer", () => {
  it("does nothing twice, although clients ask again", () => {
    const scenario = findScenario("raft-random-failures-property/swarm");
    const drawn = { ...plan(scenario, "1"), faults: [], buggify: [KV_SITES.forgetsAnswer] };
    const { violation, metrics, faults } = run(scenario, drawn);
    expect(violation).toBeUndefined();
    expect(faults.get(`buggify ${KV_SITES.forgetsAnswer}`)?.effective).toBe(1);
    expect(metrics.state.emitted.get("ok")).toBeGreaterThan(50);
  });
});

describe.each(ALL_KV_SITES)("the site %s", (site) => {
  it("makes another run, in which all invariants hold", () => {
    const scenario = findScenario("raft-random-failures-property/streams");
    const drawn = { ...plan(scenario, "1"), buggify: [] };
    const armed = run(scenario, { ...drawn, buggify: [site] });
    expect(armed.violation).toBeUndefined();
    expect(armed.faults.get(`buggify ${site}`)).toMatchObject({ injected: 1, effective: 1 });
    expect(armed.fingerprint).not.toBe(run(scenario, drawn).fingerprint);
  });
});
