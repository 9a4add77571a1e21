// What a client of the chain may be asked to do.

import { checkCount, checkList, checkOneOf, checkRecord, checkText } from "../../../sim/check.ts";
import type { NodeId, Operation } from "../../../sim/env.ts";
import type { Micros } from "../../../sim/time.ts";

/** An operation of the workload. Accounts have names; their keys follow from them. */
export type ChainTask = { readonly id: string } & TaskRequest;

export type TaskRequest = Transfer | Question | Production | Waiting | Load | Ping | Filling;

/** Pays; done when the transaction is in the chain of the node that was asked. */
export interface Transfer {
  readonly op: "transfer";
  readonly from: string;
  readonly to: string;
  readonly amount: number;
}

/** Asks one node, once. */
export interface Question {
  readonly op: "ask";
  readonly node: NodeId;
  readonly about: Subject;
}

export type Subject =
  | { readonly kind: "height" | "verify" | "health" }
  | { readonly kind: "block" | "hash" | "block by hash"; readonly height: number }
  | { readonly kind: "account"; readonly name: string }
  /** Of a transfer that this client has been asked for before. */
  | { readonly kind: "transaction"; readonly transfer: string };

/** Orders a node to make blocks, `interval` apart at least, until its chain is that high. */
export interface Production {
  readonly op: "produce";
  readonly node: NodeId;
  readonly height: number;
  readonly interval: Micros;
}

/** Waits until the chain of a node is that high, however it came by its blocks. */
export interface Waiting {
  readonly op: "wait";
  readonly node: NodeId;
  readonly height: number;
}

/**
 * Submits transfers at a rate, in turn to the nodes, and those that are refused as busy again:
 * `perSecond` of them, from as many accounts as `senders`, named `load <client> <n>`.
 */
export interface Load {
  readonly op: "load";
  readonly nodes: readonly NodeId[];
  readonly perSecond: number;
  readonly lasting: Micros;
  readonly senders: number;
}

/**
 * Sends `count` probes to one node at regular times, none of them twice, as `ping` does: what is
 * not answered is lost. Done when all are answered, or the last one is not.
 */
export interface Ping {
  readonly op: "ping";
  readonly node: NodeId;
  readonly count: number;
  readonly interval: Micros;
}

/**
 * Keeps the line to one node busy, as `iperf3` does: `windowCount` messages with `sizeBytes` of
 * what is no transaction are under way, and when one is refused another follows, for `lasting`.
 */
export interface Filling {
  readonly op: "fill";
  readonly node: NodeId;
  readonly sizeBytes: number;
  readonly windowCount: number;
  readonly lasting: Micros;
}

/** The accounts of a load, as genesis has to know them. */
export function loadAccount(client: NodeId, sender: number): string {
  return `load ${client} ${sender}`;
}

/**
 * Reads an operation of a plan: `{ id, op: "transfer", from, to, amount }`, `ask` with `node` and
 * `about`, `produce` with `node`, `height` and `interval`, `wait` with `node` and `height`, `load`
 * with `nodes`, `perSecond`, `lasting` and `senders`, `ping` with `node`, `count` and `interval`,
 * `fill` with `node`, `sizeBytes`, `windowCount` and `lasting`. Throws a UsageError with the path.
 */
export function checkChainOperation(value: Operation, path: string): ChainTask {
  const op = checkOneOf(value.op, `${path}.op`, OPS);
  checkRecord(value, path, ["id", "op", ...FIELDS[op]]);
  return { id: value.id, ...checkRequest(op, value, path) };
}

const OPS = ["transfer", "ask", "produce", "wait", "load", "ping", "fill"] as const;

const FIELDS: { readonly [Op in TaskRequest["op"]]: readonly string[] } = {
  transfer: ["from", "to", "amount"],
  ask: ["node", "about"],
  produce: ["node", "height", "interval"],
  wait: ["node", "height"],
  load: ["nodes", "perSecond", "lasting", "senders"],
  ping: ["node", "count", "interval"],
  fill: ["node", "sizeBytes", "windowCount", "lasting"],
};

function checkRequest(op: TaskRequest["op"], value: Operation, path: string): TaskRequest {
  const count = (field: string, low: number): number =>
    checkCount(value[field], `${path}.${field}`, low);
  const text = (field: string): string => checkText(value[field], `${path}.${field}`);
  switch (op) {
    case "transfer":
      return { op, from: text("from"), to: text("to"), amount: count("amount", 0) };
    case "ask":
      return { op, node: text("node"), about: checkSubject(value.about, `${path}.about`) };
    case "produce":
      return { op, node: text("node"), height: count("height", 0), interval: count("interval", 0) };
    case "wait":
      return { op, node: text("node"), height: count("height", 0) };
    case "ping":
      return { op, node: text("node"), count: count("count", 1), interval: count("interval", 1) };
    case "fill":
      return {
        ...{ op, node: text("node"), sizeBytes: count("sizeBytes", 1) },
        ...{ windowCount: count("windowCount", 1), lasting: count("lasting", 1) },
      };
    case "load": {
      const nodes = checkList(value.nodes, `${path}.nodes`);
      return {
        op,
        nodes: nodes.map((node, i) => checkText(node, `${path}.nodes[${i}]`)),
        perSecond: count("perSecond", 1),
        lasting: count("lasting", 1),
        senders: count("senders", 1),
      };
    }
  }
}

function checkSubject(value: unknown, path: string): Subject {
  const fields = checkRecord(value, path, ["kind", "height", "name", "transfer"]);
  const kind = checkOneOf(fields.kind, `${path}.kind`, SUBJECTS);
  switch (kind) {
    case "block":
    case "hash":
    case "block by hash":
      return { kind, height: checkCount(fields.height, `${path}.height`, 0) };
    case "account":
      return { kind, name: checkText(fields.name, `${path}.name`) };
    case "transaction":
      return { kind, transfer: checkText(fields.transfer, `${path}.transfer`) };
    default:
      return { kind };
  }
}

const SUBJECTS = [
  ...(["height", "verify", "health"] as const),
  ...(["block", "hash", "block by hash", "account", "transaction"] as const),
];
