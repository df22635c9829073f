import type { Feedback } from '../../src/feedback/feedback.ts';

/** Feedback in the plain form, of one detection. */
export const plain = (image: string, more: object = {}) => ({
  image_id: image,
  class_id: 1,
  confidence: 0.95,
  bbox: [0.5, 0.5, 0.2, 0.2],
  timestamp: '2026-03-01 10:00:00',
  ...more,
});

/** In the form of the older serving side, which names a patient. */
export const service = (image: string) => ({
  image_id: image,
  metadata: {
    patient_id: 'ab12-secret',
    hospital_id: 'HOSP003',
    timestamp: '2026-03-01T10:00:00',
    scan_type: 'frontal',
  },
  prediction: {
    metadata: {},
    detections: [
      { class: 'two', confidence: 0.97, box: [256, 256, 768, 512] },
      { class: 'unheard of', confidence: 0.99, box: [0, 0, 10, 10] },
    ],
  },
  needs_review: true,
});

/** In our own form, reviewed: one of each verdict. */
export const own = (image: string, more: Partial<Feedback> = {}): Feedback => ({
  schema: 1,
  image_id: image,
  model: { name: 'best.onnx', sha256: 'f'.repeat(64) },
  timestamp: '2026-03-02T10:00:00.000Z',
  detections: [
    { class: 0, confidence: 0.6, box: [0.2, 0.2, 0.1, 0.1] },
    { class: 1, confidence: 0.99, box: [0.5, 0.5, 0.2, 0.2] },
    { class: 2, confidence: 0.98, box: [0.8, 0.8, 0.1, 0.1] },
  ],
  review: {
    reviewer: 'reader-1',
    verdicts: [
      { verdict: 'confirmed' },
      { verdict: 'corrected', class: 2, box: [0.5, 0.5, 0.3, 0.3] },
      { verdict: 'rejected' },
    ],
    missed: [{ class: 1, box: [0.1, 0.9, 0.1, 0.1] }],
  },
  ...more,
});
