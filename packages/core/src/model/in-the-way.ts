/** What keeps a file from being written under its name, other than a file of that name; in words. */
export const inTheWay = {
  folder: 'a folder of this name lies there',
  file: 'a file lies where one of its folders would be',
  disk: 'its folder lies on another disk than the top of the store',
} as const;
