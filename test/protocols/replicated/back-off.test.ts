import { describe, expect, it } from "vitest";
import { KvClient } from "../../../src/protocols/kv/client.ts";
import type { KvMessage } from "../../../src/protocols/kv/messages.ts";
import {
  type ClientOptions,
  defaultClientOptions,
} from "../../../src/protocols/replicated/client.ts";
import { type Micros, ms, seconds } from "../../../src/sim/time.ts";
import { RecordingEnv } from "../../support/recording-env.ts";

/** How long a client pauses, each time that it is sent away without a leader's name. */
function pauses(count: number, options: Partial<ClientOptions>, requests = 1): Micros[] {
  const env = new RecordingEnv<KvMessage>("c1");
  const client = new KvClient(env, ["n1", "n2"], { ...defaultClientOptions, ...options });
  client.onStart();
  const found: Micros[] = [];
  for (let serial = 1; serial <= requests; serial++) {
    client.onOperation({ id: `o${serial}`, op: "get", key: "k" });
    const { session } = client.state;
    for (let i = 0; i < count; i++) {
      const from = env.takeSent().at(-1)!.to;
      client.onMessage(from, { type: "redirect", session, serial, leader: undefined });
      const began = env.now();
      const timer = env.fire("retry");
      found.push(env.now() - began);
      client.onTimer(timer);
    }
    const result = { type: "value", value: undefined } as const;
    client.onMessage("n1", { type: "reply", session, serial, result });
  }
  return found;
}

const doubling = {
  retryDelay: { min: ms(100), max: ms(100) },
  retryGrowth: 2,
  retryDelayMax: seconds(2),
};

describe("the pauses of a client", () => {
  it("are alike, unless they are to grow", () => {
    const { retryDelay } = doubling;
    expect(pauses(4, { retryDelay })).toEqual(Array(4).fill(ms(100)));
  });

  it("grow from one attempt to the next, up to the longest", () => {
    const expected = [100, 200, 400, 800, 1_600, 2_000, 2_000].map(ms);
    expect(pauses(7, doubling)).toEqual(expected);
  });

  it("begin anew with each request", () => {
    expect(pauses(2, doubling, 2)).toEqual([100, 200, 100, 200].map(ms));
  });

  it("stay the longest, however many there are", () => {
    expect(pauses(2_000, doubling).at(-1)).toBe(seconds(2));
  });
});
