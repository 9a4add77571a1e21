/** Which code a run was made with: what a capsule keeps, and a replay compares. */
export interface Code {
  /** Of this package. */
  readonly version: string;
  /** Of Node. */
  readonly node: string;
  /** The commit that was checked out; left out outside of a git repository. */
  readonly commit?: string;
  /** Whether files differed from that commit. */
  readonly isDirty?: boolean;
}

/**
 * What differs between the code of a capsule and that of now, a clause each; none: as far as can be
 * told, it is the same. Code with changes that are not committed may differ whatever it says.
 */
export function codeDifferences(then: Code, now: Code): string[] {
  const differences: string[] = [];
  const compare = (what: string, before: string | undefined, after: string | undefined): void => {
    if (before !== after) {
      differences.push(`${what} ${before ?? "unknown"}, now ${after ?? "unknown"}`);
    }
  };
  compare("stormglass", then.version, now.version);
  compare("Node", then.node, now.node);
  compare("commit", shortened(then.commit), shortened(now.commit));
  if (then.isDirty && now.isDirty) {
    differences.push("changes that were not committed, then and now");
  } else if (then.isDirty) {
    differences.push("changes that were not committed, and none now");
  } else if (now.isDirty) {
    differences.push("now changes that are not committed");
  }
  return differences;
}

function shortened(commit: string | undefined): string | undefined {
  return commit?.slice(0, 12);
}
