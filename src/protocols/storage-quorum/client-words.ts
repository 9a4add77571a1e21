// How a client puts its operations to the backend, and its answers into the history.

import type { Plain } from "../../sim/env.ts";
import { addressOf } from "./cipher.ts";
import { fileBytes } from "./file-bytes.ts";
import type { ClientCall, ClientResult, PeersReply } from "./messages.ts";
import type { StorageQuorumTask, TaskRequest } from "./task.ts";

/** What the backend is asked for. */
export function callOf(
  request: Exclude<TaskRequest, { op: "peers" | "drain" }>,
  user: string,
): ClientCall {
  switch (request.op) {
    case "register":
    case "login":
      return { op: request.op, user };
    case "list":
    case "stats":
      return { op: request.op };
    case "upload": {
      const { op, name, fill, sizeBytes } = request;
      return { op, name, data: fileBytes(fill, sizeBytes) };
    }
    case "download":
    case "info":
      return { op: request.op, file: request.file };
    case "blocks":
      return { op: request.op, limit: request.limit, offset: request.offset };
  }
}

/** The token that the task says, where `right` is what a login has given. */
export function tokenFor(
  { token }: StorageQuorumTask,
  user: string,
  right: string | undefined,
): string | undefined {
  if (token === "none") return undefined;
  return token === "wrong" ? `${user}:${"0".repeat(64)}` : right;
}

/** The password that the task says. */
export function passwordFor({ password }: StorageQuorumTask, user: string): string | undefined {
  if (password === "none") return undefined;
  return password === "wrong" ? `not the ${passwordOf(user)}` : passwordOf(user);
}

/** Every client knows the password of every user. */
export function passwordOf(user: string): string {
  return `password of ${user}`;
}

/** An operation as the history is to have it: a file by the SHA-256 of its bytes. */
export function showTask({ request, token, password }: StorageQuorumTask, user: string): Plain {
  const shown = { ...request, user, token, password };
  if (request.op !== "upload") return shown;
  const sha256 = addressOf(fileBytes(request.fill, request.sizeBytes));
  return { ...shown, file: `${user}/${request.name}`, sha256 };
}

/** A result as the history is to have it: no token, and of a file the SHA-256. */
export function showResult(result: Exclude<ClientResult, { kind: "refused" }>): Plain {
  switch (result.kind) {
    case "done":
    case "token":
      return undefined;
    case "uploaded": {
      const { file, status, chunkCount, blockIndex, confirmations } = result;
      return { file, status, chunkCount, blockIndex, confirmations };
    }
    case "data": {
      const { data, attempts } = result;
      return { sizeBytes: data.length, sha256: addressOf(data), attempts };
    }
    case "info":
      return { ...result.info, chunks: result.info.chunks.map((chunk) => ({ ...chunk })) };
    case "files":
      return { files: result.files };
    case "blocks":
      return { blocks: result.blocks.map((block) => ({ ...block })) };
    case "stats":
      return { ...result.stats };
  }
}

/** What the discovery has said. */
export function showPeers({ age, peers, registered }: PeersReply): Plain {
  return { age, peers: peers.map((peer) => ({ ...peer })), registered };
}
