/** A text as one word of a command line, as POSIX's shells read it: quoted if it must be. */
export function shellWord(text: string): string {
  return /^[\w./:@%+-][\w./:@%+#-]*$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
