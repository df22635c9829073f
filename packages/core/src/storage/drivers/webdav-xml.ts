// A module of its own, because what is imported later is taken whole into a bundle, and all of webdav is much.
export { parseXML } from 'webdav';
