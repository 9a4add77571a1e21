/** Sites of {@link Env.buggify} in the programs of a storage quorum, by what they then do. */
export const STORAGE_QUORUM_SITES = {
  /** A client sends its request twice. */
  clientAsksTwice: "storage-quorum client asks twice",
  /** A storage node says twice that it has stored a replica. */
  nodeAnswersTwice: "storage-quorum node answers twice",
  /** A storage node begins to make a replica durable only after a pause. */
  nodeSyncsLate: "storage-quorum node syncs late",
} as const;
