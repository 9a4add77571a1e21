// Operations of an orchestrator's clients.

import type { NodeId } from "../sim/env.ts";
import type { Random } from "../sim/random/random.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { type Asked, type Pace, steadily } from "./workload.ts";

/** The client that registers workers. */
export const ADMINISTRATOR = "a1";

/** By then there is a leader, and workers are there. */
export const BEGIN: Micros = seconds(4);

/** Large enough for whatever a scenario that is not about room places there. */
const ROOMY = { cpu: 4_000, memory: 4_000_000, disk: 100_000 };

/** Workers `w1`, `w2` and so on, registered before {@link BEGIN}. */
export function workers(count: number, capacity: Asked = ROOMY): PlannedOperation[] {
  return Array.from({ length: count }, (_, i) => ({
    at: seconds(3) + i * ms(20),
    client: ADMINISTRATOR,
    operation: { id: `${ADMINISTRATOR}.${i}`, op: "register", worker: `w${i + 1}`, capacity },
  }));
}

/** What makes a machine of two processors and 1 GB, or of other needs. */
export function create(vm: string, needs: Asked = {}): Asked {
  return { op: "create", vm, spec: { cpu: 2, memory: 1_024, disk: 1, ...needs } };
}

/** What submits a task of a processor and 256 MB, or of other needs. */
export function submit(task: string, needs: Asked = {}): Asked {
  return { op: "submit", task, needs: { cpu: 1, memory: 256, ...needs } };
}

/** Operations of one client, at a steady pace from a time on. */
export function oneByOne(
  client: NodeId,
  from: Micros,
  every: Micros,
  asked: readonly Asked[],
): PlannedOperation[] {
  return asked.map((operation, i) => ({
    at: from + i * every,
    client,
    operation: { id: `${client}.${from}.${i}`, ...operation },
  }));
}

/** New machines, each under a name of its own; with a server, asked of that one alone. */
export function creates(pace: Pace, server?: NodeId): PlannedOperation[] {
  return steadily(pace, (n, prefix) => ({
    ...create(`${prefix}vm${n}`),
    ...(server === undefined ? {} : { server }),
  }));
}

/** One client for each server, which asks only that one, and two that ask whoever leads. */
export function createsToAll(
  servers: readonly NodeId[],
  from: Micros,
  until: Micros,
): { readonly clients: readonly NodeId[]; readonly operations: readonly PlannedOperation[] } {
  const free = ["f1", "f2"];
  const pinned = servers.map((server) => `c-${server}`);
  const operations = [
    ...servers.flatMap((server, i) =>
      creates({ clients: [pinned[i]!], from, until, every: ms(200) }, server),
    ),
    ...creates({ clients: free, from, until, every: ms(50) }),
  ];
  return { clients: [ADMINISTRATOR, ...pinned, ...free], operations };
}

/** The life of a few machines, with words of their hosts, and reads in every linearizable way. */
export function lives(pace: Pace, random: Random, count = 5): PlannedOperation[] {
  return steadily(pace, (n) => {
    const vm = `vm${random.int(1, count)}`;
    const kind = random.int(1, 20);
    if (kind <= 4) return create(vm, { cpu: 1 + (n % 8) });
    if (kind <= 8) return { op: "start", vm };
    if (kind <= 12) {
      return { op: "report", vm, report: random.pick(["running", "running", "stopped", "failed"]) };
    }
    if (kind <= 14) return { op: "stop", vm };
    if (kind <= 16) return { op: "delete", vm };
    return { op: "status", vm, read: random.pick(["log", "index"]) };
  });
}

/** Commands of every kind, on machines, tasks and workers. */
export function everything(pace: Pace, random: Random): PlannedOperation[] {
  return steadily(pace, (n, prefix) => {
    const task = `t${random.int(1, 12)}`;
    const worker = `w${random.int(1, 3)}`;
    const kind = random.int(1, 20);
    if (kind <= 9) return lifeOf(`vm${random.int(1, 8)}`, n, random);
    if (kind <= 12) return submit(task, { cpu: random.int(1, 3) });
    if (kind <= 13) return { op: "run", task };
    if (kind <= 15) return { op: random.pick(["complete", "fail"]), task, output: `${prefix}${n}` };
    if (kind <= 17) return { op: "heartbeat", worker };
    if (kind <= 18)
      return { op: "mark", worker, status: random.pick(["busy", "online", "failed"]) };
    if (kind <= 19)
      return { op: "register", worker, capacity: { cpu: 12, memory: 16_000, disk: 99 } };
    return { op: "expire", silence: seconds(3) };
  });
}

function lifeOf(vm: string, n: number, random: Random): Asked {
  const kind = random.int(1, 6);
  if (kind <= 2) return create(vm, { cpu: 1 + (n % 4), memory: 512 * (1 + (n % 3)) });
  if (kind === 3) return { op: "start", vm };
  if (kind === 4) return { op: "report", vm, report: random.pick(["running", "stopped"]) };
  return { op: random.pick(["stop", "delete"]), vm };
}

/** Questions about machines and tasks, in the ways that are linearizable without a lease. */
export function questions(pace: Pace, random: Random): PlannedOperation[] {
  const asked = steadily(pace, () => {
    const read = random.pick(["log", "index"]);
    if (random.chance(1 / 2)) return { op: "status", vm: `vm${random.int(1, 8)}`, read };
    return { op: "task", task: `t${random.int(1, 12)}`, read };
  });
  return asked.map(({ operation, ...rest }) => {
    return { ...rest, operation: { ...operation, id: `q.${operation.id}` } };
  });
}
