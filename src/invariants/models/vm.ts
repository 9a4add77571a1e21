// The virtual machines of an orchestrator, each with its life cycle.

import type { Plain } from "../../sim/env.ts";
import type { Call } from "../call.ts";
import { type Model, REFUSED } from "../model.ts";
import { contentOf, isNothing, malformed, operationOf, something } from "./values.ts";

/** Where a virtual machine is in its life; `absent` before it is created and once it is deleted. */
export type VmStatus = "absent" | (typeof STATUSES)[number];

const STATUSES = ["created", "starting", "running", "stopping", "stopped", "failed"] as const;

/** What is known of a virtual machine. */
export interface VmState {
  /** All that its status can be, in order of life; one, when every change is a call. */
  readonly statuses: readonly VmStatus[];
  /** The content of what it was created with; undefined while it is absent. */
  readonly spec: string | undefined;
}

/** What was asked of a virtual machine, with the answer. */
export interface VmOperation {
  readonly kind: "create" | "start" | "stop" | "delete" | "status" | VmReport;
  readonly answer: VmAnswer;
  /** Of a create what to make; of a status what was said; undefined if nothing was. */
  readonly spec: string | undefined;
}

/** What a host says of its machine. */
type VmReport = `report ${Report}`;
type Report = (typeof REPORTS)[number];
const REPORTS = ["running", "stopped", "failed"] as const;

/** `done`, an error that tells of the machine, a status, or that nobody knows. */
type VmAnswer = "done" | "unknown" | (typeof TELLING_ERRORS)[number] | VmStatus;

const TELLING_ERRORS = ["exists", "not-found", "wrong-state"] as const;
/** Those that leave all as it is and tell nothing of the machine. */
const OTHER_ERRORS = ["invalid", "capacity", "busy", "not-leader", "unavailable"] as const;

/** From which statuses each operation leads to which. Everything else is a `wrong-state`. */
const MOVES = {
  create: [["absent", "created"]],
  start: [
    ["created", "starting"],
    ["stopped", "starting"],
  ],
  stop: [
    ["starting", "stopping"],
    ["running", "stopping"],
  ],
  delete: [
    ["created", "absent"],
    ["stopped", "absent"],
    ["failed", "absent"],
  ],
  status: [],
  "report running": [["starting", "running"]],
  "report stopped": [["stopping", "stopped"]],
  "report failed": [
    ["starting", "failed"],
    ["running", "failed"],
    ["stopping", "failed"],
  ],
} as const satisfies Record<VmOperation["kind"], readonly (readonly [VmStatus, VmStatus])[]>;

/**
 * One virtual machine for each key. `create`, whose value is its spec, any data, makes it; `start`
 * takes it from created or stopped to starting; `stop` from starting or running to stopping;
 * `delete` from created, stopped or failed away; `report` is its host's word, `running`, `stopped`
 * or `failed`, and takes it there from starting, from stopping, from any of starting, running and
 * stopping. They answer nothing, or `{ error }`: `exists` and `not-found` say whether there is such
 * a machine, `wrong-state` that there is one, but not in a state for it. `status` answers its
 * status or `{ status }`, perhaps with its `spec`, or `{ error: "not-found" }`. An answer with the
 * error `invalid`, `capacity`, `busy`, `not-leader` or `unavailable` is left out, as it tells
 * nothing of the machine and leaves it as it is.
 */
export const vmModel = vmNamed("vm", { hostsAreSeen: true });

/**
 * The same for histories without the hosts' reports: a machine that is starting may at any time be
 * running, one that is stopping be stopped, and one that is either or running have failed.
 */
export const vmHostsUnseenModel = vmNamed("vm-hosts-unseen", { hostsAreSeen: false });

function vmNamed(
  name: string,
  { hostsAreSeen }: { readonly hostsAreSeen: boolean },
): Model<VmState, VmOperation> {
  const settle = hostsAreSeen ? (state: VmState) => state : withUnseenReports;
  return {
    name,
    init: { statuses: ["absent"], spec: undefined },
    read: (call) => readCall(call),
    step: (state, operation) => {
      const next = step(state, operation);
      return next === REFUSED ? REFUSED : settle(next);
    },
    partition: ({ key }) => key ?? "",
    equal: (a, b) => a.spec === b.spec && a.statuses.join() === b.statuses.join(),
    hash: ({ statuses, spec }) => `${statuses} ${spec}`,
    // While hosts are unseen each answer tells which of several statuses it was.
    isObserver: ({ kind, answer }) => hostsAreSeen && (kind === "status" || isTelling(answer)),
    describe: { state: ({ statuses }) => statuses.join(" or ") },
  };
}

