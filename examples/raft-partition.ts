// A Raft leader is cut off from the other four servers. Who believes to lead, and when?

import { findScenario, ms, plan, run } from "../src/index.ts";

// What this example looks at in a server's recorded state.
type ServerState = { raft: { role: { kind: string }; term: number; commit: number } };

const scenario = findScenario("raft-leader-in-minority");
const result = run(scenario, plan(scenario, "3"), { record: true });

const roles = new Map<string, string>();
for (const { at, host, state } of result.timeline?.steps ?? []) {
  if (!host.startsWith("n")) continue;
  const { role, term, commit } = (state as ServerState).raft;
  if (roles.get(host) !== role.kind && (role.kind === "leader" || roles.get(host) === "leader")) {
    const time = (at / ms(1)).toFixed(0).padStart(6);
    console.log(`${time} ms  ${host} is ${role.kind} in term ${term}, commit ${commit}`);
  }
  roles.set(host, role.kind);
}

const { faults, violation, history } = result;
const acknowledged = history.returned.filter(({ outcome }) => outcome === "ok").length;
console.log(
  `${acknowledged} writes acknowledged, ${faults.get("partition")?.effective} cut that bit`,
);
console.log(violation === undefined ? "every invariant held" : violation.message);
