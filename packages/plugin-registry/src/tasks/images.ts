// Imported together: see daily.ts.
export { card } from './card.ts';
export { check } from './check.ts';
export { classifyDayNightFoggy, removeCorrupted, removeDarkAndBright } from './clean-images.ts';
export { exportTask } from './export.ts';
