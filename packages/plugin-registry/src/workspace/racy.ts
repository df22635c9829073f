/**
 * Whether something touched at `timeNs` may have changed once more by `nowMs` without its time telling (git's racy rule).
 *
 * Where times have fractions of a second a tick of the kernel's clock (10 ms at most) is the doubt; elsewhere 2 s.
 */
export function isRacy(timeNs: bigint, nowMs: number): boolean {
  const doubtMs = timeNs % 1_000_000_000n === 0n ? 2000 : 50;
  return timeNs > BigInt(Math.floor(nowMs) - doubtMs) * 1_000_000n;
}
