import { definePlugin } from '@dataset-runner/core/plugin';

export default definePlugin({ name: 'yolo', api: 1, tasks: {} });
