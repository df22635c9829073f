export { kitFailures } from './failures.ts';
export { describeBytes, sniff, sniffBytes, type Sniffed, type SniffedType } from './sniff.ts';
export { download, type Downloaded, type DownloadLock, type DownloadLocks, type DownloadRequest } from './download.ts';
export { openRemoteFile, type RemoteFile, type RemoteFileOptions } from './remote-file.ts';
export {
  type Archive,
  type ArchiveEntry,
  type ArchiveFormat,
  type ArchiveLimits,
  type ArchiveOptions,
  type ArchiveReport,
  type ArchiveStream,
  defaultLimits,
  extractTo,
  openArchive,
  type RandomArchive,
  type RandomReader,
  readArchive,
  readZipDirectory,
  streamArchive,
} from './extract.ts';
export {
  type PackBytes,
  type PackEntries,
  type PackEntry,
  type PackOptions,
  packTar,
  packZip,
  type TarOptions,
  type ZipOptions,
} from './pack.ts';
export { refuseOwnInput } from './output-place.ts';
export { sample, type Seeded, seeded, shuffle, unitHash } from './seeded.ts';
export {
  type PartSize,
  split,
  type SplitDeviation,
  type SplitItem,
  type SplitLine,
  type SplitOptions,
  type SplitPlan,
  type SplitWarning,
} from './split.ts';
export { splitFailures } from './split-failures.ts';
export { readSplitManifest, splitManifest } from './split-manifest.ts';
export { type ImageFacts, type ImageProblem, inspectImage, type InspectOptions } from './image.ts';
export { type CropBox, type CropOptions, cropToSquare } from './crop.ts';
export { hammingDistance, phash, type RawImage } from './phash.ts';
export { encodeGrayPng, grayPngView, type GrayImage } from './png-encode.ts';
export {
  findLeaks,
  type LeakBand,
  type LeakGroup,
  type LeakItem,
  type LeakOptions,
  type LeakPair,
  type LeakReport,
  type Sides,
} from './leaks.ts';
export { leakFailures } from './leak-failures.ts';
export { pickSamples, type Sampled, type SampleOptions, type SampleRow } from './samples.ts';
export { contactSheet, type ContactSheetOptions } from './contact-sheet.ts';
export {
  type Block,
  type KeyFigure,
  type Picture,
  type Report,
  reportPage,
  type Section,
  thumbnail,
} from './report.ts';
export { splitReport, type SplitReportOptions } from './split-report.ts';
export { type Cell, type CsvReadOptions, type CsvRow, type CsvWriteOptions, readCsv, writeCsv } from './csv.ts';
export { type CsvCells, type CsvTable, csvTable, type CsvTableOptions } from './csv-rows.ts';
export { type Column, type ColumnType, type Table, tableFromParquet, tableToCsv, tableToParquet } from './table.ts';
export { tableFailures } from './table-failures.ts';
export { readVoc, type VocAnnotation, type VocBox, type VocObject, wholeBox } from './voc.ts';
export { vocFailures } from './voc-failures.ts';
export {
  type OnnxModel,
  type OnnxTensor,
  type OnnxValueInfo,
  openOnnx,
  type OpenOnnxOptions,
  readOnnxMetadata,
} from './onnx.ts';
export { type DecodedImage, decodeRaw } from './decode.ts';
export { type GrayFilter, resizeGray, resizeLinear } from './resize.ts';
export { onnxFailures } from './onnx-failures.ts';
export {
  type OnnxAttribute,
  type OnnxConstant,
  type OnnxGraph,
  type OnnxNode,
  type OnnxNumber,
  type OnnxPort,
  writeOnnx,
} from './onnx-write.ts';
