import type { BackendContext } from "./backend-context.ts";
import type { Block, ClientName, Retrieval } from "./backend-state.ts";
import { concat } from "./bytes.ts";
import { decryptChunk, passwordKey } from "./cipher.ts";
import type { ClientResult } from "./messages.ts";
import type { Retrievals } from "./retrievals.ts";

/** Gives files back: every chunk checked, decrypted and in its place. */
export class Downloads {
  readonly #context: BackendContext;
  readonly #retrievals: Retrievals;
  readonly #reply: (client: ClientName, result: ClientResult) => void;

  constructor(
    context: BackendContext,
    retrievals: Retrievals,
    reply: (client: ClientName, result: ClientResult) => void,
  ) {
    this.#context = context;
    this.#retrievals = retrievals;
    this.#reply = reply;
  }

  /** Begins a download of a file of which the password is known to be right. */
  begin(client: ClientName, block: Block, password: string): void {
    const { state, options, env } = this.#context;
    if (block.status !== "confirmed") {
      this.#reply(client, { kind: "refused", reason: "not confirmed" });
      return;
    }
    const { file, chunks, salt } = block;
    env.emit("download begun", { file });
    if (chunks.length === 0) {
      this.#reply(client, { kind: "data", data: new Uint8Array(0), attempts: 0 });
      return;
    }
    const download = ++state.lastTask;
    state.downloads.set(download, {
      ...{ file, client, key: passwordKey(password, salt, options.scrypt) },
      parts: chunks.map(() => undefined),
      missing: chunks.length,
      attempts: 0,
    });
    for (const index of chunks.keys()) {
      this.#retrievals.begin(file, index, { kind: "download", download });
    }
  }

  /** A chunk was found; or is not to be had. */
  onRetrieved(
    number: number,
    { file, chunk, asked }: Retrieval,
    found: Uint8Array | undefined,
  ): void {
    const { state } = this.#context;
    const download = state.downloads.get(number);
    if (download === undefined) return;
    const plaintext = found && decryptChunk(found, download.key, { file, index: chunk });
    if (plaintext === undefined) {
      state.downloads.delete(number);
      this.#reply(download.client, { kind: "refused", reason: "unavailable" });
      return;
    }
    download.parts[chunk] = plaintext;
    download.attempts += asked;
    download.missing--;
    if (download.missing > 0) return;
    state.downloads.delete(number);
    const data = concat(download.parts.map((part) => part!));
    this.#reply(download.client, { kind: "data", data, attempts: download.attempts });
  }
}
