/** About how many bytes a message takes: its byte arrays, and something for the rest. O(items). */
export function weightOf(message: unknown): number {
  if (message instanceof Uint8Array) return message.length + ITEM_BYTES;
  if (typeof message === "string") return message.length;
  if (typeof message !== "object" || message === null) return ITEM_BYTES;
  return Object.values(message).reduce<number>((sum, item) => sum + weightOf(item), ITEM_BYTES);
}

const ITEM_BYTES = 4;
