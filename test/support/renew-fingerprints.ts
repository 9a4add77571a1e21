// `npm run fingerprints`: keeps the fingerprints that the code makes now. The commit that renews
// them says why they have changed.

import { writeFileSync } from "node:fs";
import { FINGERPRINTS, takeFingerprints } from "./fingerprints.ts";

writeFileSync(FINGERPRINTS, `${JSON.stringify(takeFingerprints(), undefined, 2)}\n`);
