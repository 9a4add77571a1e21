// What a client of any service may be asked to do.

import { UsageError } from "../../sim/assert.ts";
import { checkList, checkOneOf, checkRecord, checkText } from "../../sim/check.ts";
import type { NodeId, Operation } from "../../sim/env.ts";
import { hostOf, type MemberChange } from "../raft/raft.ts";
import { checkName } from "./names.ts";

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

/** Where a task is to be done: a plan's, or a part of it. */
export interface TaskPlace {
  /** Who can be asked, and be made a member. */
  readonly servers: readonly NodeId[];
}

/**
 * Reads an operation of a plan: the service's own, with `server` to pin it to a server and `read`
 * to say how a read is answered; or `{ id, op: "change", changes }`, a list of
 * `{ kind: "join", id: "n4" }`, which changes who takes part; or, to have that server lead,
 * `{ id, op: "transfer", to: "n2" }`. With a place, only its servers are asked, or made
 * members. Throws a UsageError with the path.
 */
export function checkTask<ServiceRequest, Op extends string>(
  words: TaskWords<ServiceRequest, Op>,
  value: Operation,
  path: string,
  place?: TaskPlace,
): Task<ServiceRequest> {
  const op = checkOneOf(value.op, `${path}.op`, [...words.ops, ...ADMINISTRATION]);
  const server = checkServer(value.server, `${path}.server`, place);
  const ownOp = words.ops.find((known) => known === op);
  if (value.read !== undefined && (ownOp === undefined || !words.reads.includes(ownOp))) {
    throw new UsageError(`${path}.read: expected only with ${words.readName}, got ${op}`);
  }
  const read = value.read === undefined ? "log" : checkOneOf(value.read, `${path}.read`, READ_WAYS);
  const how = { id: value.id, server, read };
  if (ownOp !== undefined) return { ...how, operation: words.check(ownOp, value, path) };
  if (op === "transfer") return { ...how, operation: checkTransfer(value, path) };
  const changes = checkChanges(value.changes, `${path}.changes`, place);
  return { ...how, operation: { op: "change", changes } };
}

/** Whether it is an administrator's. */
export function isAdministration<ServiceRequest extends { readonly op: string }>(
  operation: ServiceRequest | AdministratorRequest,
): operation is AdministratorRequest {
  return operation.op === "change" || operation.op === "transfer";
}

/**
 * Reads changes of who takes part, from a plan or off the wire; there may be none. With a place,
 * each names one of its servers, or who is on it. Throws a UsageError that names the path.
 */
export function checkChanges(
  value: unknown,
  path: string,
  place?: TaskPlace,
): readonly MemberChange[] {
  return checkList(value, path).map((change, i): MemberChange => {
    const at = `${path}[${i}]`;
    const fields = checkRecord(change, at, ["kind", "id"]);
    const kind = checkOneOf(fields.kind, `${at}.kind`, CHANGES);
    const id = checkName(fields.id, `${at}.id`);
    if (place !== undefined) checkOneOf(hostOf(id), `${at}.id`, place.servers);
    return { kind, id };
  });
}

const ADMINISTRATION = ["change", "transfer"] as const;

const CHANGES = ["addVoter", "addLearner", "join", "remove", "replace"] as const;

function checkServer(
  value: unknown,
  path: string,
  place: TaskPlace | undefined,
): NodeId | undefined {
  if (value === undefined) return undefined;
  return place === undefined ? checkText(value, path) : checkOneOf(value, path, place.servers);
}

function checkTransfer({ to }: Operation, path: string): AdministratorRequest {
  return { op: "transfer", to: checkText(to, `${path}.to`) };
}
