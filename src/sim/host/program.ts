import type { Env, Node } from "../env.ts";

/**
 * Whether the host is to behave so now, as a `byzantine` fault has it. Ask where nothing but the
 * answer is left to decide: a yes counts as a deed, and shows that the fault has bitten.
 */
export type Conduct = (behaviour: string) => boolean;

/**
 * Makes a node, at boot and at each restart. The node acts only in its handlers, not while it is
 * made, and keeps all that it remembers in `state`. An honest one has no use for the conduct.
 */
export type Program<Message, View = unknown> = (
  env: Env<Message>,
  conduct: Conduct,
) => Node<Message> & View;
