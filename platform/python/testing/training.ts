import { component, pipeline } from '@visavox/pipelines/definition';

const count = component({
  name: 'count',
  inputs: { scans: 'dataset-version' },
  outputs: { lines: 'integer' },
  command: ({ inputs, outputs }) => [
    ...['sh', '-c', 'find "$0" -name "[ab].csv" | xargs cat | wc -l | tr -d " \\n" > "$1"; echo counted'],
    ...[inputs.scans.path, outputs.lines.path],
  ],
});
const epochs = `
import mlflow
for epoch, loss in enumerate([0.9, 0.5, float('nan')]):
    mlflow.log_metrics({'loss': loss, 'accuracy': 0.5 + epoch / 10}, step=epoch)`;
const train = component({
  name: 'train',
  inputs: { lines: 'integer' },
  outputs: { model: 'model', accuracy: 'number' },
  command: ({ inputs, outputs }) => [
    ...['sh', '-c', 'printf "net of $0" > "$1"; printf 0.875 > "$2"; python -c "$3"'],
    ...[inputs.lines, outputs.model.path, outputs.accuracy.path, epochs],
  ],
});
export const training = pipeline({ name: 'training', parameters: { scans: 'dataset-version' } }, (p) => {
  const counted = p.task(count, p.parameters);
  p.task(train, { lines: counted.outputs.lines });
});
