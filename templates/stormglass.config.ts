import { defineConfig } from "stormglass/config";

// Defaults of the command line, where flags win.
export default defineConfig({
  scenarios: ["./my.scenario.ts"],
  seeds: 500,
});
