import type { Histogram as Bins } from '../api/types.ts';

const WIDTH = 132;
const HEIGHT = 28;
const GAP = 1;

/** How numbers are spread, as bars; `label` says the same to whoever does not see them. */
export function Histogram({ bins: { bounds, counts }, label }: { bins: Bins; label: string }) {
  const most = Math.max(1, ...counts);
  const width = WIDTH / Math.max(1, counts.length);
  return (
    <svg className="histogram" width={WIDTH} height={HEIGHT} role="img" aria-label={label}>
      {counts.map((count, index) => {
        // What is there at all is seen.
        const height = count === 0 ? 0 : Math.max(1, (count / most) * HEIGHT);
        return (
          <rect
            key={bounds[index]}
            x={index * width}
            y={HEIGHT - height}
            width={Math.max(1, width - GAP)}
            height={height}
          />
        );
      })}
    </svg>
  );
}
