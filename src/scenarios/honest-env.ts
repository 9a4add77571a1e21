import type { Env, NodeId } from "../sim/env.ts";

/** The env of a node that lies, for the honest node within: only what is sent goes another way. */
export function honestEnv<Message>(
  env: Env<Message>,
  send: (to: NodeId, message: Message) => void,
): Env<Message> {
  return {
    ...{ id: env.id, random: env.random, disk: env.disk },
    now: () => env.now(),
    wallClock: () => env.wallClock(),
    send,
    setTimer: (name, delay) => env.setTimer(name, delay),
    cancelTimer: (name) => env.cancelTimer(name),
    emit: (event, data) => env.emit(event, data),
    buggify: (site) => env.buggify(site),
  };
}
