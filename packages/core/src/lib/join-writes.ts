import type { Socket } from 'node:net';

/**
 * Makes a socket hand the system what is written in one turn of the program in one call.
 *
 * For libraries that write a message in several pieces: without TCP's own delay each piece would be a packet, and each
 * packet wakes the other side.
 */
export function joinWrites(socket: Socket): void {
  const write = socket.write.bind(socket) as (...args: readonly unknown[]) => boolean;
  let isCorked = false;
  const joined = (...args: readonly unknown[]): boolean => {
    if (!isCorked) {
      isCorked = true;
      socket.cork();
      process.nextTick(() => {
        isCorked = false;
        socket.uncork();
      });
    }
    return write(...args);
  };
  // A method of the object itself: sockets have their own, which no subclass overrides.
  socket.write = joined;
}
