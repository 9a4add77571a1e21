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
