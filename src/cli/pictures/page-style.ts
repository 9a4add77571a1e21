/** The style of a page that draws a history. */
export const PAGE_STYLE = `
:root { --bar: #7aa5d8; --edge: #2f5f9a; --ink: #10233a; --stuck: #d6453a; --point: #b35c00;
  --line: color-mix(in srgb, currentColor 16%, transparent); }
@media (prefers-color-scheme: dark) {
  :root { --bar: #35598a; --edge: #86b4ee; --ink: #eaf2ff; --stuck: #e0584c; --point: #ffb454; }
}
body { margin: 0 auto; max-width: 110rem; }
header { margin-top: 1.2rem; }
h1 { font-size: 1.5rem; margin: 0; overflow-wrap: anywhere; }
header p { margin: .2rem 0 1rem; }
main { display: flex; gap: 1.5rem; align-items: flex-start; }
main section { flex: 1; min-width: 0; }
nav { flex: none; max-width: 14rem; max-height: 85vh; overflow-y: auto; }
nav:empty { display: none; }
nav button { display: block; width: 100%; text-align: left; border: 0; background: none;
  overflow-wrap: anywhere; }
button, select { font: inherit; color: inherit; padding: .15rem .6rem; border-radius: 5px;
  border: 1px solid var(--line); background: color-mix(in srgb, currentColor 5%, transparent);
  cursor: pointer; }
option { color: CanvasText; background: Canvas; }
button[aria-pressed=true], nav button[aria-current=true] {
  background: color-mix(in srgb, var(--edge) 30%, transparent); }
h2 { margin: 0 0 .3rem; overflow-wrap: anywhere; }
#summary p { margin: 0 0 .2rem; overflow-wrap: anywhere; }
#summary p:first-child { font-weight: 600; }
#tools { display: flex; align-items: center; flex-wrap: wrap; gap: .6rem 1.2rem;
  margin: .8rem 0 .5rem; }
#picture { position: relative; border: 1px solid var(--line); border-radius: 6px;
  max-height: max(14rem, calc(100vh - 21rem)); overflow-x: hidden;
  overflow-y: auto; touch-action: pan-y; cursor: grab;
  user-select: none; }
#picture:focus-visible { outline: 2px solid var(--edge); }
svg { display: block; font: 12px system-ui, sans-serif; }
svg .name { fill: currentColor; }
svg .names { fill: Canvas; }
svg .lane { stroke: var(--line); }
svg .call { outline: none; cursor: default; }
svg .call rect { fill: var(--bar); stroke: var(--edge); }
svg .call text { fill: var(--ink); pointer-events: none; }
svg .call.open rect { fill: url(#fade); stroke: none; }
svg .call.open text { fill: currentColor; }
svg .call.stuck rect { fill: var(--stuck); stroke: var(--stuck); }
svg .call.stuck text { fill: #fff; font-weight: 600; }
svg .call:hover rect, svg .call:focus rect { stroke: currentColor; stroke-width: 2; }
svg .many { fill: var(--bar); }
svg .many.stuck { fill: var(--stuck); }
svg .way { fill: none; stroke: var(--point); stroke-width: 1.5; opacity: .75; }
svg .point rect { fill: var(--point); stroke: Canvas; stroke-width: 1.5; }
svg .point text { fill: Canvas; font-size: 10px; font-weight: 600; text-anchor: middle; }
svg .point { pointer-events: none; }
#detail { min-height: 3em; margin: .5rem 0; overflow-wrap: anywhere; }
.legend { font-size: .87rem; opacity: .85; }
.legend i { display: inline-block; vertical-align: middle; font-style: normal; }
.legend .bar { width: 2rem; height: .8rem; border-radius: 3px; margin-left: .8rem;
  background: var(--bar); border: 1px solid var(--edge); }
.legend .bar.open { background: linear-gradient(to right, var(--bar), transparent); border: 0; }
.legend .bar.stuck { background: var(--stuck); border-color: var(--stuck); }
.legend .point { width: 1.1rem; height: 1.1rem; line-height: 1.1rem; border-radius: 50%;
  background: var(--point); color: Canvas; font-size: .65rem; text-align: center;
  margin-left: .8rem; font-weight: 600; }
@media (max-width: 50rem) { main { display: block; } nav { max-width: none; max-height: 10rem; } }
`;
