/**
 * The page's whole style: one column like a printed paper, hairlines instead of boxes, colour only where it means a part.
 *
 * Part colours are told apart by lightness as well as by hue, so they survive colour blindness and gray printing.
 */
export const pageStyle = `
:root {
  --paper: #fdfdfb; --ink: #1d1f24; --muted: #666b73; --line: #d9dad6; --faint: #f3f3ef;
  --good: #2f6b4f; --bad: #a63a2b;
  --c0: #2f4b7c; --c1: #d69e3b; --c2: #8dabb6; --c3: #a8433a; --c4: #5f7d58; --c5: #8a6fa3;
  --serif: "Iowan Old Style", "Palatino Linotype", Palatino, "Book Antiqua", Georgia, "Times New Roman", serif;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Liberation Sans", sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #16181c; --ink: #e6e6e1; --muted: #9a9fa8; --line: #33363d; --faint: #1e2126;
    --good: #7fc09c; --bad: #e58a79;
    --c0: #7d9bd1; --c1: #e3b661; --c2: #5d7f8c; --c3: #d5786b; --c4: #93b78a; --c5: #b39acb;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 17px/1.55 var(--serif); }
main { max-width: 920px; margin: 0 auto; padding: 56px 28px 72px; }
h1 { font-size: 34px; line-height: 1.2; font-weight: 600; letter-spacing: -.01em; margin: 0; text-wrap: balance; }
h2 { font-size: 22px; font-weight: 600; margin: 56px 0 14px; padding-top: 18px; border-top: 1px solid var(--line); }
.figures + section h2, header + section h2 { border-top: 0; margin-top: 24px; }
h3 { font: 600 14px/1.4 var(--sans); margin: 0 0 6px; overflow-wrap: anywhere; }
p { margin: 0 0 14px; max-width: 68ch; overflow-wrap: anywhere; }
.subtitle { color: var(--muted); font-size: 18px; margin: 10px 0 0; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(120px, 1fr)); gap: 20px 28px; margin: 34px 0 0; padding: 20px 0; border: solid var(--line); border-width: 1px 0; }
.figures div { display: flex; flex-direction: column-reverse; justify-content: flex-end; }
.figures dd { margin: 0; font-size: 30px; line-height: 1.15; font-variant-numeric: lining-nums tabular-nums; white-space: nowrap; }
.figures dt { font: 13px/1.4 var(--sans); color: var(--muted); margin-top: 4px; }
.good { color: var(--good); } .bad { color: var(--bad); }
figure { margin: 22px 0 30px; }
.drawing { display: block; width: 100%; height: auto; }
figcaption, caption { font: 13.5px/1.5 var(--sans); color: var(--muted); text-align: left; max-width: 80ch; }
figcaption { margin-top: 12px; } caption { padding-bottom: 8px; }
figcaption b, caption b { color: var(--ink); font-weight: 600; }
.scroll { overflow-x: auto; margin: 22px 0 30px; }
table { border-collapse: collapse; font: 14px/1.4 var(--sans); font-variant-numeric: tabular-nums; width: 100%; }
th, td { text-align: left; vertical-align: baseline; padding: 5px 14px 5px 0; font-weight: 400; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--muted); font-size: 13px; white-space: nowrap; }
table.plain { border-bottom: 1px solid var(--ink); }
table.plain thead th { border-top: 1px solid var(--ink); border-bottom: 1px solid var(--line); color: var(--ink); font-weight: 600; }
table.plain td { overflow-wrap: anywhere; }
.n { text-align: right; white-space: nowrap; }
.legend { margin: 0 0 8px; font: 13.5px/1.4 var(--sans); display: flex; flex-wrap: wrap; gap: 4px 20px; max-width: none; }
.part { white-space: nowrap; }
.part::before { content: ""; display: inline-block; width: 9px; height: 9px; margin-right: 7px; border-radius: 1px; background: var(--c); }
.p0 { --c: var(--c0); } .p1 { --c: var(--c1); } .p2 { --c: var(--c2); } .p3 { --c: var(--c3); } .p4 { --c: var(--c4); } .p5 { --c: var(--c5); }
rect { fill: var(--c); }
table.bars th, table.bars td { padding-top: 3px; padding-bottom: 3px; vertical-align: middle; }
table.bars tbody th { width: 26%; overflow-wrap: anywhere; }
table.bars td.n, table.bars th.n { width: 1%; padding-left: 10px; }
table.bars .v { color: var(--muted); }
table.bars td.bar { padding-right: 4px; }
table.bars svg { display: block; width: 100%; height: 13px; }
.samples { border-top: 1px solid var(--line); padding: 12px 0 14px; break-inside: avoid; }
.cells { display: grid; grid-template-columns: repeat(auto-fill, minmax(263px, 1fr)); gap: 12px 28px; }
.cell .part, .pair .part { font: 12.5px/1.4 var(--sans); color: var(--muted); }
.thumbs { display: flex; flex-wrap: wrap; gap: 5px; margin-top: 5px; }
.frame { display: inline-flex; align-items: center; justify-content: center; width: 62px; height: 62px; background: var(--faint); color: var(--muted); font: 10px/1 var(--sans); overflow: hidden; }
.frame img { max-width: 100%; max-height: 100%; display: block; }
.none { font: 13px/62px var(--sans); color: var(--muted); }
.pairs { display: grid; grid-template-columns: repeat(auto-fill, minmax(250px, 1fr)); gap: 26px 28px; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 8px; align-content: start; break-inside: avoid; }
.pair div { display: flex; flex-direction: column; min-width: 0; }
.pair .frame { width: 100%; height: auto; aspect-ratio: 1; margin-bottom: 6px; }
.pair .frame img { width: 100%; height: 100%; object-fit: contain; }
.key { font: 11.5px/1.4 var(--sans); overflow-wrap: anywhere; }
.note { grid-column: 1 / -1; font: 13px/1.4 var(--sans); margin: 0; }
footer { margin-top: 56px; padding-top: 18px; border-top: 1px solid var(--line); }
.provenance { display: grid; grid-template-columns: max-content 1fr; gap: 4px 20px; margin: 0; font: 13px/1.5 var(--sans); }
.provenance dt { color: var(--muted); } .provenance dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 620px) {
  body { font-size: 16px; } main { padding: 32px 18px 48px; } h1 { font-size: 27px; } h2 { margin-top: 42px; }
  .figures { grid-template-columns: repeat(2, 1fr); gap: 18px; } .figures dd { font-size: 25px; }
  table.bars thead { display: none; }
  .figures + section h2 { margin-top: 14px; }
  table.bars tr { display: grid; grid-template-columns: 1fr auto; padding: 5px 0; }
  table.bars tbody th { max-width: none; width: auto; padding: 0; }
  table.bars .v { display: none; } table.bars td.sum { padding: 0; width: auto; }
  table.bars td.bar { grid-column: 1 / -1; grid-row: 2; padding: 3px 0 0; } table.bars svg { height: 9px; }
  .pairs { grid-template-columns: 1fr; } .provenance { grid-template-columns: 1fr; gap: 0; } .provenance dd { margin-bottom: 8px; }
}
@media print {
  :root { --paper: #fff; --ink: #000; --muted: #444; --line: #bbb; --faint: #f6f6f6; --c0: #2f4b7c; --c1: #d69e3b; --c2: #8dabb6; --c3: #a8433a; --c4: #5f7d58; --c5: #8a6fa3; }
  body { font-size: 11pt; } main { max-width: none; padding: 0; }
  rect, .part::before { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  h2, h3, caption { break-after: avoid; } tr { break-inside: avoid; }
}
`;
