import type { RunEvent } from '../model/event.ts';
import { failureAt } from '../model/failure.ts';
import { failureLines, type FailureLayout } from './failure-text.ts';
import type { RunView } from './run-view.ts';
import { took } from './units.ts';
import { wrap } from './width.ts';
import { failureTitle } from './wording.ts';
import { shownKey, shownText } from '../lib/shown-key.ts';

/** Returns what an event has to say by itself, in lines that stay; most events say nothing. */
export function eventLines(event: RunEvent, view: RunView, layout: FailureLayout): string[] {
  const { style } = layout;
  switch (event.type) {
    case 'run.waiting':
      return note(`Waiting for ${event.holder}, which works on ${event.line}. Ctrl-C gives up.`, layout);
    case 'run.note':
      return note(event.message, layout);
    case 'run.stopping':
      return note(
        event.how === 'drain'
          ? 'Stopping: what is running finishes first. Ctrl-C again stops it now; nothing done is lost.'
          : 'Stopping now.',
        layout,
      );
    case 'item.retry': {
      const text = `${view.nameOf(event.map)} ${shownKey(event.key)}: attempt ${event.attempt} in ${took(event.waitMs)}, because ${failureTitle(event.failure)}`;
      return wrap(text, layout.width - 2).map((line) => `  ${style.dim(line)}`);
    }
    case 'item.failed':
      return failureLines(failureAt(event.failure, { step: view.nameOf(event.map), item: event.key }), layout);
    default:
      return [];
  }
}

function note(text: string, layout: FailureLayout): string[] {
  const { style } = layout;
  return wrap(shownText(text), layout.width - 2).map(
    (line, i) => (i === 0 ? `${style.notice(style.signs.note)} ` : '  ') + line,
  );
}
