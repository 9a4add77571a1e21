// What nodes of a chain answer to those who ask.

import type { NodeId, Plain } from "../sim/env.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import type { Micros } from "../sim/time.ts";

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
export function answersAgree(name: string, { from }: { readonly from: Micros }): Invariant {
  return {
    name,
    supposes: ["operations"],
    onEnd: ({ history, metrics }: World) => {
      const answers = new Map<string, { readonly node: NodeId; readonly answer: string }>();
      const compared = new Set<string>();
      for (const { operation, invokedAt, outcome, result } of history.returned) {
        // The operations of a chain's clients have a name, and questions have these fields.
        const { op, node, about } = operation as unknown as Asked;
        if (op !== "ask" || invokedAt < from || outcome !== "ok") continue;
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
