// What a node gives to peers that fetch from it: never more than it would ask for itself.

import { unreachable } from "../../../sim/assert.ts";
import { bytesOf } from "../../hex.ts";
import type { Body } from "../block.ts";
import type { ChainBlock, ChainState } from "../chain.ts";
import type { Hash } from "../encoding/hash.ts";
import type { SyncReply, SyncRequest } from "../messages.ts";
import type { BlockSyncOptions } from "../options.ts";
import { proveRange } from "../trie/range.ts";
import { isHash } from "./status.ts";

/** What of its node serving uses. */
export interface ServingContext {
  readonly options: Pick<BlockSyncOptions, "sync" | "limits">;
  readonly chain: ChainState;
  /** Whether there is no time for it now. */
  readonly isBusy: boolean;
  /** From memory or from the disk; undefined when it was pruned, or never was here. */
  bodyOf(block: ChainBlock): Body | undefined;
}

/** Accounts as they are answered. */
export type AccountsPage = Pick<
  Extract<SyncReply, { readonly type: "accounts" }>,
  "accounts" | "proof"
>;

/** The longest locator of a chain of 2^53 blocks is shorter. */
const LOCATOR_MAX = 64;

/**
 * The answer to a peer's request; undefined when it is not made as it should be. More than this
 * node asks for at once is not given at once; of bodies no more than a block may have, or one.
 */
export function answerTo(request: SyncRequest, context: ServingContext): SyncReply | undefined {
  if (!isSound(request)) return undefined;
  if (context.isBusy) return notAvailable(request, "busy");
  switch (request.type) {
    case "get headers":
      return headersBehind(request, context);
    case "get header": {
      const block = context.chain.blocks.get(request.hash);
      if (block === undefined) return notAvailable(request, lacking(context));
      return { type: "headers", request: request.request, headers: [block.header.bytes] };
    }
    case "get bodies":
      return bodiesOf(request, context);
    case "get accounts":
      return accountsFrom(request, context);
    default:
      return unreachable(request);
  }
}

function isSound(request: SyncRequest): boolean {
  switch (request.type) {
    case "get headers":
      return isCount(request.count) && request.locator.length <= LOCATOR_MAX;
    case "get accounts":
      return isCount(request.count) && isHash(request.start);
    case "get header":
      return isHash(request.hash);
    case "get bodies":
      return request.hashes.length > 0;
    default:
      return unreachable(request);
  }
}

function isCount(count: number): boolean {
  return Number.isSafeInteger(count) && count > 0;
}

type RequestFor<Type extends SyncRequest["type"]> = Extract<SyncRequest, { readonly type: Type }>;

function headersBehind(
  request: RequestFor<"get headers">,
  { chain, options }: ServingContext,
): SyncReply {
  const { canonical, base, blocks } = chain;
  const found = request.locator.find((hash) => {
    const height = blocks.get(hash)?.header.height;
    return height !== undefined && canonical[height - base] === hash;
  });
  if (found === undefined) return notAvailable(request, lacking({ chain }));
  const from = blocks.get(found)!.header.height - base + 1;
  const count = Math.min(request.count, options.sync.headersPerRequest);
  const hashes = canonical.slice(from, from + count);
  const headers = hashes.map((hash) => blocks.get(hash)!.header.bytes);
  return { type: "headers", request: request.request, headers };
}

function bodiesOf(request: RequestFor<"get bodies">, context: ServingContext): SyncReply {
  const { chain, options } = context;
  const bodies: Body[] = [];
  let sizeBytes = 0;
  for (const hash of request.hashes.slice(0, options.sync.bodiesPerRequest)) {
    const block = chain.blocks.get(hash);
    const body = block && context.bodyOf(block);
    if (body === undefined && bodies.length === 0) {
      return notAvailable(request, block === undefined ? "unknown" : "pruned");
    }
    if (body === undefined) break;
    sizeBytes += body.reduce((sum, bytes) => sum + bytes.length, 0);
    if (bodies.length > 0 && sizeBytes > options.limits.blockBytes) break;
    bodies.push(body);
  }
  return { type: "bodies", request: request.request, bodies };
}

function accountsFrom(request: RequestFor<"get accounts">, context: ServingContext): SyncReply {
  const { chain, options } = context;
  const block = chain.blocks.get(request.block);
  if (block === undefined) return notAvailable(request, lacking(context));
  const count = Math.min(request.count, options.sync.accountsPerRequest);
  const sizeBytesMax = options.limits.blockBytes;
  const page = accountsPage(block, request.start, { count, sizeBytesMax });
  if (page === undefined) return notAvailable(request, "pruned");
  return { type: "accounts", request: request.request, ...page };
}

/**
 * Accounts after a block from a key on, by rising key, with their proof: `limit.count` at most, and
 * no more bytes than that; undefined when the block's state is not kept.
 */
function accountsPage(
  { accounts }: ChainBlock,
  start: Hash,
  limit: { readonly count: number; readonly sizeBytesMax: number },
): AccountsPage | undefined {
  if (accounts === undefined) return undefined;
  const { entries, proof } = proveRange(accounts.trie, {
    ...{ start: bytesOf(start), entriesMax: limit.count, sizeBytesMax: limit.sizeBytesMax },
  });
  return { accounts: entries.map(({ key, value }) => [key, value] as const), proof };
}

/** Of what is not here. A chain that begins at a checkpoint may well be that of who asks. */
function lacking({ chain }: Pick<ServingContext, "chain">): "pruned" | "unknown" {
  return chain.base > 0 ? "pruned" : "unknown";
}

function notAvailable(
  { request }: SyncRequest,
  reason: Extract<SyncReply, { readonly type: "not available" }>["reason"],
): SyncReply {
  return { type: "not available", request, reason };
}
