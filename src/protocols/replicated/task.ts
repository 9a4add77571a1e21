// What a client of any service may be asked to do.

import { UsageError } from "../../sim/assert.ts";
import { checkList, checkOneOf, checkRecord, checkText } from "../../sim/check.ts";
import type { NodeId, Operation } from "../../sim/env.ts";
import type { MemberChange } from "../raft/raft.ts";

/** An operation of the workload: what to do, and perhaps at which server and how. */
export interface Task<ServiceRequest> {
  readonly id: string;
  readonly operation: ServiceRequest | AdministratorRequest;
  /** Ask this server and no other, once. */
  readonly server: NodeId | undefined;
  readonly read: ReadWay;
}

/** What an administrator asks for: who shall take part, or who shall lead. */
export type AdministratorRequest =
  | { readonly op: "change"; readonly changes: readonly MemberChange[] }
  | { readonly op: "transfer"; readonly to: NodeId };

/**
 * How a read is answered: `log`, as a command with its place in the log; `index`, once the leader
 * has made sure that it leads; `lease`, at once if nobody else can lead yet; `local`, from what the
 * server holds, which may be out of date.
 */
export type ReadWay = (typeof READ_WAYS)[number];

export const READ_WAYS = ["log", "index", "lease", "local"] as const;

/** Which operations a service has, and how they are read from a plan. */
export interface TaskWords<ServiceRequest, Op extends string> {
  readonly ops: readonly Op[];
  /** Operations that only read, and may be answered in any {@link ReadWay}. */
  readonly reads: readonly Op[];
  /** How such a read is called in messages: `a get`. */
  readonly readName: string;
  readonly check: (op: Op, value: Operation, path: string) => ServiceRequest;
}

/**
 * Reads an operation of a plan: the service's own, with `server` to pin it to a server and `read`
 * to say how a read is answered; or `{ id, op: "change", changes }`, a list of
 * `{ kind: "join", id: "n4" }`, which changes who takes part; or, to have that server lead,
 * `{ id, op: "transfer", to: "n2" }`. Throws a UsageError with the path.
 */
export function checkTask<ServiceRequest, Op extends string>(
  words: TaskWords<ServiceRequest, Op>,
  value: Operation,
  path: string,
): Task<ServiceRequest> {
  const op = checkOneOf(value.op, `${path}.op`, [...words.ops, ...ADMINISTRATION]);
  const server = value.server === undefined ? undefined : checkText(value.server, `${path}.server`);
  const ownOp = words.ops.find((known) => known === op);
  if (value.read !== undefined && (ownOp === undefined || !words.reads.includes(ownOp))) {
    throw new UsageError(`${path}.read: expected only with ${words.readName}, got ${op}`);
  }
  const read = value.read === undefined ? "log" : checkOneOf(value.read, `${path}.read`, READ_WAYS);
  const place = { id: value.id, server, read };
  if (ownOp !== undefined) return { ...place, operation: words.check(ownOp, value, path) };
  const operation = op === "change" ? checkChange(value, path) : checkTransfer(value, path);
  return { ...place, operation };
}

/** Whether it is an administrator's. */
export function isAdministration<ServiceRequest extends { readonly op: string }>(
  operation: ServiceRequest | AdministratorRequest,
): operation is AdministratorRequest {
  return operation.op === "change" || operation.op === "transfer";
}

const ADMINISTRATION = ["change", "transfer"] as const;

const CHANGES = ["addVoter", "addLearner", "join", "remove", "replace"] as const;

function checkTransfer({ to }: Operation, path: string): AdministratorRequest {
  return { op: "transfer", to: checkText(to, `${path}.to`) };
}

function checkChange(value: Operation, path: string): AdministratorRequest {
  const changes = checkList(value.changes, `${path}.changes`).map((change, i): MemberChange => {
    const at = `${path}.changes[${i}]`;
    const { kind, id } = checkRecord(change, at, ["kind", "id"]);
    return { kind: checkOneOf(kind, `${at}.kind`, CHANGES), id: checkText(id, `${at}.id`) };
  });
  return { op: "change", changes };
}
