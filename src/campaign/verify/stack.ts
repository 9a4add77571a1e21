import { fileURLToPath } from "node:url";

/** So many frames are looked at, to find those of the program among them. */
const FRAMES_MAX = 40;

const HERE = slashed(fileURLToPath(new URL("./", import.meta.url)));
const SIMULATOR = slashed(fileURLToPath(new URL("../../sim/", import.meta.url)));

/**
 * The stack of the caller, from the line of the program that made the call to the handler that the
 * simulator called: frames as the engine writes them, a line each, without its "at".
 */
export function callerStack(): string {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAMES_MAX;
  const { stack = "" } = new Error();
  Error.stackTraceLimit = before;
  return programFrames(stack).join("\n");
}

/** Of a stack, the frames above the simulator; those of this folder are left out. */
export function programFrames(stack: string): string[] {
  const frames = stack
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim().slice("at ".length))
    .filter((line) => !slashed(line).includes(HERE));
  const end = frames.findIndex((line) => slashed(line).includes(SIMULATOR));
  return end === -1 ? frames : frames.slice(0, end);
}

function slashed(path: string): string {
  return path.replaceAll("\\", "/");
}
