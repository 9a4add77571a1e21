import { simTest } from "stormglass/vitest";
import { register } from "./my.scenario.js";

// More seeds for once: STORMGLASS_SEEDS=5000 npx vitest run; only one: STORMGLASS_SEED=17.
simTest("the register is atomic in any weather", register, { seeds: 200 });
