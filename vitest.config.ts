import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    dir: "test",
    include: ["**/*.test.ts"],
    globalSetup: "test/support/build.ts",
    testTimeout: 120_000,
  },
});
