/** The page's whole style: a sheet of cards on two columns, light or dark as the reader's system is. */
export const pageStyle = `
:root { --paper: #f5f5f1; --card: #fff; --ink: #1d1f24; --muted: #666b73; --line: #dedfda; --accent: #2f4b7c; --good: #2f6b4f; --bad: #a63a2b; --warn: #a8741a;
  --c0: #2f4b7c; --c1: #d69e3b; --c2: #7fa3b0; --c3: #a8433a; --c4: #5f7d58; --c5: #8a6fa3; --c6: #b07d62; --c7: #6d6f76; }
@media (prefers-color-scheme: dark) { :root { --paper: #14161a; --card: #1c1f24; --ink: #e6e6e1; --muted: #9a9fa8; --line: #33363d; --accent: #8fabdf; --good: #7fc09c; --bad: #e58a79; --warn: #e3b661;
  --c0: #7d9bd1; --c1: #e3b661; --c2: #5d7f8c; --c3: #d5786b; --c4: #93b78a; --c5: #b39acb; --c6: #cf9d83; --c7: #a3a5ab; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; font-variant-numeric: tabular-nums; }
header { position: sticky; top: 0; z-index: 2; display: flex; flex-wrap: wrap; gap: 8px 28px; align-items: center; padding: 12px 28px; background: var(--card); border-bottom: 1px solid var(--line); }
h1 { font-size: 19px; font-weight: 650; letter-spacing: -.01em; margin: 0; }
form { display: flex; flex-wrap: wrap; gap: 8px 18px; margin-left: auto; }
label { color: var(--muted); font-size: 13px; display: inline-flex; gap: 6px; align-items: center; }
select, button { font: inherit; font-size: 13px; color: var(--ink); background: var(--paper); border: 1px solid var(--line); border-radius: 6px; padding: 4px 8px; max-width: 220px; }
select:focus-visible, button:focus-visible, input:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
main { max-width: 1360px; margin: 0 auto; padding: 22px 28px 60px; display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 20px; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 18px 20px; min-width: 0; }
section.wide { grid-column: 1 / -1; }
.stack { display: grid; gap: 20px; align-content: start; min-width: 0; }
h2 { font-size: 15px; font-weight: 650; margin: 0 0 2px; }
h3 { font-size: 13px; font-weight: 600; margin: 16px 0 4px; }
p { margin: 0 0 12px; color: var(--muted); font-size: 13px; max-width: 86ch; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(120px, 1fr)); gap: 14px 26px; margin: 0; }
.figures dt { color: var(--muted); font-size: 12.5px; } .figures dd { margin: 0; font-size: 26px; line-height: 1.2; font-weight: 600; letter-spacing: -.01em; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13px; }
th, td { text-align: left; padding: 4px 12px 4px 0; border-bottom: 1px solid var(--line); font-weight: 400; vertical-align: baseline; }
thead th { color: var(--muted); font-size: 12px; white-space: nowrap; vertical-align: bottom; }
td.n, th.n { text-align: right; } td:last-child, th:last-child { padding-right: 0; } tr:last-child td, tr:last-child th { border-bottom: 0; }
tr.chosen > * { background: color-mix(in srgb, var(--accent) 14%, transparent); }
td.drift { color: var(--bad); font-weight: 650; } td.chance { color: var(--warn); } .good { color: var(--good); } .bad { color: var(--bad); }
.band { display: inline-block; width: 62px; height: 7px; border-radius: 4px; background: var(--line); margin-left: 8px; overflow: hidden; vertical-align: 1px; }
.band i { display: block; height: 100%; background: var(--accent); }
.bar { display: flex; height: 12px; border-radius: 3px; overflow: hidden; background: transparent; min-width: 120px; }
.bar i { display: block; height: 100%; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; font-size: 12.5px; color: var(--muted); margin: 0 0 8px; }
.legend i { display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin-right: 6px; }
svg text { fill: var(--muted); font-size: 11px; } svg .axis { stroke: var(--line); } svg { display: block; width: 100%; height: auto; }
.heats { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 16px; }
.heats figure, .sample { margin: 0; } canvas { width: 100%; aspect-ratio: 1; image-rendering: pixelated; border-radius: 6px; border: 1px solid var(--line); display: block; }
figcaption { font-size: 12.5px; color: var(--muted); margin-top: 5px; overflow-wrap: anywhere; }
.samples { display: grid; grid-template-columns: repeat(auto-fill, minmax(190px, 1fr)); gap: 16px; }
.frame { position: relative; background: #0c0d0f; border-radius: 6px; overflow: hidden; } .frame img { display: block; width: 100%; height: 100%; object-fit: fill; }
.frame svg { position: absolute; inset: 0; width: 100%; height: 100%; } .frame rect { fill: none; vector-effect: non-scaling-stroke; stroke-width: 2; }
.frame rect.rater { stroke-dasharray: 4 3; stroke-width: 1.2; opacity: .85; } .frame rect.seen { stroke-dasharray: 1 3; stroke-width: 2.4; stroke-linecap: round; }
.tools { display: flex; flex-wrap: wrap; gap: 6px 16px; margin: 0 0 10px; }
.none { color: var(--muted); }
@media (max-width: 860px) { main { grid-template-columns: minmax(0, 1fr); padding: 16px; } header { position: static; padding: 12px 16px; } form { margin-left: 0; } }
@media print { header { position: static; } form, .tools { display: none; } section { break-inside: avoid; } body { background: #fff; } }
`;
