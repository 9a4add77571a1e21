// Builds the package once for all test files: a process that runs it starts four times as fast as
// one that first reads TypeScript.

import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

/** Where the package is built for the tests. */
export const BUILT = join(process.cwd(), "build/for-tests");

/** Called by vitest before all tests, and called again when tests are watched and rerun. */
export default function setup(project: TestProject): void {
  build();
  project.onTestsRerun(build);
}

/** Builds what has changed since it was last built, and does away with all changed packages. */
export function build(): void {
  rmSync(join(BUILT, "changed"), { recursive: true, force: true });
  const { stdout, status } = spawnSync(
    process.execPath,
    [
      ...["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"],
      ...["--outDir", join(BUILT, "dist"), "--incremental"],
      ...["--tsBuildInfoFile", join(BUILT, "tsbuildinfo")],
    ],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(stdout);
}
