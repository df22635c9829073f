import { createHash } from 'node:crypto';
import { escapeMarkup as escape } from '@dataset-runner/kit/escape-markup';
import type { Dashboard, PageData } from './dashboard.ts';
import { heatGrid } from './heat-grid.ts';
import { drawingScript } from './page-drawing.ts';
import { filterScript } from './page-filters.ts';
import { panelScript } from './page-panels.ts';
import { pageStyle } from './page-style.ts';

/**
 * One page that needs nothing else: its script, style, numbers and pictures are inside, and its Content-Security-Policy
 * lets it load nothing and run no other script.
 *
 * Equal numbers are equal pages: no time of making is in it.
 */
export function dashboardPage(dashboard: Dashboard, page: PageData): string {
  // Bundlers may rename a function, so it gets its name here.
  const script = `'use strict';\nconst heatGrid = ${heatGrid.toString()};\n${drawingScript}\n${filterScript}\n${panelScript}`;
  const hash = createHash('sha256').update(script).digest('base64');
  const policy = `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`;
  // No text of the data can end the element it stands in.
  const data = JSON.stringify({ dashboard, page }).replaceAll('<', String.raw`\u003c`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(dashboard.title)}</title>
<style>${pageStyle}</style>
</head>
<body>
<header><h1>${escape(dashboard.title)}</h1><form id="filters" aria-label="Filters"></form></header>
<main id="main"><noscript>The panels are drawn by a script inside this page; the numbers alone are in report.json.</noscript></main>
<script type="application/json" id="data">${data}</script>
<script>${script}</script>
</body>
</html>
`;
}
