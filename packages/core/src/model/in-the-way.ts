/** What lies where a file is to be written and is no other version of it, in words. */
export const inTheWay = {
  folder: 'a folder of this name lies there',
  file: 'a file lies where one of its folders would be',
} as const;
