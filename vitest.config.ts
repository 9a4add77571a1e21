import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    dir: "test",
    include: ["**/*.test.ts"],
    globalSetup: "test/support/build.ts",
    // Every core: many tests wait for processes of their own.
    maxWorkers: "100%",
    testTimeout: 300_000,
  },
});
