import { testPlantedBugs } from "../support/planted-bugs.ts";

await testPlantedBugs("lease");
