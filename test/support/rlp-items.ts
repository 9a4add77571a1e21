import type { RlpList } from "../../src/protocols/block-sync/encoding/rlp.ts";

/** What `RLP.decode` of the library gives: byte strings and lists of them. */
export type Decoded = Uint8Array | readonly Decoded[];

/** Takes an item of any kind, and all that is in it. */
export function anyItem(list: RlpList): Decoded {
  return list.isNextList ? list.each("list", 1e9, anyItem) : list.bytesUpTo("string", 1e9);
}
