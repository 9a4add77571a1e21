import type { Env, NodeId } from "../../sim/env.ts";
import type { MonitoringMessage, MonitoringQuestion } from "./messages.ts";
import type { Stamp } from "./metrics-page.ts";

/**
 * Answers a collector: whether the node is alive, or with its page, which `page` makes. A wall
 * clock may be set to before 1970, and pages know no such times: they are stamped with 0 then.
 */
export function answerCollector(
  env: Pick<Env<MonitoringMessage>, "id" | "wallClock" | "send">,
  from: NodeId,
  { type, serial }: MonitoringQuestion,
  page: (stamp: Stamp) => string,
): void {
  if (type === "probe") {
    env.send(from, { type: "alive", serial });
  } else {
    const stamp = { node: env.id, now: Math.max(0, env.wallClock()) };
    env.send(from, { type: "exposition", serial, text: page(stamp) });
  }
}
