import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    dir: "test",
    include: ["**/*.test.ts"],
    globalSetup: "test/support/build.ts",
    // Every core: many tests wait for processes of their own.
    maxWorkers: "100%",
    // What a module keeps is a function of its arguments alone, so all files of a worker may share
    // the modules: to load and compile them anew for each file would take as long as the tests.
    isolate: false,
    // The helper threads of each worker's engine would take the cores from the other workers.
    execArgv: ["--single-threaded-gc"],
    testTimeout: 300_000,
    // Removing a project with a built package takes a while when all cores are at work.
    hookTimeout: 120_000,
  },
});
