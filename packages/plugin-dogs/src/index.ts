import { definePlugin } from '@dataset-runner/core/plugin';

export default definePlugin({ name: 'dogs', api: 1, tasks: {} });
