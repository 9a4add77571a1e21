import type { NodeId } from "../../sim/env.ts";
import type { Place } from "../raft/raft.ts";
import type { RaftState } from "../raft/state.ts";
import type { Command } from "./command.ts";
import type { Replica, ServiceTypes } from "./state-machine.ts";

/** All of a server's memory. */
export interface ServerState<Of extends ServiceTypes> {
  readonly raft: RaftState<Command<Of["operation"]>>;
  machine: Replica<Of>;
  /** By log index, whose proposal is expected there. */
  readonly waiting: Map<number, Waiting>;
  /** By session, who waits for what was forwarded to the leader, until it is applied. */
  readonly forwarded: Map<string, Waiting>;
  /** By number, the reads that wait for Raft's word. */
  readonly reading: Map<number, Waiting & { readonly question: Of["question"] }>;
  /** The number of the last read. */
  lastRead: number;
  /** Whose change of the members is under way. */
  changing: Changing | undefined;
  /** In order of `after`, who hears of a change that is in force when this server's disk has it. */
  changed: Changed[];
  /** Who waits for another to lead. */
  handingOver: (Waiting & { readonly to: NodeId }) | undefined;
  /** Requests that wait to be proposed together, in the order in which they came. */
  batch: Gathered<Of["operation"]>[];
}

/** A request that waits to be proposed, and whose it is. */
export interface Gathered<Operation> {
  readonly client: NodeId;
  readonly command: Command<Operation>;
}

/** A change that was proposed here, and who waits for its end. */
interface Changing extends Waiting, Place {
  /** Whether it is in force, so that the next one is its end. */
  isApplied: boolean;
}

/** Who asked for a change that is in force, and is not told before the disk knows of that. */
interface Changed extends Waiting {
  /** Of the journal's writes in this life, how many are to be durable. */
  readonly after: number;
}

/** Who is to be answered, and on which request. */
export interface Waiting {
  readonly client: NodeId;
  readonly session: string;
  readonly serial: number;
}
