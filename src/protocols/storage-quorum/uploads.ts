import type { NodeId } from "../../sim/env.ts";
import { minutes } from "../../sim/time.ts";
import { bytesOf, hexOf } from "../hex.ts";
import { isWithdrawn } from "./access.ts";
import { receiptOf } from "./answers.ts";
import type { BackendContext } from "./backend-context.ts";
import type { Block, ClientName } from "./backend-state.ts";
import { isOpen } from "./blocks.ts";
import {
  addressOf,
  drawBytes,
  drawNonce,
  encryptChunk,
  passwordKey,
  SALT_BYTES,
} from "./cipher.ts";
import type { Consensus } from "./consensus.ts";
import type { OpenedChunk } from "./entries.ts";
import { merkleRoot } from "./merkle.ts";
import type { ClientResult, FileId, Refusal } from "./messages.ts";
import type { Ciphertext, Replication, Sealed } from "./replication.ts";

/** An upload as a client asks for it. */
export interface UploadRequest {
  readonly client: ClientName;
  readonly user: string;
  readonly password: string;
  readonly name: string;
  readonly data: Uint8Array;
}

/** Answers a client, once all that the ledger has is durable. */
type Reply = (client: ClientName, result: ClientResult) => void;

/** Takes files in: cut, encrypted, opened as blocks, and sent to those who are to hold them. */
export class Uploads {
  readonly #context: BackendContext;
  readonly #consensus: Consensus;
  readonly #replication: Replication;
  readonly #reply: Reply;

  constructor(
    context: BackendContext,
    { consensus, replication }: { consensus: Consensus; replication: Replication },
    reply: Reply,
  ) {
    this.#context = context;
    this.#consensus = consensus;
    this.#replication = replication;
    this.#reply = reply;
  }

  /** Begins an upload, or joins the one that the same request has begun. */
  begin(request: UploadRequest): void {
    const { state } = this.#context;
    const { client, user, name } = request;
    const file = `${user}/${name}`;
    const known = state.blocks.get(file);
    if (known !== undefined && known.request === requestOf(client)) {
      this.#join(known, client);
      return;
    }
    const reason = this.#refusal(request, known);
    if (reason !== undefined) {
      this.#reply(client, { kind: "refused", reason });
      return;
    }
    this.#open(file, request);
  }

  /** The block is durable; a pending one that came to nothing at first is told. */
  onOpened(file: FileId): void {
    const block = this.#context.state.blocks.get(file)!;
    // A file without chunks lacks no confirmation.
    if (block.chunks.length === 0) this.#consensus.check(file);
    this.maybeReplyPending(file);
  }

  /** Tells the client that its block is pending, once nobody who was asked may answer in time. */
  maybeReplyPending(file: FileId): void {
    const { state } = this.#context;
    const block = state.blocks.get(file);
    if (block === undefined || !state.uploads.has(file)) return;
    if (block.isStrict || !isOpen(block) || this.#replication.isUnderWay(file)) return;
    this.#answer(file, { kind: "uploaded", ...receiptOf(block) });
  }

  /** It is decided: whoever waits is told. */
  onSettled(file: FileId): void {
    const block = this.#context.state.blocks.get(file)!;
    this.#answer(file, resultOf(block));
  }

  #answer(file: FileId, result: ClientResult): void {
    const { waiting } = this.#context.state;
    const client = waiting.get(file);
    if (client === undefined) return;
    waiting.delete(file);
    this.#reply(client, result);
  }

  /** The client has asked again, perhaps after a restart of the backend. */
  #join(block: Block, client: ClientName): void {
    if (block.status !== "pending") this.#reply(client, resultOf(block));
    else this.#context.state.waiting.set(block.file, client);
  }

  #refusal({ user, name, data }: UploadRequest, known: Block | undefined): Refusal | undefined {
    const { options } = this.#context;
    if (name === "" || name.includes("/")) return "bad request";
    if (known !== undefined) return "exists";
    if (data.length > options.fileBytesMax) return "too large";
    return this.#isTooOften(user) ? "rate limited" : undefined;
  }

  #isTooOften(user: string): boolean {
    const { state, env, options } = this.#context;
    if (options.uploadsPerMinute === 0) return false;
    const since = env.now() - minutes(1);
    const recent = (state.uploadTimes.get(user) ?? []).filter((at) => at > since);
    state.uploadTimes.set(user, recent);
    return recent.length >= options.uploadsPerMinute;
  }

  #open(file: FileId, { client, user, password, data }: UploadRequest): void {
    const { state, env, options } = this.#context;
    const salt = drawBytes(env.random, SALT_BYTES);
    const chunks = this.#encrypt(file, data, passwordKey(password, salt, options.scrypt));
    const places = this.#replication.place(chunks.map(({ bytes }) => bytes.length));
    if (places.some((nodes) => nodes.length === 0)) {
      this.#reply(client, { kind: "refused", reason: "no storage" });
      return;
    }
    const sealed = chunks.map((chunk, i) => this.#sealFor(places[i]!, chunk));
    const openedAt = env.wallClock();
    const isOpen = this.#consensus.open({
      ...{ file, owner: user, request: requestOf(client), sizeBytes: data.length, salt, openedAt },
      root: hexOf(merkleRoot(chunks.map(({ address }) => bytesOf(address)))),
      isStrict: !options.isPendingAllowed,
      deadline: openedAt + options.consensusTimeout,
      chunks: chunks.map((chunk, i) => openedChunk(chunk, sealed[i]!)),
    });
    if (!isOpen) {
      this.#reply(client, { kind: "refused", reason: "disk full" });
      return;
    }
    state.uploadTimes.set(user, [...(state.uploadTimes.get(user) ?? []), env.now()]);
    const ciphertexts = chunks.map(({ bytes }) => bytes);
    state.uploads.set(file, { ciphertexts, startedAt: env.now() });
    state.waiting.set(file, client);
    for (const [chunk, replicas] of sealed.entries()) {
      for (const replica of replicas) this.#replication.send(file, chunk, replica);
    }
  }

  #encrypt(file: FileId, data: Uint8Array, key: Uint8Array): Ciphertext[] {
    const { env, options } = this.#context;
    const count = Math.ceil(data.length / options.chunkBytes);
    return Array.from({ length: count }, (_, index) => {
      const plaintext = data.subarray(index * options.chunkBytes, (index + 1) * options.chunkBytes);
      const bytes = encryptChunk(plaintext, key, drawNonce(env.random), { file, index });
      return { address: addressOf(bytes), bytes };
    });
  }

  #sealFor(nodes: readonly NodeId[], ciphertext: Ciphertext): Sealed[] {
    return nodes.map((node) => this.#replication.seal(node, ciphertext));
  }
}

function openedChunk({ address, bytes }: Ciphertext, sealed: readonly Sealed[]): OpenedChunk {
  const replicas = sealed.map(({ replica }) => replica);
  return { address, sizeBytes: bytes.length, replicas };
}

function requestOf({ session, serial }: ClientName): string {
  return `${session}/${serial}`;
}

/** What the uploader of a block that is decided is told. */
function resultOf(block: Block): ClientResult {
  if (isWithdrawn(block)) return { kind: "refused", reason: "no consensus" };
  return { kind: "uploaded", ...receiptOf(block) };
}
