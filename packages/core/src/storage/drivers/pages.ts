import type { Entry } from '../../model/driver.ts';

export interface Page {
  readonly entries: readonly Entry[];
  /** What the service wants to hear for the page behind this one; undefined of the last one. */
  readonly token: string | undefined;
}

/** Asks for the page of this token; undefined asks for the first. */
export type PageOf = (token: string | undefined) => Promise<Page>;

/** What a bucket that is yet to come holds. */
export const noPage: Page = { entries: [], token: undefined };

/** All pages of a listing that goes on by tokens; the next one is asked for while the last one is used. */
export async function* pagesOf(pageOf: PageOf): AsyncGenerator<readonly Entry[], void, undefined> {
  let next: Promise<Page> | undefined = pageOf(undefined);
  while (next !== undefined) {
    const page: Page = await next;
    next = page.token === undefined ? undefined : pageOf(page.token);
    // Its failure is thrown when it is its turn; a reader that left early never hears of it.
    next?.catch(() => undefined);
    yield page.entries;
  }
}
