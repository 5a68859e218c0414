// Jobs of one model as rows of one larger job, and back. Tensors are worker-messages.ts' PlainTensor.

export const buffersOf = (tensors) => [
  ...new Set(tensors.flatMap(({ data }) => (ArrayBuffer.isView(data) ? [data.buffer] : []))),
];

/** The inputs of all jobs, one below the other along the first axis. */
export function joinRows(jobs) {
  return jobs[0].map((first, index) => {
    const parts = jobs.map((inputs) => inputs.find(({ name }) => name === first.name) ?? inputs[index]);
    const data = new first.data.constructor(parts.reduce((total, part) => total + part.data.length, 0));
    let position = 0;
    for (const part of parts) {
      data.set(part.data, position);
      position += part.data.length;
    }
    const rows = parts.reduce((total, part) => total + part.dims[0], 0);
    return { name: first.name, type: first.type, dims: [rows, ...first.dims.slice(1)], data };
  });
}

/** Each job's rows of the outputs. */
export function splitRows(outputs, jobs) {
  const rows = jobs.map((inputs) => inputs[0].dims[0]);
  const total = rows.reduce((sum, count) => sum + count, 0);
  let begin = 0;
  return rows.map((count) => {
    const mine = outputs.map(({ name, type, dims, data }) => {
      if (dims[0] !== total) throw new Error(`${name} has ${dims[0]} rows, ${total} went in`);
      const width = data.length / total;
      const part = data.slice(begin * width, (begin + count) * width);
      return { name, type, dims: [count, ...dims.slice(1)], data: part };
    });
    begin += count;
    return mine;
  });
}
