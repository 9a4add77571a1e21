// What nodes of a chain answer to those who ask.

import type { NodeId, Plain } from "../sim/env.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import type { Micros } from "../sim/time.ts";
import type { ChainView } from "./chain-view.ts";

/** A question of a client, as the history has it. */
interface Asked {
  readonly op: string;
  readonly node: NodeId;
  readonly about: Plain;
}

/**
 * What is asked from a time on, of a chain that has come to rest, is answered alike by all nodes.
 * Measures `answersCompared`: of how many questions the answers of several nodes were compared.
 */
export function answersAgree(
  name: string,
  { from, until = Number.MAX_SAFE_INTEGER }: { readonly from: Micros; readonly until?: Micros },
): Invariant {
  return {
    name,
    supposes: ["operations"],
    onEnd: ({ history, metrics }: World) => {
      const answers = new Map<string, { readonly node: NodeId; readonly answer: string }>();
      const compared = new Set<string>();
      for (const { operation, invokedAt, outcome, result } of history.returned) {
        // The operations of a chain's clients have a name, and questions have these fields.
        const { op, node, about } = operation as unknown as Asked;
        const isCompared = op === "ask" && invokedAt >= from && invokedAt < until;
        if (!isCompared || outcome !== "ok") continue;
        const question = JSON.stringify(about);
        const answer = JSON.stringify(result);
        const other = answers.get(question);
        if (other === undefined) answers.set(question, { node, answer });
        else if (other.answer !== answer) {
          return `to ${question} ${other.node} says ${other.answer}, and ${node} ${answer}`;
        } else if (other.node !== node) compared.add(question);
      }
      metrics.gauge("answersCompared", compared.size);
      return undefined;
    },
  };
}

/** What a message between a client and a node says, as far as it is looked at. */
interface AnswerMessage {
  readonly type: string;
  readonly serial: number;
  readonly query: { readonly op: string; readonly address: string };
  readonly answer: AccountAnswer | { readonly kind: "none" };
}

/** A node's answer to a question for an account. */
export interface AccountAnswer {
  readonly kind: "account";
  readonly account: { readonly balance: number; readonly nonce: number };
  readonly height: number;
  readonly stateRoot: string;
  readonly proof: readonly Uint8Array[];
}

/**
 * What a node that does not lie says of an account is proven: `judge` says what is wrong with it,
 * and the root is that of its own chain. Counts `proofsChecked`.
 */
export function accountsAreProven(
  name: string,
  judge: (address: string, answer: AccountAnswer) => string | undefined,
  mayLie: (host: NodeId) => boolean,
): Invariant<ChainView> {
  return {
    name,
    onStep: ({ server, event, sent, metrics }) => {
      const chain = server?.node?.chain;
      if (chain === undefined || event.kind !== "deliver" || mayLie(server!.id)) return undefined;
      // Every message of the chain has a type; these have what is named here.
      const asked = event.payload as AnswerMessage;
      if (asked.type !== "query" || asked.query.op !== "account") return undefined;
      for (const { message } of sent) {
        const { type, serial, answer } = message as AnswerMessage;
        if (type !== "answer" || serial !== asked.serial || answer.kind === "none") continue;
        metrics.count("proofsChecked");
        const hash = chain.canonical[answer.height - chain.base] ?? "";
        const isRoot = chain.blocks.get(hash)?.header.stateRoot === answer.stateRoot;
        const wrong = isRoot ? judge(asked.query.address, answer) : "the root is of no such block";
        if (wrong !== undefined) return `${server!.id} on ${asked.query.address}: ${wrong}`;
      }
      return undefined;
    },
  };
}
