import { escapeMarkup as escape } from '../escape-markup.ts';
import { type BarsBlock, partColour } from './blocks.ts';
