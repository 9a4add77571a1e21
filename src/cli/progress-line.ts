import type { CampaignSum } from "../campaign/report/report.ts";
import { formatCount } from "./table.ts";

/** A line that is written over and over while the work goes on; silent if stderr is no terminal. */
export class ProgressLine {
  readonly #isShown = process.stderr.isTTY === true;
  #lastAt = 0;

  /** Shows a text, at most ten times a second. */
  show(text: () => string): void {
    if (!this.#isShown) return;
    const now = performance.now();
    if (now - this.#lastAt < 100) return;
    this.#lastAt = now;
    process.stderr.write(`\r\x1b[K${text()}`);
  }

  clear(): void {
    if (this.#isShown) process.stderr.write("\r\x1b[K");
  }
}

/** How far a campaign is: a bar, schedules, their rate, violations and the time that is left. */
export class CampaignLine {
  readonly #line = new ProgressLine();
  readonly #began = performance.now();
  /** Real seconds that it may take. */
  readonly #limit: number;
  #ranBefore: number | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Real seconds since it began. */
  get seconds(): number {
    return (performance.now() - this.#began) / 1_000;
  }

  show(sum: Pick<CampaignSum, "schedules" | "toRun" | "findingCount">): void {
    // What was run in an earlier part of the campaign took none of this time.
    this.#ranBefore ??= sum.schedules - 1;
    const ranBefore = this.#ranBefore;
    this.#line.show(() => this.#describe(sum, ranBefore));
  }

  /** Says something that stays. */
  tell(text: string): void {
    this.#line.clear();
    console.error(text);
  }

  clear(): void {
    this.#line.clear();
  }

  #describe(
    { schedules, toRun, findingCount }: Parameters<CampaignLine["show"]>[0],
    ranBefore: number,
  ): string {
    const rate = (schedules - ranBefore) / this.seconds;
    const byTime = this.seconds / this.#limit;
    const byCount = toRun === undefined ? 0 : schedules / toRun;
    const share = Math.min(1, Math.max(byTime, byCount));
    const left = [
      this.#limit - this.seconds,
      ...(toRun === undefined ? [] : [(toRun - schedules) / rate]),
    ];
    const found = findingCount === 1 ? "1 violation" : `${formatCount(findingCount)} violations`;
    const count = formatCount(schedules) + (toRun === undefined ? "" : ` of ${formatCount(toRun)}`);
    const parts = [`${count} schedules`, `${describeRate(rate)}/s`, found];
    return `${bar(share)} ${parts.join(", ")}, ${span(Math.min(...left))} left`;
  }
}

/** Of a slow scenario, the tenths are what there is to see. */
function describeRate(rate: number): string {
  return rate < 10 ? rate.toFixed(1) : formatCount(rate);
}

function bar(share: number): string {
  const full = Math.floor(share * BAR);
  return `[${"#".repeat(full)}${".".repeat(BAR - full)}]`;
}

const BAR = 20;

/** Seconds as `1 h 2 min`, `3 min 4 s` or `5 s`. */
function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [h, min, s] = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60, whole % 60];
  if (h > 0) return `${h} h ${min} min`;
  return min > 0 ? `${min} min ${s} s` : `${s} s`;
}
