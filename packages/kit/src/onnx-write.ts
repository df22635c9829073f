import { MessageWriter } from './onnx/protobuf.ts';

/** The kinds of numbers that can be written; `int64` tensors carry shapes and indices. */
export type OnnxNumber = 'float32' | 'int64';

/** An input or output: a dimension is a number, or a name where it may vary (`N`). */
export interface OnnxPort {
  readonly name: string;
  readonly dims: readonly (number | string)[];
  /** Default `float32`. */
  readonly type?: OnnxNumber;
}

/** A constant of the graph: weights, biases, shapes. As many values as the product of `dims`. */
export interface OnnxConstant {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** ONNX tells whole numbers from floats, which JavaScript does not: so an attribute says which it is. */
export type OnnxAttribute =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly text: string };

/** One operator of the standard set (https://onnx.ai/onnx/operators), joined to others by the names of values. */
export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: { readonly [name: string]: OnnxAttribute };
}

/** A model to write: nodes in an order in which every value is made before it is read. */
export interface OnnxGraph {
  readonly name: string;
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxConstant[];
  /** Notes kept with the model, such as its class names. */
  readonly metadata?: { readonly [key: string]: string };
  /** Version of the operator set. Default 17. */
  readonly opset?: number;
}

// TensorProto.DataType
const typeCode = { float32: 1, int64: 7 } as const;
// IR version 8 came with ONNX 1.10; every runtime of the last years reads it.
const irVersion = 8;

/**
 * Writes an ONNX model file; equal graphs are equal bytes.
 *
 * Nothing is checked but the number of values in a constant: a runtime checks the rest when it loads the file. Throws a
 * RangeError for a constant whose values do not fill its dimensions. Field numbers: onnx/onnx.proto3.
 */
export function writeOnnx(graph: OnnxGraph): Uint8Array {
  const body = new MessageWriter();
  for (const node of graph.nodes) body.message(1, nodeMessage(node));
  body.text(2, graph.name);
  for (const constant of graph.constants) body.message(5, constantMessage(constant));
  for (const port of graph.inputs) body.message(11, portMessage(port));
  for (const port of graph.outputs) body.message(12, portMessage(port));
  const model = new MessageWriter().int(1, irVersion).text(2, 'dataset-runner').message(7, body);
  model.message(8, new MessageWriter().text(1, '').int(2, graph.opset ?? 17));
  for (const [key, value] of Object.entries(graph.metadata ?? {}))
    model.message(14, new MessageWriter().text(1, key).text(2, value));
  return model.finish();
}

function nodeMessage({ op, inputs, outputs, attributes = {} }: OnnxNode): MessageWriter {
  const message = new MessageWriter();
  for (const input of inputs) message.text(1, input);
  for (const output of outputs) message.text(2, output);
  message.text(3, outputs[0] ?? op).text(4, op);
  for (const [name, attribute] of Object.entries(attributes)) message.message(5, attributeMessage(name, attribute));
  return message;
}

// Field 20 is the attribute's type: 1 FLOAT, 2 INT, 3 STRING, 7 INTS.
function attributeMessage(name: string, attribute: OnnxAttribute): MessageWriter {
  const message = new MessageWriter().text(1, name);
  if ('float' in attribute) return message.float(2, attribute.float).int(20, 1);
  if ('int' in attribute) return message.int(3, attribute.int).int(20, 2);
  if ('text' in attribute) return message.text(4, attribute.text).int(20, 3);
  for (const value of attribute.ints) message.int(8, value);
  return message.int(20, 7);
}

function constantMessage({ name, dims, data }: OnnxConstant): MessageWriter {
  const wanted = dims.reduce((product, dim) => product * dim, 1);
  if (data.length !== wanted)
    throw new RangeError(`constant ${name} of ${dims.join(' x ')} needs ${wanted} values, not ${data.length}`);
  const message = new MessageWriter();
  for (const dim of dims) message.int(1, dim);
  message.int(2, data instanceof Float32Array ? typeCode.float32 : typeCode.int64).text(8, name);
  // Raw values are little-endian, as those of every machine that Node runs on.
  return message.bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function portMessage({ name, dims, type = 'float32' }: OnnxPort): MessageWriter {
  const shape = new MessageWriter();
  for (const dim of dims) {
    const one = new MessageWriter();
    shape.message(1, typeof dim === 'number' ? one.int(1, dim) : one.text(2, dim));
  }
  const tensor = new MessageWriter().int(1, typeCode[type]).message(2, shape);
  return new MessageWriter().text(1, name).message(2, new MessageWriter().message(1, tensor));
}
