import { useEffect, useRef } from 'react';

/** A picture that never leaves the page's memory: the content policy forbids blob: addresses, a canvas needs none. */
export function Picture({ jpeg, label }: { jpeg: Blob; label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    let gone = false;
    void createImageBitmap(jpeg, { resizeHeight: 200, resizeQuality: 'high' }).then((bitmap) => {
      const target = canvas.current;
      if (gone || !target) return;
      target.width = bitmap.width;
      target.height = bitmap.height;
      target.getContext('2d')?.drawImage(bitmap, 0, 0);
      bitmap.close();
    });
    return () => {
      gone = true;
    };
  }, [jpeg]);
  return <canvas ref={canvas} role="img" aria-label={label} />;
}