function readCall(call: Call): VmOperation | undefined {
  const f = operationOf(call.f, ["create", "start", "stop", "delete", "report", "status"]);
  const { value, outcome, result } = call;
  const kind = f === "report" ? reportOf(value) : f;
  const made = f === "create" ? something("value", "what to create", value) : undefined;
  if (outcome === "fail") return undefined;
  if (outcome === "info") {
    return kind === "status" ? undefined : { kind, answer: "unknown", spec: made };
  }
  const { error, status, spec } = partsOf(result);
  if (error !== undefined) return refused(kind, error, made);
  if (kind !== "status") return { kind, answer: "done", spec: made };
  const found = STATUSES.find((known) => known === status);
  if (found === undefined) throw malformed("result", `one of ${STATUSES.join(", ")}`, status);
  return { kind, answer: found, spec: spec === undefined ? undefined : contentOf(spec) };
}

function reportOf(value: Plain): VmReport {
  const report = REPORTS.find((known) => known === value);
  if (report === undefined) throw malformed("value", `one of ${REPORTS.join(", ")}`, value);
  return `report ${report}`;
}

function partsOf(result: Plain): { error?: Plain; status?: Plain; spec?: Plain } {
  if (isNothing(result)) return {};
  if (typeof result !== "object") return { status: result };
  const isRecord = Object.getPrototypeOf(result) === Object.prototype;
  if (!isRecord) throw malformed("result", "a status, { status } or { error }", result);
  // The prototype of plain data says which it is.
  return result as { error?: Plain; status?: Plain; spec?: Plain };
}

function refused(
  kind: VmOperation["kind"],
  error: Plain,
  spec: string | undefined,
): VmOperation | undefined {
  if (OTHER_ERRORS.some((other) => other === error)) return undefined;
  const answer = TELLING_ERRORS.find((telling) => telling === error);
  const can = kind === "create" ? ["exists"] : kind === "status" ? ["not-found"] : TOLD_OTHERWISE;
  if (answer !== undefined && can.includes(answer)) return { kind, answer, spec };
  throw malformed("result.error", `one of ${[...can, ...OTHER_ERRORS].join(", ")}`, error);
}

const TOLD_OTHERWISE: readonly string[] = ["not-found", "wrong-state"];

function isTelling(answer: VmAnswer): boolean {
  return TELLING_ERRORS.some((error) => error === answer);
}

function step(state: VmState, operation: VmOperation): VmState | typeof REFUSED {
  const { kind, answer, spec } = operation;
  if (kind === "status" && spec !== undefined && spec !== state.spec) return REFUSED;
  const moves: readonly (readonly [VmStatus, VmStatus])[] = MOVES[kind];
  const moved = new Set<VmStatus>();
  const stayed = new Set<VmStatus>();
  for (const status of state.statuses) {
    const move = moves.find(([from]) => from === status);
    if (move !== undefined) moved.add(move[1]);
    else if (answer === answerWithoutMove(kind, status)) stayed.add(status);
  }
  if (answer !== "done" && answer !== "unknown") {
    return stayed.size === 0 ? REFUSED : { ...state, statuses: inOrder(stayed) };
  }
  // What nobody knows the answer of may as well not have happened, which leaves all as it was.
  if (moved.size === 0) return answer === "done" ? REFUSED : state;
  const isGone = kind === "delete";
  const known = kind === "create" ? spec : state.spec;
  return { statuses: inOrder(moved), spec: isGone ? undefined : known };
}

function answerWithoutMove(kind: VmOperation["kind"], status: VmStatus): VmAnswer {
  if (kind === "create") return "exists";
  if (status === "absent") return "not-found";
  return kind === "status" ? status : "wrong-state";
}

/** All that the statuses can become by their hosts alone. */
function withUnseenReports(state: VmState): VmState {
  const reachable = new Set(state.statuses);
  for (const status of reachable) {
    for (const report of REPORTS) {
      for (const [from, to] of MOVES[`report ${report}`]) if (from === status) reachable.add(to);
    }
  }
  return { ...state, statuses: inOrder(reachable) };
}

function inOrder(statuses: ReadonlySet<VmStatus>): readonly VmStatus[] {
  return (["absent", ...STATUSES] as const).filter((status) => statuses.has(status));
}
