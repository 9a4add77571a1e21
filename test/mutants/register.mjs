// Loaded before tsx, by `node --import`: puts a mutant into the one module that it changes.
// The mutant comes as JSON { url, find, replace, id } in the variable STORMGLASS_MUTANT.

import { register } from "node:module";

if (process.env.STORMGLASS_MUTANT !== undefined) {
  const data = JSON.parse(process.env.STORMGLASS_MUTANT);
  register("./load-hook.mjs", import.meta.url, { data });
}
