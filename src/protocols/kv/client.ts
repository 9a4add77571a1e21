import type { Env, NodeId, Plain } from "../../sim/env.ts";
import { type ClientOptions, type ClientWords, ReplicatedClient } from "../replicated/client.ts";
import type { KvResult } from "./commands.ts";
import type { KvTypes } from "./machine.ts";
import type { KvMessage } from "./messages.ts";
import { KV_SITES } from "./sites.ts";
import { checkKvOperation } from "./task.ts";

/** A client of a replicated key-value store. */
export class KvClient extends ReplicatedClient<KvTypes> {
  constructor(env: Env<KvMessage>, servers: readonly NodeId[], options: ClientOptions) {
    super(env, { words, servers, options });
  }
}

const words: ClientWords<KvTypes> = {
  sites: KV_SITES,
  check: checkKvOperation,
  questionOf: ({ key }) => key,
  isRefusal: () => false,
  showResult,
  showAnswer: (value) => value,
};

function showResult(result: KvResult): Plain {
  switch (result.type) {
    case "done":
      return undefined;
    case "value":
      return { value: result.value };
    case "cas":
      return { isSwapped: result.isSwapped };
  }
}
