// What a client of a storage quorum may be asked to do.

import { UsageError } from "../../sim/assert.ts";
import { checkCount, checkOneOf, checkRecord, checkText } from "../../sim/check.ts";
import type { NodeId, Operation } from "../../sim/env.ts";
import type { FileId } from "./messages.ts";

/** An operation of the workload: what to do, for whom, and with which credentials. */
export interface StorageQuorumTask {
  readonly id: string;
  /** For whom; undefined: for the client itself, under its own name. */
  readonly user: string | undefined;
  readonly token: Credential;
  readonly password: Credential;
  readonly request: TaskRequest;
}

/** The right one, none at all, or a wrong one. */
export type Credential = (typeof CREDENTIALS)[number];

export const CREDENTIALS = ["right", "none", "wrong"] as const;

export type TaskRequest =
  | { readonly op: "register" | "login" | "list" | "stats" }
  | { readonly op: "peers" }
  /** `sizeBytes` bytes that follow from `fill`: see {@link fileBytes}. */
  | {
      readonly op: "upload";
      readonly name: string;
      readonly sizeBytes: number;
      readonly fill: number;
    }
  | { readonly op: "download" | "info"; readonly file: FileId }
  | { readonly op: "blocks"; readonly limit: number; readonly offset: number }
  | { readonly op: "drain"; readonly node: NodeId };

/** Of a file of a workload, in bytes: it is in the memory of several hosts. */
const SIZE_MAX = 128 * 1_024 * 1_024;

/** Which fields each operation has, besides those that all have. */
const FIELDS: { readonly [Op in TaskRequest["op"]]: readonly string[] } = {
  register: [],
  login: [],
  upload: ["name", "sizeBytes", "fill"],
  download: ["file"],
  info: ["file"],
  list: [],
  blocks: ["limit", "offset"],
  stats: [],
  peers: [],
  drain: ["node"],
};

/**
 * Reads an operation of a plan: `{ id, op: "upload", name, sizeBytes, fill }`, `download` and
 * `info` with a `file` such as `c1/notes`, `blocks` with `limit` and `offset`, `drain` with a
 * `node`, and `register`, `login`, `list`, `stats` and `peers`; each perhaps with `user`, for whom
 * it is, and `token` or `password` that is `none` or `wrong`. Throws a UsageError with the path.
 */
export function checkStorageQuorumOperation(value: Operation, path: string): StorageQuorumTask {
  const op = checkOneOf(value.op, `${path}.op`, OPS);
  checkRecord(value, path, [...COMMON, ...FIELDS[op]]);
  return {
    id: value.id,
    user: value.user === undefined ? undefined : checkUser(value.user, `${path}.user`),
    token: checkCredential(value.token, `${path}.token`),
    password: checkCredential(value.password, `${path}.password`),
    request: checkRequest(op, value, path),
  };
}

const OPS = [
  ...(["register", "login", "upload", "download", "info", "list", "blocks", "stats"] as const),
  ...(["peers", "drain"] as const),
];

const COMMON = ["id", "op", "user", "token", "password"];

function checkRequest(op: TaskRequest["op"], value: Operation, path: string): TaskRequest {
  switch (op) {
    case "upload":
      return {
        op,
        name: checkText(value.name, `${path}.name`),
        sizeBytes: checkCount(value.sizeBytes, `${path}.sizeBytes`, 0, SIZE_MAX),
        fill: checkCount(value.fill, `${path}.fill`, 0),
      };
    case "download":
    case "info":
      return { op, file: checkText(value.file, `${path}.file`) };
    case "blocks": {
      const limit = checkCount(value.limit, `${path}.limit`, 0);
      return { op, limit, offset: checkCount(value.offset, `${path}.offset`, 0) };
    }
    case "drain":
      return { op, node: checkText(value.node, `${path}.node`) };
    default:
      return { op };
  }
}

function checkCredential(value: unknown, path: string): Credential {
  return value === undefined ? "right" : checkOneOf(value, path, CREDENTIALS);
}

/** A slash divides a file's owner from its name, and a colon a token's. */
function checkUser(value: unknown, path: string): string {
  const user = checkText(value, path);
  if (!/[/:]/.test(user)) return user;
  throw new UsageError(`${path}: expected a name without "/" and ":", got ${JSON.stringify(user)}`);
}
