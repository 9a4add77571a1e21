// Who may ask for what.

import type { BackendContext } from "./backend-context.ts";
import type { BackendState, Block } from "./backend-state.ts";
import { isSame, passwordKey, userOfToken } from "./cipher.ts";
import type { Account } from "./entries.ts";
import type { ClientRequest, FileId, Refusal } from "./messages.ts";

/** Who asks, with the right token and the right password; or why that is not known. */
export type Caller = { readonly user: string } | { readonly refusal: Refusal };

/** Who sends the request: its token says so, and its password must be that user's. */
export function callerOf({ token, password }: ClientRequest, context: BackendContext): Caller {
  const { state } = context;
  const user = token === undefined ? undefined : userOfToken(token, state.secret);
  const account = user === undefined ? undefined : state.users.get(user);
  if (account === undefined) return { refusal: "unauthenticated" };
  if (password === undefined) return { refusal: "bad request" };
  if (!isPassword(password, account, context)) return { refusal: "wrong password" };
  return { user: account.user };
}

/** Whether it is that user's password. */
export function isPassword(
  password: string,
  { salt, verifier }: Account,
  { options }: BackendContext,
): boolean {
  return isSame(passwordKey(password, salt, options.scrypt), verifier);
}

/** A user's own file, by its id; or why there is none. Says nothing about those of others. */
export function ownBlock(state: BackendState, user: string, file: FileId): Block | Refusal {
  if (!file.startsWith(`${user}/`)) return "forbidden";
  const block = state.blocks.get(file);
  return block === undefined || isWithdrawn(block) ? "not found" : block;
}

/** The user's files that are blocks, in the order of their names. */
export function ownFiles(state: BackendState, user: string): FileId[] {
  const own = [...state.blocks.values()].filter((block) => block.owner === user && isBlock(block));
  return own.map(({ file }) => file).sort();
}

/** Whether it is on the chain: without pending blocks, only what is confirmed is. */
export function isBlock({ isStrict, status }: Block): boolean {
  return !isStrict || status === "confirmed";
}

/** Whether it came to nothing where there are no pending blocks: as if it had never been. */
export function isWithdrawn({ isStrict, status }: Block): boolean {
  return isStrict && status === "rejected";
}
