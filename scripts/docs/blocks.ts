/** What makes the inside of a block, by the block's name; `argument` is what stands behind the name. */
export type BlockMakers = { readonly [name: string]: (argument: string) => string | Promise<string> };

const block = /^<!-- ([a-z][a-z-]*)(?: ([^\n]*?))? -->\n[\s\S]*?^<!-- \/\1 -->$/gm;

/**
 * The text with every `<!-- name argument -->` ... `<!-- /name -->` filled anew.
 *
 * Throws for a name that nothing makes: a misspelt block would stay as it is for ever.
 */
export async function fillBlocks(path: string, text: string, makers: BlockMakers): Promise<string> {
  const found = [...text.matchAll(block)];
  const made = new Map<string, string>();
  for (const [whole, name = '', argument = ''] of found) {
    const maker = makers[name];
    if (maker === undefined) throw new Error(`${path}: nothing makes <!-- ${name} -->`);
    const head = whole.slice(0, whole.indexOf('\n'));
    made.set(whole, `${head}\n${(await maker(argument)).trimEnd()}\n<!-- /${name} -->`);
  }
  const opened = [...text.matchAll(/^<!-- [a-z]/gm)].length;
  if (opened !== found.length) throw new Error(`${path}: a block is not closed by <!-- /name -->`);
  return text.replaceAll(block, (whole) => made.get(whole) ?? whole);
}
