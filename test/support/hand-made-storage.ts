import type { BlockView, StorageView } from "../../src/invariants/storage-view.ts";
import type { NodeId } from "../../src/sim/env.ts";
import type { Invariant } from "../../src/sim/invariant.ts";
import { HandMadeWorld } from "./hand-made-world.ts";

/** How many bytes each chunk of a hand-made block has. */
export const CHUNK_BYTES = 4;

/** A block of which each chunk is held by those nodes. */
export function block(
  file: string,
  status: BlockView["status"],
  ...holders: readonly (readonly NodeId[])[]
): BlockView {
  const chunks = holders.map((nodes, index) => ({
    ...{ sizeBytes: CHUNK_BYTES, assigned: 3 },
    holders: new Map(
      nodes.map((node) => [
        node,
        { replica: { node, address: `${file}#${index}@${node}` }, isProven: true },
      ]),
    ),
  }));
  return { file, owner: "c1", salt: Uint8Array.of(1), status, chunks };
}

/** A world of a backend, which has these blocks, and three storage nodes, whose disks are full. */
export class HandMadeStorage extends HandMadeWorld<StorageView> {
  readonly blocks = new Map<string, BlockView>();

  constructor(...invariants: readonly Invariant<StorageView>[]) {
    const nodes = { n1: { state: {} }, n2: { state: {} }, n3: { state: {} } };
    super(invariants, { backend: { state: {} }, ...nodes });
    this.host("backend").node = { state: {}, blocks: this.blocks };
    for (const { id } of this.servers) this.host(id).bytes = new Uint8Array(CHUNK_BYTES);
  }

  /** The backend has this block from now on. */
  has(view: BlockView): void {
    this.blocks.set(view.file, view);
  }

  /** The backend emits an event of that data. */
  emits(at: number, event: string, data: Readonly<Record<string, string | number>> = {}): string[] {
    return this.event(at, { on: "backend", emitted: [{ event, data }] });
  }
}
