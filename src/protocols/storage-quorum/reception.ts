import { unreachable } from "../../sim/assert.ts";
import type { NodeId } from "../../sim/env.ts";
import { callerOf, isPassword, ownBlock, ownFiles } from "./access.ts";
import { blocksOf, fileInfo, statsOf } from "./answers.ts";
import type { BackendContext } from "./backend-context.ts";
import type { ClientName } from "./backend-state.ts";
import { applyEntry } from "./blocks.ts";
import { drawBytes, passwordKey, SALT_BYTES, tokenOf } from "./cipher.ts";
import type { Downloads } from "./downloads.ts";
import { isRefusedByDisk, type Ledger } from "./ledger.ts";
import type { ClientCall, ClientRequest, ClientResult, Refusal } from "./messages.ts";
import type { Uploads } from "./uploads.ts";

type Admission = Extract<ClientCall, { op: "register" | "login" }>;

/** Where clients come: who they are, whether they have asked before, and who serves them. */
export class Reception {
  readonly #context: BackendContext;
  readonly #ledger: Ledger;
  readonly #uploads: () => Uploads;
  readonly #downloads: () => Downloads;

  constructor(
    context: BackendContext,
    ledger: Ledger,
    serve: { readonly uploads: () => Uploads; readonly downloads: () => Downloads },
  ) {
    this.#context = context;
    this.#ledger = ledger;
    this.#uploads = serve.uploads;
    this.#downloads = serve.downloads;
  }

  onRequest(id: NodeId, request: ClientRequest): void {
    const { requests } = this.#context.state;
    const { session, serial } = request;
    const known = requests.get(session);
    if (known !== undefined && known.serial > serial) return;
    const client = { id, session, serial };
    if (known?.serial === serial && known.result !== undefined) {
      this.#send(client, known.result);
      return;
    }
    const isNew = known?.serial !== serial;
    if (isNew) requests.set(session, { serial, result: undefined });
    // What is under way is answered when it ends.
    if (isNew || request.call.op === "upload") this.#serve(client, request);
  }

  /** Answers, and remembers the answer: the client may not get it, and ask again. */
  reply(client: ClientName, result: ClientResult): void {
    const request = this.#context.state.requests.get(client.session);
    if (request?.serial === client.serial) request.result = result;
    this.#send(client, result);
  }

  #serve(client: ClientName, request: ClientRequest): void {
    const { call, password } = request;
    if (call.op === "register" || call.op === "login") {
      this.#admit(client, call, password);
      return;
    }
    const caller = callerOf(request, this.#context);
    if ("refusal" in caller) this.#refuse(client, caller.refusal);
    else this.#serveUser(client, call, caller.user, password!);
  }

  #admit(client: ClientName, { op, user }: Admission, password: string | undefined): void {
    // A colon ends the user's name in a token, a slash in a file's id.
    if (password === undefined || user === "" || /[/:]/.test(user)) {
      this.#refuse(client, "bad request");
      return;
    }
    const account = this.#context.state.users.get(user);
    if (op === "register" && account === undefined) {
      this.#register(client, user, password);
      return;
    }
    const isRight = account !== undefined && isPassword(password, account, this.#context);
    if (account === undefined) this.#refuse(client, "unauthenticated");
    else if (!isRight) this.#refuse(client, op === "login" ? "wrong password" : "user exists");
    else if (op === "login") this.reply(client, this.#tokenFor(user));
    // It is the same request again, as far as anybody can tell.
    else this.#ledger.after({ kind: "reply", client, result: { kind: "done" } });
  }

  #tokenFor(user: string): ClientResult {
    return { kind: "token", token: tokenOf(user, this.#context.state.secret) };
  }

  #register(client: ClientName, user: string, password: string): void {
    const { env, state, options } = this.#context;
    const salt = drawBytes(env.random, SALT_BYTES);
    const verifier = passwordKey(password, salt, options.scrypt);
    const outcome = this.#ledger.append(
      { kind: "registered", user, salt, verifier },
      { kind: "reply", client, result: { kind: "done" } },
    );
    if (isRefusedByDisk(outcome)) this.#refuse(client, "disk full");
    else applyEntry(state, outcome);
  }

  #serveUser(
    client: ClientName,
    call: Exclude<ClientCall, Admission>,
    user: string,
    password: string,
  ): void {
    const { state } = this.#context;
    switch (call.op) {
      case "upload":
        this.#uploads().begin({ client, user, password, name: call.name, data: call.data });
        break;
      case "download":
      case "info": {
        const block = ownBlock(state, user, call.file);
        if (typeof block === "string") this.#refuse(client, block);
        else if (call.op === "download") this.#downloads().begin(client, block, password);
        else this.reply(client, { kind: "info", info: fileInfo(block, this.#context) });
        break;
      }
      case "list":
        this.reply(client, { kind: "files", files: ownFiles(state, user) });
        break;
      case "blocks":
        this.reply(client, { kind: "blocks", blocks: blocksOf(state, call.limit, call.offset) });
        break;
      case "stats":
        this.reply(client, { kind: "stats", stats: statsOf(state) });
        break;
      default:
        unreachable(call);
    }
  }

  #refuse(client: ClientName, reason: Refusal): void {
    this.reply(client, { kind: "refused", reason });
  }

  #send({ id, session, serial }: ClientName, result: ClientResult): void {
    this.#context.env.send(id, { type: "reply", session, serial, result });
  }
}
