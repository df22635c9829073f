/** A text as it was before `writeCsv` put a quote in front, lest a spreadsheet take it for a formula. */
export function unescaped(text: string): string {
  return text.replace(/^'(?=[=+\-@])/, '');
}
