import type { Task } from '../api/task.ts';

const boxes: Readonly<Record<Task['aspectRatio'], readonly [width: number, height: number]>> = {
  LANDSCAPE_16_9: [22, 12.4],
  PORTRAIT_9_16: [12.4, 22],
  SQUARE_1_1: [17, 17],
  LANDSCAPE_4_3: [20, 15],
  PORTRAIT_3_4: [15, 20],
  LANDSCAPE_3_2: [21, 14],
  PORTRAIT_2_3: [14, 21],
  LANDSCAPE_21_9: [24, 10.3],
  AUTO: [19, 15],
};

/** Width to height. */
export const ratioOf = (ratio: Task['aspectRatio']): number => boxes[ratio][0] / boxes[ratio][1];

/** The aspect ratio as a small drawing. */
export function AspectPicture({ ratio }: { readonly ratio: Task['aspectRatio'] }) {
  const [width, height] = boxes[ratio];
  return (
    <svg className="aspect" viewBox="0 0 26 26" aria-hidden="true">
      <rect
        x={(26 - width) / 2}
        y={(26 - height) / 2}
        width={width}
        height={height}
        rx="2.5"
        strokeDasharray={ratio === 'AUTO' ? '3 2.5' : undefined}
      />
    </svg>
  );
}
