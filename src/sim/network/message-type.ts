/** The `type` of a message that is a record with a text there; by it faults choose messages. */
export function typeOf(message: unknown): string | undefined {
  if (typeof message !== "object" || message === null || !("type" in message)) return undefined;
  return typeof message.type === "string" ? message.type : undefined;
}
