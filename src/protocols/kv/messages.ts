import type { ServiceMessage } from "../replicated/messages.ts";
import type { KvTypes } from "./machine.ts";

/** What the store's clients and servers say to each other. */
export type KvMessage = ServiceMessage<KvTypes>;
