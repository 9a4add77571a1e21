import { catalogue } from "../scenarios/catalogue.ts";
import { resolveFamilies } from "./scenarios.ts";
import { formatTable } from "./table.ts";

/**
 * `stormglass list [scenario…]`: scenarios with a line about each. Without names, those that the
 * config adds, and all of the catalogue.
 */
export async function list(names: readonly string[]): Promise<void> {
  const resolved = await resolveFamilies(names);
  const own = resolved.filter(({ file }) => file !== undefined);
  const others = catalogue.map((scenario) => ({ scenario, file: "" }));
  const shown = names.length > 0 ? resolved : [...own, ...others];
  const rows = shown.map(({ scenario: { name, about }, file = "" }) => [name, about, file]);
  const columns = own.length > 0 ? 3 : 2;
  const table = [["scenario", "about", "file"], ...rows].map((row) => row.slice(0, columns));
  console.log(formatTable(table));
}
