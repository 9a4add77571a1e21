import { escapeMarkup } from "./markup.ts";

/** What a page holds; style, body and script are markup and code, the title is text. */
export interface PageParts {
  readonly title: string;
  readonly style: string;
  readonly body: string;
  readonly script?: string;
}

/** A page that needs nothing but itself: it opens from a file, in light and dark. */
export function htmlPage({ title, style, body, script }: PageParts): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeMarkup(title)}</title>
<style>${STYLE}${style}</style>
${body}
${script === undefined ? "" : `<script>${script}</script>\n`}</html>
`;
}

/** What all pages have in common: a verdict at the top, and type. */
const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { padding: 0 1rem; }
h1::before { content: ""; display: inline-block; width: .7em; height: .7em; border-radius: 50%;
  margin-right: .4em; background: #2a8a4a; }
h1.broken::before { background: #c8372d; }
h2 { margin-top: 2rem; font-size: 1.1rem; }
pre, code { font: 13px/1.45 ui-monospace, monospace; }
pre { overflow-x: auto; padding: .8rem 1rem; border-radius: 6px;
  background: color-mix(in srgb, currentColor 7%, transparent); }
`;
