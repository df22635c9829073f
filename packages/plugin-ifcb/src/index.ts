import { definePlugin } from '@dataset-runner/core/plugin';

export default definePlugin({ name: 'ifcb', api: 1, tasks: {} });
