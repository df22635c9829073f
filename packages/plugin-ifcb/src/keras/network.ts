/** What is applied to every number a layer gives; softmax works over the channels. */
export const activations = ['linear', 'relu', 'sigmoid', 'tanh', 'softmax'] as const;
export type Activation = (typeof activations)[number];

/** Numbers of a weight file, row-major. */
export interface Weight {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** Rows and columns. */
export type Pair = readonly [number, number];

/** A window that moves over an image: its size, its steps, and the rows and columns of padding before and after. */
export interface Sliding {
  readonly size: Pair;
  readonly strides: Pair;
  readonly before: Pair;
  readonly after: Pair;
}

/** What a layer computes, with its weights. */
export type LayerWork =
  | { readonly kind: 'input' }
  /** Dropout and the like: nothing outside of training. */
  | { readonly kind: 'identity' }
  /** Kernel: rows, columns, channels in, channels out. */
  | {
      readonly kind: 'conv';
      readonly window: Sliding;
      readonly kernel: Weight;
      readonly bias: Float32Array;
      readonly activation: Activation;
    }
  /** Kernel: numbers in, numbers out. */
  | { readonly kind: 'dense'; readonly kernel: Weight; readonly bias: Float32Array; readonly activation: Activation }
  | { readonly kind: 'pool'; readonly of: 'max' | 'mean'; readonly window: Sliding }
  | { readonly kind: 'global-pool'; readonly of: 'max' | 'mean' }
  /** Each by channel. */
  | {
      readonly kind: 'normalise';
      readonly gamma: Float32Array;
      readonly beta: Float32Array;
      readonly mean: Float32Array;
      readonly variance: Float32Array;
      readonly epsilon: number;
    }
  | { readonly kind: 'activate'; readonly activation: Activation }
  | { readonly kind: 'flatten' };

export interface Layer {
  readonly name: string;
  /** What it gives for one image: rows, columns, channels; or one number: how many numbers. */
  readonly shape: readonly number[];
  readonly work: LayerWork;
}

/** A chain of layers, the input first: each takes what the one before it gives. */
export interface Network {
  readonly name: string;
  readonly layers: readonly Layer[];
}
