// A module of its own: what is imported later is taken whole into the bundle, and all of webdav takes 40 ms to load.
export { parseXML } from 'webdav';
