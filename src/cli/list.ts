import { catalogue } from "../scenarios/catalogue.ts";
import { formatTable } from "./table.ts";

/** `stormglass list`: every scenario with a line about it. */
export function list(): void {
  const rows = catalogue.map(({ name, about }) => [name, about]);
  console.log(formatTable([["scenario", "about"], ...rows]));
}
