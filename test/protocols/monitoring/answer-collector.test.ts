import { describe, expect, it } from "vitest";
import { answerCollector } from "../../../src/protocols/monitoring/answer-collector.ts";
import type { MonitoringMessage } from "../../../src/protocols/monitoring/messages.ts";
import type { Stamp } from "../../../src/protocols/monitoring/metrics-page.ts";
import { RecordingEnv } from "../../support/recording-env.ts";

const page = ({ node, now }: Stamp): string => `${node} at ${now}`;

/** What the node n1 answers whose wall clock is ahead of its monotonic one, which shows 7. */
function answerAt(wallOffset: number, type: "scrape" | "probe") {
  const env = new RecordingEnv<MonitoringMessage>("n1");
  env.wallOffset = wallOffset;
  env.pass(7);
  answerCollector(env, "m", { type, serial: 5 }, page);
  return env.takeSent();
}

describe("a node that is watched", () => {
  it("says that it is alive, with the serial of who asks", () => {
    expect(answerAt(0, "probe")).toEqual([{ to: "m", message: { type: "alive", serial: 5 } }]);
  });

  it("answers with its page, stamped with its id and by its wall clock", () => {
    const message = { type: "exposition", serial: 5, text: "n1 at 1007" };
    expect(answerAt(1_000, "scrape")).toEqual([{ to: "m", message }]);
  });

  it("stamps its page with 0 when its wall clock is set to before 1970", () => {
    const message = { type: "exposition", serial: 5, text: "n1 at 0" };
    expect(answerAt(-1_000, "scrape")).toEqual([{ to: "m", message }]);
  });
});
