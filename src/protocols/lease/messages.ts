import type { MonitoringMessage } from "../monitoring/messages.ts";
import type { ServiceMessage } from "../replicated/messages.ts";
import type { TreasuryTypes } from "./types.ts";

/** What the treasury's servers, clients, executors and collectors say to each other. */
export type TreasuryMessage = ServiceMessage<TreasuryTypes> | MonitoringMessage;
