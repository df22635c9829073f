/** A drawing as a picture that a page can hold; ink and paper follow the reader's light or dark. */
export function svgUri(size: { readonly width: number; readonly height: number }, drawn: string): string {
  const style =
    ':root{--ink:#1d1f24;--soft:#6b7078;--land:#d9dcd3;--line:#a9ada1;--sea:#eef3f6;--mark:#0f6f8c}' +
    '@media(prefers-color-scheme:dark){:root{--ink:#e6e7ea;--soft:#9aa0a8;--land:#3a3f3a;--line:#5c625c;--sea:#1a2228;--mark:#5cc0dd}}' +
    'text{font:12px system-ui,sans-serif;fill:var(--soft)}.name{fill:var(--ink)}';
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}"><style>${style}</style>${drawn}</svg>`;
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
}

/** A coordinate with one decimal: what a screen can show. */
export function pt(value: number): string {
  return String(Math.round(value * 10) / 10);
}
