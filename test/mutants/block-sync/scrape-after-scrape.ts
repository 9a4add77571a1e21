import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "scrape-after-scrape",
  wrong: "A scrape begins an interval after the last one has ended, not after it has begun.",
  source: "Prometheus scrapes at fixed times, however long the answers take.",
  file: "src/protocols/monitoring/collector.ts",
  find: "this.#env.setTimer(SCRAPE_TIMER, options.scrapeInterval);",
  replace: "this.#env.setTimer(SCRAPE_TIMER, options.scrapeInterval + options.timeout);",
  scenario: "tb-monitoring-health",
  invariant: "TB-SAMPLES",
};

export default mutant;
