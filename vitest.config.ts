import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    dir: "test",
    include: ["**/*.test.ts"],
    globalSetup: "test/support/build.ts",
    // Every core: many tests wait for processes of their own.
    maxWorkers: "100%",
    testTimeout: 300_000,
    // Removing a project with a built package takes a while when all cores are at work.
    hookTimeout: 120_000,
  },
});
