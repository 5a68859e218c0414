// Does running several rows at once pay for a model, and does each row still get its own answer?

/** A model this slow is not tried: probing would hold up its callers, and it gains by threads already. */
const slowMilliseconds = 100;
const tolerance = 1e-4;

/**
 * Runs `size` rows at once and two of them alone. Answers `same`, whether a row's answer does not depend on the
 * rows beside it, and `gain`, how many times faster a row is among others.
 */
export async function probeBatch(inputMetadata, size, infer) {
  const inputs = (first, rows) =>
    inputMetadata.map(({ name, shape }) => {
      const width = shape.slice(1).reduce((product, length) => product * length, 1);
      const data = Float32Array.from({ length: rows * width }, (_, index) => {
        const row = first + Math.floor(index / width);
        return ((row * 31 + (index % width) * 37) % 255) / 255;
      });
      return { name, type: 'float32', dims: [rows, ...shape.slice(1)], data };
    });
  const timed = async (first, rows) => {
    const started = performance.now();
    const outputs = await infer(inputs(first, rows));
    return { outputs, milliseconds: performance.now() - started };
  };
  const slowest = await timed(0, 1);
  if (slowest.milliseconds > slowMilliseconds) return { same: false, gain: 0 };
  const alone = [slowest, await timed(size - 1, 1)];
  const together = [await timed(0, size)];
  const same = [0, size - 1].every((row, index) =>
    together[0].outputs.every((output, place) => rowEquals(output, row, size, alone[index].outputs[place])),
  );
  for (let round = 0; round < 2; round++) {
    alone.push(await timed(0, 1));
    together.push(await timed(0, size));
  }
  const best = (runs) => Math.min(...runs.map(({ milliseconds }) => milliseconds));
  return { same, gain: (best(alone) * size) / best(together) };
}

function rowEquals(output, row, size, alone) {
  if (output.dims[0] !== size || alone.dims[0] !== 1) return false;
  const width = output.data.length / size;
  return alone.data.every((value, index) => {
    const other = output.data[row * width + index];
    return Math.abs(value - other) <= tolerance * Math.max(1, Math.abs(value));
  });
}
