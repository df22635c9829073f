/** Something about a file that training code will stumble over. */
export interface Finding {
  readonly kind: 'other-type' | 'unreadable' | 'damaged' | 'too-many-pixels' | 'cmyk' | 'duplicate' | 'near-duplicate';
  readonly image: string;
  readonly message: string;
}

/** What was seen of one image. */
export interface SeenImage {
  /** Its path below the place. */
  readonly key: string;
  /** The folder it lies in. */
  readonly folder: string;
  /** 64 hex digits. */
  readonly sha256: string;
  /** Perceptual hash, 16 hex digits; null where nothing decodes. */
  readonly phash: string | null;
  readonly findings: readonly Finding[];
}
