import type { NodeId } from "../../sim/env.ts";
import type { RaftMessage } from "../raft/messages.ts";
import type {
  ChangeRefusal,
  MemberChange,
  ReadKind,
  Refusal,
  TransferRefusal,
} from "../raft/raft.ts";
import type { Command } from "./command.ts";
import type { ServiceTypes } from "./state-machine.ts";

/** What the clients and servers of a service say to each other. */
export type ServiceMessage<Of extends ServiceTypes> =
  | RaftMessage<Command<Of["operation"]>>
  | Request<Of["request"]>
  | Change
  | Transfer
  | Read<Of["question"]>
  | LocalRead<Of["question"]>
  | Reply<Of["result"]>
  | Redirect
  | Refused
  | LocalValue<Of["answer"]>;

/** Client to server: do this once. Sent again, it has the same serial. */
export interface Request<ServiceRequest> {
  readonly type: "request";
  readonly session: string;
  readonly serial: number;
  readonly operation: ServiceRequest;
}

/** Administrator to server: who shall take part. Asked again, it finds that it is done. */
export interface Change {
  readonly type: "change";
  readonly session: string;
  readonly serial: number;
  readonly changes: readonly MemberChange[];
}

/** Administrator to server: who shall lead. Asked again, it finds that it is done. */
export interface Transfer {
  readonly type: "transfer";
  readonly session: string;
  readonly serial: number;
  readonly to: NodeId;
}

/** Client to server: a linearizable read that does not go through the log. */
export interface Read<Question> {
  readonly type: "read";
  readonly session: string;
  readonly serial: number;
  readonly question: Question;
  readonly read: ReadKind;
}

/** Client to server: what do you hold, be it out of date? */
export interface LocalRead<Question> {
  readonly type: "localRead";
  readonly session: string;
  readonly serial: number;
  readonly question: Question;
}

/** Server to client. An answer names the session too: a client's next life counts from 1 again. */
export interface Reply<Result> {
  readonly type: "reply";
  readonly session: string;
  readonly serial: number;
  readonly result: Result | Done;
}

/** What a change of the members answers, once it is in force; and a transfer, once it is done. */
export interface Done {
  readonly type: "done";
}

/** Server to client: ask the leader; undefined: whoever that is. The operation may yet happen. */
export interface Redirect {
  readonly type: "redirect";
  readonly session: string;
  readonly serial: number;
  readonly leader: NodeId | undefined;
}

/** Server to client: this request was not taken in; sent again, here or elsewhere, it may be. */
export interface Refused {
  readonly type: "refused";
  readonly session: string;
  readonly serial: number;
  readonly reason:
    | Exclude<Refusal | ChangeRefusal | TransferRefusal, "not leading">
    /** What came is no list of changes. */
    | "malformed"
    /** Who was to lead does not, or not yet. */
    | "given up";
}

/** Server to client: what it holds, which may be out of date. */
export interface LocalValue<Answer> {
  readonly type: "localValue";
  readonly session: string;
  readonly serial: number;
  readonly value: Answer;
  /** The log index up to which the server had applied. */
  readonly applied: number;
}
