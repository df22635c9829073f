const entities: { readonly [character: string]: string } = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Makes a text safe inside HTML and SVG, as content and in quoted attributes; control characters XML forbids become spaces. */
export function escapeMarkup(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[&<>"']/g, (character) => entities[character]!).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, ' ');
}
