/** Numbers from 0 to 1, the same every time. */
export function drawn(seed: number): () => number {
  let state = seed;
  return () => {
    // A linear congruential generator (Numerical Recipes).
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
